//! What one tenant's user has decided and is being asked, shared by the tenant's live
//! mini-apps. Knows no prompt, and of a store only that it may take its time.
//!
//! A decision holds at once and is kept after that, on a task of its own: what is begun
//! with the store is done, whoever still waits. A later change takes the place of an
//! earlier one wherever that has come to, be it an answer that the user still owes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use miniapp_package::Permission;
use tokio::sync::{Mutex as AsyncMutex, watch};

use super::asking::{Asking, Outcome};
use super::desk::{Desk, STORE_TIMEOUT, finish};
use super::store::{Consent, ConsentStoreError, Decision};
use crate::tenant::Tenant;

/// What one tenant's user has decided, and what they are being asked.
pub(super) struct Ledger {
    pub(super) tenant: Arc<Tenant>,
    pub(super) desk: Arc<Desk>,
    book: Mutex<Book>,
    /// Held while the store is read or changed for the tenant.
    keeping: AsyncMutex<()>,
    is_read: AtomicBool,
    /// Whether launches need not wait any longer for what is kept.
    ready: watch::Sender<bool>,
    /// Held while a question is open: one of a tenant at a time.
    pub(super) turn: AsyncMutex<()>,
}

/// A change of a decision, later than all with a smaller number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change(u64);

/// At most as many of each as an app manifest has permissions, and those that the native
/// app has named in its settings.
#[derive(Default)]
pub(super) struct Book {
    decided: Vec<(Permission, Decision)>,
    /// The last change of each permission, since all were taken back.
    changed: Vec<(Permission, Change)>,
    last: Change,
    /// When all were taken back.
    forgotten: Change,
    pub(super) open: Vec<(Permission, Arc<Asking>)>,
}

impl Book {
    pub(super) fn decision(&self, permission: &Permission) -> Option<Decision> {
        let found = self.decided.iter().find(|(known, _)| known == permission);
        found.map(|(_, decision)| *decision)
    }

    /// What was decided, where that binds whoever wants to use it: an agreement does not where
    /// each use asks.
    pub(super) fn binding(&self, permission: &Permission, remembers: bool) -> Option<Decision> {
        let decision = self.decision(permission);
        decision.filter(|decision| remembers || *decision == Decision::Refused)
    }

    /// The last change of a permission.
    pub(super) fn last_change(&self, permission: &Permission) -> Change {
        let found = self.changed.iter().find(|(known, _)| known == permission);
        found.map_or(self.forgotten, |(_, change)| *change)
    }

    fn next(&mut self) -> Change {
        self.last = Change(self.last.0.saturating_add(1));
        self.last
    }

    fn put(&mut self, permission: &Permission, decision: Option<Decision>) -> Change {
        let change = self.next();
        self.changed.retain(|(known, _)| known != permission);
        self.changed.push((permission.clone(), change));
        self.decided.retain(|(known, _)| known != permission);
        if let Some(decision) = decision {
            self.decided.push((permission.clone(), decision));
        }
        change
    }

    /// Changes a decision, whatever the user is being asked.
    fn decide(&mut self, permission: &Permission, decision: Option<Decision>) -> Change {
        let binds = |asking: &Asking| asking.remembers || decision != Some(Decision::Allowed);
        self.end(
            |open, asking| open == permission && binds(asking),
            decision.map_or(Outcome::TakenBack, Outcome::from),
        );
        self.put(permission, decision)
    }

    /// Ends questions without the user's answer to them. Those who wait are told at once, and
    /// whoever comes from here on asks anew.
    pub(super) fn end(&mut self, ends: impl Fn(&Permission, &Asking) -> bool, outcome: Outcome) {
        self.open.retain(|(permission, asking)| {
            let ends = ends(permission, asking);
            if ends {
                asking.end(outcome);
            }
            !ends
        });
    }

    /// Takes an answer to a question that was asked after the change `since`, unless there
    /// was another one.
    pub(super) fn answer(
        &mut self,
        permission: &Permission,
        since: Change,
        decision: Decision,
    ) -> Option<Change> {
        (self.last_change(permission) == since).then(|| self.put(permission, Some(decision)))
    }

    /// Takes what was found in the store, which was asked after the change `since`.
    fn found(&mut self, permission: Permission, decision: Decision, since: Change) {
        let is_newer = self.last_change(&permission) <= since;
        if is_newer && self.decision(&permission).is_none() {
            self.decided.push((permission, decision));
        }
    }

    /// A question is not open any more.
    pub(super) fn close(&mut self, asking: &Arc<Asking>) {
        self.open.retain(|(_, other)| !Arc::ptr_eq(other, asking));
    }

    /// Takes all decisions back, and all questions.
    pub(super) fn forget(&mut self) {
        self.forgotten = self.next();
        self.changed.clear();
        self.decided.clear();
        self.end(|_, _| true, Outcome::TakenBack);
    }

    /// Takes back what was found in a store that has forgotten it since.
    pub(super) fn forget_found(&mut self) {
        let Self {
            decided, changed, ..
        } = self;
        decided.retain(|(permission, _)| changed.iter().any(|(known, _)| known == permission));
    }
}

impl Ledger {
    pub(super) fn new(tenant: &Arc<Tenant>, desk: &Arc<Desk>) -> Self {
        Self {
            tenant: Arc::clone(tenant),
            desk: Arc::clone(desk),
            book: Mutex::default(),
            keeping: AsyncMutex::default(),
            is_read: AtomicBool::new(false),
            ready: watch::Sender::new(false),
            turn: AsyncMutex::default(),
        }
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what is kept, once. Who waits gives up where the store takes too long, and with
    /// them all who come later; what it says holds from when it says so.
    pub(super) async fn load(self: &Arc<Self>) {
        let mut ready = self.ready.subscribe();
        if !self.is_read.swap(true, Ordering::SeqCst) {
            let this = Arc::clone(self);
            tokio::spawn(async move {
                if let Err(error) = this.read().await {
                    this.desk.report(&this.tenant.app, &error);
                }
                this.ready.send_replace(true);
            });
        }
        let read = ready.wait_for(|ready| *ready);
        if tokio::time::timeout(STORE_TIMEOUT, read).await.is_err()
            && !self.ready.send_replace(true)
        {
            let error = ConsentStoreError::Timeout(STORE_TIMEOUT);
            self.desk.report(&self.tenant.app, &error);
        }
    }

    async fn read(&self) -> Result<(), ConsentStoreError> {
        let _keeping = self.keeping.lock().await;
        let _kept = self.desk.forgetting.read().await;
        let since = self.book().last;
        let user = self.tenant.user.clone();
        let found = self.desk.work(move |store| store.of_user(user.as_ref()));
        let found = found.await?;
        let mut book = self.book();
        for Consent {
            app,
            permission,
            decision,
        } in found
        {
            if app == self.tenant.app {
                book.found(permission, decision, since);
            }
        }
        Ok(())
    }

    /// Lets a decision hold, and keeps it.
    pub(super) async fn decide(
        self: &Arc<Self>,
        permission: &Permission,
        decision: Option<Decision>,
    ) -> Result<(), ConsentStoreError> {
        let change = self.book().decide(permission, decision);
        self.keep(permission, decision, change).await
    }

    /// Keeps a decision, unless there was a later change.
    pub(super) async fn keep(
        self: &Arc<Self>,
        permission: &Permission,
        decision: Option<Decision>,
        change: Change,
    ) -> Result<(), ConsentStoreError> {
        let (this, permission) = (Arc::clone(self), permission.clone());
        finish(async move {
            let _keeping = this.keeping.lock().await;
            let _kept = this.desk.forgetting.read().await;
            if this.book().last_change(&permission) != change {
                return Ok(());
            }
            let tenant = Arc::clone(&this.tenant);
            let set = this.desk.work(move |store| {
                store.set(tenant.user.as_ref(), &tenant.app, &permission, decision)
            });
            set.await
        })
        .await
    }
}
