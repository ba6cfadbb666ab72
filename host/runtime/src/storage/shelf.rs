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
use super::files::Files;
use super::index::Index;
use super::memory::Memory;
use super::news::News;
use super::open::{Medium, Open, Stop, hold};
use super::pending::Pending;
use super::work::{Answer, Failure, Job, Work};
use super::{SnapshotId, StorageError, unusable};
use crate::meter::price;

/// Where a storage is kept.
#[derive(Clone)]
pub(super) enum Home {
    Disk(Arc<Files>, Arc<Cipher>),
    Memory,
}

/// One tenant's storage, open or not.
pub(super) struct Shelf {
    home: Home,
    limit: u64,
    news: News,
    /// What was last told, so that it is not told again and again.
    told: Option<StorageError>,
    open: Option<Open>,
}

impl Shelf {
    pub(super) fn new(home: Home, limit: u64) -> Self {
        Self {
            home,
            limit,
            news: News::default(),
            told: None,
            open: None,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// What there is to tell.
    pub(super) fn news(&mut self) -> News {
        std::mem::take(&mut self.news)
    }

    /// Answers what needs no work, and hands back what does.
    pub(super) fn answer_at_hand(&self, mut job: Job) -> Option<Job> {
        let (Some(open), Work::Get(key)) = (&self.open, &job.work) else {
            return Some(job);
        };
        let Some(value) = open.at_hand(key) else {
            return Some(job);
        };
        let bytes = value.map_or(0, <[u8]>::len);
        let answer = hold(&mut job.admitted, bytes).map(|()| {
            job.charge(price::restored(bytes));
            Answer::Value(value.map(<[u8]>::to_vec))
        });
        job.answer(answer.map_err(Failure::Refused));
        None
    }

    /// Does work that shares a commit. Whoever changed something, or came after, is
    /// answered when the commit is done.
    pub(super) fn do_together(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        if let Err(error) = self.open() {
            return self.news.refuse(jobs, &error);
        }
        let mut pending = Pending::default();
        let mut waiting = Vec::new();
        let mut jobs = jobs.into_iter();
        let mut done = Ok(());
        for mut job in jobs.by_ref() {
            match self.apply(&mut pending, &mut job) {
                Ok(answer) if pending.is_empty() => self.news.answer(job, Ok(answer)),
                Ok(answer) => waiting.push((job, answer)),
                Err(Stop::One(failure)) => {
                    if failure == Failure::Value {
                        self.tell_of_value();
                    }
                    self.news.answer(job, Err(failure));
                }
                Err(Stop::All(fault)) => {
                    waiting.push((job, Answer::Done));
                    done = Err(fault);
                    break;
                }
            }
        }
        if done.is_ok() && !pending.is_empty() {
            done = self.write(pending);
            // The first one bears the commit, for those that share it.
            if let (Ok(()), Some((first, _))) = (&done, waiting.first_mut()) {
                first.charge(price::STORED_COMMIT);
            }
        }
        match done {
            Ok(()) => {
                for (job, answer) in waiting {
                    self.news.answer(job, Ok(answer));
                }
            }
            Err(fault) => {
                let error = self.recover(fault);
                let waiting = waiting.into_iter().map(|(job, _)| job);
                self.news.refuse(waiting.chain(jobs), &error);
            }
        }
    }

    fn apply(&mut self, pending: &mut Pending, job: &mut Job) -> Result<Answer, Stop> {
        // Before anything is counted: another host may have made one, with keys in it.
        if pending.is_empty() && matches!(job.work, Work::Set(..)) {
            self.make_file().map_err(Stop::All)?;
        }
        let limit = self.limit;
        let open = self.open().map_err(|error| Stop::One(error.into()))?;
        open.apply(pending, job, limit)
    }

    fn write(&mut self, pending: Pending) -> Result<(), Fault> {
        let closed = || Fault::System("it is not open".to_owned());
        self.open.as_mut().ok_or_else(closed)?.write(pending)?;
        self.told = None;
        Ok(())
    }

    /// Makes sure that there is a file, where it is kept in one. What another host has made
    /// meanwhile is opened with the next work.
    fn make_file(&mut self) -> Result<(), Fault> {
        if let Some(Open {
            medium: Medium::Disk(disk),
            ..
        }) = &mut self.open
            && !disk.ensure()?
        {
            self.close();
        }
        Ok(())
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
        self.news.answer(job, answer.map_err(Failure::Storage));
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
            self.make_safe(&files);
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
            self.news.add(error.clone());
            self.told = Some(error.clone());
        }
        error
    }

    /// Tells the embedder of a value that does not open, which its mini-app alone can mend.
    fn tell_of_value(&mut self) {
        if let Home::Disk(files, _) = &self.home {
            let file = files.store().to_owned();
            self.tell(StorageError::DamagedValue { file });
        }
    }

    /// Makes safe what was done with the files. Where that fails it is done all the same, and
    /// a loss of power may undo it, of which the embedder is told.
    fn make_safe(&mut self, files: &Files) {
        if let Err(error) = files.sync() {
            self.tell(unusable(files.store(), &error));
        }
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
        if let Medium::Memory(memory) = &mut self.open()?.medium {
            return Ok(memory.snapshot());
        }
        if let Err(fault) = self.make_file() {
            return Err(self.recover(fault));
        }
        // One that another host has made is looked through, too.
        self.open()?;
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
        if let Err(fault) = disk::check(copy.path(), &cipher) {
            return Err(error_of(fault, &files.snapshot(id)));
        }
        self.close();
        self.on_disk(|files| files.put_in_place(&copy))?;
        self.make_safe(&files);
        Ok(())
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
