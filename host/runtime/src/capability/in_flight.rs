//! Counts what one mini-app has under way, however it ends: a call that is
//! dropped half-way is as over as one that returned.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Calls, or bytes, under way.
#[derive(Clone, Default)]
pub(crate) struct InFlight(Arc<AtomicUsize>);

/// A share of what is under way, until it is dropped.
pub(crate) struct Share {
    of: InFlight,
    amount: usize,
}

impl InFlight {
    /// Takes `amount`, if there is no more than `limit` under way with it.
    pub(crate) fn take(&self, amount: usize, limit: usize) -> Option<Share> {
        let mut share = Share {
            of: self.clone(),
            amount: 0,
        };
        share.grow(amount, limit).then_some(share)
    }
}

impl Share {
    /// Takes `more`, if there is no more than `limit` under way with it.
    pub(crate) fn grow(&mut self, more: usize, limit: usize) -> bool {
        let before = self.of.0.fetch_add(more, Ordering::Relaxed);
        self.amount = self.amount.saturating_add(more);
        let fits = before.checked_add(more).is_some_and(|after| after <= limit);
        if !fits {
            self.of.0.fetch_sub(more, Ordering::Relaxed);
            self.amount = self.amount.saturating_sub(more);
        }
        fits
    }

    /// Gives back all but `amount`, or takes what is missing as [`Share::grow`] does.
    pub(crate) fn resize(&mut self, amount: usize, limit: usize) -> bool {
        let more = amount.saturating_sub(self.amount);
        let less = self.amount.saturating_sub(amount);
        self.of.0.fetch_sub(less, Ordering::Relaxed);
        self.amount = self.amount.saturating_sub(less);
        self.grow(more, limit)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.0.fetch_sub(self.amount, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_and_one_past_and_given_back() {
        let in_flight = InFlight::default();
        let mut first = in_flight.take(2, 3).unwrap();
        assert!(in_flight.take(2, 3).is_none(), "one past");
        assert!(first.grow(1, 3), "the limit itself");
        assert!(!first.grow(1, 3));
        drop(first);
        assert!(in_flight.take(3, 3).is_some());
    }
}
