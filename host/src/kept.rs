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
    /// Held by the one that makes room, so that two who need some count each other.
    turn: AsyncMutex<()>,
    places: Mutex<Places>,
}

#[derive(Default)]
struct Places {
    by_tenant: HashMap<Tenant, Entry>,
    /// Counts uses.
    clock: u64,
}

/// What is known of a tenant's place without looking into it: whoever opens its mini-app
/// holds it for as long as that takes.
#[derive(Default)]
struct Entry {
    used: u64,
    place: Place,
    /// Whether its mini-app is going to be launched.
    is_reserved: bool,
    app: Option<MiniApp>,
}

impl Entry {
    /// The mini-app, if it is live.
    fn live(&self) -> Option<&MiniApp> {
        self.app.as_ref().filter(|app| app.is_live())
    }

    fn takes_room(&self) -> bool {
        self.is_reserved || self.live().is_some()
    }
}

/// Room for a mini-app that is being launched, until it is there or this is dropped.
pub(crate) struct Room<'k> {
    kept: &'k Kept,
    tenant: &'k Tenant,
    place: Place,
}

impl Room<'_> {
    /// Launches, unless everything of the user's was forgotten since the place was taken.
    pub(crate) fn launch<L>(&self, launch: impl FnOnce() -> L) -> Option<L> {
        let places = self.kept.places();
        let known = places.by_tenant.get(self.tenant)?;
        Arc::ptr_eq(&known.place, &self.place).then(launch)
    }

    /// It is there.
    pub(crate) fn take(self, app: &MiniApp) {
        self.change(|entry| entry.app = Some(app.clone()));
    }

    fn change(&self, change: impl FnOnce(&mut Entry)) {
        let mut places = self.kept.places();
        let entry = places.by_tenant.get_mut(self.tenant);
        if let Some(entry) = entry.filter(|entry| Arc::ptr_eq(&entry.place, &self.place)) {
            change(entry);
        }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.change(|entry| entry.is_reserved = false);
    }
}

impl Kept {
    /// Keeps so many, at least one.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            turn: AsyncMutex::default(),
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
        let entry = places.by_tenant.entry(tenant.clone()).or_default();
        entry.used = now;
        Arc::clone(&entry.place)
    }

    /// The place of a tenant, if it has one.
    pub(crate) fn find(&self, tenant: &Tenant) -> Option<Place> {
        let places = self.places();
        let entry = places.by_tenant.get(tenant);
        entry.map(|entry| Arc::clone(&entry.place))
    }

    /// The places of all tenants but one, the least recently used one first.
    fn others(&self, tenant: &Tenant) -> Vec<Place> {
        let places = self.places();
        let mut others: Vec<_> = places
            .by_tenant
            .iter()
            .filter(|(other, _)| *other != tenant)
            .map(|(_, entry)| (entry.used, Arc::clone(&entry.place)))
            .collect();
        others.sort_by_key(|(used, _)| *used);
        others.into_iter().map(|(_, place)| place).collect()
    }

    /// Makes room for a tenant's mini-app at its place: ends those in the background, the
    /// least recently used one first, until there is. Nothing where there is none: those in
    /// the foreground are left alone, and those on their way there.
    pub(crate) async fn make_room<'k>(
        &'k self,
        tenant: &'k Tenant,
        place: &Place,
    ) -> Option<Room<'k>> {
        let _turn = self.turn.lock().await;
        let others = self.others(tenant);
        for other in &others {
            if self.has_room(tenant) {
                break;
            }
            // Whoever holds it is opening or closing it.
            let Ok(life) = other.try_lock() else { continue };
            if let Some(life) = &*life
                && life.app.is_live()
                && life.app.hidden_for().is_some()
            {
                life.app.evict().await;
            }
        }
        self.forget_oldest(&others);
        if !self.has_room(tenant) {
            return None;
        }
        let room = Room {
            kept: self,
            tenant,
            place: Arc::clone(place),
        };
        room.change(|entry| entry.is_reserved = true);
        Some(room)
    }

    fn has_room(&self, tenant: &Tenant) -> bool {
        let places = self.places();
        let others = places
            .by_tenant
            .iter()
            .filter(|(other, _)| *other != tenant);
        others.filter(|(_, entry)| entry.takes_room()).count() < self.limit
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
                .retain(|_, entry| !is_left || !Arc::ptr_eq(&entry.place, gone));
        }
    }

    /// Those that are live, the most recently used one first.
    pub(crate) fn live(&self) -> Vec<MiniApp> {
        let places = self.places();
        let mut lives: Vec<(u64, MiniApp)> = places
            .by_tenant
            .values()
            .filter_map(|entry| Some((entry.used, entry.live()?.clone())))
            .collect();
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

    fn tenant(number: usize) -> Tenant {
        Tenant::new(format!("app{number}").parse().unwrap(), None)
    }

    #[tokio::test]
    async fn a_place_in_somebodys_hands_is_not_among_those_that_are_forgotten() {
        let kept = Kept::new(1);
        let first = tenant(0);
        let taken = kept.place(&first);
        for number in 1..=2 * REMEMBERED {
            kept.place(&tenant(number));
        }
        let last = tenant(2 * REMEMBERED);
        let place = kept.place(&last);
        drop(kept.make_room(&last, &place).await.unwrap());
        assert_eq!(kept.places().by_tenant.len(), REMEMBERED + 2);
        let room = kept.make_room(&first, &taken).await.unwrap();
        assert!(room.launch(|| ()).is_some());
        drop(room);
        assert!(kept.find(&tenant(1)).is_none());
        drop(taken);
        kept.place(&tenant(2 * REMEMBERED + 1));
        kept.make_room(&last, &place).await.unwrap();
        assert!(kept.find(&first).is_none());
    }

    #[tokio::test]
    async fn room_is_given_once() {
        let kept = Kept::new(2);
        let tenants = [tenant(0), tenant(1), tenant(2)];
        let places = tenants.each_ref().map(|tenant| kept.place(tenant));
        let one = kept.make_room(&tenants[0], &places[0]).await.unwrap();
        let other = kept.make_room(&tenants[1], &places[1]).await.unwrap();
        assert!(kept.make_room(&tenants[2], &places[2]).await.is_none());
        drop(one);
        let third = kept.make_room(&tenants[2], &places[2]).await;
        assert!(third.is_some());
        drop((other, third));
        assert!(kept.live().is_empty());
    }
}
