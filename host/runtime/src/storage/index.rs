//! Which keys a tenant's storage has and how large it is, in memory: what it takes is
//! bounded by the quota. Knows no values and no files.

use std::collections::BTreeMap;

use super::work::Work;
use super::{KEY_BYTES, MAX_KEY_BYTES, MAX_KEYS, MAX_VALUE_BYTES, MAX_WAITING, StorageUsage};

/// A key or a value that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// A key without a character.
    #[error("a key has 1 to {MAX_KEY_BYTES} bytes, came none")]
    EmptyKey,
    /// A key that is too long.
    #[error("a key has 1 to {MAX_KEY_BYTES} bytes, came {0}; use a shorter one")]
    LongKey(usize),
    /// A value that is too long.
    #[error("a value has at most {MAX_VALUE_BYTES} bytes, came {0}; keep it in parts")]
    LongValue(usize),
    /// One key too many.
    #[error("{MAX_KEYS} keys are kept, which is the limit; remove some, or keep more in one value")]
    Keys,
    /// There is no room.
    #[error(
        "with this value the storage would have {bytes} bytes, {limit} are allowed; remove what is not needed"
    )]
    Full {
        /// Bytes that there would be.
        bytes: u64,
        /// Bytes that there may be.
        limit: u64,
    },
    /// Too many calls wait.
    #[error("{MAX_WAITING} calls of the storage wait already; await some before starting more")]
    Waiting,
    /// Values that wait hold too much.
    #[error("values that wait hold {0} bytes; await some before starting more")]
    Busy(usize),
}

/// Checks a key.
fn check_key(key: &str) -> Result<(), Refused> {
    match key.len() {
        0 => Err(Refused::EmptyKey),
        bytes if bytes > MAX_KEY_BYTES => Err(Refused::LongKey(bytes)),
        _ => Ok(()),
    }
}

/// Checks what can be checked before work waits.
pub(crate) fn check(work: &Work) -> Result<(), Refused> {
    match work {
        Work::Get(key) | Work::Remove(key) => check_key(key),
        Work::Set(key, value) => {
            check_key(key)?;
            check_value(value.len())
        }
        _ => Ok(()),
    }
}

fn check_value(bytes: usize) -> Result<(), Refused> {
    if bytes > MAX_VALUE_BYTES {
        return Err(Refused::LongValue(bytes));
    }
    Ok(())
}

/// Keys and the sizes of their values.
#[derive(Debug, Default)]
pub(super) struct Index {
    sizes: BTreeMap<String, u32>,
    bytes: u64,
}

impl Index {
    /// Takes in a key that was found.
    pub(super) fn found(&mut self, key: String, value: u32) {
        self.bytes = self.bytes.saturating_add(cost(&key, value));
        self.sizes.insert(key, value);
    }

    /// Takes in what is going to be written, if there is room for it.
    pub(super) fn set(&mut self, key: &str, value: usize, limit: u64) -> Result<(), Refused> {
        check_key(key)?;
        check_value(value)?;
        let size = u32::try_from(value).map_err(|_| Refused::LongValue(value))?;
        let before = self.sizes.get(key).map(|before| cost(key, *before));
        if before.is_none() && self.sizes.len() >= MAX_KEYS {
            return Err(Refused::Keys);
        }
        let others = self.bytes.saturating_sub(before.unwrap_or(0));
        let bytes = others.saturating_add(cost(key, size));
        // What makes it no larger is allowed where there is too much, too.
        if bytes > limit && bytes > self.bytes {
            return Err(Refused::Full { bytes, limit });
        }
        self.bytes = bytes;
        match self.sizes.get_mut(key) {
            Some(before) => *before = size,
            None => drop(self.sizes.insert(key.to_owned(), size)),
        }
        Ok(())
    }

    /// Tells whether there was such a key.
    pub(super) fn remove(&mut self, key: &str) -> bool {
        let Some(size) = self.sizes.remove(key) else {
            return false;
        };
        self.bytes = self.bytes.saturating_sub(cost(key, size));
        true
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Bytes of a key's value.
    pub(super) fn size(&self, key: &str) -> Option<u32> {
        self.sizes.get(key).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Bytes of all keys.
    pub(super) fn key_bytes(&self) -> usize {
        self.sizes.keys().map(String::len).sum()
    }

    /// All keys, in ascending order of their bytes.
    pub(super) fn keys(&self) -> Vec<String> {
        self.sizes.keys().cloned().collect()
    }

    pub(super) fn usage(&self, limit: u64) -> StorageUsage {
        StorageUsage {
            keys: u32::try_from(self.sizes.len()).unwrap_or(u32::MAX),
            bytes: self.bytes,
            limit,
        }
    }
}

fn cost(key: &str, value: u32) -> u64 {
    let key = u64::try_from(key.len()).unwrap_or(u64::MAX);
    key.saturating_add(u64::from(value))
        .saturating_add(KEY_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_at_the_limit_and_one_past() {
        let mut index = Index::default();
        let mut set = |key: &str, value| index.set(key, value, u64::MAX);
        assert_eq!(set("", 0), Err(Refused::EmptyKey));
        assert_eq!(set(&"k".repeat(MAX_KEY_BYTES), 0), Ok(()));
        let long = MAX_KEY_BYTES + 1;
        assert_eq!(set(&"k".repeat(long), 0), Err(Refused::LongKey(long)));
        assert_eq!(set("k", MAX_VALUE_BYTES), Ok(()));
        let long = MAX_VALUE_BYTES + 1;
        assert_eq!(set("k", long), Err(Refused::LongValue(long)));
    }

    #[test]
    fn room_at_the_limit_and_one_past() {
        let limit = 2 * KEY_BYTES + 12;
        let mut index = Index::default();
        assert_eq!(index.set("a", 5, limit), Ok(()));
        assert_eq!(index.set("b", 5, limit), Ok(()));
        let bytes = limit + 1;
        assert_eq!(
            index.set("b", 6, limit),
            Err(Refused::Full { bytes, limit })
        );
        assert_eq!(index.usage(limit).bytes, limit);
        assert_eq!(index.set("a", 4, limit), Ok(()));
        assert_eq!(index.set("b", 6, limit), Ok(()), "in the room of the other");
        assert_eq!(index.set("b", 6, 0), Ok(()), "no larger than it was");
        assert!(index.set("b", 7, 0).is_err());
        assert!(index.remove("a") && !index.remove("a"));
        assert_eq!(index.usage(limit).bytes, KEY_BYTES + 7);
    }

    #[test]
    fn the_number_of_keys_at_the_limit_and_one_past() {
        let mut index = Index::default();
        for key in 0..MAX_KEYS {
            assert_eq!(index.set(&key.to_string(), 0, u64::MAX), Ok(()));
        }
        assert_eq!(index.set("one more", 0, u64::MAX), Err(Refused::Keys));
        assert_eq!(index.set("0", 1, u64::MAX), Ok(()), "one that is there");
        index.clear();
        assert!(index.is_empty());
        assert_eq!(index.set("one more", 0, u64::MAX), Ok(()));
    }
}
