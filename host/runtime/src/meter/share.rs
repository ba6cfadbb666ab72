//! How much of a core one mini-app may keep busy, whatever it burns: built-in
//! functions of the component model and work in the host take time that fuel does
//! not tell. Knows neither Wasmtime nor clocks.

use std::time::{Duration, Instant};

use crate::limits;

/// Time for which a mini-app has kept a thread busy, less what time has forgiven.
pub(crate) struct CoreShare {
    level: Duration,
    percent: u32,
    at: Instant,
}

impl CoreShare {
    /// For a mini-app that may keep `percent` of a core busy.
    pub(crate) fn new(percent: u32, now: Instant) -> Self {
        Self {
            level: Duration::ZERO,
            percent: percent.clamp(1, 100),
            at: now,
        }
    }

    /// Whether nothing has to be held back as long as no more comes.
    pub(crate) fn is_within(&self) -> bool {
        self.level <= limits::BUSY_BURST
    }

    /// Adds time for which a thread was kept busy until now.
    pub(crate) fn add(&mut self, busy: Duration, now: Instant) {
        let elapsed = now.saturating_duration_since(self.at);
        self.at = now;
        self.level = self
            .level
            .saturating_add(busy)
            .saturating_sub(elapsed.saturating_mul(self.percent) / 100);
    }

    /// How long to hold back what the mini-app waits for.
    pub(crate) fn pause(&self) -> Duration {
        let over = self.level.saturating_sub(limits::BUSY_BURST);
        over.saturating_mul(100) / self.percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_what_goes_beyond_is_waited_for() {
        let now = Instant::now();
        let mut share = CoreShare::new(50, now);
        share.add(limits::BUSY_BURST, now);
        assert!(share.is_within());
        assert_eq!(share.pause(), Duration::ZERO);
        share.add(Duration::from_millis(100), now);
        assert!(!share.is_within());
        assert_eq!(share.pause(), Duration::from_millis(200));
        share.add(Duration::ZERO, now + Duration::from_millis(200));
        assert_eq!(share.pause(), Duration::ZERO);
    }

    #[test]
    fn what_was_not_used_is_not_saved_up() {
        let now = Instant::now();
        let mut share = CoreShare::new(50, now);
        let later = now + Duration::from_secs(3_600);
        share.add(Duration::ZERO, later);
        share.add(limits::BUSY_BURST + Duration::from_millis(1), later);
        assert_eq!(share.pause(), Duration::from_millis(2));
    }
}
