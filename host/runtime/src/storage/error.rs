//! What the embedder is told where a storage cannot be used. Knows no database.

use std::path::PathBuf;

use super::SnapshotId;

/// A tenant's storage cannot be used, or was found damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The file is whole and does not open with the key. Nothing was changed.
    #[error(
        "the storage in {} was written with another key; give `HostBuilder::storage` the key that it was made with, or wipe it", .file.display()
    )]
    WrongKey {
        /// The file.
        file: PathBuf,
    },
    /// The system does not let it be read or written. Nothing was changed.
    #[error(
        "the storage in {} cannot be used: {reason}; check that the native app may read and write what is in the folder given to `HostBuilder::storage`, and that the disk has room", .file.display()
    )]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The file is not as it was written. A store is set aside and begins anew; a snapshot
    /// is left where it is.
    #[error(
        "the storage in {} was damaged ({reason}); what is set aside lies beside it until something else is", .file.display()
    )]
    Damaged {
        /// The damaged file, where it lies now.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The value of a key is not as it was written; the others are. The mini-app is told, and
    /// may set it anew. Told once for several, until something is written.
    #[error(
        "a value in the storage in {} was damaged; the mini-app may set it anew, and other values are whole", .file.display()
    )]
    DamagedValue {
        /// The file.
        file: PathBuf,
    },
    /// There is no such snapshot.
    #[error("there is no snapshot {id}; kept are: {}", list(.kept))]
    NoSnapshot {
        /// The one that was asked for.
        id: SnapshotId,
        /// Those that there are, the oldest one first.
        kept: Vec<SnapshotId>,
    },
    /// The tokio runtime that it was to be done on is shut down.
    #[error("the tokio runtime was shut down before it was done")]
    Stopped,
}

fn list(kept: &[SnapshotId]) -> String {
    if kept.is_empty() {
        return "none".to_owned();
    }
    let kept: Vec<String> = kept.iter().map(ToString::to_string).collect();
    kept.join(", ")
}
