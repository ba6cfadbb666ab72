//! The folder of one tenant: where it lies, and how much is in it. Shared by the
//! tenant's live mini-apps. Knows nothing of WASI's functions.
//!
//! The threats: a disk that fills up, and work for it without end. What is in the
//! folder is counted in a [`Ledger`]. Whoever has the ledger may change the folder,
//! so that counting and changing are one step, and one mini-app never has more than
//! one thread at work on its files. Where that step is cut short, what it was going
//! to add stays counted.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use tokio::sync::{Mutex, OwnedMutexGuard};
use wasmtime_wasi::filesystem::{Dir, FsPerms, OpenMode};

use crate::limits;
use crate::places::{Places, make_folder, sync_entry};
use crate::tenant::{Tenant, UserId};

/// The files of a tenant cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "the files of the mini-app cannot be opened in {}: {reason}; check that the native app may read and write what is in the folder given to `HostBuilder::files`", .folder.display()
)]
pub struct FilesError {
    /// The tenant's folder.
    pub folder: PathBuf,
    /// What the system says.
    pub reason: io::Error,
}

/// The files of all tenants of a host.
pub(crate) struct Files {
    places: Places,
    quota: u64,
    open: Mutex<HashMap<PathBuf, Weak<Folder>>>,
}

impl Files {
    /// Files below `root`, so many bytes for each tenant.
    pub(crate) fn new(root: PathBuf, quota: u64) -> Self {
        Self {
            places: Places::new(root),
            quota,
            open: Mutex::default(),
        }
    }

    /// The folder of a tenant, which is made if it does not exist.
    pub(crate) async fn of(&self, tenant: &Tenant) -> Result<Arc<Folder>, FilesError> {
        let path = self.places.of(tenant);
        let mut open = self.open.lock().await;
        if let Some(folder) = open.get(&path).and_then(Weak::upgrade) {
            return Ok(folder);
        }
        open.retain(|_, folder| folder.strong_count() > 0);
        let (at, quota) = (path.clone(), self.quota);
        let opened = tokio::task::spawn_blocking(move || Folder::open(&at, quota)).await;
        match opened.map_err(io::Error::other).flatten() {
            Ok(folder) => {
                let folder = Arc::new(folder);
                open.insert(path, Arc::downgrade(&folder));
                Ok(folder)
            }
            Err(reason) => Err(FilesError {
                folder: path,
                reason,
            }),
        }
    }

    /// Deletes everything of a user's, whose mini-apps have ended.
    pub(crate) async fn wipe(&self, user: Option<&UserId>) -> Result<(), FilesError> {
        let folder = self.places.of_user(user);
        let gone = folder.clone();
        let wiped = tokio::task::spawn_blocking(move || match fs::remove_dir_all(&gone) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            wiped => wiped.and(sync_entry(&gone)),
        });
        let wiped = wiped.await.map_err(io::Error::other).flatten();
        wiped.map_err(|reason| FilesError { folder, reason })
    }
}

/// The folder of one tenant.
pub(crate) struct Folder {
    root: Dir,
    ledger: Arc<Mutex<Ledger>>,
}

impl Folder {
    fn open(path: &Path, quota: u64) -> io::Result<Self> {
        make_folder(path)?;
        let root = open_folder(path)?;
        let root = Dir::new(
            root,
            FsPerms::ReadWrite,
            OpenMode::READ | OpenMode::WRITE,
            false,
        );
        let mut ledger = Ledger::measure(path, quota)?;
        ledger.note(&root.dir, None, Some(0));
        Ok(Self {
            root,
            ledger: Arc::new(Mutex::new(ledger)),
        })
    }

    /// The folder itself.
    pub(super) fn root(&self) -> Dir {
        self.root.clone()
    }

    /// The ledger, for as long as something is changed.
    pub(super) async fn lock(&self) -> OwnedMutexGuard<Ledger> {
        Arc::clone(&self.ledger).lock_owned().await
    }

    /// Does work for files on a thread for such work. Once begun it is done, whoever
    /// still waits for it.
    pub(super) async fn work<R: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Ledger) -> R + Send + 'static,
    ) -> io::Result<R> {
        let mut ledger = self.lock().await;
        // Counted as open, so that nobody measures the folder meanwhile.
        let folder = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&mut ledger);
            drop(folder);
            done
        });
        done.await.map_err(io::Error::other)
    }
}

fn open_folder(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    // FILE_FLAG_BACKUP_SEMANTICS, without which Windows opens no folder.
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, 0x0200_0000);
    options.open(path)
}

/// What is in a folder, and what of it is open.
pub(crate) struct Ledger {
    quota: u64,
    bytes: u64,
    entries: u64,
    open: Vec<Open>,
}

/// What tells one file from another.
pub(super) type Identity = (u64, u64);

/// A file or folder that a mini-app has opened, until the last stream of it is gone.
struct Open {
    handle: Weak<File>,
    identity: Option<Identity>,
    /// How deep it lies, if it is a folder.
    depth: Option<usize>,
}

/// There is no room left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the mini-app's files take as much as they may")]
pub(super) struct Full;

impl Ledger {
    /// Counts what lies below `path`.
    fn measure(path: &Path, quota: u64) -> io::Result<Self> {
        let mut ledger = Self {
            quota,
            bytes: 0,
            entries: 0,
            open: Vec::new(),
        };
        let mut folders = vec![path.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let found = fs::symlink_metadata(entry.path())?;
                ledger.entries += 1;
                if found.is_dir() {
                    folders.push(entry.path());
                } else {
                    ledger.bytes = ledger.bytes.saturating_add(found.len());
                }
                if ledger.entries > limits::FILE_ENTRIES {
                    // More than a mini-app could have made. It may delete some; how many
                    // bytes the rest has, nobody looks.
                    ledger.bytes = ledger.bytes.max(quota);
                    return Ok(ledger);
                }
            }
        }
        Ok(ledger)
    }

    /// Files and folders.
    pub(super) fn entries(&self) -> u64 {
        self.entries
    }

    /// Counts bytes that are going to be added.
    pub(super) fn take_bytes(&mut self, bytes: u64) -> Result<(), Full> {
        let after = self.bytes.checked_add(bytes).ok_or(Full)?;
        // What adds nothing is allowed where there is too much, too.
        if bytes > 0 && after > self.quota {
            return Err(Full);
        }
        self.bytes = after;
        Ok(())
    }

    /// Counts bytes that are gone, or did not come.
    pub(super) fn give_bytes(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Counts a file or folder that is going to be made.
    pub(super) fn take_entry(&mut self) -> Result<(), Full> {
        if self.entries >= limits::FILE_ENTRIES {
            return Err(Full);
        }
        self.entries += 1;
        Ok(())
    }

    /// Counts a file or folder that is gone, or was not made.
    pub(super) fn give_entry(&mut self) {
        self.entries = self.entries.saturating_sub(1);
    }

    /// Notes what was opened, and how deep it lies if it is a folder.
    pub(super) fn opened(&mut self, handle: &Arc<File>, identity: Identity, depth: Option<usize>) {
        self.note(handle, Some(identity), depth);
    }

    fn note(&mut self, handle: &Arc<File>, identity: Option<Identity>, depth: Option<usize>) {
        self.open.retain(|open| open.handle.strong_count() > 0);
        self.open.push(Open {
            handle: Arc::downgrade(handle),
            identity,
            depth,
        });
    }

    /// How deep an open folder lies.
    pub(super) fn depth(&self, folder: &Arc<File>) -> Option<usize> {
        let same = |open: &&Open| std::ptr::eq(open.handle.as_ptr(), Arc::as_ptr(folder));
        self.open.iter().find(same).and_then(|open| open.depth)
    }

    /// Whether a folder is open, beside the tenant's own.
    pub(super) fn holds_folders(&self) -> bool {
        self.open
            .iter()
            .any(|open| open.depth.is_some_and(|depth| depth > 0) && open.handle.strong_count() > 0)
    }

    /// Whether a file is open: on a disk it would go on taking room if it were deleted.
    pub(super) fn is_open(&self, identity: Identity) -> bool {
        self.open
            .iter()
            .any(|open| open.identity == Some(identity) && open.handle.strong_count() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(quota: u64) -> Ledger {
        Ledger {
            quota,
            bytes: 0,
            entries: 0,
            open: Vec::new(),
        }
    }

    #[test]
    fn bytes_at_the_limit_and_one_past() {
        let mut ledger = ledger(10);
        assert_eq!(ledger.take_bytes(10), Ok(()));
        assert_eq!(ledger.take_bytes(1), Err(Full), "one past");
        assert_eq!(ledger.take_bytes(u64::MAX), Err(Full));
        ledger.give_bytes(1);
        assert_eq!(ledger.take_bytes(1), Ok(()));
    }

    #[test]
    fn entries_at_the_limit_and_one_past() {
        let mut ledger = ledger(0);
        for _ in 0..limits::FILE_ENTRIES {
            assert_eq!(ledger.take_entry(), Ok(()));
        }
        assert_eq!(ledger.take_entry(), Err(Full), "one past");
        ledger.give_entry();
        assert_eq!(ledger.take_entry(), Ok(()));
    }

    #[test]
    fn what_is_open_is_known_until_its_last_handle_is_gone() {
        let mut ledger = ledger(0);
        let folder = tempfile::tempdir().unwrap();
        let handle = Arc::new(open_folder(folder.path()).unwrap());
        ledger.opened(&handle, (1, 2), Some(3));
        assert_eq!(ledger.depth(&handle), Some(3));
        assert!(ledger.holds_folders());
        assert!(ledger.is_open((1, 2)) && !ledger.is_open((2, 1)));
        let stream = Arc::clone(&handle);
        drop(handle);
        assert!(ledger.is_open((1, 2)));
        drop(stream);
        assert!(!ledger.is_open((1, 2)) && !ledger.holds_folders());
    }

    #[test]
    fn what_lies_there_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/c"), [0; 100]).unwrap();
        fs::write(folder.path().join("d"), [0; 23]).unwrap();
        let ledger = Ledger::measure(folder.path(), 200).unwrap();
        assert_eq!((ledger.bytes, ledger.entries), (123, 4));
    }
}
