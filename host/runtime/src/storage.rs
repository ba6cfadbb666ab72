//! Keys and values of tenants that last. Knows nothing of Wasmtime, nor of how a mini-app
//! asks for them; `capability::storage` does.
//!
//! The threats: a device that is switched off in the midst of a write, a disk that fills
//! up, a file that was damaged, and somebody who reads the device's disk.
//!
//! | threat | what stops it |
//! |---|---|
//! | a crash, or a loss of power | what was acknowledged is on the disk: a commit is one `fsync` (`disk`) |
//! | a disk that fills up | sizes are counted before anything is written (`index`) |
//! | a damaged file | it is set aside, the storage begins anew, and the embedder is told (`shelf`) |
//! | a disk that is read by others | names and values are sealed with keys of the tenant's (`cipher`) |
//! | threads kept busy, to the harm of others | one thread at most for each tenant (`store`) |
//!
//! Small values that were read or written last are in memory, too (`recent`): asking for
//! one of them again takes no thread.
//!
//! What a file still tells: how many keys there are, the sizes of their names and values,
//! which rows were written together, and for which app it is, as its name says so. Who can
//! write to the file can put an older one in its place, or older rows, unnoticed.

mod cipher;
mod disk;
mod error;
mod files;
mod index;
mod memory;
mod news;
mod open;
mod pending;
mod recent;
mod shelf;
mod store;
mod work;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::num::ParseIntError;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hkdf::Prk;

pub use error::StorageError;
pub(crate) use index::{Refused, check};
pub(crate) use store::Opened;
pub(crate) use work::{Answer, Failure, Outcome, Work};

use cipher::Cipher;
use files::Files;
use shelf::Home;
use store::Store;

use crate::places::{Places, sync_entry};
use crate::tenant::{Tenant, UserId};

/// Bytes of a key: names of people's making are shorter, and an index of 10,000 of them
/// still fits into memory.
pub const MAX_KEY_BYTES: usize = 1 << 10;

/// Bytes of a value: WeChat's limit.
pub const MAX_VALUE_BYTES: usize = 1 << 20;

/// Keys of a tenant: what the index in memory may take.
pub const MAX_KEYS: usize = 10_000;

/// Bytes that each key counts beyond its own and its value's: what the database and the
/// seals take.
pub const KEY_BYTES: u64 = 64;

/// Snapshots of a tenant that are kept.
pub const MAX_SNAPSHOTS: usize = 3;

/// Calls of a tenant that wait at once, those of lives that have ended included: what a
/// life begins is done whether or not it lives to see it.
const MAX_WAITING: usize = 64;

/// Bytes of values and answers of a tenant that wait: the names of the fullest storage, and
/// a few values. They are the host's memory, not the guest's.
const MAX_HELD: usize = 16 << 20;

/// The key that the native app seals storages with: 32 bytes that nobody can guess, kept
/// where the system keeps secrets, such as a keychain or a keystore. Without it nothing
/// that was sealed can be read again: where it was lost, each storage answers
/// [`StorageError::WrongKey`] and changes nothing, until it is wiped. What was sealed with one
/// key is not sealed anew with another. Not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct StorageKey(
    /// The key.
    pub [u8; 32],
);

impl fmt::Debug for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StorageKey(…)")
    }
}

fn unusable(file: &Path, error: &io::Error) -> StorageError {
    StorageError::Unusable {
        file: file.to_owned(),
        reason: error.to_string(),
    }
}

/// Where storages of mini-apps are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageMedium {
    /// In files below a folder, sealed.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What they are sealed with.
        key: StorageKey,
    },
    /// In memory, until the runtime is dropped.
    Memory,
}

/// How much a storage holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageUsage {
    /// Number of keys.
    pub keys: u32,
    /// Bytes of keys and values, and [`KEY_BYTES`] for each key.
    pub bytes: u64,
    /// Bytes that it may hold; see [`crate::Limits::storage`].
    pub limit: u64,
}

/// Names one copy of a tenant's storage. Written as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(u64);

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SnapshotId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

/// Is told of storages that cannot be used, on a thread that has worked on them.
type Observe = Arc<dyn Fn(&Tenant, &StorageError) + Send + Sync>;

/// The storages of all tenants of a runtime.
pub(crate) struct Stores {
    place: Place,
    limit: u64,
    observe: Observe,
    known: Mutex<HashMap<Tenant, Arc<Store>>>,
}

enum Place {
    Folder(Places, Prk),
    Memory,
}

impl Stores {
    /// Storages on a medium, so many bytes for each tenant.
    pub(crate) fn new(
        medium: StorageMedium,
        limit: u64,
        observe: impl Fn(&Tenant, &StorageError) + Send + Sync + 'static,
    ) -> Self {
        let place = match medium {
            StorageMedium::Folder { folder, key } => {
                Place::Folder(Places::new(folder), cipher::extract(&key))
            }
            StorageMedium::Memory => Place::Memory,
        };
        Self {
            place,
            limit,
            observe: Arc::new(observe),
            known: Mutex::default(),
        }
    }

    /// The storage of a tenant, whose file is opened when it is first used.
    pub(crate) fn of(&self, tenant: &Tenant) -> Result<Opened, StorageError> {
        let mut known = self.known();
        if let Some(store) = known.get(tenant) {
            return Ok(Opened::new(store));
        }
        known.retain(|_, store| store.is_in_use());
        let home = match &self.place {
            Place::Memory => Home::Memory,
            Place::Folder(places, secret) => {
                let files = Files::at(places.of(tenant));
                let cipher = Cipher::new(secret, tenant);
                let cipher = cipher.map_err(|_| StorageError::Unusable {
                    file: files.store().to_owned(),
                    reason: "no key can be derived".to_owned(),
                })?;
                Home::Disk(Arc::new(files), Arc::new(cipher))
            }
        };
        let observe = Arc::clone(&self.observe);
        let store = Arc::new(Store::new(tenant.clone(), home, self.limit, observe));
        let opened = Opened::new(&store);
        known.insert(tenant.clone(), store);
        Ok(opened)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Tenant, Arc<Store>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Deletes everything of a user's: storages, copies, and what was set aside.
    pub(crate) async fn wipe(self: &Arc<Self>, user: Option<&UserId>) -> Result<(), StorageError> {
        let (this, of) = (Arc::clone(self), user.cloned());
        let unknown = tokio::task::spawn_blocking(move || this.wipe_unknown(of.as_ref()));
        let (known, mut wiped) = unknown.await.map_err(|_| StorageError::Stopped)?;
        for store in known {
            let done = store.asked(Work::Wipe).await;
            wiped = wiped.and(done.map(drop));
        }
        let (this, of) = (Arc::clone(self), user.cloned());
        let left = tokio::task::spawn_blocking(move || this.remove_folder(of.as_ref()));
        wiped.and(left.await.unwrap_or(Err(StorageError::Stopped)))
    }

    /// Deletes the files of a user's that nobody uses, and returns the storages that are used.
    fn wipe_unknown(&self, user: Option<&UserId>) -> (Vec<Opened>, Result<(), StorageError>) {
        // So that nobody begins to use others meanwhile: each is either deleted here, or wiped
        // by whoever works on it.
        let known = self.known();
        let of_user = known
            .values()
            .filter(|store| store.tenant().user.as_ref() == user);
        let used = of_user.map(Opened::new).collect();
        let Place::Folder(places, _) = &self.place else {
            return (used, Ok(()));
        };
        let folder = places.of_user(user);
        let unused = |file: &PathBuf| !known.values().any(|store| store.owns(file));
        let removed = files::all_in(&folder).and_then(|mut files| {
            files.retain(unused);
            files::remove_all(&files)
        });
        (used, removed.map_err(|error| unusable(&folder, &error)))
    }

    /// Deletes a user's folder, if nothing is in it. Whatever else lies there is not ours.
    fn remove_folder(&self, user: Option<&UserId>) -> Result<(), StorageError> {
        let Place::Folder(places, _) = &self.place else {
            return Ok(());
        };
        let folder = places.of_user(user);
        match std::fs::remove_dir(&folder) {
            Ok(()) => sync_entry(&folder).map_err(|error| unusable(&folder, &error)),
            Err(_) => Ok(()),
        }
    }
}

/// The storages of tenants, for the native app: whether their mini-apps live or not. What
/// is asked here is done in line with what the mini-app asks. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    stores: Arc<Stores>,
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage").finish_non_exhaustive()
    }
}

impl Storage {
    pub(crate) fn new(stores: &Arc<Stores>) -> Self {
        Self {
            stores: Arc::clone(stores),
        }
    }

    /// Deletes everything that is kept for a user, of all mini-apps: storages, snapshots and
    /// damaged files. `None` is the device's only user.
    ///
    /// # Errors
    ///
    /// Where something cannot be deleted. The rest is.
    pub async fn wipe(&self, user: Option<&UserId>) -> Result<(), StorageError> {
        self.stores.wipe(user).await
    }

    /// Deletes everything that is kept for a tenant: its storage, snapshots and damaged files.
    ///
    /// # Errors
    ///
    /// Where something cannot be deleted.
    pub async fn wipe_tenant(&self, tenant: &Tenant) -> Result<(), StorageError> {
        self.ask(tenant, Work::Wipe).await.map(drop)
    }

    /// How much a tenant's storage holds.
    ///
    /// # Errors
    ///
    /// Where it cannot be opened; see [`StorageError`].
    pub async fn usage(&self, tenant: &Tenant) -> Result<StorageUsage, StorageError> {
        match self.ask(tenant, Work::Usage).await? {
            Answer::Usage(usage) => Ok(usage),
            _ => Err(StorageError::Stopped),
        }
    }

    /// Keeps a copy of a tenant's storage beside it, as it is between two commits. At most
    /// [`MAX_SNAPSHOTS`] are kept: the oldest one goes.
    ///
    /// # Errors
    ///
    /// Where the storage cannot be opened, or the copy not be written.
    pub async fn snapshot(&self, tenant: &Tenant) -> Result<SnapshotId, StorageError> {
        match self.ask(tenant, Work::Snapshot).await? {
            Answer::Snapshot(id) => Ok(id),
            _ => Err(StorageError::Stopped),
        }
    }

    /// The snapshots of a tenant's storage, the oldest one first.
    ///
    /// # Errors
    ///
    /// Where the folder cannot be read.
    pub async fn snapshots(&self, tenant: &Tenant) -> Result<Vec<SnapshotId>, StorageError> {
        match self.ask(tenant, Work::Snapshots).await? {
            Answer::Snapshots(ids) => Ok(ids),
            _ => Err(StorageError::Stopped),
        }
    }

    /// Makes a snapshot the tenant's storage again. It stays a snapshot, too. A live
    /// mini-app finds the other values from its next call on.
    ///
    /// # Errors
    ///
    /// Where there is no such snapshot, it is damaged or of another key, or cannot be put
    /// in place. The storage is unchanged then.
    pub async fn restore(&self, tenant: &Tenant, id: SnapshotId) -> Result<(), StorageError> {
        self.ask(tenant, Work::Restore(id)).await.map(drop)
    }

    async fn ask(&self, tenant: &Tenant, work: Work) -> Result<Answer, StorageError> {
        self.stores.of(tenant)?.asked(work).await
    }
}
