//! Numbers, shares and amounts; must not know how the host writes them.

use crate::error::Result;
use crate::host;

/// What can be written as a number: integers, floating-point numbers, and decimal texts such as
/// `-1234.50`, which the host reads.
pub trait Decimal {
    /// The number as a decimal text.
    fn decimal(&self) -> String;
}

macro_rules! decimal {
    ($format:literal: $($number:ty),*) => {
        $(impl Decimal for $number {
            fn decimal(&self) -> String {
                format!($format, self)
            }
        })*
    };
}

decimal!("{}": u8, i8, u16, i16, u32, i32, u64, i64, u128, i128, usize, isize);
// As few digits as tell it from its neighbours, and short for the large and the small ones.
decimal!("{:e}": f32, f64);
decimal!("{}": str, String);

impl<T: Decimal + ?Sized> Decimal for &T {
    fn decimal(&self) -> String {
        (**self).decimal()
    }
}

/// How a number is written, as the contract has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NumberOptions {
    pub percent: bool,
    pub minimum_fraction: Option<u8>,
    pub maximum_fraction: Option<u8>,
    pub grouping: bool,
    pub language: Option<String>,
}

/// A number: `1'234.5`. It has as many digits as it has, and its digits are grouped as the language
/// groups them, unless it is told otherwise.
///
/// ```
/// # use miniapp_guest::{prelude::*, testing::Host};
/// # Host::new().block_on(async {
/// assert_eq!(locale::number(1234.5).digits(2).write()?, "1234.50");
/// assert_eq!(locale::number("0.1250").write()?, "0.125");
/// assert_eq!(locale::number(2.5).at_most(0).write()?, "3");
/// # Ok(()) }).unwrap();
/// ```
pub fn number(number: impl Decimal) -> NumberText {
    NumberText::new(number, false)
}

/// A share, where 1 is 100 %: `12,5 %`. Digits are those of the text.
///
/// ```
/// # use miniapp_guest::{prelude::*, testing::Host};
/// # Host::new().block_on(async {
/// assert_eq!(locale::percent(0.5).write()?, "50%");
/// assert_eq!(locale::percent(0.98765).at_most(1).write()?, "98.8%");
/// # Ok(()) }).unwrap();
/// ```
pub fn percent(share: impl Decimal) -> NumberText {
    NumberText::new(share, true)
}

/// A number or a share that is to be written; see [`number`] and [`percent`].
#[derive(Clone, Debug)]
#[must_use = "nothing is written without `write`"]
pub struct NumberText {
    number: String,
    options: NumberOptions,
}

impl NumberText {
    fn new(number: impl Decimal, percent: bool) -> Self {
        Self {
            number: number.decimal(),
            options: NumberOptions {
                percent,
                minimum_fraction: None,
                maximum_fraction: None,
                grouping: true,
                language: None,
            },
        }
    }

    /// With so many digits after the decimal sign at least, at most 20.
    pub fn at_least(mut self, digits: u8) -> Self {
        self.options.minimum_fraction = Some(digits);
        self
    }

    /// With so many digits after the decimal sign at most, at most 20, rounded half away from nought.
    pub fn at_most(mut self, digits: u8) -> Self {
        self.options.maximum_fraction = Some(digits);
        self
    }

    /// With so many digits after the decimal sign, no more and no fewer.
    pub fn digits(self, digits: u8) -> Self {
        self.at_least(digits).at_most(digits)
    }

    /// Without groups, as years and numbers of orders are written.
    pub fn ungrouped(mut self) -> Self {
        self.options.grouping = false;
        self
    }

    /// In a language that is named by its BCP 47 tag, not the user's.
    pub fn language(mut self, tag: impl Into<String>) -> Self {
        self.options.language = Some(tag.into());
        self
    }

    /// Writes it.
    ///
    /// # Errors
    /// Fails with [`invalid-argument`](crate::error::code::INVALID_ARGUMENT) if it is no number, such as
    /// [`f64::NAN`], has too many digits, or what is asked for contradicts itself.
    pub fn write(&self) -> Result<String> {
        host::format_number(&self.number, &self.options)
    }
}

/// An amount of money in a currency, named by its code of ISO 4217: `CHF 19.90`. The currency says how
/// many digits it has. Of money that is counted, hand over a text or an integer: floating-point numbers
/// are near what they mean, and no more.
///
/// ```
/// # use miniapp_guest::{prelude::*, testing::Host};
/// # Host::new().block_on(async {
/// assert_eq!(locale::currency("19.9", "CHF").write()?, "CHF 19.90");
/// # Ok(()) }).unwrap();
/// ```
pub fn currency(amount: impl Decimal, code: impl Into<String>) -> CurrencyText {
    CurrencyText {
        amount: amount.decimal(),
        code: code.into(),
        language: None,
    }
}

/// An amount that is to be written; see [`currency`].
#[derive(Clone, Debug)]
#[must_use = "nothing is written without `write`"]
pub struct CurrencyText {
    amount: String,
    code: String,
    language: Option<String>,
}

impl CurrencyText {
    /// In a language that is named by its BCP 47 tag, not the user's.
    pub fn language(mut self, tag: impl Into<String>) -> Self {
        self.language = Some(tag.into());
        self
    }

    /// Writes it.
    ///
    /// # Errors
    /// Fails with [`invalid-argument`](crate::error::code::INVALID_ARGUMENT) if the amount is no number
    /// or the code has not three letters.
    pub fn write(&self) -> Result<String> {
        host::format_currency(&self.amount, &self.code, self.language.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_decimal_texts() {
        assert_eq!(i64::MIN.decimal(), "-9223372036854775808");
        assert_eq!(0.1_f32.decimal(), "1e-1");
        assert_eq!(1234.5_f64.decimal(), "1.2345e3");
        assert_eq!((-f64::MAX).decimal(), "-1.7976931348623157e308");
        assert_eq!(f64::NAN.decimal(), "NaN");
        assert_eq!((&&7_u8).decimal(), "7");
        assert_eq!(String::from("1.50").decimal(), "1.50");
    }
}
