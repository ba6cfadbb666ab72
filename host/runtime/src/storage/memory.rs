//! The storage of a tenant in memory, for as long as the host lives.

use std::collections::BTreeMap;

use super::pending::Pending;
use super::{MAX_SNAPSHOTS, SnapshotId};

type Values = BTreeMap<String, Vec<u8>>;

/// Values, and copies of them.
#[derive(Default)]
pub(super) struct Memory {
    values: Values,
    snapshots: BTreeMap<SnapshotId, Values>,
}

impl Memory {
    pub(super) fn get(&self, key: &str) -> Option<&[u8]> {
        self.values.get(key).map(Vec::as_slice)
    }

    pub(super) fn write(&mut self, pending: Pending) {
        if pending.cleared {
            self.values.clear();
        }
        for (key, value) in pending.values {
            match value {
                Some(value) => drop(self.values.insert(key, value)),
                None => drop(self.values.remove(&key)),
            }
        }
    }

    pub(super) fn values(&self) -> &Values {
        &self.values
    }

    pub(super) fn snapshot(&mut self) -> SnapshotId {
        let last = self.snapshots.keys().next_back();
        let id = SnapshotId(last.map_or(1, |last| last.0.saturating_add(1)));
        self.snapshots.insert(id, self.values.clone());
        while self.snapshots.len() > MAX_SNAPSHOTS {
            self.snapshots.pop_first();
        }
        id
    }

    pub(super) fn snapshots(&self) -> Vec<SnapshotId> {
        self.snapshots.keys().copied().collect()
    }

    /// Tells whether there is such a snapshot.
    pub(super) fn restore(&mut self, id: SnapshotId) -> bool {
        let Some(values) = self.snapshots.get(&id) else {
            return false;
        };
        self.values = values.clone();
        true
    }
}
