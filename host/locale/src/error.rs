//! Owns why something is not written. Must not know who asked.

use thiserror::Error;

use crate::decimal::{MAX_DECIMAL_DIGITS, MAX_INTEGER_DIGITS, MAX_NUMBER_BYTES};
use crate::language::MAX_LANGUAGE_BYTES;
use crate::moment::{MAX_YEAR, MIN_YEAR};
use crate::number::MAX_FRACTION;
use crate::zone::MAX_ZONE_BYTES;

/// Why a number, an amount or a moment is not written. What came is shown as Rust escapes it, so that
/// it stays on its line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormatError {
    /// Too long a language, of so many bytes.
    #[error(
        "the language has {0} bytes; expected a BCP 47 tag of at most {MAX_LANGUAGE_BYTES}, such as \
         `de-CH`"
    )]
    LanguageLength(usize),
    /// A language that is no tag.
    #[error("{0:?} is not a language; expected a BCP 47 tag, such as `de-CH`")]
    Language(String),
    /// Too long a time zone, of so many bytes.
    #[error(
        "the time zone has {0} bytes; expected an IANA name of at most {MAX_ZONE_BYTES}, such as \
         `Europe/Berlin`"
    )]
    ZoneLength(usize),
    /// A time zone that is not in the database.
    #[error("{0:?} is not a known time zone; expected an IANA name, such as `Europe/Berlin`")]
    Zone(String),
    /// Too long a number, of so many bytes.
    #[error(
        "the number has {0} bytes; expected at most {MAX_NUMBER_BYTES}, as in `-1234.50` or `1e3`"
    )]
    NumberLength(usize),
    /// A text that is no number.
    #[error(
        "{0:?} is not a number; expected a decimal one with a point, as in `-1234.50` or `1e3`"
    )]
    Number(String),
    /// A number that takes too many digits to write.
    #[error(
        "{0:?} takes too many digits; expected at most {MAX_INTEGER_DIGITS} before the decimal sign and \
         {MAX_DECIMAL_DIGITS} after it"
    )]
    NumberRange(String),
    /// Too many digits after the decimal sign that are asked for.
    #[error("{0} digits after the decimal sign are asked for; expected at most {MAX_FRACTION}")]
    Fraction(u8),
    /// More digits at least than at most.
    #[error(
        "at least {minimum} digits after the decimal sign are asked for, and at most {maximum}; \
         expected no fewer at most than at least"
    )]
    FractionOrder {
        /// Digits at least.
        minimum: u8,
        /// Digits at most.
        maximum: u8,
    },
    /// A currency that is no code.
    #[error("{0:?} is not a currency; expected the three letters of ISO 4217, such as `CHF`")]
    Currency(String),
    /// A currency of another length, in bytes.
    #[error("the currency has {0} bytes; expected the three letters of ISO 4217, such as `CHF`")]
    CurrencyLength(usize),
    /// A moment of a year that is not written.
    #[error(
        "{0} milliseconds since 1970 are a moment outside the years {MIN_YEAR} to {MAX_YEAR}; expected \
         one within them"
    )]
    Moment(i64),
    /// A moment of which nothing is to be written.
    #[error("neither the date nor the time is asked for; expected one of them at least")]
    Nothing,
    /// The data has a gap. None is known.
    #[error("the data for this language cannot be read: {0}")]
    Data(String),
}

impl FormatError {
    /// Whether what was handed over is at fault, and not the data.
    #[must_use]
    pub fn is_argument(&self) -> bool {
        !matches!(self, Self::Data(_))
    }
}
