//! Where all questions of a host are asked, and the ledger of each tenant's decisions.
//!
//! A ledger is made when its tenant's first mini-app is launched, and is shared by all that
//! live: what is decided anywhere holds everywhere at once. Whoever changes decisions holds
//! the ledger's `keeping`, so that what is kept and what holds are changed in one order.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use miniapp_package::{AppId, Permission};
use tokio::sync::{Mutex as AsyncMutex, RwLock};

use super::asking::Asking;
use super::store::{Consent, ConsentStore, ConsentStoreError, Decision};
use super::{ConsentPolicy, ConsentPrompt, ConsentRule};
use crate::report::{Observer, Report};
use crate::tenant::{Tenant, UserId};

/// How long a store may take for one call: a disk that is busy, and not a launch that hangs.
const STORE_TIMEOUT: Duration = Duration::from_secs(10);

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
    forgetting: RwLock<()>,
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
        let ledger = Arc::new(Ledger {
            tenant: Arc::clone(tenant),
            desk: Arc::clone(self),
            book: Mutex::default(),
            keeping: AsyncMutex::default(),
            turn: AsyncMutex::default(),
        });
        ledgers.insert(Tenant::clone(tenant), Arc::downgrade(&ledger));
        ledger
    }

    /// Lets the store do something on a thread for such work.
    async fn work<R: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn ConsentStore) -> Result<R, ConsentStoreError> + Send + 'static,
    ) -> Result<R, ConsentStoreError> {
        let store = Arc::clone(&self.options.store);
        let done = tokio::task::spawn_blocking(move || work(&*store));
        match tokio::time::timeout(STORE_TIMEOUT, done).await {
            Ok(Ok(done)) => done,
            Ok(Err(panicked)) => Err(ConsentStoreError::Failed(panicked.to_string())),
            Err(_) => Err(ConsentStoreError::Timeout(STORE_TIMEOUT)),
        }
    }

    /// Tells the embedder what its store could not do. A panic in an observer must not
    /// keep the answer from those who wait for it.
    pub(super) fn report(&self, app: &AppId, error: &ConsentStoreError) {
        let told = || self.options.observer.report(app, Report::Consents(error));
        let _ = std::panic::catch_unwind(AssertUnwindSafe(told));
    }
}

/// What one tenant's user has decided, and what they are being asked.
pub(super) struct Ledger {
    pub(super) tenant: Arc<Tenant>,
    pub(super) desk: Arc<Desk>,
    book: Mutex<Book>,
    /// Held while the store is read or changed; whether it has been read.
    keeping: AsyncMutex<bool>,
    /// Held while a question is open: one of a tenant at a time.
    pub(super) turn: AsyncMutex<()>,
}

/// At most as many of each as an app manifest has permissions.
#[derive(Default)]
pub(super) struct Book {
    decided: Vec<(Permission, Decision)>,
    pub(super) open: Vec<(Permission, Arc<Asking>)>,
}

impl Book {
    pub(super) fn decision(&self, permission: &Permission) -> Option<Decision> {
        let found = self.decided.iter().find(|(known, _)| known == permission);
        found.map(|(_, decision)| *decision)
    }

    fn decide(&mut self, permission: &Permission, decision: Option<Decision>) {
        self.decided.retain(|(known, _)| known != permission);
        if let Some(decision) = decision {
            self.decided.push((permission.clone(), decision));
        }
    }
}

impl Ledger {
    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what is kept, once.
    pub(super) async fn load(&self) {
        let mut loaded = self.keeping.lock().await;
        if *loaded {
            return;
        }
        let _kept = self.desk.forgetting.read().await;
        let user = self.tenant.user.clone();
        let found = self
            .desk
            .work(move |store| store.of_user(user.as_ref()))
            .await;
        match found {
            Ok(consents) => {
                let mut book = self.book();
                for consent in consents {
                    // What was decided since is newer.
                    let ours = consent.app == self.tenant.app;
                    if ours && book.decision(&consent.permission).is_none() {
                        book.decide(&consent.permission, Some(consent.decision));
                    }
                }
            }
            Err(error) => self.desk.report(&self.tenant.app, &error),
        }
        *loaded = true;
    }

    /// Keeps a decision and lets it hold, whether it could be kept or not.
    pub(super) async fn decide(
        &self,
        permission: &Permission,
        decision: Option<Decision>,
    ) -> Result<(), ConsentStoreError> {
        let _keeping = self.keeping.lock().await;
        let _kept = self.desk.forgetting.read().await;
        let (tenant, key) = (Arc::clone(&self.tenant), permission.clone());
        let kept = self
            .desk
            .work(move |store| store.set(tenant.user.as_ref(), &tenant.app, &key, decision));
        let kept = kept.await;
        self.book().decide(permission, decision);
        kept
    }
}

/// What users have decided: to be shown and changed in the native app's settings. Whatever
/// is changed holds at once, in live mini-apps too. Cheap to clone. Its functions need a
/// tokio runtime.
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
        let user = user.cloned();
        self.desk
            .work(move |store| store.of_user(user.as_ref()))
            .await
    }

    /// Decides for a user, who has done so in the native app's settings.
    ///
    /// # Errors
    ///
    /// Where the store cannot keep it. It holds in live mini-apps nevertheless.
    pub async fn set(
        &self,
        user: Option<&UserId>,
        app: &AppId,
        permission: &Permission,
        decision: Decision,
    ) -> Result<(), ConsentStoreError> {
        self.decide(user, app, permission, Some(decision)).await
    }

    /// Takes a decision back: the user is asked at the next use.
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
        // Nobody reads or keeps anything meanwhile.
        let _all = self.desk.forgetting.write().await;
        let of = user.cloned();
        let forgotten = self.desk.work(move |store| store.forget(of.as_ref())).await;
        let live: Vec<Arc<Ledger>> = {
            let ledgers = self.desk.ledgers();
            let of_user = ledgers
                .iter()
                .filter(|(tenant, _)| tenant.user.as_ref() == user);
            of_user.filter_map(|(_, ledger)| ledger.upgrade()).collect()
        };
        for ledger in live {
            ledger.book().decided.clear();
        }
        forgotten
    }
}
