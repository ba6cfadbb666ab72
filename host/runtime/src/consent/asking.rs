//! One question: from the first call that needs its answer until it is answered, on a task
//! of its own, because the answer is wanted even where the mini-app is gone meanwhile.
//!
//! It waits for its turn, and until somebody looks at a mini-app that wants the answer; only
//! then it is shown. It ends with the user's answer, or without: where the decision is made
//! or taken back elsewhere, where nobody is left who wants what is not remembered, and where
//! the user did not agree to what others wait for too. Then the prompt is dropped.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt;
use futures_util::future::select_all;
use miniapp_package::Permission;
use tokio::sync::{MutexGuard, watch};
use tokio_util::sync::CancellationToken;

use super::ledger::{Book, Change, Ledger};
use super::store::Decision;
use super::{ConsentAnswer, ConsentPrompt, ConsentQuestion};
use crate::instance::Sight;

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

/// A question that is shown, or waits for its turn.
pub(super) struct Asking {
    answer: watch::Sender<Option<Outcome>>,
    /// Whether it ended without the user's answer to it.
    ended: CancellationToken,
    /// Whether the answer is a decision that is looked for and kept.
    pub(super) remembers: bool,
    /// Whether the user is shown it. Changes while the book is held.
    is_shown: AtomicBool,
    /// The mini-apps that wait for it, each once.
    sights: watch::Sender<Vec<Sight>>,
}

impl Asking {
    /// Ends it without the user's answer. Called while the book is held.
    pub(super) fn end(&self, outcome: Outcome) {
        self.tell(outcome);
        self.ended.cancel();
    }

    /// The first outcome counts.
    fn tell(&self, outcome: Outcome) {
        self.answer.send_if_modified(|told| {
            let is_first = told.is_none();
            told.get_or_insert(outcome);
            is_first
        });
    }

    /// Whether another call may have its answer too: one "yes" that is not remembered is for
    /// those who had asked when the user read the question.
    fn takes(&self, remembers: bool) -> bool {
        self.remembers == remembers && (remembers || !self.is_shown.load(Ordering::SeqCst))
    }

    fn join(&self, sight: &Sight) -> Waiting {
        self.sights.send_if_modified(|sights| {
            let is_new = !sights.iter().any(|other| other.is_of_the_same(sight));
            if is_new {
                sights.push(sight.clone());
            }
            is_new
        });
        self.answer.subscribe()
    }

    /// Whether the user looks at a mini-app that waits for it.
    fn is_looked_at(&self) -> bool {
        self.sights.borrow().iter().any(Sight::is_shown)
    }

    async fn looked_at(&self) {
        let mut sights = self.sights.subscribe();
        loop {
            let each = sights.borrow_and_update().clone().into_iter();
            // There is one from the beginning, and they stay.
            let shown = select_all(each.map(|sight| Box::pin(sight.shown())));
            tokio::select! {
                _ = shown => return,
                _ = sights.changed() => {}
            }
        }
    }
}

/// What became of a call that wanted an answer.
pub(super) enum Joined {
    /// It was decided in this very moment.
    Decided(Outcome),
    /// It waits for a question, asked after the change `since`; whether that is a new one.
    Waits {
        answer: Waiting,
        since: Change,
        asked: bool,
    },
}

/// What is asked, and how.
pub(super) struct Wanted<'w> {
    pub(super) permission: &'w Permission,
    /// Whether a decision is looked for and kept.
    pub(super) remembers: bool,
    pub(super) prompt: &'w Arc<dyn ConsentPrompt>,
    /// Of the mini-app that wants the answer.
    pub(super) sight: &'w Sight,
}

/// Joins the question about a permission, or asks it, unless it was `settled` for whoever
/// wants to join.
pub(super) fn join(
    ledger: &Arc<Ledger>,
    wanted: &Wanted<'_>,
    settled: impl FnOnce(&Book) -> Option<Outcome>,
    question: impl FnOnce() -> ConsentQuestion,
) -> Joined {
    let Wanted {
        permission,
        remembers,
        prompt,
        sight,
    } = *wanted;
    // A question ends while the book is held, so that nobody comes between its answer and
    // the next one.
    let mut book = ledger.book();
    if let Some(decision) = book.binding(permission, remembers) {
        return Joined::Decided(decision.into());
    }
    if let Some(outcome) = settled(&book) {
        return Joined::Decided(outcome);
    }
    let since = book.last_change(permission);
    let mut open = book.open.iter();
    if let Some((_, asking)) =
        open.find(|(open, asking)| open == permission && asking.takes(remembers))
    {
        return Joined::Waits {
            answer: asking.join(sight),
            since,
            asked: false,
        };
    }
    let asking = Arc::new(Asking {
        answer: watch::Sender::new(None),
        ended: CancellationToken::new(),
        remembers,
        is_shown: AtomicBool::new(false),
        sights: watch::Sender::default(),
    });
    let answer = asking.join(sight);
    book.open.push((permission.clone(), Arc::clone(&asking)));
    drop(book);
    let open = Open {
        ledger: Arc::clone(ledger),
        asking,
    };
    tokio::spawn(open.ask(Arc::clone(prompt), question()));
    Joined::Waits {
        answer,
        since,
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
    async fn ask(self, prompt: Arc<dyn ConsentPrompt>, question: ConsentQuestion) {
        let _turn = tokio::select! {
            biased;
            () = self.asking.ended.cancelled() => return,
            // Nobody is shown a question of mini-apps that are gone.
            () = self.left() => return,
            turn = self.turn() => turn,
        };
        let permission = &question.permission;
        let outcome = match self.show(permission) {
            Err(decided) => decided.into(),
            Ok(since) => tokio::select! {
                biased;
                () = self.asking.ended.cancelled() => return,
                // An answer that is remembered is wanted nevertheless.
                () = self.left(), if !self.asking.remembers => return,
                outcome = self.answer(&*prompt, &question) => {
                    self.keep(&question, since, outcome).await;
                    outcome
                }
            },
        };
        self.conclude(permission, outcome);
    }

    /// Waits until nobody waits for the answer; then nobody joins any more.
    async fn left(&self) {
        loop {
            self.asking.answer.closed().await;
            let mut book = self.ledger.book();
            if self.asking.answer.is_closed() {
                book.close(&self.asking);
                return;
            }
        }
    }

    /// Takes the turn once it has come. One that the user would not see is for others.
    async fn turn(&self) -> MutexGuard<'_, ()> {
        loop {
            self.asking.looked_at().await;
            let turn = self.ledger.turn.lock().await;
            if self.asking.is_looked_at() {
                return turn;
            }
        }
    }

    /// Notes that the user is shown it now, after which change; unless it was decided.
    fn show(&self, permission: &Permission) -> Result<Change, Decision> {
        let book = self.ledger.book();
        if let Some(decision) = book.binding(permission, self.asking.remembers) {
            return Err(decision);
        }
        self.asking.is_shown.store(true, Ordering::SeqCst);
        Ok(book.last_change(permission))
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

    /// Keeps an answer that is remembered, unless somebody has decided since.
    async fn keep(&self, question: &ConsentQuestion, since: Change, outcome: Outcome) {
        let decision = match outcome {
            Outcome::Answered(ConsentAnswer::Allow) => Decision::Allowed,
            Outcome::Answered(ConsentAnswer::Refuse) => Decision::Refused,
            _ => return,
        };
        if !self.asking.remembers {
            return;
        }
        let permission = &question.permission;
        let change = self.ledger.book().answer(permission, since, decision);
        if let Some(change) = change {
            let kept = self.ledger.keep(permission, Some(decision), change).await;
            if let Err(error) = kept {
                self.ledger.desk.report(&question.app, &error);
            }
        }
    }

    /// Whoever comes from here on finds the answer, or asks anew. Where it is not remembered,
    /// anything but a "yes" is for those too who came while it was shown: nobody is asked the
    /// same again right after it.
    fn conclude(&self, permission: &Permission, outcome: Outcome) {
        let mut book = self.ledger.book();
        self.asking.tell(outcome);
        book.close(&self.asking);
        let is_yes = outcome == Outcome::Answered(ConsentAnswer::Allow);
        if !self.asking.remembers && !is_yes {
            let is_same =
                |open: &Permission, other: &Asking| open == permission && !other.remembers;
            book.end(is_same, outcome);
        }
    }
}
