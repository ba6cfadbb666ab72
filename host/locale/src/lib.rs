//! Numbers, money and moments as people write them in their language, and local time.
//!
//! - [`Language`] and [`Zone`]: a BCP 47 tag and an IANA name, read and known to be sound.
//! - [`number`], [`currency`] and [`moment`]: the texts, after the Unicode CLDR.
//! - [`Zone::utc_offset`]: what a mini-app needs for a local time of its own.
//!
//! The data of CLDR and the time zone database are compiled in, so that a text is the same on every
//! system: 2 MB of the program. A language that CLDR does not know falls back as CLDR has it, to its
//! parents and at last to the root, whose texts belong to no language; it is never an error. Formatters
//! are made for each call and not kept: that takes half a microsecond for a number and four for a
//! moment, a look into a table of them hardly less.
//!
//! Whatever is handed over is bounded, and nothing panics. This crate knows no WebAssembly and no
//! mini-app.

mod currency;
mod decimal;
mod error;
mod language;
mod moment;
mod number;
mod zone;

pub use currency::currency;
pub use decimal::{MAX_DECIMAL_DIGITS, MAX_INTEGER_DIGITS, MAX_NUMBER_BYTES};
pub use error::FormatError;
pub use language::{Language, MAX_LANGUAGE_BYTES};
pub use moment::{DateLength, MAX_YEAR, MIN_YEAR, MomentOptions, TimeLength, moment};
pub use number::{MAX_FRACTION, NumberOptions, NumberStyle, number};
pub use zone::{MAX_ZONE_BYTES, Zone};
