//! Owns time zones and what they are ahead of UTC. Must not know how a moment is written.

use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::error::FormatError;

/// Longest time zone in bytes: twice the longest name of the database.
pub const MAX_ZONE_BYTES: usize = 64;

/// The database that is compiled in, whatever the system has. It keeps each zone that was asked for
/// once, of which there are some six hundred.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Milliseconds after which the calendar and the rules of time zones repeat themselves: 400 years.
const CYCLE: i64 = 146_097 * 86_400_000;

/// A time zone of the IANA database, such as `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Looks a zone up by its name, of at most [`MAX_ZONE_BYTES`]; case does not matter.
    ///
    /// # Errors
    ///
    /// [`FormatError::ZoneLength`] or [`FormatError::Zone`] if it is too long or not in the database.
    pub fn parse(name: &str) -> Result<Self, FormatError> {
        if name.len() > MAX_ZONE_BYTES {
            return Err(FormatError::ZoneLength(name.len()));
        }
        let zone = DATABASE.get(name);
        zone.map(Self)
            .map_err(|_| FormatError::Zone(name.to_owned()))
    }

    /// How far local time is ahead of UTC at a moment, in milliseconds since 1970-01-01T00:00:00Z; in
    /// whole minutes. The seconds that local mean times have, of before there were zones, are dropped.
    ///
    /// Any moment has an answer: the rules that the database has for the future go on for ever, and what
    /// was before the first one is local mean time.
    #[must_use]
    pub fn utc_offset(&self, milliseconds: i64) -> i32 {
        self.offset_seconds(milliseconds) / 60
    }

    /// The same in seconds, exactly.
    pub(crate) fn offset_seconds(&self, milliseconds: i64) -> i32 {
        let moment = within(milliseconds);
        self.0.to_offset(moment).seconds()
    }
}

/// The moment, or one that is like it whole cycles away, where it is beyond what there are timestamps
/// for; the first one for all that is before it.
fn within(milliseconds: i64) -> Timestamp {
    let last = Timestamp::MAX.as_millisecond();
    let beyond = milliseconds.saturating_sub(last).max(0);
    let cycles = beyond / CYCLE + i64::from(beyond % CYCLE > 0);
    let alike = milliseconds.saturating_sub(cycles.saturating_mul(CYCLE));
    Timestamp::from_millisecond(alike).unwrap_or(Timestamp::MIN)
}

/// UTC.
impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

/// Writes the name as the database has it: `europe/berlin` as `Europe/Berlin`.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}
