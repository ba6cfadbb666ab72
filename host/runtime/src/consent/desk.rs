//! Where all questions of a host are asked, and what users have decided, for the native
//! app's settings. Knows no question.
//!
//! A ledger is made when its tenant's first mini-app is launched, and is shared by all that
//! live: what is decided anywhere holds everywhere at once.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use miniapp_package::{AppId, Permission};
use tokio::sync::RwLock;
use tokio::task::JoinError;

use super::ledger::Ledger;
use super::store::{Consent, ConsentStore, ConsentStoreError, Decision};
use super::{ConsentPolicy, ConsentPrompt, ConsentRule};
use crate::report::{Observer, Report};
use crate::tenant::{Tenant, UserId};

/// How long somebody waits for a store: a disk that is busy, and not a launch that hangs.
pub(super) const STORE_TIMEOUT: Duration = Duration::from_secs(10);

/// What a desk is set up with.
pub(crate) struct DeskOptions {
    pub(crate) prompt: Option<Arc<dyn ConsentPrompt>>,
    pub(crate) policy: Option<Arc<dyn ConsentPolicy>>,
    /// Permissions of extensions whose users are asked, though others' are not.
    pub(crate) asked: BTreeSet<Permission>,
    pub(crate) store: Arc<dyn ConsentStore>,
    /// How long a question may stay open.
    pub(crate) patience: Duration,
    pub(crate) observer: Arc<dyn Observer>,
}

/// Where all questions of a host are asked.
pub(crate) struct Desk {
    pub(super) options: DeskOptions,
    ledgers: Mutex<HashMap<Tenant, Weak<Ledger>>>,
    /// Held for writing while all of a user's decisions are forgotten.
    pub(super) forgetting: RwLock<()>,
}

impl Desk {
    pub(crate) fn new(options: DeskOptions) -> Self {
        Self {
            options,
            ledgers: Mutex::default(),
            forgetting: RwLock::default(),
        }
    }

    pub(super) fn rule(&self, tenant: &Tenant, permission: &Permission) -> ConsentRule {
        let rule = match (permission, &self.options.policy) {
            (Permission::LocalStorage | Permission::Files, _) => return ConsentRule::Given,
            (_, Some(policy)) => policy.rule(tenant, permission),
            (_, None) => ConsentRule::usual(permission),
        };
        match rule {
            ConsentRule::Given if self.options.asked.contains(permission) => ConsentRule::FirstUse,
            rule => rule,
        }
    }

    fn ledgers(&self) -> MutexGuard<'_, HashMap<Tenant, Weak<Ledger>>> {
        self.ledgers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ledger of a tenant, shared by all who ask for it.
    pub(super) fn ledger(self: &Arc<Self>, tenant: &Arc<Tenant>) -> Arc<Ledger> {
        let mut ledgers = self.ledgers();
        if let Some(ledger) = ledgers.get(tenant).and_then(Weak::upgrade) {
            return ledger;
        }
        ledgers.retain(|_, ledger| ledger.strong_count() > 0);
        let ledger = Arc::new(Ledger::new(tenant, self));
        ledgers.insert(Tenant::clone(tenant), Arc::downgrade(&ledger));
        ledger
    }

    /// The ledgers of a user's tenants.
    fn ledgers_of(&self, user: Option<&UserId>) -> Vec<Arc<Ledger>> {
        let ledgers = self.ledgers();
        let of_user = ledgers
            .iter()
            .filter(|(tenant, _)| tenant.user.as_ref() == user);
        of_user.filter_map(|(_, ledger)| ledger.upgrade()).collect()
    }

    /// Lets the store do something on a thread for such work. It goes on where nobody waits
    /// for it any more; whoever has locks to hold meanwhile calls it within [`finish`].
    pub(super) async fn work<R: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn ConsentStore) -> Result<R, ConsentStoreError> + Send + 'static,
    ) -> Result<R, ConsentStoreError> {
        let store = Arc::clone(&self.options.store);
        let done = tokio::task::spawn_blocking(move || work(&*store));
        done.await.unwrap_or_else(|panicked| Err(failed(&panicked)))
    }

    /// Tells the embedder what its store could not do. A panic in an observer must not
    /// keep the answer from those who wait for it.
    pub(super) fn report(&self, app: &AppId, error: &ConsentStoreError) {
        let told = || self.options.observer.report(app, Report::Consents(error));
        let _ = std::panic::catch_unwind(AssertUnwindSafe(told));
    }
}

/// Does work on a task of its own, and waits for it, though not for ever. It is finished
/// whoever still waits.
pub(super) async fn finish<R: Send + 'static>(
    work: impl Future<Output = Result<R, ConsentStoreError>> + Send + 'static,
) -> Result<R, ConsentStoreError> {
    match tokio::time::timeout(STORE_TIMEOUT, tokio::spawn(work)).await {
        Ok(done) => done.unwrap_or_else(|panicked| Err(failed(&panicked))),
        Err(_) => Err(ConsentStoreError::Timeout(STORE_TIMEOUT)),
    }
}

fn failed(panicked: &JoinError) -> ConsentStoreError {
    ConsentStoreError::Failed(panicked.to_string())
}

/// What users have decided: to be shown and changed in the native app's settings. Whatever
/// is changed holds at once, in live mini-apps too, and is kept whoever still waits for it.
/// A question about it that is open, or waits for its turn, is taken away: calls that wait
/// for its answer are told at once what was decided, or, where a decision was taken back, fail
/// with `unavailable` and may ask anew. Cheap to clone. Its functions need a tokio runtime.
#[derive(Clone)]
pub struct Consents {
    desk: Arc<Desk>,
}

impl fmt::Debug for Consents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consents").finish_non_exhaustive()
    }
}

impl Consents {
    pub(crate) fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }

    /// All decisions of a user that are kept; of the device's only user if there is none.
    ///
    /// # Errors
    ///
    /// Where the store cannot read them.
    pub async fn of_user(&self, user: Option<&UserId>) -> Result<Vec<Consent>, ConsentStoreError> {
        let (desk, user) = (Arc::clone(&self.desk), user.cloned());
        finish(async move { desk.work(move |store| store.of_user(user.as_ref())).await }).await
    }

    /// Decides for a user, who has done so in the native app's settings.
    ///
    /// # Errors
    ///
    /// Where the store cannot keep it, or has not within ten seconds. It holds in live
    /// mini-apps nevertheless.
    pub async fn set(
        &self,
        user: Option<&UserId>,
        app: &AppId,
        permission: &Permission,
        decision: Decision,
    ) -> Result<(), ConsentStoreError> {
        self.decide(user, app, permission, Some(decision)).await
    }

    /// Takes a decision back: the user is asked at the next use, also by a mini-app whose
    /// question they have closed without an answer.
    ///
    /// # Errors
    ///
    /// As for [`Self::set`].
    pub async fn revoke(
        &self,
        user: Option<&UserId>,
        app: &AppId,
        permission: &Permission,
    ) -> Result<(), ConsentStoreError> {
        self.decide(user, app, permission, None).await
    }

    async fn decide(
        &self,
        user: Option<&UserId>,
        app: &AppId,
        permission: &Permission,
        decision: Option<Decision>,
    ) -> Result<(), ConsentStoreError> {
        let tenant = Arc::new(Tenant {
            app: app.clone(),
            user: user.cloned(),
        });
        let ledger = self.desk.ledger(&tenant);
        ledger.decide(permission, decision).await
    }

    /// Takes all decisions of a user back, such as when they leave.
    ///
    /// # Errors
    ///
    /// Where the store cannot forget them. In live mini-apps they are taken back
    /// nevertheless.
    pub async fn forget(&self, user: Option<&UserId>) -> Result<(), ConsentStoreError> {
        for ledger in self.desk.ledgers_of(user) {
            ledger.book().forget();
        }
        let (desk, user) = (Arc::clone(&self.desk), user.cloned());
        finish(async move {
            // Nobody reads or keeps anything meanwhile.
            let _all = desk.forgetting.write().await;
            let of = user.clone();
            let forgotten = desk.work(move |store| store.forget(of.as_ref())).await;
            // What was read after the books were closed, and before the store was.
            for ledger in desk.ledgers_of(user.as_ref()) {
                ledger.book().forget_found();
            }
            forgotten
        })
        .await
    }
}
