//! What is going to be written with the next commit. Whoever reads meanwhile finds it
//! here first. Knows neither files nor limits.

use std::collections::BTreeMap;

/// Changes that are committed together, the last one of each key.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Everything that was there before is gone.
    pub(super) cleared: bool,
    /// The new values; none for a key that is gone.
    pub(super) values: BTreeMap<String, Option<Vec<u8>>>,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        !self.cleared && self.values.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.cleared = true;
        self.values.clear();
    }

    /// What becomes of a key, if it is changed.
    pub(super) fn get(&self, key: &str) -> Option<Option<&Vec<u8>>> {
        let changed = self.values.get(key).map(Option::as_ref);
        changed.or(self.cleared.then_some(None))
    }
}
