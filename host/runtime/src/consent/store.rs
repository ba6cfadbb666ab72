//! What is remembered of users' answers, and who keeps it. Knows nothing of questions.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use miniapp_package::{AppId, Permission};
use serde::{Deserialize, Serialize};

use crate::tenant::UserId;

/// What a user has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// They agree.
    Allowed,
    /// They do not, and are not asked again.
    Refused,
}

/// One decision of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The mini-app.
    pub app: AppId,
    /// What it asked for.
    pub permission: Permission,
    /// What the user decided.
    pub decision: Decision,
}

/// Decisions could not be read or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsentStoreError {
    /// What is kept makes no sense. It counts as nothing: the user is asked again.
    #[error(
        "{}: these are no decisions of a user: {reason}; the user is asked again, and the file is set aside when something new is kept", .file.display()
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system does not let a file be read or written.
    #[error("{}: {reason}; check that the native app may read and write what is in this folder", .file.display())]
    System {
        /// The file.
        file: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// More decisions of one user than are kept.
    #[error("{}: {bytes} bytes of decisions, {limit} are kept; revoke those of mini-apps that are gone", .file.display())]
    Full {
        /// The file.
        file: PathBuf,
        /// Bytes that it would have.
        bytes: usize,
        /// Bytes that it may have.
        limit: usize,
    },
    /// The store has not answered in time.
    #[error("the store of consents has not answered within {} seconds; see why it is slow", .0.as_secs())]
    Timeout(Duration),
    /// A store of the embedder's has failed, or panicked.
    #[error("the store of consents has failed: {0}")]
    Failed(String),
}

/// Keeps what users have decided.
///
/// It is called on threads for blocking work, several at once for different tenants.
/// Returned means kept. Nobody waits for a call longer than ten seconds: what the user has
/// answered then holds for as long as the mini-app lives. The call goes on, and the tenant's
/// next one, and [`Self::forget`], wait for their turn.
pub trait ConsentStore: Send + Sync {
    /// All decisions of a user; of the device's only user if there is none.
    ///
    /// # Errors
    ///
    /// Where they cannot be read. The user is asked again.
    fn of_user(&self, user: Option<&UserId>) -> Result<Vec<Consent>, ConsentStoreError>;

    /// Keeps a decision in the place of an earlier one, or no decision any more.
    ///
    /// # Errors
    ///
    /// Where it cannot be kept. It holds for as long as the mini-app lives.
    fn set(
        &self,
        user: Option<&UserId>,
        app: &AppId,
        permission: &Permission,
        decision: Option<Decision>,
    ) -> Result<(), ConsentStoreError>;

    /// Forgets all decisions of a user.
    ///
    /// # Errors
    ///
    /// Where it cannot.
    fn forget(&self, user: Option<&UserId>) -> Result<(), ConsentStoreError>;
}

/// Decisions of one user: by app and permission, both as texts, so that what another
/// version of the host has kept stays kept.
pub(super) type Decisions = BTreeMap<String, BTreeMap<String, Decision>>;

/// The decisions that this version knows how to read.
pub(super) fn known(decisions: &Decisions) -> Vec<Consent> {
    let each = decisions.iter().flat_map(|(app, of_app)| {
        let app = AppId::parse(app).ok();
        of_app.iter().filter_map(move |(permission, decision)| {
            Some(Consent {
                app: app.clone()?,
                permission: Permission::parse(permission).ok()?,
                decision: *decision,
            })
        })
    });
    each.collect()
}

/// Sets or removes one decision.
pub(super) fn change(
    decisions: &mut Decisions,
    app: &AppId,
    permission: &Permission,
    decision: Option<Decision>,
) {
    let of_app = decisions.entry(app.to_string()).or_default();
    match decision {
        Some(decision) => drop(of_app.insert(permission.id().into_owned(), decision)),
        None => drop(of_app.remove(&*permission.id())),
    }
    if of_app.is_empty() {
        decisions.remove(app.as_str());
    }
}

/// Keeps decisions in memory, for as long as the process runs: the user is asked again
/// after that. Meant for tests, and until a native app has chosen its store.
#[derive(Debug, Default)]
pub struct MemoryConsents {
    users: Mutex<BTreeMap<Option<UserId>, Decisions>>,
}

impl MemoryConsents {
    fn users(&self) -> MutexGuard<'_, BTreeMap<Option<UserId>, Decisions>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConsentStore for MemoryConsents {
    fn of_user(&self, user: Option<&UserId>) -> Result<Vec<Consent>, ConsentStoreError> {
        let users = self.users();
        Ok(users.get(&user.cloned()).map(known).unwrap_or_default())
    }

    fn set(
        &self,
        user: Option<&UserId>,
        app: &AppId,
        permission: &Permission,
        decision: Option<Decision>,
    ) -> Result<(), ConsentStoreError> {
        let mut users = self.users();
        let decisions = users.entry(user.cloned()).or_default();
        change(decisions, app, permission, decision);
        Ok(())
    }

    fn forget(&self, user: Option<&UserId>) -> Result<(), ConsentStoreError> {
        self.users().remove(&user.cloned());
        Ok(())
    }
}
