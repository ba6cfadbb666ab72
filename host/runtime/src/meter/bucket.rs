//! The arithmetic of an app's fuel: a bucket that each delivered event tops up,
//! from a supply that time renews. Knows neither Wasmtime nor clocks.

use std::time::{Duration, Instant};

/// A bucket of `capacity`, topped up from a supply of `per_second`.
pub(crate) struct Bucket {
    capacity: u64,
    per_second: u64,
    supply: u64,
    renewed: Instant,
    given: u64,
}

impl Bucket {
    /// A full bucket and a full supply.
    pub(crate) fn new(capacity: u64, per_second: u64, now: Instant) -> Self {
        Self {
            capacity,
            per_second,
            supply: per_second,
            renewed: now,
            given: capacity,
        }
    }

    pub(crate) fn capacity(&self) -> u64 {
        self.capacity
    }

    /// All fuel that was given so far, less what is left.
    pub(crate) fn spent(&self, level: u64) -> u64 {
        self.given.saturating_sub(level)
    }

    /// Takes what the bucket lacks from the supply, or as much as there is; `debt` is going
    /// to be taken from it. Asks
    /// for the time only where the supply, as last renewed, is not enough.
    pub(crate) fn refill(&mut self, level: u64, debt: u64, now: impl FnOnce() -> Instant) -> u64 {
        let lacks = self.capacity.saturating_add(debt).saturating_sub(level);
        if self.supply < lacks {
            let now = now();
            self.supply = self.supply_at(now);
            self.renewed = now;
        }
        let added = lacks.min(self.supply);
        self.supply -= added;
        self.given = self.given.saturating_add(added);
        added
    }

    /// Fills the bucket whatever the supply has: for the last event of a life.
    pub(crate) fn fill(&mut self, level: u64, debt: u64) -> u64 {
        let added = self.capacity.saturating_add(debt).saturating_sub(level);
        self.given = self.given.saturating_add(added);
        added
    }

    /// How long until the supply can fill the bucket. Asks for the time as
    /// [`Self::refill`] does.
    pub(crate) fn pause(&self, level: u64, now: impl FnOnce() -> Instant) -> Duration {
        let wanted = self.capacity.saturating_sub(level).min(self.per_second);
        if self.supply >= wanted {
            return Duration::ZERO;
        }
        let missing = wanted.saturating_sub(self.supply_at(now()));
        if missing == 0 {
            return Duration::ZERO;
        }
        let nanos = u128::from(missing) * 1_000_000_000 / u128::from(self.per_second.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)).max(Duration::from_millis(1))
    }

    fn supply_at(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.renewed).as_nanos();
        let renewed = elapsed.saturating_mul(u128::from(self.per_second)) / 1_000_000_000;
        self.supply
            .saturating_add(u64::try_from(renewed).unwrap_or(u64::MAX))
            .min(self.per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_fills_the_bucket_and_no_more() {
        let now = Instant::now();
        let mut bucket = Bucket::new(100, 1_000, now);
        assert_eq!(bucket.refill(100, 0, || now), 0);
        assert_eq!(bucket.refill(30, 0, || now), 70);
        assert_eq!(bucket.spent(100), 70);
    }

    #[test]
    fn what_one_second_supplies_is_all_there_is() {
        let now = Instant::now();
        let mut bucket = Bucket::new(100, 250, now);
        assert_eq!(bucket.refill(0, 0, || now), 100);
        assert_eq!(bucket.refill(0, 0, || now), 100);
        assert_eq!(bucket.refill(0, 0, || now), 50, "one past the supply");
        assert_eq!(bucket.refill(0, 0, || now), 0);
        assert_eq!(bucket.pause(0, || now), Duration::from_millis(400));
        let later = now + Duration::from_millis(400);
        assert_eq!(bucket.pause(0, || later), Duration::ZERO);
        assert_eq!(bucket.refill(0, 0, || later), 100);
    }

    #[test]
    fn a_bucket_larger_than_the_supply_is_not_waited_for_for_ever() {
        let now = Instant::now();
        let mut bucket = Bucket::new(1_000, 10, now);
        assert_eq!(bucket.refill(0, 0, || now), 10);
        assert_eq!(bucket.pause(0, || now), Duration::from_secs(1));
    }

    #[test]
    fn a_debt_is_paid_from_the_supply_and_not_from_the_level_alone() {
        let now = Instant::now();
        let mut bucket = Bucket::new(100, 1_000, now);
        // 10 are left and 60 owed: it takes 150 to be full after that.
        assert_eq!(bucket.refill(10, 60, || now), 150);
    }
}
