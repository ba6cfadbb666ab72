//! What is asked of a storage, and what comes of it. Knows neither who does it nor how.

use tokio::sync::oneshot;

use super::index::Refused;
use super::{SnapshotId, StorageError, StorageUsage};
use crate::capability::Share;
use crate::meter::Owed;

/// What a piece of work takes of what its tenant may have waiting, until its answer was
/// handed over, or nobody wants it and it is done.
pub(crate) struct Admitted {
    pub(super) _place: Share,
    /// Grows to what the answer takes.
    pub(super) held: Share,
    /// Fuel for what was done, until somebody has paid it.
    pub(super) fee: u64,
    /// Where it is charged if nobody waits for the outcome.
    pub(super) owed: Owed,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if self.fee > 0 {
            self.owed.add(self.fee);
        }
    }
}

/// What is asked of a storage.
#[derive(Debug)]
pub(crate) enum Work {
    Get(String),
    Set(String, Vec<u8>),
    Remove(String),
    Keys,
    Clear,
    Usage,
    Snapshots,
    Snapshot,
    Restore(SnapshotId),
    Wipe,
    /// Close the file, as nobody uses it.
    Close,
}

impl Work {
    /// Whether it may share a commit with its neighbours.
    pub(super) fn is_shared(&self) -> bool {
        !matches!(
            self,
            Self::Snapshots | Self::Snapshot | Self::Restore(_) | Self::Wipe | Self::Close
        )
    }
}

/// What comes of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Done,
    Value(Option<Vec<u8>>),
    Keys(Vec<String>),
    Usage(StorageUsage),
    Snapshots(Vec<SnapshotId>),
    Snapshot(SnapshotId),
}

/// Why nothing comes of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// It may not be done.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The value of this key is not as it was written.
    #[error("the value of this key was damaged on the device; set it anew, or remove it")]
    Value,
    /// It cannot be done.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Work that is over.
pub(crate) struct Outcome {
    pub(crate) answer: Result<Answer, Failure>,
    admitted: Option<Admitted>,
}

impl Outcome {
    /// Fuel for what was done, for whoever pays it; else it is owed.
    pub(crate) fn take_fee(&mut self) -> u64 {
        let fee = self.admitted.as_mut().map(|admitted| &mut admitted.fee);
        fee.map(std::mem::take).unwrap_or_default()
    }
}

/// A piece of work that waits.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) admitted: Option<Admitted>,
    reply: oneshot::Sender<Outcome>,
}

impl Job {
    pub(super) fn new(
        work: Work,
        admitted: Option<Admitted>,
    ) -> (Self, oneshot::Receiver<Outcome>) {
        let (reply, outcome) = oneshot::channel();
        let job = Self {
            work,
            admitted,
            reply,
        };
        (job, outcome)
    }

    /// Charges so much for what was done.
    pub(super) fn charge(&mut self, fuel: u64) {
        if let Some(Admitted { fee, .. }) = &mut self.admitted {
            *fee = fee.saturating_add(fuel);
        }
    }

    pub(super) fn answer(self, answer: Result<Answer, Failure>) {
        let outcome = Outcome {
            answer,
            admitted: self.admitted,
        };
        // Whoever asked may be gone.
        drop(self.reply.send(outcome));
    }
}
