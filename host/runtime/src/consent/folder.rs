//! Decisions in files: one for each user, in a folder that the native app names.
//!
//! A file is replaced as a whole: written beside it, made safe on the disk, and renamed. A
//! process that is killed at any moment leaves the old file or the new one. A file that
//! makes no sense counts as nothing and is set aside, not deleted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use miniapp_package::{AppId, Permission};
use serde::{Deserialize, Serialize};

use super::store::{Consent, ConsentStore, ConsentStoreError, Decision, Decisions, change, known};
use crate::places::{make_folder, sync_entry};
use crate::tenant::UserId;

/// Bytes of one user's file: about ten thousand decisions.
const MAX_FILE_BYTES: usize = 1 << 20;

/// The version of the files' form.
const VERSION: u32 = 1;

/// What stands in a file.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    decisions: Decisions,
}

/// Keeps decisions in a folder, a small JSON file for each user. It belongs to one store of
/// one process: two of them overwrite each other's decisions. Whoever can write there can
/// agree for the user, so it belongs where the system protects the native app's own data.
#[derive(Debug)]
pub struct FolderConsents {
    folder: PathBuf,
    /// One change at a time: a file is read, changed and written.
    changing: Mutex<()>,
}

impl FolderConsents {
    /// Decisions in `folder`, which is made when there is something to keep.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            changing: Mutex::default(),
        }
    }

    /// A user id may hold anything, so that a file is named by its digest.
    fn file(&self, user: Option<&UserId>) -> PathBuf {
        let name = user.map_or_else(|| "device".to_owned(), UserId::digest);
        self.folder.join(name).with_extension("json")
    }

    fn change(
        &self,
        user: Option<&UserId>,
        change: impl FnOnce(&mut Decisions),
    ) -> Result<(), ConsentStoreError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let file = self.file(user);
        let mut decisions = match read(&file) {
            Err(ConsentStoreError::Damaged { .. }) => {
                let aside = file.with_extension("damaged");
                fs::rename(&file, aside).map_err(|reason| system(&file, reason))?;
                Decisions::new()
            }
            read => read?,
        };
        change(&mut decisions);
        let kept = Kept {
            version: VERSION,
            decisions,
        };
        let text = serde_json::to_vec_pretty(&kept).map_err(|error| system(&file, error.into()))?;
        if text.len() > MAX_FILE_BYTES {
            return Err(ConsentStoreError::Full {
                file,
                bytes: text.len(),
                limit: MAX_FILE_BYTES,
            });
        }
        replace(&self.folder, &file, &text).map_err(|reason| system(&file, reason))
    }
}

impl ConsentStore for FolderConsents {
    fn of_user(&self, user: Option<&UserId>) -> Result<Vec<Consent>, ConsentStoreError> {
        Ok(known(&read(&self.file(user))?))
    }

    fn set(
        &self,
        user: Option<&UserId>,
        app: &AppId,
        permission: &Permission,
        decision: Option<Decision>,
    ) -> Result<(), ConsentStoreError> {
        self.change(user, |decisions| {
            change(decisions, app, permission, decision);
        })
    }

    fn forget(&self, user: Option<&UserId>) -> Result<(), ConsentStoreError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let file = self.file(user);
        let mut forgotten = Ok(());
        // One that was set aside or not finished tells of the user, too.
        for file in [
            &file,
            &file.with_extension("damaged"),
            &file.with_extension("new"),
        ] {
            let removed = match remove(file) {
                Ok(true) => sync_entry(file),
                removed => removed.map(drop),
            };
            forgotten = forgotten.and(removed.map_err(|reason| system(file, reason)));
        }
        forgotten
    }
}

fn system(file: &Path, reason: io::Error) -> ConsentStoreError {
    ConsentStoreError::System {
        file: file.to_owned(),
        reason,
    }
}

fn read(file: &Path) -> Result<Decisions, ConsentStoreError> {
    let damaged = |reason: String| ConsentStoreError::Damaged {
        file: file.to_owned(),
        reason,
    };
    let opened = match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Decisions::new()),
        opened => opened.map_err(|reason| system(file, reason))?,
    };
    let mut text = Vec::new();
    let limit = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX);
    let mut opened = opened.take(limit.saturating_add(1));
    opened
        .read_to_end(&mut text)
        .map_err(|reason| system(file, reason))?;
    if text.len() > MAX_FILE_BYTES {
        return Err(damaged(format!("it has more than {MAX_FILE_BYTES} bytes")));
    }
    let kept: Kept = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
    if kept.version != VERSION {
        let reason = format!("it is of version {}, expected {VERSION}", kept.version);
        return Err(damaged(reason));
    }
    Ok(kept.decisions)
}

/// Puts `text` in the place of `file`.
fn replace(folder: &Path, file: &Path, text: &[u8]) -> io::Result<()> {
    make_folder(folder)?;
    let fresh = file.with_extension("new");
    // What was left there keeps whoever may read it.
    remove(&fresh)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(&fresh)?;
    written.write_all(text)?;
    written.sync_all()?;
    drop(written);
    fs::rename(&fresh, file)?;
    sync_entry(file)
}

/// Deletes a file, if there is one; tells whether there was.
fn remove(file: &Path) -> io::Result<bool> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        removed => removed.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(id: &str) -> AppId {
        AppId::parse(id).unwrap()
    }

    fn consent(app: &AppId, permission: Permission, decision: Decision) -> Consent {
        Consent {
            app: app.clone(),
            permission,
            decision,
        }
    }

    #[test]
    fn decisions_are_kept_for_each_user_apart() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        let store = FolderConsents::new(&folder);
        let user = UserId::new("../mia@example.com").unwrap();
        let (one, phone) = (app("miniapp_one"), Permission::Phone);
        assert_eq!(store.of_user(None).unwrap(), []);
        store
            .set(Some(&user), &one, &phone, Some(Decision::Allowed))
            .unwrap();
        store
            .set(None, &one, &phone, Some(Decision::Refused))
            .unwrap();
        let again = FolderConsents::new(&folder);
        let allowed = consent(&one, phone.clone(), Decision::Allowed);
        let refused = consent(&one, phone.clone(), Decision::Refused);
        assert_eq!(again.of_user(Some(&user)).unwrap(), [allowed]);
        assert_eq!(again.of_user(None).unwrap(), std::slice::from_ref(&refused));
        again.forget(Some(&user)).unwrap();
        again.forget(Some(&user)).unwrap();
        assert_eq!(store.of_user(Some(&user)).unwrap(), []);
        assert_eq!(store.of_user(None).unwrap(), [refused]);
        store.set(None, &one, &phone, None).unwrap();
        assert_eq!(store.of_user(None).unwrap(), []);
    }

    #[test]
    fn a_file_that_makes_no_sense_is_nothing_and_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderConsents::new(folder.path());
        let file = folder.path().join("device.json");
        let one = app("miniapp_one");
        let cut = br#"{"version":1,"decisions":{"miniapp_one":{"user:ph"#.to_vec();
        let later = br#"{"version":2,"decisions":{}}"#.to_vec();
        let other = br#"{"version":1,"decisions":{"miniapp_one":{"user:phone":"maybe"}}}"#.to_vec();
        for text in [vec![], cut, later, other, vec![b' '; MAX_FILE_BYTES + 1]] {
            fs::write(&file, &text).unwrap();
            let error = store.of_user(None).unwrap_err();
            assert!(
                matches!(error, ConsentStoreError::Damaged { .. }),
                "{error}"
            );
            store
                .set(None, &one, &Permission::Email, Some(Decision::Allowed))
                .unwrap();
            assert_eq!(store.of_user(None).unwrap().len(), 1);
            assert_eq!(fs::read(file.with_extension("damaged")).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_native_apps_own_user_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = FolderConsents::new(folder.path());
        let one = app("miniapp_one");
        let file = folder.path().join("device.json");
        // What an earlier process left behind is not taken over.
        let left = folder.path().join("device.new");
        fs::write(&left, "").unwrap();
        fs::set_permissions(&left, fs::Permissions::from_mode(0o644)).unwrap();
        store
            .set(None, &one, &Permission::Email, Some(Decision::Allowed))
            .unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_cannot_be_deleted_keeps_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderConsents::new(folder.path());
        let file = folder.path().join("device.json");
        fs::create_dir(&file).unwrap();
        for ending in ["damaged", "new"] {
            fs::write(file.with_extension(ending), "of the user").unwrap();
        }
        let error = store.forget(None).unwrap_err();
        assert!(error.to_string().contains("device.json"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_process_leaves_behind_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderConsents::new(folder.path());
        let one = app("miniapp_one");
        let set = |permission| store.set(None, &one, &permission, Some(Decision::Allowed));
        set(Permission::Email).unwrap();
        fs::write(folder.path().join("device.new"), "{\"vers").unwrap();
        assert_eq!(store.of_user(None).unwrap().len(), 1);
        set(Permission::Phone).unwrap();
        assert_eq!(store.of_user(None).unwrap().len(), 2);
    }

    #[test]
    fn what_another_version_has_kept_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderConsents::new(folder.path());
        let file = folder.path().join("device.json");
        let text = r#"{"version":1,"decisions":{"miniapp_one":{"user:future":"refused"}}}"#;
        fs::write(&file, text).unwrap();
        assert_eq!(store.of_user(None).unwrap(), []);
        store
            .set(None, &app("a"), &Permission::Email, Some(Decision::Allowed))
            .unwrap();
        assert!(fs::read_to_string(&file).unwrap().contains("user:future"));
    }

    #[test]
    fn a_file_at_the_limit_and_one_past() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderConsents::new(folder.path());
        // Names of one length, so that each decision takes as many bytes as the other.
        let set = |count: usize| {
            store.change(None, |decisions| {
                let of_app = decisions.entry("a".to_owned()).or_default();
                for number in 0..count {
                    of_app.insert(format!("ext:x{number:05}"), Decision::Allowed);
                }
            })
        };
        let bytes = |count: usize| {
            set(count).unwrap();
            fs::read(folder.path().join("device.json")).unwrap().len()
        };
        let (one, two) = (bytes(1), bytes(2));
        let most = 1 + (MAX_FILE_BYTES - one) / (two - one);
        assert!(bytes(most) <= MAX_FILE_BYTES);
        let error = set(most + 1).unwrap_err();
        assert!(matches!(error, ConsentStoreError::Full { .. }), "{error}");
        assert_eq!(store.of_user(None).unwrap().len(), most);
    }
}
