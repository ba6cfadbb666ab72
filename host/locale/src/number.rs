//! Owns how a number and a share are written. Must not know money.

use std::fmt;
use std::ops::RangeInclusive;

use fixed_decimal::{Decimal, SignedRoundingMode, UnsignedRoundingMode};
use icu_decimal::DecimalFormatter;
use icu_decimal::options::GroupingStrategy;
use icu_experimental::dimension::percent::formatter::PercentFormatter;
use writeable::Writeable;

use crate::decimal;
use crate::error::FormatError;
use crate::language::Language;

/// Most digits after the decimal sign that can be asked for, as in JavaScript's `Intl` until 2023.
pub const MAX_FRACTION: u8 = 20;

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberStyle {
    /// A plain number.
    #[default]
    Decimal,
    /// A share, where 1 is 100 %.
    Percent,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberOptions {
    /// What it is.
    pub style: NumberStyle,
    /// Digits after the decimal sign at least, at most [`MAX_FRACTION`]; 0 if absent. Of a share, those
    /// of the text.
    pub minimum_fraction: Option<u8>,
    /// Digits after the decimal sign at most, at most [`MAX_FRACTION`], rounded half away from nought;
    /// as many as there are if absent. Noughts at the end are not counted as digits.
    pub maximum_fraction: Option<u8>,
    /// Whether digits are grouped, where the language groups them.
    pub grouping: bool,
}

/// A plain number with its digits in groups.
impl Default for NumberOptions {
    fn default() -> Self {
        Self {
            style: NumberStyle::Decimal,
            minimum_fraction: None,
            maximum_fraction: None,
            grouping: true,
        }
    }
}

/// Writes `number`, a decimal one such as `-1234.50` or `1e3`, of at most
/// [`MAX_NUMBER_BYTES`](crate::MAX_NUMBER_BYTES). Nought is written without a sign, also where a number
/// was rounded to it.
///
/// # Errors
///
/// [`FormatError`] if the number or an option is faulty.
pub fn number(
    language: &Language,
    number: &str,
    options: &NumberOptions,
) -> Result<String, FormatError> {
    let minimum = options.minimum_fraction.unwrap_or(0);
    let asked = [minimum, options.maximum_fraction.unwrap_or(0)];
    if let Some(fraction) = asked.into_iter().find(|fraction| *fraction > MAX_FRACTION) {
        return Err(FormatError::Fraction(fraction));
    }
    let mut number = decimal::read(number)?;
    if options.style == NumberStyle::Percent {
        number.multiply_pow10(2);
        number.absolute.trim_start();
    }
    if let Some(maximum) = options.maximum_fraction {
        if maximum < minimum {
            return Err(FormatError::FractionOrder { minimum, maximum });
        }
        let half_away = SignedRoundingMode::Unsigned(UnsignedRoundingMode::HalfExpand);
        number.round_with_mode(-i16::from(maximum), half_away);
        decimal::without_sign_of_nought(&mut number);
    }
    number.absolute.trim_end();
    number.absolute.pad_end(-i16::from(minimum));

    let grouping = match options.grouping {
        true => GroupingStrategy::Auto,
        false => GroupingStrategy::Never,
    };
    let locale = language.locale();
    let digits = DecimalFormatter::try_new(locale.into(), grouping.into()).map_err(gap)?;
    match options.style {
        NumberStyle::Decimal => text(&digits.format(&number)),
        NumberStyle::Percent => percent(language, digits, &number),
    }
}

fn percent(
    language: &Language,
    digits: DecimalFormatter,
    number: &Decimal,
) -> Result<String, FormatError> {
    let prefs = language.locale().into();
    let formatter =
        PercentFormatter::try_new_with_decimal_formatter(prefs, digits, Default::default());
    let written = text(&formatter.map_err(gap)?.format(number))?;
    Ok(with_its_own_signs(written))
}

/// The text with the signs that belong to its digits. ICU4X (2.4) writes those of Latin digits also where
/// Arabic ones are a language's own, as in Egypt and in Iran; these are the ones of CLDR.
fn with_its_own_signs(written: String) -> String {
    let has = |digits: RangeInclusive<char>| written.contains(|ch| digits.contains(&ch));
    let (percent, minus) = if has('\u{660}'..='\u{669}') {
        ("\u{66a}\u{61c}", "\u{61c}-")
    } else if has('\u{6f0}'..='\u{6f9}') {
        ("\u{66a}", "\u{200e}\u{2212}")
    } else {
        return written;
    };
    let whole = written.contains("\u{200e}%\u{200e}");
    let latin_percent = if whole { "\u{200e}%\u{200e}" } else { "%" };
    written
        .replace(latin_percent, percent)
        .replace("\u{200e}-", minus)
}

/// What is to be written, as a text. Formatting into memory does not fail unless the data has a gap.
pub(crate) fn text(written: &impl Writeable) -> Result<String, FormatError> {
    let mut text = String::new();
    written.write_to(&mut text).map_err(gap)?;
    Ok(text)
}

pub(crate) fn gap(error: impl fmt::Display) -> FormatError {
    FormatError::Data(error.to_string())
}
