//! Moments: dates and times of day; must not know how the host writes them.

use crate::error::{Error, Result, code};
use crate::host;
use std::time::{SystemTime, UNIX_EPOCH};

/// How detailed a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateLength {
    /// `24.12.26`
    Short,
    /// `24.12.2026`, or with a short name of the month.
    Medium,
    /// `24. Dezember 2026`
    Long,
}

/// How detailed a time of day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeLength {
    /// `18:05`
    Minutes,
    /// `18:05:30`
    Seconds,
}

/// How a moment is written, as the contract has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MomentOptions {
    pub date: Option<DateLength>,
    pub weekday: bool,
    pub time: Option<TimeLength>,
    pub time_zone: Option<String>,
    pub language: Option<String>,
}

/// A moment as local time, in the calendar of the language: say what of it is written, the date, the time
/// of day, or both.
///
/// ```
/// # use miniapp_guest::{prelude::*, testing::Host};
/// use miniapp_guest::locale::{DateLength, TimeLength};
/// use std::time::{Duration, UNIX_EPOCH};
///
/// # Host::new().block_on(async {
/// let moment = locale::moment(UNIX_EPOCH + Duration::from_secs(1_798_131_930));
/// assert_eq!(moment.clone().date(DateLength::Short).write()?, "2026-12-24");
/// assert_eq!(moment.clone().date(DateLength::Long).weekday().write()?, "Thu, 2026-12-24");
/// assert_eq!(moment.time(TimeLength::Seconds).write()?, "17:05:30");
/// # Ok(()) }).unwrap();
/// ```
pub fn moment(moment: SystemTime) -> MomentText {
    MomentText {
        moment,
        options: MomentOptions::default(),
    }
}

/// A moment that is to be written; see [`moment`].
#[derive(Clone, Debug)]
#[must_use = "nothing is written without `write`"]
pub struct MomentText {
    moment: SystemTime,
    options: MomentOptions,
}

impl MomentText {
    /// With its date.
    pub fn date(mut self, length: DateLength) -> Self {
        self.options.date = Some(length);
        self
    }

    /// With the day of the week before its date; nothing without the date.
    pub fn weekday(mut self) -> Self {
        self.options.weekday = true;
        self
    }

    /// With its time of day.
    pub fn time(mut self, length: TimeLength) -> Self {
        self.options.time = Some(length);
        self
    }

    /// In a time zone that is named, such as `Asia/Kolkata`, not the user's.
    pub fn time_zone(mut self, name: impl Into<String>) -> Self {
        self.options.time_zone = Some(name.into());
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
    /// Fails with [`invalid-argument`](code::INVALID_ARGUMENT) if neither the date nor the time is asked
    /// for, there is no such time zone, or the moment is outside the years -9998 to 9999.
    pub fn write(&self) -> Result<String> {
        host::format_date(milliseconds(self.moment)?, &self.options)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z; what is less than one counts as passed.
pub(crate) fn milliseconds(moment: SystemTime) -> Result<i64> {
    let milliseconds = match moment.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).ok(),
        Err(before) => {
            let before = before.duration().as_nanos().div_ceil(1_000_000);
            i64::try_from(before).ok().map(|before| -before)
        }
    };
    milliseconds
        .ok_or_else(|| Error::new(code::INVALID_ARGUMENT, "the moment is too far from 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn moments_are_told_in_whole_milliseconds_that_have_passed() {
        let micros = Duration::from_micros;
        assert_eq!(milliseconds(UNIX_EPOCH), Ok(0));
        assert_eq!(milliseconds(UNIX_EPOCH + micros(1_999)), Ok(1));
        assert_eq!(milliseconds(UNIX_EPOCH - micros(1)), Ok(-1));
        assert_eq!(milliseconds(UNIX_EPOCH - micros(1_000)), Ok(-1));
        assert_eq!(milliseconds(UNIX_EPOCH - micros(1_001)), Ok(-2));
    }
}
