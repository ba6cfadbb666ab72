//! WASI's clocks, in the steps of the contract's own: finer ones would help a guest
//! to measure caches.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

use super::super::clock;

/// Nanoseconds of a step of the monotonic clock.
const STEP: u64 = clock::STEP * 1_000;

/// A step of the time of day.
const WALL_STEP: Duration = Duration::from_millis(1);

/// The clock that never goes back; begins with the launch.
pub(super) struct Monotonic(Instant);

impl Monotonic {
    pub(super) fn since(launch: Instant) -> Self {
        Self(launch)
    }
}

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        STEP
    }

    fn now(&self) -> u64 {
        let nanos = self.0.elapsed().as_nanos();
        u64::try_from(nanos).unwrap_or(u64::MAX) / STEP * STEP
    }
}

/// The time of day; 0 before 1970.
pub(super) struct Wall;

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        WALL_STEP
    }

    fn now(&self) -> Duration {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Duration::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}
