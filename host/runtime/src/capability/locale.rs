//! `locale`: the user's language and time zone.

use wasmtime::component::{Access, HasSelf};

use super::{Capability, lacks_nothing};
use crate::contract::imports::locale::{self, Host, HostWithStore};
use crate::instance::State;
use crate::meter::{Meter, price};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/locale",
    lacks: lacks_nothing,
    link: |linker| locale::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

/// The user's language and time zone, as mini-apps see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    /// A BCP 47 tag, such as `de-CH`.
    pub language: String,
    /// An IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
}

impl Locale {
    /// What the operating system says; `en` and `UTC` where it says nothing.
    pub fn of_system() -> Self {
        Self {
            language: sys_locale::get_locale().unwrap_or_else(|| "en".to_owned()),
            time_zone: iana_time_zone::get_timezone().unwrap_or_else(|_| "UTC".to_owned()),
        }
    }
}

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    fn language(mut host: Access<State, Self>) -> wasmtime::Result<String> {
        Meter::charge(&mut host, price::CALL)?;
        Ok(host.data_mut().services.locale.language.clone())
    }

    fn time_zone(mut host: Access<State, Self>) -> wasmtime::Result<String> {
        Meter::charge(&mut host, price::CALL)?;
        Ok(host.data_mut().services.locale.time_zone.clone())
    }

    fn format_number(
        mut host: Access<State, Self>,
        _number: String,
        _options: locale::NumberOptions,
    ) -> wasmtime::Result<Result<String, crate::contract::GuestError>> {
        Meter::charge(&mut host, price::CALL)?;
        Ok(Err(crate::contract::GuestError::new(
            "unavailable",
            "not yet",
        )))
    }

    fn format_currency(
        mut host: Access<State, Self>,
        _amount: String,
        _currency: String,
        _language: Option<String>,
    ) -> wasmtime::Result<Result<String, crate::contract::GuestError>> {
        Meter::charge(&mut host, price::CALL)?;
        Ok(Err(crate::contract::GuestError::new(
            "unavailable",
            "not yet",
        )))
    }

    fn format_date(
        mut host: Access<State, Self>,
        _milliseconds: i64,
        _options: locale::DateOptions,
    ) -> wasmtime::Result<Result<String, crate::contract::GuestError>> {
        Meter::charge(&mut host, price::CALL)?;
        Ok(Err(crate::contract::GuestError::new(
            "unavailable",
            "not yet",
        )))
    }

    fn utc_offset(
        mut host: Access<State, Self>,
        _milliseconds: i64,
        _time_zone: Option<String>,
    ) -> wasmtime::Result<Result<i32, crate::contract::GuestError>> {
        Meter::charge(&mut host, price::CALL)?;
        Ok(Err(crate::contract::GuestError::new(
            "unavailable",
            "not yet",
        )))
    }
}
