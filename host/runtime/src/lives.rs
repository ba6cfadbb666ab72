//! Who is live, so that a user's mini-apps can be closed when the user goes. Keeps
//! nobody alive, and knows nothing of what they do.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::instance::{Control, Parting, Phase};
use crate::tenant::{Tenant, UserId};

/// The lives of a runtime.
#[derive(Default)]
pub(crate) struct Lives {
    known: Mutex<Vec<Life>>,
}

struct Life {
    tenant: Arc<Tenant>,
    control: Weak<Control>,
}

impl Lives {
    /// A life begins.
    pub(crate) fn enrol(&self, tenant: &Arc<Tenant>, control: &Arc<Control>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|life| life.control.strong_count() > 0);
        known.push(Life {
            tenant: Arc::clone(tenant),
            control: Arc::downgrade(control),
        });
    }

    /// Closes all lives of a user, and waits until they have ended.
    pub(crate) async fn close(&self, user: Option<&UserId>) {
        for control in self.of(user) {
            control.part(Parting::Close);
            let mut phase = control.phase();
            let ended = phase.wait_for(|phase| matches!(phase, Phase::Ended(_)));
            // Its task tells before it goes, whatever becomes of it.
            ended.await.ok();
        }
    }

    fn of(&self, user: Option<&UserId>) -> Vec<Arc<Control>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let of_user = known
            .iter()
            .filter(|life| life.tenant.user.as_ref() == user);
        of_user.filter_map(|life| life.control.upgrade()).collect()
    }
}
