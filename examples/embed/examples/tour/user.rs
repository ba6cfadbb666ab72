//! The user, who is asked for their consent: a script here, a dialog in a native app.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use miniapp_host::{Answering, ConsentAnswer, ConsentPrompt, ConsentQuestion, Permission, Tenant};

/// Agrees to everything but what they are told to refuse, and remembers what they were asked.
#[derive(Clone, Default)]
pub(crate) struct User(Arc<Mutex<Mind>>);

#[derive(Default)]
struct Mind {
    refuses: Vec<Permission>,
    asked: BTreeMap<String, usize>,
}

impl User {
    /// What they refuse from now on.
    pub(crate) fn refuse(&self, permissions: &[Permission]) {
        self.mind().refuses = permissions.to_vec();
    }

    /// How often they were asked for it.
    pub(crate) fn asked(&self, permission: &Permission) -> usize {
        let asked = &self.mind().asked;
        asked.get(&*permission.id()).copied().unwrap_or_default()
    }

    fn mind(&self) -> MutexGuard<'_, Mind> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConsentPrompt for User {
    fn ask<'a>(&'a self, _tenant: &'a Tenant, question: &'a ConsentQuestion) -> Answering<'a> {
        let ConsentQuestion {
            app_name,
            permission,
            meaning,
            reason,
            ..
        } = question;
        let mut mind = self.mind();
        *mind.asked.entry(permission.id().into_owned()).or_default() += 1;
        let answer = match mind.refuses.contains(permission) {
            true => ConsentAnswer::Refuse,
            false => ConsentAnswer::Allow,
        };
        println!("  ? “{app_name}” wants to {meaning}. It says: “{reason}” – {answer:?}");
        Box::pin(ready(answer))
    }
}
