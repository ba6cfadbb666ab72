//! A storage that is open: which keys there are, and where their values lie. Does one piece
//! of work, and knows neither who asks nor what becomes of faults.

use super::disk::{Disk, Fault};
use super::index::{Index, Refused};
use super::memory::Memory;
use super::pending::Pending;
use super::recent::is_small;
use super::work::{Admitted, Answer, Failure, Job, Work};
use super::{MAX_HELD, SnapshotId, StorageError};
use crate::meter::price;

/// What is in a storage, and where.
pub(super) struct Open {
    pub(super) index: Index,
    pub(super) medium: Medium,
}

/// Where values lie.
pub(super) enum Medium {
    Disk(Disk),
    Memory(Memory),
}

/// Why a group of work goes no further, or one piece of it.
pub(super) enum Stop {
    One(Failure),
    All(Fault),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::One(refused.into())
    }
}

impl Open {
    /// The value of a key as it was committed last, where that takes no work to know.
    pub(super) fn at_hand(&self, key: &str) -> Option<Option<&[u8]>> {
        match self.index.size(key) {
            None => Some(None),
            Some(_) => self.medium.at_hand(key).map(Some),
        }
    }

    /// Does one piece of work, and notes what is to be written.
    pub(super) fn apply(
        &mut self,
        pending: &mut Pending,
        job: &mut Job,
        limit: u64,
    ) -> Result<Answer, Stop> {
        let index = &mut self.index;
        Ok(match std::mem::replace(&mut job.work, Work::Close) {
            Work::Get(key) => {
                let Some(size) = index.size(&key) else {
                    return Ok(Answer::Value(None));
                };
                hold(
                    &mut job.admitted,
                    usize::try_from(size).unwrap_or(usize::MAX),
                )?;
                let value = match pending.get(&key) {
                    Some(changed) => changed.cloned(),
                    None => Some(self.medium.read(&key, size)?),
                };
                job.charge(price::restored(value.as_ref().map_or(0, Vec::len)));
                Answer::Value(value)
            }
            Work::Set(key, value) => {
                index.set(&key, value.len(), limit)?;
                pending.values.insert(key, Some(value));
                Answer::Done
            }
            Work::Remove(key) => {
                if index.remove(&key) {
                    pending.values.insert(key, None);
                }
                Answer::Done
            }
            Work::Clear => {
                if !index.is_empty() {
                    index.clear();
                    pending.clear();
                }
                Answer::Done
            }
            Work::Keys => {
                let bytes = index.key_bytes();
                hold(&mut job.admitted, bytes)?;
                job.charge(price::restored(bytes));
                Answer::Keys(index.keys())
            }
            _ => Answer::Usage(index.usage(limit)),
        })
    }

    /// Writes all of it, or nothing.
    pub(super) fn write(&mut self, pending: Pending) -> Result<(), Fault> {
        match &mut self.medium {
            Medium::Disk(disk) => disk.write(&pending),
            Medium::Memory(memory) => {
                memory.write(pending);
                Ok(())
            }
        }
    }

    /// Restores what is in memory.
    pub(super) fn restore(&mut self, id: SnapshotId) -> Result<(), StorageError> {
        let Medium::Memory(memory) = &mut self.medium else {
            return Ok(());
        };
        if !memory.restore(id) {
            let kept = memory.snapshots();
            return Err(StorageError::NoSnapshot { id, kept });
        }
        self.index.clear();
        for (key, value) in memory.values() {
            let size = u32::try_from(value.len()).unwrap_or(u32::MAX);
            self.index.found(key.clone(), size);
        }
        Ok(())
    }
}

impl Medium {
    fn at_hand(&self, key: &str) -> Option<&[u8]> {
        match self {
            Self::Disk(disk) => disk.recent(key),
            Self::Memory(memory) => memory.get(key).filter(|value| is_small(value)),
        }
    }

    fn read(&mut self, key: &str, size: u32) -> Result<Vec<u8>, Stop> {
        match self {
            Self::Memory(memory) => {
                let value = memory.get(key).map(<[u8]>::to_vec);
                value.ok_or(Stop::One(Failure::Value))
            }
            Self::Disk(disk) => disk.read(key, size).map_err(|fault| match fault {
                Fault::Value => Stop::One(Failure::Value),
                fault => Stop::All(fault),
            }),
        }
    }
}

/// Holds room for an answer until the mini-app has it.
pub(super) fn hold(admitted: &mut Option<Admitted>, bytes: usize) -> Result<(), Refused> {
    let Some(Admitted { held, .. }) = admitted else {
        return Ok(());
    };
    if held.grow(bytes, MAX_HELD) {
        Ok(())
    } else {
        Err(Refused::Busy(MAX_HELD))
    }
}
