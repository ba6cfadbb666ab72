//! Owns how an amount of money is written. Must not know rates nor which currencies there are: a code
//! of three letters is written as a code where no sign is known for it.

use fixed_decimal::{Decimal, Sign};
use icu_experimental::dimension::currency::CurrencyType;
use icu_experimental::dimension::currency::formatter::CurrencyFormatter;
use icu_locale_core::extensions::unicode::Value;

use crate::decimal;
use crate::error::FormatError;
use crate::language::Language;
use crate::number::{gap, text};

/// Writes `amount`, a decimal number as [`number`](crate::number()) takes it, of `currency`, a code of
/// ISO 4217 in letters of either case. The currency says how many digits follow the decimal sign (none
/// for `JPY`, three for `BHD`, two for one that is not known); what is more is rounded half away from
/// nought.
///
/// # Errors
///
/// [`FormatError`] if the amount or the currency is faulty.
pub fn currency(language: &Language, amount: &str, currency: &str) -> Result<String, FormatError> {
    let code = code(currency)?;
    let amount = decimal::read(amount)?;
    let prefs = language.locale().into();
    let formatter =
        CurrencyFormatter::try_new_symbol(prefs, code, Default::default()).map_err(gap)?;
    let written = |amount: &Decimal| text(&formatter.format_fixed_decimal(amount));
    if amount.sign != Sign::Negative {
        return written(&amount);
    }
    // Only the formatter knows what it rounds to: an amount that becomes nought is written without sign.
    let nought = written(&Decimal::default())?;
    let positive = written(&amount.clone().with_sign(Sign::None))?;
    match positive == nought {
        true => Ok(nought),
        false => written(&amount),
    }
}

fn code(currency: &str) -> Result<CurrencyType, FormatError> {
    if currency.len() != 3 {
        return Err(FormatError::CurrencyLength(currency.len()));
    }
    let no_code = || FormatError::Currency(currency.to_owned());
    if !currency.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(no_code());
    }
    let value = Value::try_from_str(currency).map_err(|_| no_code())?;
    CurrencyType::try_from(&value).map_err(|_| no_code())
}
