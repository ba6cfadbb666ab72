//! The files of one tenant's storage: the store itself, what is on its way to become it,
//! copies of it, and what was damaged. Knows nothing of what is in them.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::{MAX_SNAPSHOTS, SnapshotId};
use crate::places::sync_entry;

/// How the name of a store ends.
const STORE: &str = ".redb";

/// A store that is being made or copied, until it is whole; a number of its own follows.
const NEW: &str = ".new-";

/// A store that was damaged and set aside.
const DAMAGED: &str = ".damaged";

/// Before the number of a copy that is kept.
const SNAPSHOT: &str = ".snapshot-";

/// The files of one tenant.
#[derive(Debug)]
pub(super) struct Files {
    store: PathBuf,
}

impl Files {
    /// The files at a tenant's place.
    pub(super) fn at(place: PathBuf) -> Self {
        let mut store = OsString::from(place);
        store.push(STORE);
        Self {
            store: store.into(),
        }
    }

    /// The store itself.
    pub(super) fn store(&self) -> &Path {
        &self.store
    }

    /// Where a store is made or copied: where no other host does.
    pub(super) fn new_store(&self) -> io::Result<NewStore> {
        let mut number = [0; 8];
        let filled = getrandom::fill(&mut number);
        filled.map_err(|error| io::Error::other(error.to_string()))?;
        let number = u64::from_ne_bytes(number);
        Ok(NewStore(self.with(&format!("{NEW}{number}"))))
    }

    fn with(&self, ending: &str) -> PathBuf {
        let mut path = self.store.clone().into_os_string();
        path.push(ending);
        path.into()
    }

    /// A copy that is kept.
    pub(super) fn snapshot(&self, id: SnapshotId) -> PathBuf {
        self.with(&format!("{SNAPSHOT}{id}"))
    }

    /// Begins a store's file: empty, and readable by the native app's own user only.
    pub(super) fn create(path: &Path) -> io::Result<File> {
        remove(path)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)
    }

    /// Makes a new store the store, unless there is one; tells whether it did.
    pub(super) fn place(&self, new: &NewStore) -> io::Result<bool> {
        match rename_to_nothing(&new.0, &self.store) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            placed => placed.map(|()| true),
        }
    }

    /// Makes a copy the store, in the place of what is there.
    pub(super) fn put_in_place(&self, copy: &NewStore) -> io::Result<()> {
        fs::rename(copy.path(), &self.store)
    }

    /// Sets the store aside, in the place of one that was set aside before.
    pub(super) fn set_aside(&self) -> io::Result<PathBuf> {
        let aside = self.with(DAMAGED);
        fs::rename(&self.store, &aside)?;
        Ok(aside)
    }

    /// Keeps a copy of the store, which nobody has open. The oldest one goes when there
    /// are too many.
    pub(super) fn keep_copy(&self) -> io::Result<SnapshotId> {
        let mut kept = self.snapshots()?;
        let id = SnapshotId(kept.last().map_or(1, |last| last.0.saturating_add(1)));
        let copy = self.copy(&self.store)?;
        fs::rename(copy.path(), self.snapshot(id))?;
        kept.push(id);
        let too_many = kept.len().saturating_sub(MAX_SNAPSHOTS);
        for old in kept.into_iter().take(too_many) {
            remove(&self.snapshot(old))?;
        }
        self.sync()?;
        Ok(id)
    }

    /// A copy of a snapshot, to be put in place; nothing if there is no such snapshot.
    pub(super) fn copy_of(&self, id: SnapshotId) -> io::Result<Option<NewStore>> {
        match self.copy(&self.snapshot(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            copied => copied.map(Some),
        }
    }

    fn copy(&self, from: &Path) -> io::Result<NewStore> {
        let mut from = File::open(from)?;
        let copy = self.new_store()?;
        let mut to = Self::create(copy.path())?;
        io::copy(&mut from, &mut to)?;
        to.sync_all()?;
        Ok(copy)
    }

    /// The copies that are kept, the oldest one first.
    pub(super) fn snapshots(&self) -> io::Result<Vec<SnapshotId>> {
        let mut ids: Vec<SnapshotId> = self
            .all()?
            .iter()
            .filter_map(|file| snapshot_of(&self.ending_of(file)?))
            .collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Deletes all of them, as far as they can be.
    pub(super) fn wipe(&self) -> io::Result<()> {
        remove_all(&self.all()?)
    }

    /// All that there are.
    fn all(&self) -> io::Result<Vec<PathBuf>> {
        let Some(folder) = self.store.parent() else {
            return Ok(Vec::new());
        };
        let mut files = list(folder)?;
        files.retain(|file| self.owns(file));
        Ok(files)
    }

    /// Whether a file is one of them. The same app's have the same names for each user, so
    /// the folder counts.
    pub(super) fn owns(&self, file: &Path) -> bool {
        let ending = self.ending_of(file);
        file.parent() == self.store.parent() && ending.is_some_and(|ending| is_ours(&ending))
    }

    /// What follows the store's name in that of a file.
    fn ending_of(&self, file: &Path) -> Option<String> {
        let store = self.store.file_name()?.to_str()?;
        let name = file.file_name()?.to_str()?;
        name.strip_prefix(store).map(str::to_owned)
    }

    /// Makes safe on the disk which of them there are.
    pub(super) fn sync(&self) -> io::Result<()> {
        sync_entry(&self.store)
    }
}

/// A store that is being made or copied. Dropped, it is deleted, unless it was placed.
pub(super) struct NewStore(PathBuf);

impl NewStore {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for NewStore {
    fn drop(&mut self) {
        // What stays is one of the tenant's files, and wiped with them.
        remove(&self.0).ok();
    }
}

/// Gives a file another name, which nothing has yet.
fn rename_to_nothing(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Not on this file system.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            renamed => return Ok(renamed?),
        }
    }
    match fs::hard_link(from, to) {
        Ok(()) => remove(from),
        // Nor this; then at least nothing is replaced that is seen.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !to.try_exists()? => {
            fs::rename(from, to)
        }
        Err(_) => Err(io::ErrorKind::AlreadyExists.into()),
    }
}

fn snapshot_of(ending: &str) -> Option<SnapshotId> {
    ending.strip_prefix(SNAPSHOT)?.parse().ok()
}

fn is_ours(ending: &str) -> bool {
    let new = ending.strip_prefix(NEW);
    matches!(ending, "" | DAMAGED)
        || new.is_some_and(|number| number.parse::<u64>().is_ok())
        || snapshot_of(ending).is_some()
}

/// All files of a user's folder that are of a storage, whoever's they are.
pub(super) fn all_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = list(folder)?;
    files.retain(|file| {
        let name = file.file_name().and_then(|name| name.to_str());
        let ending = name.and_then(|name| name.rsplit_once(STORE));
        ending.is_some_and(|(_, ending)| is_ours(ending))
    });
    Ok(files)
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    entries.map(|entry| Ok(entry?.path())).collect()
}

/// Deletes files, as far as they can be, and tells of the first that cannot.
pub(super) fn remove_all(files: &[PathBuf]) -> io::Result<()> {
    let mut removed = Ok(());
    for file in files {
        removed = removed.and(remove(file));
    }
    match files.first() {
        Some(file) => removed.and(sync_entry(file)),
        None => removed,
    }
}

/// Deletes a file; a missing one is no error.
pub(super) fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_one_tenant_are_not_those_of_another() {
        let ours = Files::at("user/rewards-01234567".into());
        let theirs = Files::at("user/rewards-01234567.redb.new-89abcdef".into());
        for file in [
            ours.store.clone(),
            ours.new_store().unwrap().path().to_owned(),
            ours.snapshot(SnapshotId(17)),
            ours.with(DAMAGED),
        ] {
            assert!(ours.owns(&file), "{file:?}");
            assert!(!theirs.owns(&file), "{file:?}");
        }
        assert!(!ours.owns(theirs.store()));
        assert!(!ours.owns("user/rewards-01234567.redb.snapshot-x".as_ref()));
    }

    #[test]
    fn a_new_store_takes_nobodys_place() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::at(folder.path().join("rewards-01234567"));
        let (one, other) = (files.new_store().unwrap(), files.new_store().unwrap());
        fs::write(one.path(), "1").unwrap();
        fs::write(other.path(), "2").unwrap();
        assert!(files.place(&one).unwrap());
        assert!(!files.place(&other).unwrap());
        drop((one, other));
        assert_eq!(fs::read(files.store()).unwrap(), b"1");
        assert_eq!(list(folder.path()).unwrap(), [files.store()]);
    }

    #[test]
    fn copies_are_numbered_and_at_most_so_many() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::at(folder.path().join("rewards-01234567"));
        fs::write(files.store(), "1").unwrap();
        for expected in 1..=5 {
            assert_eq!(files.keep_copy().unwrap(), SnapshotId(expected));
        }
        let kept = [SnapshotId(3), SnapshotId(4), SnapshotId(5)];
        assert_eq!(files.snapshots().unwrap(), kept);
        assert!(files.copy_of(SnapshotId(2)).unwrap().is_none());
        let copy = files.copy_of(SnapshotId(3)).unwrap().unwrap();
        fs::write(files.store(), "2").unwrap();
        files.put_in_place(&copy).unwrap();
        assert_eq!(fs::read(files.store()).unwrap(), b"1");
        files.wipe().unwrap();
        assert_eq!(list(folder.path()).unwrap(), Vec::<PathBuf>::new());
    }
}
