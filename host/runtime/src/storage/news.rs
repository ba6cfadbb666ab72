//! What the embedder is told of a storage, and whoever is answered after that. Knows nothing
//! of what happened.

use super::StorageError;
use super::work::{Answer, Failure, Job};

/// What is told once nobody works on the storage for it: the one who is told may want
/// something of the same storage.
#[derive(Default)]
pub(super) struct News {
    errors: Vec<StorageError>,
    /// Work that is over since.
    answers: Vec<(Job, Result<Answer, Failure>)>,
}

impl News {
    pub(super) fn add(&mut self, error: StorageError) {
        self.errors.push(error);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// Answers at once, or, where there is something to tell, when that was told.
    pub(super) fn answer(&mut self, job: Job, answer: Result<Answer, Failure>) {
        if self.is_empty() {
            job.answer(answer);
        } else {
            self.answers.push((job, answer));
        }
    }

    pub(super) fn refuse(&mut self, jobs: impl IntoIterator<Item = Job>, error: &StorageError) {
        for job in jobs {
            self.answer(job, Err(error.clone().into()));
        }
    }

    /// Tells, and answers.
    pub(super) fn tell(self, tell: impl FnMut(&StorageError)) {
        self.errors.iter().for_each(tell);
        for (job, answer) in self.answers {
            job.answer(answer);
        }
    }
}
