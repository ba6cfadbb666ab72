//! `locale`: the user's language and time zone, and what is written in them. What a
//! text looks like is `miniapp-locale`'s business.

use miniapp_locale::{
    DateLength, FormatError, Language, MomentOptions, NumberOptions, NumberStyle, TimeLength, Zone,
};
use wasmtime::component::{Access, HasSelf};

use super::{Capability, lacks_nothing};
use crate::contract::imports::locale::{self, Host, HostWithStore};
use crate::contract::{GuestError, code};
use crate::instance::State;
use crate::meter::{Meter, price};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/locale",
    lacks: lacks_nothing,
    link: |linker| locale::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

/// A user's language and time zone, as mini-apps see them.
///
/// A language that is no BCP 47 tag becomes `en`, a time zone that is not in the
/// IANA database `UTC`: what an operating system says is no reason to keep a
/// mini-app from writing numbers. Mini-apps see both in their canonical form,
/// `de_ch` as `de-CH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    /// A BCP 47 tag, such as `de-CH`, at most 64 bytes.
    pub language: String,
    /// An IANA name, such as `Europe/Berlin`, at most 64 bytes.
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

/// The user's language and time zone, known to be sound.
pub(crate) struct UserLocale {
    language: Language,
    zone: Zone,
}

impl UserLocale {
    pub(crate) fn new(locale: &Locale) -> Self {
        Self {
            language: Language::parse(&locale.language).unwrap_or_default(),
            zone: Zone::parse(&locale.time_zone).unwrap_or_default(),
        }
    }

    /// The language that is asked for; the user's if none is.
    fn language(&self, tag: Option<&str>) -> Result<Language, FormatError> {
        tag.map_or_else(|| Ok(self.language.clone()), Language::parse)
    }

    /// The time zone that is asked for; the user's if none is.
    fn zone(&self, name: Option<&str>) -> Result<Zone, FormatError> {
        name.map_or_else(|| Ok(self.zone.clone()), Zone::parse)
    }
}

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    fn language(mut host: Access<State, Self>) -> wasmtime::Result<String> {
        Meter::charge(&mut host, price::CALL)?;
        Ok(host.data_mut().locale.language.to_string())
    }

    fn time_zone(mut host: Access<State, Self>) -> wasmtime::Result<String> {
        Meter::charge(&mut host, price::CALL)?;
        Ok(host.data_mut().locale.zone.to_string())
    }

    fn format_number(
        mut host: Access<State, Self>,
        number: String,
        options: locale::NumberOptions,
    ) -> wasmtime::Result<Result<String, GuestError>> {
        let language = options.language.as_deref();
        let handed = number.len() + bytes(language);
        charge(&mut host, price::NUMBER_TEXT, handed)?;
        let user = &host.data_mut().locale;
        let written = user.language(language).and_then(|language| {
            let options = NumberOptions {
                style: match options.style {
                    locale::NumberStyle::Decimal => NumberStyle::Decimal,
                    locale::NumberStyle::Percent => NumberStyle::Percent,
                },
                minimum_fraction: options.minimum_fraction,
                maximum_fraction: options.maximum_fraction,
                grouping: options.grouping,
            };
            miniapp_locale::number(&language, &number, &options)
        });
        answer(&mut host, written)
    }

    fn format_currency(
        mut host: Access<State, Self>,
        amount: String,
        currency: String,
        language: Option<String>,
    ) -> wasmtime::Result<Result<String, GuestError>> {
        let language = language.as_deref();
        let handed = amount.len() + currency.len() + bytes(language);
        charge(&mut host, price::NUMBER_TEXT, handed)?;
        let user = &host.data_mut().locale;
        let written = user
            .language(language)
            .and_then(|language| miniapp_locale::currency(&language, &amount, &currency));
        answer(&mut host, written)
    }

    fn format_date(
        mut host: Access<State, Self>,
        milliseconds: i64,
        options: locale::DateOptions,
    ) -> wasmtime::Result<Result<String, GuestError>> {
        let (language, zone) = (options.language.as_deref(), options.time_zone.as_deref());
        charge(
            &mut host,
            price::MOMENT_TEXT + zone_price(zone),
            bytes(language) + bytes(zone),
        )?;
        let user = &host.data_mut().locale;
        let written = user.language(language).and_then(|language| {
            let options = MomentOptions {
                date: options.date.map(|length| match length {
                    locale::DateLength::Short => DateLength::Short,
                    locale::DateLength::Medium => DateLength::Medium,
                    locale::DateLength::Long => DateLength::Long,
                }),
                weekday: options.weekday,
                time: options.time.map(|length| match length {
                    locale::TimeLength::Minutes => TimeLength::Minutes,
                    locale::TimeLength::Seconds => TimeLength::Seconds,
                }),
            };
            miniapp_locale::moment(&language, &user.zone(zone)?, milliseconds, &options)
        });
        answer(&mut host, written)
    }

    fn utc_offset(
        mut host: Access<State, Self>,
        milliseconds: i64,
        time_zone: Option<String>,
    ) -> wasmtime::Result<Result<i32, GuestError>> {
        let zone = time_zone.as_deref();
        charge(&mut host, zone_price(zone), bytes(zone))?;
        let zone = host.data_mut().locale.zone(zone);
        let offset = zone.map(|zone| zone.utc_offset(milliseconds));
        Ok(offset.map_err(refused))
    }
}

fn bytes(text: Option<&str>) -> usize {
    text.map_or(0, str::len)
}

/// The user's own zone is looked up once and kept.
fn zone_price(named: Option<&str>) -> u64 {
    named.map_or(0, |_| price::ZONE)
}

/// Charges a call that takes so many bytes, and its work.
fn charge(
    host: &mut Access<State, HasSelf<State>>,
    work: u64,
    bytes: usize,
) -> wasmtime::Result<()> {
    Meter::charge(host, price::call(bytes, 0).saturating_add(work))
}

/// What is handed back, once its bytes are paid for.
fn answer(
    host: &mut Access<State, HasSelf<State>>,
    written: Result<String, FormatError>,
) -> wasmtime::Result<Result<String, GuestError>> {
    if let Ok(text) = &written {
        Meter::charge(host, price::copied(text.len()))?;
    }
    Ok(written.map_err(refused))
}

fn refused(error: FormatError) -> GuestError {
    let code = match error.is_argument() {
        true => code::INVALID_ARGUMENT,
        false => code::UNAVAILABLE,
    };
    GuestError::new(code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(language: &str, time_zone: &str) -> (String, String) {
        let user = UserLocale::new(&Locale {
            language: language.to_owned(),
            time_zone: time_zone.to_owned(),
        });
        (user.language.to_string(), user.zone.to_string())
    }

    #[test]
    fn what_the_embedder_says_is_made_sound() {
        let sound = |language: &str, zone: &str| (language.to_owned(), zone.to_owned());
        assert_eq!(
            seen("de_ch", "europe/zurich"),
            sound("de-CH", "Europe/Zurich")
        );
        assert_eq!(seen("C", ""), sound("en", "UTC"));
        assert_eq!(seen("de_DE.UTF-8", "CET-1CEST"), sound("en", "UTC"));
        assert_eq!(seen(&"x".repeat(65), &"x".repeat(65)), sound("en", "UTC"));
    }

    #[test]
    fn the_system_has_a_sound_one() {
        let system = Locale::of_system();
        let (language, zone) = seen(&system.language, &system.time_zone);
        assert!(Language::parse(&language).is_ok() && Zone::parse(&zone).is_ok());
    }
}
