//! Time; must not know whose clock it is.

use crate::host;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time of day, in steps of a millisecond.
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(host::now())
}

/// The time since some moment before the launch, on a clock that never goes back.
pub fn monotonic() -> Duration {
    Duration::from_micros(host::monotonic())
}
