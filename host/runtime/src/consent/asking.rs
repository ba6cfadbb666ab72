//! One question: from the first call that needs its answer until it is answered, on a task
//! of its own, because the answer is wanted even where the mini-app is gone meanwhile.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use miniapp_package::Permission;
use tokio::sync::watch;

use super::desk::Ledger;
use super::store::Decision;
use super::{ConsentAnswer, ConsentPrompt, ConsentQuestion};

/// How a question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The user has answered, or somebody has decided for them meanwhile.
    Answered(ConsentAnswer),
    /// The prompt has panicked.
    Panicked,
    /// There was no answer in time.
    TimedOut,
}

impl From<Decision> for Outcome {
    fn from(decision: Decision) -> Self {
        Self::Answered(match decision {
            Decision::Allowed => ConsentAnswer::Allow,
            Decision::Refused => ConsentAnswer::Refuse,
        })
    }
}

/// Those who wait for the answer of a question. Its end without one is that of its task:
/// the runtime was shut down.
pub(super) type Waiting = watch::Receiver<Option<Outcome>>;

/// A question that is open, or waits for its turn.
pub(super) struct Asking {
    answer: watch::Sender<Option<Outcome>>,
}

/// What became of a call that wanted an answer.
pub(super) enum Joined {
    /// It was decided in this very moment.
    Decided(Decision),
    /// It waits for a question; whether that is a new one.
    Waits { answer: Waiting, asked: bool },
}

/// Joins the question about a permission, or asks it. A decision is looked for and kept
/// only where it is to be remembered.
pub(super) fn join(
    ledger: &Arc<Ledger>,
    permission: &Permission,
    remembers: bool,
    prompt: &Arc<dyn ConsentPrompt>,
    question: impl FnOnce() -> ConsentQuestion,
) -> Joined {
    let mut book = ledger.book();
    if let Some(decision) = book.decision(permission).filter(|_| remembers) {
        return Joined::Decided(decision);
    }
    if let Some((_, asking)) = book.open.iter().find(|(open, _)| open == permission) {
        let answer = asking.answer.subscribe();
        return Joined::Waits {
            answer,
            asked: false,
        };
    }
    let (sender, answer) = watch::channel(None);
    let asking = Arc::new(Asking { answer: sender });
    book.open.push((permission.clone(), Arc::clone(&asking)));
    drop(book);
    let open = Open {
        ledger: Arc::clone(ledger),
        asking,
    };
    tokio::spawn(open.ask(Arc::clone(prompt), question(), remembers));
    Joined::Waits {
        answer,
        asked: true,
    }
}

/// A question in its ledger, until it is dropped.
struct Open {
    ledger: Arc<Ledger>,
    asking: Arc<Asking>,
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut book = self.ledger.book();
        book.open
            .retain(|(_, other)| !Arc::ptr_eq(other, &self.asking));
    }
}

impl Open {
    async fn ask(self, prompt: Arc<dyn ConsentPrompt>, question: ConsentQuestion, remembers: bool) {
        let turn = self.ledger.turn.lock().await;
        // Nobody is shown a question of mini-apps that are gone.
        if self.asking.answer.is_closed() {
            return;
        }
        let permission = &question.permission;
        let meanwhile = self.ledger.book().decision(permission);
        let outcome = match meanwhile.filter(|_| remembers) {
            Some(decision) => decision.into(),
            None => self.answer(&*prompt, &question).await,
        };
        let decision = match outcome {
            Outcome::Answered(ConsentAnswer::Allow) => Some(Decision::Allowed),
            Outcome::Answered(ConsentAnswer::Refuse) => Some(Decision::Refused),
            _ => None,
        };
        if remembers && meanwhile.is_none() && decision.is_some() {
            let kept = self.ledger.decide(permission, decision).await;
            if let Err(error) = kept {
                self.ledger.desk.report(&question.app, &error);
            }
        }
        drop(turn);
        let asking = Arc::clone(&self.asking);
        // Whoever comes from here on finds the decision, or asks anew.
        drop(self);
        asking.answer.send_replace(Some(outcome));
    }

    async fn answer(&self, prompt: &dyn ConsentPrompt, question: &ConsentQuestion) -> Outcome {
        let asked = async { prompt.ask(&self.ledger.tenant, question).await };
        let asked = AssertUnwindSafe(asked).catch_unwind();
        let patience = self.ledger.desk.options.patience;
        match tokio::time::timeout(patience, asked).await {
            Ok(Ok(answer)) => Outcome::Answered(answer),
            Ok(Err(_)) => Outcome::Panicked,
            Err(_) => Outcome::TimedOut,
        }
    }
}
