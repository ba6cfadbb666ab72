//! How much memory one mini-app holds: the sum of all its linear memories, and
//! the data that the host keeps for it. Wasmtime's own limit is per memory and
//! knows nothing of the host's share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::limits;

/// A growth that was not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Bytes that would have been held.
    pub(crate) wanted: usize,
    /// Bytes that may be held.
    pub(crate) limit: usize,
}

/// What the host keeps for one call; given back where the store cannot be reached.
pub(crate) struct Lent {
    of: Arc<AtomicUsize>,
    bytes: usize,
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.of.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Counts a mini-app's memory and refuses what exceeds its limit.
pub(crate) struct MemoryMeter {
    limit: usize,
    guest: usize,
    host: usize,
    lent: Arc<AtomicUsize>,
    last_growth: usize,
    table_elements: usize,
    refusal: Option<Refusal>,
}

impl MemoryMeter {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            guest: 0,
            host: 0,
            lent: Arc::default(),
            last_growth: 0,
            table_elements: 0,
            refusal: None,
        }
    }

    /// Bytes held now.
    pub(crate) fn held(&self) -> usize {
        let lent = self.lent.load(Ordering::Relaxed);
        self.guest.saturating_add(self.host).saturating_add(lent)
    }

    /// Bytes that could be added.
    pub(crate) fn left(&self) -> usize {
        self.limit.saturating_sub(self.held())
    }

    /// Sets what the host keeps for the app; the caller has checked [`Self::left`].
    pub(crate) fn replace_host(&mut self, before: usize, after: usize) {
        self.host = self.host.saturating_sub(before).saturating_add(after);
    }

    /// Counts what the host keeps for one call, until that is over; the caller has
    /// checked [`Self::left`].
    pub(crate) fn lend(&self, bytes: usize) -> Lent {
        self.lent.fetch_add(bytes, Ordering::Relaxed);
        Lent {
            of: Arc::clone(&self.lent),
            bytes,
        }
    }

    /// The last growth that was refused since the guest was entered.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    /// Forgets a refusal that the guest has survived.
    pub(crate) fn forget_refusal(&mut self) {
        self.refusal = None;
    }
}

impl MemoryMeter {
    /// A linear memory grows from `current` to `desired` bytes, if that is allowed.
    pub(super) fn grow(&mut self, current: usize, desired: usize) -> bool {
        let growth = desired.saturating_sub(current);
        let wanted = self.held().saturating_add(growth);
        if wanted > self.limit {
            self.refusal = Some(Refusal {
                wanted,
                limit: self.limit,
            });
            return false;
        }
        self.guest = self.guest.saturating_add(growth);
        self.last_growth = growth;
        true
    }

    /// The growth that was allowed last did not come about.
    pub(super) fn undo_growth(&mut self) {
        self.guest = self
            .guest
            .saturating_sub(std::mem::take(&mut self.last_growth));
    }

    /// A table grows from `current` to `desired` elements, if that is allowed.
    pub(super) fn grow_table(&mut self, current: usize, desired: usize) -> bool {
        let growth = desired.saturating_sub(current);
        let total = self.table_elements.saturating_add(growth);
        if total > limits::TABLE_ELEMENTS {
            return false;
        }
        self.table_elements = total;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_host_data_share_one_limit() {
        let mut meter = MemoryMeter::new(1_000);
        assert!(meter.grow(0, 400));
        assert!(meter.grow(0, 400));
        meter.replace_host(0, 100);
        assert_eq!(meter.left(), 100);
        assert!(!meter.grow(400, 501), "one past");
        assert_eq!(
            meter.refusal(),
            Some(Refusal {
                wanted: 1_001,
                limit: 1_000
            })
        );
        assert!(meter.grow(400, 500), "the limit itself");
        assert_eq!(meter.left(), 0);
    }

    #[test]
    fn what_is_lent_counts_until_it_is_given_back() {
        let mut meter = MemoryMeter::new(1_000);
        let lent = meter.lend(600);
        assert_eq!(meter.left(), 400);
        assert!(!meter.grow(0, 401));
        drop(lent);
        assert!(meter.grow(0, 1_000));
    }

    #[test]
    fn a_growth_that_the_system_refuses_is_not_counted() {
        let mut meter = MemoryMeter::new(1_000);
        assert!(meter.grow(0, 600));
        meter.undo_growth();
        assert_eq!(meter.held(), 0);
    }

    #[test]
    fn all_tables_share_one_limit() {
        let mut meter = MemoryMeter::new(0);
        assert!(meter.grow_table(0, limits::TABLE_ELEMENTS));
        assert!(!meter.grow_table(0, 1), "one past");
    }
}
