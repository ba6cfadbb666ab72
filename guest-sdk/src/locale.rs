//! The user's language and time zone, and numbers, amounts and moments as people write them there; must
//! not know how texts are translated.
//!
//! The host knows every language of the Unicode CLDR, so that a mini-app needs no data of its own. The
//! user's language is the default, and another one can be named.
//!
//! ```
//! # use miniapp_guest::{prelude::*, testing::Host};
//! use miniapp_guest::locale::{DateLength, TimeLength};
//!
//! # let host = Host::new();
//! # host.block_on(async {
//! let points = locale::number(1234).write()?; // 1'234 in Switzerland, 1.234 in Germany
//! let saved = locale::percent(0.125).at_most(1).write()?; // 12.5%, 12,5 %
//! let price = locale::currency("19.90", "CHF").write()?; // CHF 19.90, 19,90 CHF
//! let until = locale::moment(clock::now()).date(DateLength::Long).time(TimeLength::Minutes).write()?;
//! # assert_eq!([points, saved, price, until], ["1234", "12.5%", "CHF 19.90", "1970-01-01 00:00"]);
//! # Ok(()) }).unwrap();
//! ```
//!
//! The [host in memory](crate::testing::Host), which unit tests run on, knows no language: there the
//! same texts are `1234`, `12.5%`, `CHF 19.90` and `1970-01-01 00:00`.

mod moment;
mod number;

pub use moment::{DateLength, MomentText, TimeLength, moment};
pub use number::{CurrencyText, Decimal, NumberText, currency, number, percent};

pub(crate) use moment::{MomentOptions, milliseconds};
pub(crate) use number::NumberOptions;

use crate::error::Result;
use crate::host;
use std::time::SystemTime;

/// The user's language as a BCP 47 tag, such as `de-CH`.
pub fn language() -> String {
    host::language()
}

/// The user's time zone as an IANA name, such as `Europe/Berlin`.
pub fn time_zone() -> String {
    host::time_zone()
}

/// How far the user's local time is ahead of UTC at a moment, in minutes: 60 in Berlin in winter, 120 in
/// summer, -300 in New York.
///
/// # Errors
/// Fails if the moment is too far away to be told in milliseconds.
pub fn utc_offset(moment: SystemTime) -> Result<i32> {
    host::utc_offset(milliseconds(moment)?, None)
}

/// The same in a time zone that is named, such as `Asia/Kolkata`.
///
/// # Errors
/// Fails also if there is no such time zone.
pub fn utc_offset_in(time_zone: &str, moment: SystemTime) -> Result<i32> {
    host::utc_offset(milliseconds(moment)?, Some(time_zone))
}
