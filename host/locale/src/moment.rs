//! Owns how a moment is written: its date, its time of day, or both. Must not know what time it is.

use icu_calendar::preferences::CalendarAlgorithm;
use icu_calendar::types::RataDie;
use icu_calendar::{Date, Iso};
use icu_datetime::fieldsets::enums::CompositeDateTimeFieldSet;
use icu_datetime::fieldsets::{T, YMD, YMDE};
use icu_datetime::input::{DateTime, Time};
use icu_datetime::options::{Length, TimePrecision};
use icu_datetime::{DateTimeFormatter, DateTimeFormatterLoadError, DateTimeFormatterPreferences};

use crate::error::FormatError;
use crate::language::Language;
use crate::number::{gap, text};
use crate::zone::Zone;

/// The first year that is written, of the proleptic Gregorian calendar, where 0 is 1 BC.
pub const MIN_YEAR: i32 = -9_998;

/// The last year that is written.
pub const MAX_YEAR: i32 = 9_999;

const DAY: i64 = 86_400_000;

/// 1970-01-01, in days from the first day of the year 1.
const EPOCH: i64 = 719_163;

/// The first and the last moment, in milliseconds since 1970-01-01T00:00:00Z.
const FIRST: i64 = -4_371_222 * DAY;
const LAST: i64 = 2_932_897 * DAY - 1;

/// How detailed a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateLength {
    /// `24.12.26`
    Short,
    /// `24.12.2026`, or with a short name of the month.
    #[default]
    Medium,
    /// `24. Dezember 2026`
    Long,
}

/// How detailed a time of day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeLength {
    /// `18:05`
    #[default]
    Minutes,
    /// `18:05:30`
    Seconds,
}

/// What of a moment is written: at least one of `date` and `time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MomentOptions {
    /// The date, if it is to be written.
    pub date: Option<DateLength>,
    /// Whether the day of the week is written with the date; nothing without one.
    pub weekday: bool,
    /// The time of day, if it is to be written.
    pub time: Option<TimeLength>,
}

/// Writes a moment, given in milliseconds since 1970-01-01T00:00:00Z, as local time in `zone`, in the
/// calendar that the language has by custom: the Buddhist one in Thai, the Persian one in Persian. What was
/// before the year 1 is written in the Gregorian one: some calendars begin later than [`MIN_YEAR`], and the
/// Hebrew one has no numbers for the years before it.
///
/// # Errors
///
/// [`FormatError`] if nothing is to be written, or the moment is outside the years [`MIN_YEAR`] to
/// [`MAX_YEAR`] (UTC).
pub fn moment(
    language: &Language,
    zone: &Zone,
    milliseconds: i64,
    options: &MomentOptions,
) -> Result<String, FormatError> {
    if options.date.is_none() && options.time.is_none() {
        return Err(FormatError::Nothing);
    }
    if !(FIRST..=LAST).contains(&milliseconds) {
        return Err(FormatError::Moment(milliseconds));
    }
    let local = milliseconds + i64::from(zone.offset_seconds(milliseconds)) * 1_000;
    let formatter = formatter(language, local < -EPOCH * DAY, options).map_err(gap)?;
    text(&formatter.format(&civil(local)?))
}

/// The formatter for what is asked for, `before` the year 1 or after. Each set of fields is named where it is made: the compiler then
/// leaves out the data of all others.
fn formatter(
    language: &Language,
    before: bool,
    options: &MomentOptions,
) -> Result<DateTimeFormatter<CompositeDateTimeFieldSet>, DateTimeFormatterLoadError> {
    let mut prefs = DateTimeFormatterPreferences::from(language.locale());
    if before {
        prefs.calendar_algorithm = Some(CalendarAlgorithm::Gregory);
    }
    let precision = options.time.map(|time| match time {
        TimeLength::Minutes => TimePrecision::Minute,
        TimeLength::Seconds => TimePrecision::Second,
    });
    let length = options.date.map(|date| match date {
        DateLength::Short => Length::Short,
        DateLength::Medium => Length::Medium,
        DateLength::Long => Length::Long,
    });
    Ok(match (length, options.weekday, precision) {
        (Some(length), false, None) => {
            DateTimeFormatter::try_new(prefs, YMD::for_length(length))?.cast_into_fset()
        }
        (Some(length), true, None) => {
            DateTimeFormatter::try_new(prefs, YMDE::for_length(length))?.cast_into_fset()
        }
        (Some(length), false, Some(precision)) => {
            let fields = YMD::for_length(length).with_time(precision);
            DateTimeFormatter::try_new(prefs, fields)?.cast_into_fset()
        }
        (Some(length), true, Some(precision)) => {
            let fields = YMDE::for_length(length).with_time(precision);
            DateTimeFormatter::try_new(prefs, fields)?.cast_into_fset()
        }
        (None, _, precision) => {
            let fields = T::hm().with_time_precision(precision.unwrap_or(TimePrecision::Minute));
            DateTimeFormatter::try_new(prefs, fields)?.cast_into_fset()
        }
    })
}

/// Day and time of day of so many local milliseconds.
fn civil(local: i64) -> Result<DateTime<Iso>, FormatError> {
    let of_day = local.rem_euclid(DAY) / 1_000;
    let part = |seconds: i64| u8::try_from(seconds).map_err(gap);
    let time = Time::try_new(
        part(of_day / 3_600)?,
        part(of_day / 60 % 60)?,
        part(of_day % 60)?,
        0,
    );
    Ok(DateTime {
        date: Date::from_rata_die(RataDie::new(EPOCH + local.div_euclid(DAY)), Iso),
        time: time.map_err(gap)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_the_first_and_the_last_day() {
        let date = |milliseconds| {
            let date = civil(milliseconds).unwrap().date;
            (
                date.era_year().year,
                date.month().ordinal,
                date.day_of_month().0,
            )
        };
        let year = |milliseconds| civil(milliseconds).unwrap().date.year().extended_year();
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(-1), (1969, 12, 31));
        assert_eq!((year(FIRST), year(FIRST - 1)), (MIN_YEAR, MIN_YEAR - 1));
        assert_eq!((year(LAST), year(LAST + 1)), (MAX_YEAR, MAX_YEAR + 1));
        assert_eq!(date(LAST), (9999, 12, 31));
    }
}
