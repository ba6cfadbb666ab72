//! What one tenant's storage holds, and the work on it. Works on the thread of whoever
//! calls, and knows nothing of queues.
//!
//! A file that turns out to be damaged is set aside, and the storage begins anew. Where
//! nothing is wrong with the file but that it cannot be used now, nothing is changed.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::cipher::Cipher;
use super::disk::{self, Disk, Fault};
use super::files::{self, Files};
use super::index::{Index, Refused};
use super::memory::Memory;
use super::pending::Pending;
use super::work::{Admitted, Answer, Failure, Job, Work};
use super::{MAX_HELD, Observe, SnapshotId, StorageError};
use crate::tenant::Tenant;

/// Where a storage is kept.
#[derive(Clone)]
pub(super) enum Home {
    Disk(Arc<Files>, Arc<Cipher>),
    Memory,
}

/// One tenant's storage, open or not.
pub(super) struct Shelf {
    tenant: Tenant,
    home: Home,
    limit: u64,
    observe: Observe,
    /// What was last told, so that it is not told again and again.
    told: Option<StorageError>,
    open: Option<Open>,
}

struct Open {
    index: Index,
    medium: Medium,
}

enum Medium {
    Disk(Disk),
    Memory(Memory),
}

/// Why a group of work goes no further, or one piece of it.
enum Stop {
    One(Failure),
    All(Fault),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::One(refused.into())
    }
}

impl Shelf {
    pub(super) fn new(tenant: Tenant, home: Home, limit: u64, observe: Observe) -> Self {
        Self {
            tenant,
            home,
            limit,
            observe,
            told: None,
            open: None,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Does work that shares a commit. Whoever changed something, or came after, is
    /// answered when the commit is done.
    pub(super) fn do_together(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let limit = self.limit;
        let open = match self.open() {
            Ok(open) => open,
            Err(error) => return refuse(jobs, &error),
        };
        let mut pending = Pending::default();
        let mut waiting = Vec::new();
        let mut jobs = jobs.into_iter();
        let mut done = Ok(());
        for mut job in jobs.by_ref() {
            match open.apply(&mut pending, &mut job, limit) {
                Ok(answer) if pending.is_empty() => job.answer(Ok(answer), false),
                Ok(answer) => waiting.push((job, answer)),
                Err(Stop::One(failure)) => job.answer(Err(failure), false),
                Err(Stop::All(fault)) => {
                    waiting.push((job, Answer::Done));
                    done = Err(fault);
                    break;
                }
            }
        }
        if done.is_ok() && !pending.is_empty() {
            done = open.write(pending);
            if done.is_ok() {
                self.told = None;
            }
        }
        match done {
            Ok(()) => {
                let mut bears = true;
                for (job, answer) in waiting {
                    job.answer(Ok(answer), std::mem::take(&mut bears));
                }
            }
            Err(fault) => {
                let error = self.recover(fault);
                refuse(waiting.into_iter().map(|(job, _)| job), &error);
                refuse(jobs, &error);
            }
        }
    }

    /// Does work that is done by itself.
    pub(super) fn do_alone(&mut self, job: Job) {
        let answer = match job.work {
            Work::Snapshot => self.snapshot().map(Answer::Snapshot),
            Work::Snapshots => self.snapshots().map(Answer::Snapshots),
            Work::Restore(id) => self.restore(id).map(|()| Answer::Done),
            Work::Wipe => self.wipe().map(|()| Answer::Done),
            _ => {
                self.close();
                Ok(Answer::Done)
            }
        };
        job.answer(answer.map_err(Failure::Storage), false);
    }

    /// Opens it, if it is not open. A damaged file is set aside.
    fn open(&mut self) -> Result<&mut Open, StorageError> {
        let open = match self.open.take() {
            Some(open) => open,
            None => self.open_anew()?,
        };
        Ok(self.open.insert(open))
    }

    fn open_anew(&mut self) -> Result<Open, StorageError> {
        let (files, cipher) = match &self.home {
            Home::Disk(files, cipher) => (Arc::clone(files), Arc::clone(cipher)),
            Home::Memory => {
                return Ok(Open {
                    index: Index::default(),
                    medium: Medium::Memory(Memory::default()),
                });
            }
        };
        let mut opened = Disk::open(&files, &cipher);
        if let Err(Fault::Damaged(reason)) = &opened {
            let reason = reason.clone();
            let aside = files.set_aside();
            let file = aside.map_err(|error| self.tell(unusable(files.store(), &error)))?;
            self.tell(StorageError::Damaged { file, reason });
            opened = Disk::open(&files, &cipher);
        }
        let opened = opened.map_err(|fault| self.tell(error_of(fault, files.store())));
        let (disk, index) = opened?;
        Ok(Open {
            index,
            medium: Medium::Disk(disk),
        })
    }

    /// Closes what is at fault, and finds out whether its file is damaged.
    fn recover(&mut self, fault: Fault) -> StorageError {
        self.close();
        let Home::Disk(files, _) = &self.home else {
            return StorageError::Stopped;
        };
        let file = files.store().to_owned();
        let Fault::Damaged(reason) = fault else {
            return self.tell(error_of(fault, &file));
        };
        // The whole file is looked through when it is opened, and set aside if need be.
        match self.open() {
            Ok(_) => self.tell(StorageError::Unusable { file, reason }),
            Err(error) => error,
        }
    }

    /// Tells the embedder, but not the same again and again.
    fn tell(&mut self, error: StorageError) -> StorageError {
        if self.told.as_ref() != Some(&error) || matches!(error, StorageError::Damaged { .. }) {
            (self.observe)(&self.tenant, &error);
            self.told = Some(error.clone());
        }
        error
    }

    /// Closes the file. What is in memory stays.
    fn close(&mut self) {
        match self.open.take() {
            Some(Open {
                medium: Medium::Disk(disk),
                ..
            }) => {
                // All that was acknowledged is on the disk already.
                let _ = disk.close();
            }
            open => self.open = open,
        }
    }

    fn snapshot(&mut self) -> Result<SnapshotId, StorageError> {
        let ensured = match &mut self.open()?.medium {
            Medium::Memory(memory) => return Ok(memory.snapshot()),
            Medium::Disk(disk) => disk.ensure(),
        };
        if let Err(fault) = ensured {
            return Err(self.recover(fault));
        }
        self.close();
        let Home::Disk(files, _) = &self.home else {
            return Err(StorageError::Stopped);
        };
        files
            .keep_copy()
            .map_err(|error| unusable(files.store(), &error))
    }

    fn snapshots(&mut self) -> Result<Vec<SnapshotId>, StorageError> {
        if let Some(Open {
            medium: Medium::Memory(memory),
            ..
        }) = &self.open
        {
            return Ok(memory.snapshots());
        }
        self.on_disk(Files::snapshots)
    }

    fn restore(&mut self, id: SnapshotId) -> Result<(), StorageError> {
        let Home::Disk(files, cipher) = self.home.clone() else {
            return self.open()?.restore(id);
        };
        let copy = self.on_disk(|files| files.copy_of(id))?;
        let Some(copy) = copy else {
            let kept = self.on_disk(Files::snapshots)?;
            return Err(StorageError::NoSnapshot { id, kept });
        };
        if let Err(fault) = disk::check(&copy, &cipher) {
            self.on_disk(|_| files::remove(&copy))?;
            return Err(error_of(fault, &files.snapshot(id)));
        }
        self.close();
        self.on_disk(|files| files.put_in_place(&copy))
    }

    /// Deletes everything, copies and what was set aside too.
    fn wipe(&mut self) -> Result<(), StorageError> {
        self.close();
        self.open = None;
        self.told = None;
        self.on_disk(Files::wipe)
    }

    /// Works on the files, where there are any.
    fn on_disk<T: Default>(
        &self,
        work: impl FnOnce(&Files) -> io::Result<T>,
    ) -> Result<T, StorageError> {
        match &self.home {
            Home::Disk(files, _) => work(files).map_err(|error| unusable(files.store(), &error)),
            Home::Memory => Ok(T::default()),
        }
    }
}

impl Open {
    fn apply(&mut self, pending: &mut Pending, job: &mut Job, limit: u64) -> Result<Answer, Stop> {
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
                Answer::Value(match pending.get(&key) {
                    Some(changed) => changed.cloned(),
                    None => Some(self.medium.read(&key, size)?),
                })
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
                hold(&mut job.admitted, index.key_bytes())?;
                Answer::Keys(index.keys())
            }
            _ => Answer::Usage(index.usage(limit)),
        })
    }

    fn write(&mut self, pending: Pending) -> Result<(), Fault> {
        match &mut self.medium {
            Medium::Disk(disk) => disk.write(&pending),
            Medium::Memory(memory) => {
                memory.write(pending);
                Ok(())
            }
        }
    }

    /// Restores what is in memory.
    fn restore(&mut self, id: SnapshotId) -> Result<(), StorageError> {
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
    fn read(&self, key: &str, size: u32) -> Result<Vec<u8>, Stop> {
        match self {
            Self::Memory(memory) => memory.read(key).ok_or(Stop::One(Failure::Value)),
            Self::Disk(disk) => disk.read(key, size).map_err(|fault| match fault {
                Fault::Value => Stop::One(Failure::Value),
                fault => Stop::All(fault),
            }),
        }
    }
}

/// Holds room for an answer until the mini-app has it.
fn hold(admitted: &mut Option<Admitted>, bytes: usize) -> Result<(), Refused> {
    let Some(Admitted { held, .. }) = admitted else {
        return Ok(());
    };
    if held.grow(bytes, MAX_HELD) {
        Ok(())
    } else {
        Err(Refused::Busy(MAX_HELD))
    }
}

fn refuse(jobs: impl IntoIterator<Item = Job>, error: &StorageError) {
    for job in jobs {
        job.answer(Err(error.clone().into()), false);
    }
}

fn unusable(file: &Path, error: &io::Error) -> StorageError {
    StorageError::Unusable {
        file: file.to_owned(),
        reason: error.to_string(),
    }
}

fn error_of(fault: Fault, file: &Path) -> StorageError {
    let file = file.to_owned();
    match fault {
        Fault::WrongKey => StorageError::WrongKey { file },
        Fault::Damaged(reason) => StorageError::Damaged { file, reason },
        Fault::System(reason) => StorageError::Unusable { file, reason },
        Fault::Value => StorageError::Damaged {
            file,
            reason: "a value does not open".to_owned(),
        },
    }
}
