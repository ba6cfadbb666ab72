//! Numbers, amounts and moments as the host in memory writes them: in one way, whatever the language, for
//! tests that look at what a page does with a text and not at the text. Must not know who asks.

use crate::error::{Error, Result, code};
use crate::locale::{MomentOptions, NumberOptions, TimeLength};

/// Most digits after the decimal sign, as in the contract.
const MAX_FRACTION: u8 = 20;

/// Digits of an amount, whatever the currency.
const AMOUNT_DIGITS: usize = 2;

const DAY: i64 = 86_400_000;

/// The days of the week from 1970-01-01 on.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

fn invalid(message: impl Into<String>) -> Error {
    Error::new(code::INVALID_ARGUMENT, message)
}

/// `1234.5`, `12.5%`.
pub(super) fn number(number: &str, options: &NumberOptions) -> Result<String> {
    let minimum = options.minimum_fraction.unwrap_or(0);
    let maximum = options.maximum_fraction.unwrap_or(MAX_FRACTION);
    if minimum > maximum || maximum > MAX_FRACTION {
        return Err(invalid(format!(
            "{minimum} to {maximum} digits after the decimal sign are asked for; expected 0 to {MAX_FRACTION}"
        )));
    }
    let (shift, sign) = if options.percent { (2, "%") } else { (0, "") };
    let digits = Digits::read(number)?.shifted(shift);
    let written = match options.maximum_fraction {
        Some(maximum) => digits.rounded(maximum.into()),
        None => digits,
    };
    Ok(written.written(minimum.into()) + sign)
}

/// `CHF 19.90`.
pub(super) fn currency(amount: &str, currency: &str) -> Result<String> {
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(invalid(format!(
            "{currency:?} is not a currency; expected the three letters of ISO 4217, such as `CHF`"
        )));
    }
    let amount = Digits::read(amount)?.rounded(AMOUNT_DIGITS);
    let amount = amount.written(AMOUNT_DIGITS);
    Ok(format!("{} {amount}", currency.to_ascii_uppercase()))
}

/// `Thu, 2026-12-24 18:05`, of milliseconds of local time.
pub(super) fn moment(local: i64, options: &MomentOptions) -> Result<String> {
    let day = local.div_euclid(DAY);
    let seconds = local.rem_euclid(DAY) / 1_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    // All lengths are alike here.
    let date = options.date.map(|_| {
        let weekday = usize::try_from(day.rem_euclid(7)).ok();
        let weekday = weekday.and_then(|day| WEEKDAYS.get(day));
        match weekday.filter(|_| options.weekday) {
            Some(weekday) => format!("{weekday}, {}", civil(day)),
            None => civil(day),
        }
    });
    let time = options.time.map(|length| match length {
        TimeLength::Minutes => format!("{hour:02}:{minute:02}"),
        TimeLength::Seconds => format!("{hour:02}:{minute:02}:{second:02}"),
    });
    match (date, time) {
        (Some(date), Some(time)) => Ok(format!("{date} {time}")),
        (Some(text), None) | (None, Some(text)) => Ok(text),
        (None, None) => Err(invalid("neither the date nor the time is asked for")),
    }
}

/// The date of so many days after 1970-01-01, in the Gregorian calendar. The years begin in March here,
/// so that the leap day is the last one of its year.
fn civil(day: i64) -> String {
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{of_month:02}", era * 400 + year + next)
}

/// A decimal number: digits, and where the point stands among them, counted from the left.
struct Digits {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    fn read(text: &str) -> Result<Self> {
        let no_number = || {
            invalid(format!(
                "{text:?} is not a number; expected one as in `-1234.50`"
            ))
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent: i16 = exponent.parse().map_err(|_| no_number())?;
        let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(fraction) || fraction.is_empty() || unsigned.is_empty() {
            return Err(no_number());
        }
        let digits = whole.bytes().chain(fraction.bytes());
        Ok(Self {
            negative: mantissa.starts_with('-'),
            digits: digits.map(|byte| byte - b'0').collect(),
            point: i64::try_from(whole.len())? + i64::from(exponent),
        })
    }

    fn shifted(mut self, places: i64) -> Self {
        self.point += places;
        self
    }

    /// Rounded half away from nought.
    fn rounded(mut self, fraction: usize) -> Self {
        let kept = self.point + i64::try_from(fraction).unwrap_or(i64::MAX);
        let Ok(kept) = usize::try_from(kept) else {
            self.digits.clear();
            return self;
        };
        let up = self.digits.get(kept).is_some_and(|digit| *digit >= 5);
        self.digits.truncate(kept);
        if up {
            let nines = self.digits.iter().rev().take_while(|digit| **digit == 9);
            self.digits.truncate(self.digits.len() - nines.count());
            match self.digits.last_mut() {
                Some(digit) => *digit += 1,
                None => {
                    self.digits.push(1);
                    self.point += 1;
                }
            }
        }
        self
    }

    fn written(&self, minimum: usize) -> String {
        let at = |place: i64| {
            let place = usize::try_from(place).ok();
            place
                .and_then(|place| self.digits.get(place))
                .copied()
                .unwrap_or(0)
        };
        let digits = |places: std::ops::Range<i64>| -> String {
            places.map(|place| char::from(b'0' + at(place))).collect()
        };
        let whole = digits(0..self.point);
        let whole = whole.trim_start_matches('0');
        let count = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let mut fraction = digits(self.point..count.max(self.point));
        fraction.truncate(fraction.trim_end_matches('0').len());
        while fraction.len() < minimum {
            fraction.push('0');
        }
        let nought = self.digits.iter().all(|digit| *digit == 0);
        let sign = if self.negative && !nought { "-" } else { "" };
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::DateLength;

    fn options() -> NumberOptions {
        NumberOptions {
            percent: false,
            minimum_fraction: None,
            maximum_fraction: None,
            grouping: true,
            language: None,
        }
    }

    #[test]
    fn numbers_are_plain_decimals() {
        for (text, expected) in [
            ("-1234.50", "-1234.5"),
            ("1.2345e3", "1234.5"),
            ("1e3", "1000"),
            ("5e-3", "0.005"),
            ("1E+2", "100"),
            (".5", "0.5"),
            ("007", "7"),
            ("-0.0", "0"),
        ] {
            assert_eq!(number(text, &options()).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", "-", ".", "1.", "1,5", "NaN", "inf", "1e", "1e99999"] {
            let refused = number(text, &options()).unwrap_err();
            assert_eq!(refused.code(), code::INVALID_ARGUMENT, "{text}");
        }
    }

    #[test]
    fn numbers_are_rounded_half_away_from_nought() {
        let rounded = |text: &str, minimum, maximum| {
            let options = NumberOptions {
                minimum_fraction: Some(minimum),
                maximum_fraction: Some(maximum),
                ..options()
            };
            number(text, &options)
        };
        for (text, minimum, maximum, expected) in [
            ("2.5", 0, 0, "3"),
            ("-2.5", 0, 0, "-3"),
            ("1.005", 0, 2, "1.01"),
            ("0.999", 0, 2, "1"),
            ("99.95", 1, 1, "100.0"),
            ("0.004", 2, 2, "0.00"),
            ("0.0004", 0, 2, "0"),
            ("0.5", 0, 0, "1"),
            ("5e-9", 0, 2, "0"),
            ("-0.4", 0, 0, "0"),
            ("7", 2, 20, "7.00"),
        ] {
            assert_eq!(
                rounded(text, minimum, maximum).as_deref(),
                Ok(expected),
                "{text}"
            );
        }
        assert!(rounded("1", 3, 2).is_err());
        assert!(rounded("1", 0, 21).is_err());
        let percent = NumberOptions {
            percent: true,
            maximum_fraction: Some(1),
            ..options()
        };
        assert_eq!(number("0.98765", &percent).as_deref(), Ok("98.8%"));
    }

    #[test]
    fn amounts_have_two_digits() {
        assert_eq!(currency("19.9", "chf").as_deref(), Ok("CHF 19.90"));
        assert_eq!(currency("-1234.565", "EUR").as_deref(), Ok("EUR -1234.57"));
        for code in ["", "CH", "EURO", "€", "C1F"] {
            assert!(currency("1", code).is_err(), "{code}");
        }
    }

    #[test]
    fn moments_are_written_as_iso_8601_has_them() {
        let date = MomentOptions {
            date: Some(DateLength::Short),
            weekday: true,
            ..MomentOptions::default()
        };
        for (day, expected) in [
            (0, "Thu, 1970-01-01"),
            (-1, "Wed, 1969-12-31"),
            (11_016, "Tue, 2000-02-29"),
            (11_017, "Wed, 2000-03-01"),
            (20_811, "Thu, 2026-12-24"),
            (2_932_896, "Fri, 9999-12-31"),
        ] {
            assert_eq!(moment(day * DAY, &date).as_deref(), Ok(expected));
        }
        let both = MomentOptions {
            time: Some(TimeLength::Seconds),
            weekday: false,
            ..date
        };
        assert_eq!(moment(-1, &both).as_deref(), Ok("1969-12-31 23:59:59"));
        assert!(moment(0, &MomentOptions::default()).is_err());
    }
}
