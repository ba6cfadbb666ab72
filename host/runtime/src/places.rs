//! Where something of a tenant's lies below a folder of the embedder's. Knows nothing of
//! what lies there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use miniapp_package::Digest;

use crate::tenant::{Tenant, UserId};

/// The places of all tenants below one folder.
pub(crate) struct Places {
    root: PathBuf,
}

impl Places {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder of a user. Names on a disk may not tell large letters from small ones,
    /// and a user id may hold anything: digests tell them all apart.
    pub(crate) fn of_user(&self, user: Option<&UserId>) -> PathBuf {
        self.root.join(match user {
            Some(user) => user.digest(),
            None => "device".to_owned(),
        })
    }

    /// The place of a tenant in its user's folder: a path that nobody else has.
    pub(crate) fn of(&self, tenant: &Tenant) -> PathBuf {
        let app = tenant.app.as_str();
        self.of_user(tenant.user.as_ref())
            .join(format!("{app}-{}", digits(app, 8)))
    }
}

/// The first digits of a text's digest.
fn digits(text: &str, count: usize) -> String {
    let digest = Digest::of(text.as_bytes());
    let digits = digest.as_bytes().iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<String>().chars().take(count).collect()
}

/// Makes a folder that only the native app's own user may look into, and those above it
/// that are missing. They stay after a loss of power, too.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let missing = path
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let missing: Vec<&Path> = missing.collect();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    missing.into_iter().try_for_each(sync_entry)
}

/// Makes safe on the disk that something is in its folder, or is not any more.
pub(crate) fn sync_entry(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened, and a change of names is as durable as it gets.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let here = folder.as_os_str().is_empty();
        let folder = if here { Path::new(".") } else { folder };
        fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_have_places_of_their_own() {
        let places = Places::new("root".into());
        let path = |app: &str, user: Option<&str>| {
            places.of(&Tenant {
                app: app.parse().unwrap(),
                user: user.map(|user| crate::UserId::new(user).unwrap()),
            })
        };
        let mut paths: Vec<String> = [
            path("rewards", None),
            path("rewards", Some("device")),
            path("rewards", Some("mia")),
            path("rewards", Some("../mia")),
            path("Rewards", None),
            path("rewards.", None),
        ]
        .iter()
        .map(|path| path.to_string_lossy().to_lowercase())
        .collect();
        assert_eq!(
            paths[0],
            format!("root/device/rewards-{}", digits("rewards", 8))
        );
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), 6, "{paths:?}");
    }
}
