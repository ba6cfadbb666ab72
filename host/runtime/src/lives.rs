//! Who is live or on the way to it, so that a user's mini-apps can be closed when the user
//! goes. Keeps nobody alive, and knows nothing of what they do.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures_util::future::join_all;

use crate::instance::{Control, Parting, Phase};
use crate::tenant::{Tenant, UserId};

/// A user has logged out while something was launched for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoggedOut;

/// The lives of a runtime.
#[derive(Default)]
pub(crate) struct Lives {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    lives: Vec<Life>,
    /// Users whose log-out is under way, once for each time.
    leaving: Vec<Option<UserId>>,
}

struct Life {
    tenant: Arc<Tenant>,
    control: Weak<Control>,
    /// Whether it has a task, which ends it. One that has none yet is never to get one
    /// after its user has logged out.
    is_begun: bool,
}

impl Lives {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A launch is asked for.
    pub(crate) fn enrol(&self, tenant: &Arc<Tenant>, control: &Arc<Control>) {
        let mut known = self.known();
        known.lives.retain(|life| life.control.strong_count() > 0);
        known.lives.push(Life {
            tenant: Arc::clone(tenant),
            control: Arc::downgrade(control),
            is_begun: false,
        });
    }

    /// Its task is begun by `begin`, unless the user has logged out since it was asked for.
    pub(crate) fn begin(
        &self,
        control: &Arc<Control>,
        begin: impl FnOnce(),
    ) -> Result<(), LoggedOut> {
        let mut known = self.known();
        let Known { lives, leaving } = &mut *known;
        let ours = Arc::as_ptr(control);
        let life = lives.iter_mut().find(|life| life.control.as_ptr() == ours);
        match life {
            Some(life) if !control.is_logged_out() && !leaving.contains(&life.tenant.user) => {
                life.is_begun = true;
            }
            _ => return Err(LoggedOut),
        }
        begin();
        Ok(())
    }

    /// Closes all lives of a user, and waits until they have ended. Until what is returned
    /// is dropped, none begins.
    pub(crate) async fn close(&self, user: Option<&UserId>) -> Leaving<'_> {
        let (leaving, begun) = self.part(user);
        join_all(begun.iter().map(|control| async {
            let mut phase = control.phase();
            let ended = phase.wait_for(|phase| matches!(phase, Phase::Ended(_)));
            // Its task tells before it goes, whatever becomes of it.
            ended.await.ok();
        }))
        .await;
        leaving
    }

    fn part(&self, user: Option<&UserId>) -> (Leaving<'_>, Vec<Arc<Control>>) {
        let mut known = self.known();
        known.leaving.push(user.cloned());
        let of_user = known
            .lives
            .iter()
            .filter(|life| life.tenant.user.as_ref() == user);
        let mut begun = Vec::new();
        for life in of_user {
            let Some(control) = life.control.upgrade() else {
                continue;
            };
            control.part(Parting::LogOut);
            if life.is_begun {
                begun.push(control);
            }
        }
        let leaving = Leaving {
            lives: self,
            user: user.cloned(),
        };
        (leaving, begun)
    }
}

/// The time in which a user logs out.
pub(crate) struct Leaving<'l> {
    lives: &'l Lives,
    user: Option<UserId>,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        let mut known = self.lives.known();
        let ours = known.leaving.iter().position(|user| *user == self.user);
        if let Some(ours) = ours {
            known.leaving.swap_remove(ours);
        }
    }
}
