//! What the platform keeps, behind traits: open codes, and the apps that may exchange them.

use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

use crate::secret::{SecretDigest, sha256};
use crate::{CLOCK_SKEW, LIFETIME};

/// A store has failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the store of logins has failed: {0}")]
pub struct StoreError(
    /// What happened, for the platform's people.
    pub String,
);

/// What a store's call returns.
pub type Storing<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// What a code is kept under: its SHA-256. Who reads the store has no codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeDigest([u8; 32]);

impl CodeDigest {
    pub(crate) fn of(code: &str) -> Self {
        Self(sha256(code))
    }

    /// The digest itself, for a column of a database.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The app whose server may exchange it.
    pub app: String,
    /// The user, as the platform knows them.
    pub user: String,
    /// From when on it counts no more.
    pub expires: SystemTime,
}

impl Issued {
    /// Whether the code counts at this time. One that expires later than a code of now would
    /// does not: the clock was set back since, and what is long over must not come again.
    pub fn counts_at(&self, now: SystemTime) -> bool {
        let left = self.expires.duration_since(now).unwrap_or_default();
        !left.is_zero() && left <= LIFETIME + CLOCK_SKEW
    }
}

/// What became of a code that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is kept.
    Kept,
    /// There is no room.
    Full,
}

/// Keeps codes until they are exchanged.
pub trait CodeStore: Send + Sync {
    /// Keeps a code. What does not count at `now` is removed first, see
    /// [`Issued::counts_at`]; of more than [`crate::CODES_PER_APP`] codes of the same user and
    /// app the oldest is, and so is that of more than [`crate::CODES_PER_USER`] of the user.
    fn put(&self, code: CodeDigest, issued: Issued, now: SystemTime) -> Storing<'_, Stored>;

    /// Takes a code out, in one step: of several who try at once, one gets it.
    fn take(&self, code: CodeDigest) -> Storing<'_, Option<Issued>>;

    /// Removes all codes of a user.
    fn remove_of<'a>(&'a self, user: &'a str) -> Storing<'a, ()>;
}

/// An app that may exchange codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredApp {
    /// The partner that it belongs to.
    pub partner: String,
    /// The digest of its secret.
    pub secret: SecretDigest,
}

/// Knows the apps of the platform.
pub trait AppRegistry: Send + Sync {
    /// The app of this id, if there is one.
    fn app<'a>(&'a self, id: &'a str) -> Storing<'a, Option<RegisteredApp>>;
}
