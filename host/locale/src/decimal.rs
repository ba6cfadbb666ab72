//! Owns reading a number from its text, within bounds. Must not know how it is written.

use fixed_decimal::{Decimal, ParseError, Sign};

use crate::error::FormatError;

/// Longest number in bytes, as it is handed over: any number of 64 bits in any of its notations.
pub const MAX_NUMBER_BYTES: usize = 64;

/// Most digits before the decimal sign: as many as the largest IEEE 754 double has.
pub const MAX_INTEGER_DIGITS: i16 = 309;

/// Most digits after the decimal sign: as many as the smallest double has in its shortest notation.
pub const MAX_DECIMAL_DIGITS: i16 = 340;

/// Reads `-1234.50` or `1e3`; also a sign `+`, before the number and in its exponent, where JavaScript
/// writes it. What is read has no noughts before its first digit nor after its last one, and nought no
/// sign.
pub(crate) fn read(text: &str) -> Result<Decimal, FormatError> {
    if text.len() > MAX_NUMBER_BYTES {
        return Err(FormatError::NumberLength(text.len()));
    }
    let no_number = || FormatError::Number(text.to_owned());
    let too_many = || FormatError::NumberRange(text.to_owned());
    let plain = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => match exponent.strip_prefix('+') {
            Some(digits) if digits.starts_with(|ch: char| ch.is_ascii_digit()) => {
                format!("{number}e{digits}")
            }
            Some(_) => return Err(no_number()),
            None => text.to_owned(),
        },
        None => text.to_owned(),
    };
    let mut number = match Decimal::try_from_str(&plain) {
        Ok(number) => number,
        Err(ParseError::Limit) => return Err(too_many()),
        Err(_) => return Err(no_number()),
    };
    number.absolute.trim_start();
    number.absolute.trim_end();
    if number.absolute.nonzero_magnitude_start() >= MAX_INTEGER_DIGITS
        || number.absolute.nonzero_magnitude_end() < -MAX_DECIMAL_DIGITS
    {
        return Err(too_many());
    }
    if number.sign == Sign::Positive {
        number.sign = Sign::None;
    }
    without_sign_of_nought(&mut number);
    Ok(number)
}

/// People write no sign before nought, also where a number was rounded to it.
pub(crate) fn without_sign_of_nought(number: &mut Decimal) {
    if number.absolute.is_zero() {
        number.sign = Sign::None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, FormatError> {
        read(text).map(|number| number.to_string())
    }

    #[test]
    fn decimal_notations_are_read() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.00", "0"),
            ("0e300", "0"),
            ("007", "7"),
            ("+7", "7"),
            (".5", "0.5"),
            ("-1234.50", "-1234.5"),
            ("1e3", "1000"),
            ("1E+21", "1000000000000000000000"),
            ("1.50e1", "15"),
            ("12300e-4", "1.23"),
            ("5e-7", "0.0000005"),
            (
                "123456789012345678901234567890.12345",
                "123456789012345678901234567890.12345",
            ),
        ] {
            assert_eq!(shown(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_decimal_number_is_refused() {
        for text in [
            "", "-", "+", ".", "1.", "1,5", "1 000", "1'000", "0x10", "1e", "1e+", "1e+-3",
            "1e--3", "e3", "1e3.5", "1e3e3", "--1", "+-1", "NaN", "Infinity", "١", "1\0",
        ] {
            assert_eq!(
                shown(text),
                Err(FormatError::Number(text.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn a_number_has_its_limits() {
        assert!(shown(&"9".repeat(MAX_NUMBER_BYTES)).is_ok());
        let long = "9".repeat(MAX_NUMBER_BYTES + 1);
        assert_eq!(
            shown(&long),
            Err(FormatError::NumberLength(MAX_NUMBER_BYTES + 1))
        );

        let too_many = |text: &str| Err(FormatError::NumberRange(text.to_owned()));
        assert_eq!(shown("1e308").map(|text| text.len()), Ok(309));
        assert_eq!(shown("10e308"), too_many("10e308"));
        assert_eq!(shown("1e-340").map(|text| text.len()), Ok(342));
        assert_eq!(shown("1e-341"), too_many("1e-341"));
        for text in [
            "1e999999999",
            "1e-999999999",
            "1e32767",
            "-1e99999999999999999999",
            "9e-32768",
        ] {
            assert_eq!(shown(text), too_many(text));
        }
    }

    #[test]
    fn every_double_is_read_as_it_is_written() {
        for double in [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 0.1, 1e21] {
            assert!(shown(&format!("{double:e}")).is_ok(), "{double:e}");
        }
    }
}
