//! What one live mini-app sees of consent. A capability asks the gate before it does what
//! the user is asked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use miniapp_package::Permission;

use super::asking::{self, Joined, Outcome, Waiting, Wanted};
use super::desk::Desk;
use super::ledger::{Book, Change, Ledger};
use super::store::Decision;
use super::{ConsentAnswer, ConsentQuestion, ConsentRule};
use crate::capability::InFlight;
use crate::contract::{GuestError, code};
use crate::grant::{Grant, guest_error};
use crate::instance::{Questions, Sight};
use crate::meter::{Owed, price};
use crate::tenant::Tenant;

/// Calls of one mini-app that wait for answers of its user at once: more than any page
/// has reasons to make, and little to keep.
pub(crate) const MAX_WAITING: usize = 64;

/// The rules of a life, and the ledger that it shares: what a [`Gate`] is made of.
pub(crate) struct Opened {
    ledger: Arc<Ledger>,
    grant: Arc<Grant>,
    /// One for each permission that is asked for and granted.
    rules: Vec<(Permission, ConsentRule)>,
}

impl Opened {
    /// Asks the policy for the rules of a tenant, and reads what its user has decided
    /// where that matters.
    pub(crate) async fn open(desk: &Arc<Desk>, tenant: &Arc<Tenant>, grant: &Arc<Grant>) -> Self {
        let rules: Vec<(Permission, ConsentRule)> = grant
            .permissions()
            .map(|asked| {
                let rule = desk.rule(tenant, &asked.permission);
                (asked.permission.clone(), rule)
            })
            .collect();
        let ledger = desk.ledger(tenant);
        if rules.iter().any(|(_, rule)| *rule != ConsentRule::Given) {
            ledger.load().await;
        }
        Self {
            ledger,
            grant: Arc::clone(grant),
            rules,
        }
    }
}

/// How a permission stands with a mini-app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The manifests do not grant it.
    NotGranted,
    /// The user would have to be asked, and there is no prompt.
    NobodyAsks,
    /// It may be used.
    Allowed,
    /// The user has refused.
    Refused,
    /// The user has not wanted to answer, in this life.
    Dismissed,
    /// The user has not answered, since the mini-app was shown the last time.
    Unanswered,
    /// The next use asks.
    NotAsked,
    /// Each use asks.
    EachTime,
}

/// Lets calls of one live mini-app pass if its user agrees. Cheap to clone; clones are
/// the same gate.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Life>);

struct Life {
    opened: Opened,
    /// The last question about each permission that this life has waited for.
    joined: Mutex<Vec<Last>>,
    waiting: InFlight,
    /// Told of a question while this life waits for its answer.
    questions: Questions,
    owed: Owed,
    sight: Sight,
}

/// The last question about a permission that a life has waited for.
struct Last {
    permission: Permission,
    answer: Waiting,
    /// It was asked after this change of the decision,
    since: Change,
    /// and when the mini-app had been shown so often.
    times: u64,
}

impl Gate {
    /// What questions make the host do is `owed`.
    pub(crate) fn new(opened: Opened, questions: Questions, owed: Owed, sight: Sight) -> Self {
        Self(Arc::new(Life {
            opened,
            joined: Mutex::default(),
            waiting: InFlight::default(),
            questions,
            owed,
            sight,
        }))
    }

    /// Whether a call under `permission` may pass, where that is decided already.
    pub(crate) fn known(&self, permission: &Permission) -> Option<Result<(), GuestError>> {
        match self.standing(permission) {
            Standing::Allowed => Some(Ok(())),
            Standing::NotAsked | Standing::EachTime => None,
            refused => Some(Err(self.refusal(permission, refused))),
        }
    }

    /// Lets a call under `permission` pass, and asks the user first where that is open: once
    /// they look at the mini-app.
    ///
    /// Errors: `denied` where manifests or the user do not allow it, `busy` where
    /// [`MAX_WAITING`] calls wait, `timeout` and `unavailable` where no answer came. Denials
    /// are to be reported, with [`crate::instance::State::report_refusal`].
    pub(crate) async fn require(&self, permission: &Permission) -> Result<(), GuestError> {
        if let Some(known) = self.known(permission) {
            return known;
        }
        let Some(_waits) = self.0.waiting.take(1, MAX_WAITING) else {
            let message = format!(
                "{MAX_WAITING} calls wait for an answer of the user already; await some before starting more"
            );
            return Err(GuestError::new(code::BUSY, message));
        };
        // Before it joins any question: what is not looked at keeps nobody else's from the user.
        self.0.sight.clone().shown().await;
        let mut waiting = match self.join(permission) {
            Some(Joined::Waits { answer, .. }) => answer,
            Some(Joined::Decided(outcome)) => return self.outcome(permission, outcome),
            None => return Err(self.refusal(permission, Standing::NobodyAsks)),
        };
        let _asked = self.0.questions.ask();
        let answered = waiting.wait_for(Option::is_some).await.map(|found| *found);
        let outcome = answered.ok().flatten().unwrap_or(Outcome::Panicked);
        self.outcome(permission, outcome)?;
        // The answer may be old: a mini-app that is suspended hears of it once it is woken.
        self.still(permission)
    }

    /// Whether a permission that [`Gate::require`] has let pass is still there: somebody may
    /// have taken it back while the user was asked for another one, or the call held back.
    pub(crate) fn still(&self, permission: &Permission) -> Result<(), GuestError> {
        if self.rule(permission) == Some(ConsentRule::EachTime) {
            let binding = self.0.opened.ledger.book().binding(permission, false);
            let refused = binding.map(|_| self.refusal(permission, Standing::Refused));
            return refused.map_or(Ok(()), Err);
        }
        match self.standing(permission) {
            Standing::Allowed => Ok(()),
            Standing::NotAsked => self.outcome(permission, Outcome::TakenBack),
            refused => Err(self.refusal(permission, refused)),
        }
    }

    /// How a permission stands. Takes no memory.
    pub(crate) fn standing(&self, permission: &Permission) -> Standing {
        let rule = self.rule(permission);
        let remembers = match rule {
            None => return Standing::NotGranted,
            Some(ConsentRule::Given) => return Standing::Allowed,
            Some(rule) => rule == ConsentRule::FirstUse,
        };
        let opened = &self.0.opened;
        let book = opened.ledger.book();
        match book.binding(permission, remembers) {
            Some(Decision::Allowed) => return Standing::Allowed,
            Some(Decision::Refused) => return Standing::Refused,
            None => {}
        }
        match self.settled(&book, permission, remembers) {
            Some(Outcome::Answered(ConsentAnswer::Dismiss)) => Standing::Dismissed,
            Some(Outcome::TimedOut) => Standing::Unanswered,
            Some(_) => Standing::Refused,
            None if opened.ledger.desk.options.prompt.is_none() => Standing::NobodyAsks,
            None if remembers => Standing::NotAsked,
            None => Standing::EachTime,
        }
    }

    fn rule(&self, permission: &Permission) -> Option<ConsentRule> {
        let mut rules = self.0.opened.rules.iter();
        let found = rules.find(|(known, _)| known == permission);
        found.map(|(_, rule)| *rule)
    }

    fn joined(&self) -> MutexGuard<'_, Vec<Last>> {
        self.0.joined.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the last question ended that this life has waited for, where the user is not asked
    /// again: until they decide, or take a decision back, in the settings; and where they have
    /// not answered, until they look at the mini-app anew.
    fn settled(&self, book: &Book, permission: &Permission, remembers: bool) -> Option<Outcome> {
        let joined = self.joined();
        let last = joined.iter().find(|last| last.permission == *permission)?;
        if book.last_change(permission) != last.since {
            return None;
        }
        let outcome = (*last.answer.borrow())?;
        let holds = match outcome {
            Outcome::Answered(ConsentAnswer::Dismiss) => true,
            Outcome::Answered(ConsentAnswer::Refuse) => !remembers,
            Outcome::TimedOut => self.0.sight.times() == last.times,
            _ => false,
        };
        holds.then_some(outcome)
    }

    /// Waits for the question about a permission, which is asked if it is not open.
    fn join(&self, permission: &Permission) -> Option<Joined> {
        let Opened { ledger, grant, .. } = &self.0.opened;
        let prompt = ledger.desk.options.prompt.as_ref()?;
        let remembers = self.rule(permission) == Some(ConsentRule::FirstUse);
        let wanted = Wanted {
            permission,
            remembers,
            prompt,
            sight: &self.0.sight,
        };
        let settled = |book: &Book| self.settled(book, permission, remembers);
        let question = || question(grant, &ledger.tenant, permission);
        let joined = asking::join(ledger, &wanted, settled, question);
        if let Joined::Waits {
            answer,
            since,
            asked,
        } = &joined
        {
            if *asked {
                self.0.owed.add(price::QUESTION);
            }
            let mut joined = self.joined();
            joined.retain(|last| last.permission != *permission);
            joined.push(Last {
                permission: permission.clone(),
                answer: answer.clone(),
                since: *since,
                times: self.0.sight.times(),
            });
        }
        Some(joined)
    }

    fn outcome(&self, permission: &Permission, outcome: Outcome) -> Result<(), GuestError> {
        let id = permission.id();
        match outcome {
            Outcome::Answered(ConsentAnswer::Allow) => Ok(()),
            Outcome::Answered(ConsentAnswer::Refuse) => {
                Err(self.refusal(permission, Standing::Refused))
            }
            Outcome::Answered(ConsentAnswer::Dismiss) => {
                Err(self.refusal(permission, Standing::Dismissed))
            }
            Outcome::Panicked => Err(GuestError::new(
                code::UNAVAILABLE,
                format!("the app could not ask the user for `{id}`; try again later"),
            )),
            Outcome::TakenBack => Err(GuestError::new(
                code::UNAVAILABLE,
                format!(
                    "what the user had decided about `{id}` was taken back meanwhile; ask again when they want what needs it"
                ),
            )),
            Outcome::TimedOut => Err(self.refusal(permission, Standing::Unanswered)),
        }
    }

    /// What a mini-app is told of a permission that it may not use.
    fn refusal(&self, permission: &Permission, standing: Standing) -> GuestError {
        let id = permission.id();
        let message = match standing {
            Standing::NotGranted => {
                let grant = &self.0.opened.grant;
                return guest_error(&grant.deny("", permission.clone()));
            }
            Standing::Unanswered => {
                let patience = self.0.opened.ledger.desk.options.patience;
                return GuestError::new(code::TIMEOUT, no_answer(&id, patience));
            }
            Standing::NobodyAsks => format!(
                "`{id}` needs the user's consent, and this app does not ask for it; the app would have to set `HostBuilder::consent`"
            ),
            Standing::Dismissed => format!(
                "the user has closed the question about `{id}` without an answer, and is asked again when the mini-app is opened the next time"
            ),
            _ => format!(
                "the user has refused `{id}`; they can change that in the settings of the app"
            ),
        };
        GuestError {
            permission: Some(id.into_owned()),
            ..GuestError::new(code::DENIED, message)
        }
    }
}

fn no_answer(id: &str, patience: Duration) -> String {
    format!(
        "the user has not answered the question about `{id}` within {} seconds, and is asked again once the mini-app was shown anew; go on without until then",
        patience.as_secs()
    )
}

fn question(grant: &Grant, tenant: &Tenant, permission: &Permission) -> ConsentQuestion {
    let mut asked = grant.permissions();
    let asked = asked.find(|asked| asked.permission == *permission);
    ConsentQuestion {
        app: tenant.app.clone(),
        app_name: grant.app_name().to_owned(),
        permission: permission.clone(),
        meaning: miniapp_package::describe(permission).into_owned(),
        reason: asked.map(|asked| asked.reason.clone()).unwrap_or_default(),
        required: asked.is_some_and(|asked| !asked.optional),
    }
}
