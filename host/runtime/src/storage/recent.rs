//! Values that were read or written last, in memory, so that asking for one of them again
//! needs neither the disk nor another thread. Knows neither files nor who asks.

use std::collections::HashMap;

/// Bytes of a value that is kept: what mini-apps ask for again and again are settings and
/// small lists, and copying so much takes no time worth another thread.
const MAX_RECENT_VALUE: usize = 4 << 10;

/// Bytes of keys and values that are kept for a tenant: the host's memory, for as long as its
/// storage is open.
const MAX_RECENT: usize = 64 << 10;

/// Bytes that an entry takes beyond its key and value: two pieces of memory and their place.
const ENTRY: usize = 96;

/// Values by their keys, as they are on the disk.
#[derive(Debug, Default)]
pub(super) struct Recent {
    values: HashMap<String, Box<[u8]>>,
    bytes: usize,
}

impl Recent {
    pub(super) fn get(&self, key: &str) -> Option<&[u8]> {
        self.values.get(key).map(|value| &**value)
    }

    /// Keeps what a key's value is, unless it is too large. Where there is no room, it begins
    /// anew: whoever asks for more than there is room for gains nothing from a better order.
    pub(super) fn keep(&mut self, key: &str, value: &[u8]) {
        self.forget(key);
        if !is_small(value) {
            return;
        }
        let bytes = cost(key, value);
        if self.bytes.saturating_add(bytes) > MAX_RECENT {
            self.clear();
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.values.insert(key.to_owned(), value.into());
    }

    pub(super) fn forget(&mut self, key: &str) {
        if let Some(value) = self.values.remove(key) {
            self.bytes = self.bytes.saturating_sub(cost(key, &value));
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Whether a value is handed over at once, by whoever has it in memory.
pub(super) fn is_small(value: &[u8]) -> bool {
    value.len() <= MAX_RECENT_VALUE
}

fn cost(key: &str, value: &[u8]) -> usize {
    key.len().saturating_add(value.len()).saturating_add(ENTRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_at_the_limit_is_kept_and_one_past_it_is_not() {
        let mut recent = Recent::default();
        recent.keep("at", &[1; MAX_RECENT_VALUE]);
        recent.keep("past", &[1; MAX_RECENT_VALUE + 1]);
        assert_eq!(recent.get("at"), Some(&[1; MAX_RECENT_VALUE][..]));
        assert_eq!(recent.get("past"), None);
        recent.keep("at", &[1; MAX_RECENT_VALUE + 1]);
        assert_eq!(recent.get("at"), None, "what it was before is not kept");
        assert_eq!(recent.bytes, 0);
    }

    #[test]
    fn there_is_never_more_than_there_is_room_for() {
        let mut recent = Recent::default();
        for key in 0..10_000 {
            let key = key.to_string();
            recent.keep(&key, &[2; 1000]);
            assert!(recent.bytes <= MAX_RECENT);
            assert_eq!(recent.get(&key), Some(&[2; 1000][..]));
        }
        for key in 0..10_000 {
            recent.forget(&key.to_string());
        }
        assert_eq!((recent.bytes, recent.values.len()), (0, 0));
    }
}
