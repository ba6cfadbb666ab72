//! One question: from the first call that needs its answer until it is answered, on a task
//! of its own, because the answer is wanted even where the mini-app is gone meanwhile.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use miniapp_package::Permission;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::ledger::Ledger;
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
    /// The decision was taken back while the user was asked.
    TakenBack,
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
    /// Whether the decision was changed without the user's answer.
    overtaken: CancellationToken,
}

impl Asking {
    /// What the user answers from now on counts for nobody, if it is about a decision that
    /// is remembered.
    pub(super) fn overtake(&self) {
        self.overtaken.cancel();
    }
}

/// What became of a call that wanted an answer.
pub(super) enum Joined {
    /// It was decided in this very moment.
    Decided(Outcome),
    /// It waits for a question; whether that is a new one.
    Waits { answer: Waiting, asked: bool },
}

/// What is asked, and how.
pub(super) struct Wanted<'w> {
    pub(super) permission: &'w Permission,
    /// Whether a decision is looked for and kept.
    pub(super) remembers: bool,
    pub(super) prompt: &'w Arc<dyn ConsentPrompt>,
}

/// Joins the question about a permission, or asks it, unless it was `settled` for whoever
/// wants to join.
pub(super) fn join(
    ledger: &Arc<Ledger>,
    wanted: &Wanted<'_>,
    settled: impl FnOnce() -> Option<ConsentAnswer>,
    question: impl FnOnce() -> ConsentQuestion,
) -> Joined {
    let Wanted {
        permission,
        remembers,
        prompt,
    } = *wanted;
    let mut book = ledger.book();
    if let Some(decision) = book.decision(permission).filter(|_| remembers) {
        return Joined::Decided(decision.into());
    }
    if let Some((_, asking)) = book.open.iter().find(|(open, _)| open == permission) {
        let answer = asking.answer.subscribe();
        return Joined::Waits {
            answer,
            asked: false,
        };
    }
    // A question ends while the book is held, so that nobody comes between its answer and
    // the next one.
    if let Some(answer) = settled() {
        return Joined::Decided(Outcome::Answered(answer));
    }
    let (sender, answer) = watch::channel(None);
    let asking = Arc::new(Asking {
        answer: sender,
        overtaken: CancellationToken::new(),
    });
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
        self.ledger.book().close(&self.asking);
    }
}

impl Open {
    async fn ask(self, prompt: Arc<dyn ConsentPrompt>, question: ConsentQuestion, remembers: bool) {
        let _turn = self.ledger.turn.lock().await;
        // Nobody is shown a question of mini-apps that are gone.
        if self.is_left() {
            return;
        }
        let outcome = if remembers {
            self.decision(&*prompt, &question).await
        } else {
            self.answer(&*prompt, &question).await
        };
        // Whoever comes from here on finds the answer, or asks anew.
        let mut book = self.ledger.book();
        self.asking.answer.send_replace(Some(outcome));
        book.close(&self.asking);
    }

    /// Whether nobody waits for the answer; then nobody joins any more.
    fn is_left(&self) -> bool {
        let mut book = self.ledger.book();
        let is_left = self.asking.answer.is_closed();
        if is_left {
            book.close(&self.asking);
        }
        is_left
    }

    /// An answer that is remembered, unless somebody decides for the user meanwhile.
    async fn decision(&self, prompt: &dyn ConsentPrompt, question: &ConsentQuestion) -> Outcome {
        let permission = &question.permission;
        let (decided, since) = {
            let book = self.ledger.book();
            (book.decision(permission), book.last_change(permission))
        };
        if let Some(decision) = decided {
            return decision.into();
        }
        let outcome = tokio::select! {
            biased;
            () = self.asking.overtaken.cancelled() => return self.decided(permission),
            outcome = self.answer(prompt, question) => outcome,
        };
        let decision = match outcome {
            Outcome::Answered(ConsentAnswer::Allow) => Decision::Allowed,
            Outcome::Answered(ConsentAnswer::Refuse) => Decision::Refused,
            _ => return outcome,
        };
        let change = self.ledger.book().answer(permission, since, decision);
        if let Some(change) = change {
            let kept = self.ledger.keep(permission, Some(decision), change).await;
            if let Err(error) = kept {
                self.ledger.desk.report(&question.app, &error);
            }
        }
        self.decided(permission)
    }

    /// What was decided by now, by whomever.
    fn decided(&self, permission: &Permission) -> Outcome {
        let decision = self.ledger.book().decision(permission);
        decision.map_or(Outcome::TakenBack, Outcome::from)
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
