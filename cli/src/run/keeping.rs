//! Where a mini-app keeps what it may keep: a folder that was named, or one that is deleted
//! when the run is over.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use miniapp_host::{Package, Permission, StorageKey};
use tempfile::TempDir;

use crate::Failure;

/// A folder for what one permission lets a mini-app keep.
pub(super) enum Keeping<'a> {
    /// The mini-app does not ask to keep anything, and nobody names a folder.
    Nothing,
    /// A folder that was named.
    Named(&'a Path),
    /// One that is deleted when the run is over.
    Scratch(TempDir),
}

impl<'a> Keeping<'a> {
    /// The folder that is named, or a scratch folder where the mini-app asks for one.
    pub(super) fn set(
        permission: &Permission,
        named: Option<&'a Path>,
        package: &Package,
    ) -> Result<Self, Failure> {
        if let Some(folder) = named {
            return Ok(Self::Named(folder));
        }
        if package.manifest.request_for(permission).is_none() {
            return Ok(Self::Nothing);
        }
        if *permission == Permission::Files {
            eprintln!("files are deleted when the mini-app ends; --files <FOLDER> keeps them");
        } else {
            eprintln!("the storage is deleted when the mini-app ends; --storage <FOLDER> keeps it");
        }
        Ok(Self::Scratch(tempfile::tempdir()?))
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Nothing => None,
            Self::Named(folder) => Some(folder),
            Self::Scratch(folder) => Some(folder.path()),
        }
    }
}

/// The file that the key lies in.
const KEY: &str = "storage.key";

/// The key of the storage in a folder, made when it is first asked for. It lies beside what
/// it seals, which protects nothing: this is for development.
pub(super) fn key(folder: &Path) -> Result<StorageKey, Failure> {
    fs::create_dir_all(folder)?;
    let file = folder.join(KEY);
    let mut key = [0; 32];
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&file) {
        Ok(mut made) => {
            getrandom::fill(&mut key).map_err(|error| format!("no key can be made: {error}"))?;
            made.write_all(&key)?;
            made.sync_all()?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let mut file_of_key = fs::File::open(&file)?;
            let bytes = file_of_key.metadata()?.len();
            if bytes != 32 {
                let file = file.display();
                return Err(format!(
                    "{file}: a key has 32 bytes, came {bytes}; delete the folder to begin anew"
                )
                .into());
            }
            file_of_key.read_exact(&mut key)?;
        }
        Err(error) => return Err(format!("{}: {error}", file.display()).into()),
    }
    Ok(StorageKey(key))
}

/// Where the user's answers are kept, beside the storage in a folder. Says so where there are
/// some: what was answered before is not asked again.
pub(super) fn consents(folder: &Path) -> PathBuf {
    let folder = folder.join("consents");
    if folder.exists() {
        eprintln!(
            "what was answered before holds; delete {} to be asked again",
            folder.display()
        );
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new");
        let made = key(&folder).unwrap();
        assert_ne!(made, StorageKey([0; 32]));
        assert_eq!(key(&folder).unwrap(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.join(KEY)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(folder.join(KEY), "short").unwrap();
        assert!(key(&folder).is_err());
    }
}
