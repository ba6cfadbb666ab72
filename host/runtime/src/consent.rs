//! Consent: what the user agrees to, after operator and partner have.
//!
//! The manifests say what a mini-app may do; for some of it ([`miniapp_package::consent`])
//! the user is asked too, at its first use, by the native app's own [`ConsentPrompt`] and
//! with the reason that the app manifest gives. Owns who is asked what and when, and what
//! they have decided. Must not know of any capability, nor how a question looks.
//!
//! The threats: a mini-app that nags until somebody agrees, that buries the screen under
//! questions, or that uses what was granted to another one; a prompt that never answers.
//! Failure mode: the call is refused, and the mini-app lives on.
//!
//! [`desk`] is where all questions of a host are asked; a [`ledger`] has what one tenant's
//! user has decided, shared by the tenant's live mini-apps; [`asking`] is one question, from
//! the first call that needs it to its answer; [`gate`] is what one live mini-app sees of it.
//! [`store`] says what is kept, [`folder`] keeps it in files.

mod asking;
mod desk;
mod folder;
mod gate;
mod ledger;
mod store;

use std::future::Future;
use std::pin::Pin;

use miniapp_package::{AppId, Permission};

use crate::tenant::Tenant;

pub use desk::Consents;
pub(crate) use desk::{Desk, DeskOptions};
pub use folder::FolderConsents;
pub(crate) use gate::{Gate, Opened, Standing};
pub use store::{Consent, ConsentStore, ConsentStoreError, Decision, MemoryConsents};

/// What the user is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsentQuestion {
    /// The mini-app that asks.
    pub app: AppId,
    /// Its name, as people see it: at most 128 characters, on one line. The partner's
    /// words, and to be shown as such.
    pub app_name: String,
    /// What it asks for.
    pub permission: Permission,
    /// What that allows, in the platform's words; see [`miniapp_package::describe`].
    pub meaning: String,
    /// Why, in the partner's words: at most 512 characters, on one line.
    pub reason: String,
    /// Whether the app manifest says that the mini-app does not run without it.
    pub required: bool,
}

/// What the user has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentAnswer {
    /// They agree. Remembered.
    Allow,
    /// They do not agree. Remembered: the mini-app is refused from then on, and the user
    /// is not asked again.
    Refuse,
    /// They have closed the question without an answer. Not remembered; the call is
    /// refused, and so is every other one until the mini-app is opened anew, so that no
    /// mini-app can nag; or until the user changes their mind in the settings, see
    /// [`Consents::revoke`].
    Dismiss,
}

/// What a prompt returns.
pub type Answering<'a> = Pin<Box<dyn Future<Output = ConsentAnswer> + Send + 'a>>;

/// Asks the user. The native app implements it, with a dialog of its own.
///
/// It is called on a task of its own. One question of a tenant is open at a time,
/// whatever its mini-app does, and calls that need the same answer wait for the same
/// question. It is asked while the mini-app is shown; what a mini-app in the background
/// wants to know waits until it is. A question may still be open when the mini-app that asked
/// is gone; its answer is remembered then too, and one that would not be remembered is
/// dropped. Where the decision is changed meanwhile, in the native app's settings or by a
/// log-out, the prompt is dropped, and its answer counts for nobody.
///
/// A prompt that has not answered within [`crate::limits::CONSENT`] is dropped, and the
/// calls that wait fail with `timeout`, as do others of that mini-app until it is shown anew;
/// where it panics, with `unavailable`. Neither is remembered. Whenever the future is
/// dropped, the dialog is to be taken away: do so in its `Drop`.
pub trait ConsentPrompt: Send + Sync {
    /// Asks the tenant's user.
    fn ask<'a>(&'a self, tenant: &'a Tenant, question: &'a ConsentQuestion) -> Answering<'a>;
}

/// Gives one answer to every question and asks nobody: for tests and demonstrations. An
/// app that answers for its users has asked none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedConsent(ConsentAnswer);

impl FixedConsent {
    /// Allows everything.
    #[must_use]
    pub fn allow() -> Self {
        Self(ConsentAnswer::Allow)
    }

    /// Refuses everything.
    #[must_use]
    pub fn refuse() -> Self {
        Self(ConsentAnswer::Refuse)
    }
}

impl ConsentPrompt for FixedConsent {
    fn ask<'a>(&'a self, _: &'a Tenant, _: &'a ConsentQuestion) -> Answering<'a> {
        Box::pin(std::future::ready(self.0))
    }
}

/// When the user is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsentRule {
    /// At the first use; the answer is remembered.
    FirstUse,
    /// At each use, where a store or a law demands it.
    ///
    /// [`ConsentAnswer::Allow`] is for the calls that waited for the question when it was
    /// shown; those that are made while it is shown share the next one. So a mini-app that
    /// calls several times before the user sees anything has all of it allowed by one tap:
    /// what must be decided one by one, such as a payment, the native app shows itself. Any
    /// other answer is for all who wait, and holds until the mini-app is opened anew. A
    /// refusal of the settings ([`Consents::set`]) holds too; an agreement is no answer.
    EachTime,
    /// Never: the operator's own agreement with the user covers it.
    Given,
}

impl ConsentRule {
    /// The rule where a policy has no other: [`Self::FirstUse`] for what
    /// [`miniapp_package::consent`] names, [`Self::Given`] for all else.
    #[must_use]
    pub fn usual(permission: &Permission) -> Self {
        if miniapp_package::consent(permission) {
            Self::FirstUse
        } else {
            Self::Given
        }
    }
}

/// Says when the user is asked. A closure of the same shape is a policy.
pub trait ConsentPolicy: Send + Sync {
    /// The rule for a permission of a tenant; asked at each launch, for each permission
    /// that is granted. One that wants nothing of its own answers
    /// [`ConsentRule::usual`]. `storage:…` is never asked for: nobody but the user sees
    /// what is kept there.
    fn rule(&self, tenant: &Tenant, permission: &Permission) -> ConsentRule;
}

impl<F: Fn(&Tenant, &Permission) -> ConsentRule + Send + Sync> ConsentPolicy for F {
    fn rule(&self, tenant: &Tenant, permission: &Permission) -> ConsentRule {
        self(tenant, permission)
    }
}
