//! The mini-apps that are kept live for the user to come back to: at most so many, of
//! which the least recently used one makes room; and what those that had to go have
//! saved. Knows nothing of what is installed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use miniapp_package::Version;
use miniapp_runtime::{MiniApp, SavedState, Tenant, UserId};
use tokio::sync::Mutex as AsyncMutex;

/// Mini-apps that had to go and saved something, as many as are remembered: what a
/// user has looked at today.
const REMEMBERED: usize = 20;

/// One tenant's place. Locked while the mini-app is opened or evicted, so that two who
/// open it at once get the same.
pub(crate) type Place = Arc<AsyncMutex<Option<Life>>>;

/// A mini-app that is kept, or that has ended and may have saved something.
pub(crate) struct Life {
    pub(crate) app: MiniApp,
    /// Which installation it is of.
    pub(crate) installation: u64,
    pub(crate) version: Version,
    /// What it has saved.
    saved: Option<SavedState>,
}

impl Life {
    pub(crate) fn new(app: MiniApp, installation: u64, version: Version) -> Self {
        Self {
            app,
            installation,
            version,
            saved: None,
        }
    }

    /// What it has saved for the same installation, if it has ended. It is kept until the
    /// next life takes this one's place.
    pub(crate) fn saved_for(&mut self, installation: u64) -> Option<SavedState> {
        if let Some(saved) = self.app.take_saved() {
            self.saved = Some(saved);
        }
        let saved = self.saved.clone();
        saved.filter(|_| self.installation == installation)
    }
}

/// The mini-apps that are kept.
pub(crate) struct Kept {
    limit: usize,
    places: Mutex<Places>,
}

#[derive(Default)]
struct Places {
    by_tenant: HashMap<Tenant, (u64, Place)>,
    /// Counts uses.
    clock: u64,
}

impl Kept {
    /// Keeps so many, at least one.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            places: Mutex::default(),
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of a tenant, which is the one most recently used now.
    pub(crate) fn place(&self, tenant: &Tenant) -> Place {
        let mut places = self.places();
        places.clock += 1;
        let now = places.clock;
        let (used, place) = places.by_tenant.entry(tenant.clone()).or_default();
        *used = now;
        Arc::clone(place)
    }

    /// The place of a tenant, if it has one.
    pub(crate) fn find(&self, tenant: &Tenant) -> Option<Place> {
        let places = self.places();
        places
            .by_tenant
            .get(tenant)
            .map(|(_, place)| Arc::clone(place))
    }

    /// The places of all tenants but one, the least recently used one first.
    fn others(&self, tenant: &Tenant) -> Vec<Place> {
        let places = self.places();
        let mut others: Vec<_> = places
            .by_tenant
            .iter()
            .filter(|(other, _)| *other != tenant)
            .map(|(_, (used, place))| (*used, Arc::clone(place)))
            .collect();
        others.sort_by_key(|(used, _)| *used);
        others.into_iter().map(|(_, place)| place).collect()
    }

    /// Makes room for a tenant's mini-app: ends those in the background, the least
    /// recently used one first, until there is. Tells whether there is; those in the
    /// foreground are left alone.
    pub(crate) async fn make_room(&self, tenant: &Tenant) -> bool {
        let others = self.others(tenant);
        let mut live = 0;
        for place in &others {
            // Whoever holds it is opening it.
            live += usize::from(place.try_lock().map_or(true, |life| {
                life.as_ref().is_some_and(|life| life.app.is_live())
            }));
        }
        for place in &others {
            if live < self.limit {
                break;
            }
            let Ok(life) = place.try_lock() else { continue };
            if let Some(life) = &*life
                && life.app.is_live()
                && life.app.hidden_for().is_some()
            {
                life.app.evict().await;
                live -= 1;
            }
        }
        self.forget_oldest(&others);
        live < self.limit
    }

    /// Launches at a tenant's place, unless everything of its user's was forgotten since the
    /// place was taken.
    pub(crate) fn launch_at<L>(
        &self,
        tenant: &Tenant,
        place: &Place,
        launch: impl FnOnce() -> L,
    ) -> Option<L> {
        let places = self.places();
        let (_, known) = places.by_tenant.get(tenant)?;
        Arc::ptr_eq(known, place).then(launch)
    }

    /// Forgets those that have ended and are not among the last [`REMEMBERED`].
    fn forget_oldest(&self, others: &[Place]) {
        let ended = others.iter().filter(|place| {
            let life = place.try_lock();
            life.is_ok_and(|life| life.as_ref().is_none_or(|life| !life.app.is_live()))
        });
        let ended: Vec<&Place> = ended.collect();
        let surplus = ended.len().saturating_sub(REMEMBERED);
        let mut places = self.places();
        for gone in ended.into_iter().take(surplus) {
            // Known here and listed, and in nobody else's hands, who may be opening it.
            let is_left = Arc::strong_count(gone) <= 2;
            places
                .by_tenant
                .retain(|_, (_, place)| !is_left || !Arc::ptr_eq(place, gone));
        }
    }

    /// Those that are live, the most recently used one first.
    pub(crate) fn live(&self) -> Vec<MiniApp> {
        let mut lives: Vec<(u64, MiniApp)> = Vec::new();
        for (used, place) in self.places().by_tenant.values() {
            if let Ok(life) = place.try_lock()
                && let Some(life) = life.as_ref().filter(|life| life.app.is_live())
            {
                lives.push((*used, life.app.clone()));
            }
        }
        lives.sort_by_key(|(used, _)| std::cmp::Reverse(*used));
        lives.into_iter().map(|(_, app)| app).collect()
    }

    /// Forgets everything of a user's.
    pub(crate) fn forget(&self, user: Option<&UserId>) {
        let mut places = self.places();
        places
            .by_tenant
            .retain(|tenant, _| tenant.user.as_ref() != user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_in_somebodys_hands_is_not_among_those_that_are_forgotten() {
        let kept = Kept::new(1);
        let tenant = |number: usize| Tenant::new(format!("app{number}").parse().unwrap(), None);
        let taken = kept.place(&tenant(0));
        for number in 1..=2 * REMEMBERED {
            kept.place(&tenant(number));
        }
        assert!(kept.make_room(&tenant(2 * REMEMBERED)).await);
        assert_eq!(kept.places().by_tenant.len(), REMEMBERED + 2);
        assert!(kept.launch_at(&tenant(0), &taken, || ()).is_some());
        assert!(kept.find(&tenant(1)).is_none());
        drop(taken);
        kept.make_room(&tenant(2 * REMEMBERED)).await;
        assert!(kept.find(&tenant(0)).is_none());
    }
}
