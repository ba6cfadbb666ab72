//! One tenant's storage with the work that waits for it, and one thread at most that does
//! it. Knows nothing of what the work is.
//!
//! Work is done in the order in which it was asked for, on threads for such work. What has
//! gathered while a commit was under way shares the next one. A value that is in memory is
//! handed over at once, where nothing waits.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::files::Files;
use super::index::Refused;
use super::news::News;
use super::shelf::{Home, Shelf};
use super::work::{Admitted, Answer, Failure, Job, Outcome, Work};
use super::{MAX_HELD, MAX_WAITING, Observe, StorageError};
use crate::capability::InFlight;
use crate::meter::Owed;
use crate::tenant::Tenant;

/// Pieces of work that share one commit at most: so many values fit into memory, and
/// nobody waits for many more.
const MAX_GROUP: usize = 256;

/// One tenant's storage.
pub(super) struct Store {
    tenant: Tenant,
    home: Home,
    observe: Observe,
    users: AtomicUsize,
    waiting: InFlight,
    held: InFlight,
    is_open: AtomicBool,
    queue: Mutex<Queue>,
    /// Locked by the one that is at work.
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    at_work: bool,
}

impl Store {
    pub(super) fn new(tenant: Tenant, home: Home, limit: u64, observe: Observe) -> Self {
        let shelf = Shelf::new(home.clone(), limit);
        Self {
            tenant,
            home,
            observe,
            users: AtomicUsize::new(0),
            waiting: InFlight::default(),
            held: InFlight::default(),
            is_open: AtomicBool::new(false),
            queue: Mutex::default(),
            shelf: Mutex::new(shelf),
        }
    }

    pub(super) fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Whether a file is one of this storage's.
    pub(super) fn owns(&self, file: &std::path::Path) -> bool {
        match &self.home {
            Home::Disk(files, _) => Files::owns(files, file),
            Home::Memory => false,
        }
    }

    /// Whether it must not be forgotten.
    pub(super) fn is_in_use(&self) -> bool {
        self.users.load(Ordering::SeqCst) > 0
            || lock(&self.queue).at_work
            || self.is_open.load(Ordering::SeqCst)
    }

    fn ask(self: &Arc<Self>, job: Job) {
        let mut queue = lock(&self.queue);
        let job = match self.shelf.try_lock() {
            // Nothing is under way that this would have to come after.
            Ok(shelf) if !queue.at_work => shelf.answer_at_hand(job),
            _ => Some(job),
        };
        let Some(job) = job else { return };
        queue.jobs.push_back(job);
        if std::mem::replace(&mut queue.at_work, true) {
            return;
        }
        drop(queue);
        self.start();
    }

    /// Has somebody work on what waits.
    fn start(self: &Arc<Self>) {
        let shift = Shift {
            store: Arc::clone(self),
            is_over: false,
        };
        match tokio::runtime::Handle::try_current() {
            Ok(tokio) => drop(tokio.spawn_blocking(move || shift.work())),
            // The last one lets go where there is no runtime any more.
            Err(_) => shift.work(),
        }
    }

    /// What waits. Nothing ends the shift.
    fn next_group(&self) -> Option<Vec<Job>> {
        let mut queue = lock(&self.queue);
        let count = queue.jobs.len().min(MAX_GROUP);
        if count == 0 {
            queue.at_work = false;
            return None;
        }
        Some(queue.jobs.drain(..count).collect())
    }

    /// Does what waits, until nothing does or there is something to tell.
    fn work(&self) -> News {
        let mut shelf = lock(&self.shelf);
        while let Some(jobs) = self.next_group() {
            self.do_group(&mut shelf, jobs);
            let news = shelf.news();
            if !news.is_empty() {
                return news;
            }
        }
        News::default()
    }

    /// Leaves what waits to somebody else.
    fn hand_over(self: &Arc<Self>) {
        let at_work = {
            let mut queue = lock(&self.queue);
            queue.at_work = !queue.jobs.is_empty();
            queue.at_work
        };
        if at_work {
            self.start();
        }
    }

    fn do_group(&self, shelf: &mut Shelf, jobs: Vec<Job>) {
        let mut group = Vec::new();
        for job in jobs {
            if job.work.is_shared() {
                group.push(job);
                continue;
            }
            shelf.do_together(std::mem::take(&mut group));
            let is_close = matches!(job.work, Work::Close);
            if !is_close || self.users.load(Ordering::SeqCst) == 0 {
                shelf.do_alone(job);
            }
        }
        shelf.do_together(group);
        self.is_open.store(shelf.is_open(), Ordering::SeqCst);
    }
}

/// The time for which a thread works for a storage. However it ends, another can begin.
struct Shift {
    store: Arc<Store>,
    is_over: bool,
}

impl Shift {
    fn work(mut self) {
        let news = self.store.work();
        self.is_over = true;
        if !news.is_empty() {
            // Whoever is told may want something of this storage, and wait for it.
            self.store.hand_over();
            let Store {
                tenant, observe, ..
            } = &*self.store;
            news.tell(|error| observe(tenant, error));
        }
    }
}

impl Drop for Shift {
    /// What still waits where a runtime was shut down is refused by being dropped.
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let jobs = {
            let mut queue = lock(&self.store.queue);
            queue.at_work = false;
            std::mem::take(&mut queue.jobs)
        };
        drop(jobs);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A tenant's storage for as long as somebody uses it; the last one's file is closed.
pub(crate) struct Opened {
    store: Arc<Store>,
}

impl Opened {
    /// One more uses it.
    pub(super) fn new(store: &Arc<Store>) -> Self {
        store.users.fetch_add(1, Ordering::SeqCst);
        Self {
            store: Arc::clone(store),
        }
    }

    /// Counts work that is going to wait, with the bytes that it carries.
    /// What is done is charged to `owed`.
    pub(crate) fn admit(&self, bytes: usize, owed: &Owed) -> Result<Admitted, Refused> {
        let place = self.store.waiting.take(1, MAX_WAITING);
        let held = self.store.held.take(bytes, MAX_HELD);
        Ok(Admitted {
            _place: place.ok_or(Refused::Waiting)?,
            held: held.ok_or(Refused::Busy(MAX_HELD))?,
            fee: 0,
            owed: owed.clone(),
        })
    }

    /// Asks for work, in the order of the calls. It is done whether or not somebody waits
    /// for its outcome.
    pub(crate) fn ask(
        &self,
        work: Work,
        admitted: Option<Admitted>,
    ) -> impl Future<Output = Result<Outcome, StorageError>> + Send + 'static {
        let (job, outcome) = Job::new(work, admitted);
        self.store.ask(job);
        async move { outcome.await.map_err(|_| StorageError::Stopped) }
    }

    /// Asks for work that is never refused, and waits for it.
    pub(super) async fn asked(&self, work: Work) -> Result<Answer, StorageError> {
        let outcome = self.ask(work, None).await?;
        outcome.answer.map_err(|failure| match failure {
            Failure::Storage(error) => error,
            Failure::Refused(_) | Failure::Value => StorageError::Stopped,
        })
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if self.store.users.fetch_sub(1, Ordering::SeqCst) == 1 {
            let (job, _) = Job::new(Work::Close, None);
            self.store.ask(job);
        }
    }
}
