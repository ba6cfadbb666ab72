//! Whether a mini-app is looked at: in the foreground, in the background, or
//! suspended there, and how long it stays so. Knows nothing of callbacks.
//!
//! A mini-app that is suspended is not polled: it burns nothing, its timers and answers
//! wait. Whatever the embedder asks of it wakes it for as long as the answer takes; an event,
//! which may never be answered, for no longer than it goes on in the background unasked.
//! The times are WeChat's: five seconds, and half an hour.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::end::EndReason;
use crate::limits::Limits;

/// Why a mini-app is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parting {
    /// The embedder closes it.
    Close,
    /// Its user logs out.
    LogOut,
    /// It makes room for others.
    Evict,
    /// It was in the background for so long.
    Left(Duration),
}

impl Parting {
    /// Whether it is asked for a state to begin with the next time.
    pub(crate) fn keeps_state(self) -> bool {
        !matches!(self, Self::Close | Self::LogOut)
    }

    /// How a life ends that ends so.
    pub(crate) fn reason(self) -> EndReason {
        match self {
            Self::Close | Self::LogOut => EndReason::Closed,
            Self::Evict => EndReason::Evicted,
            Self::Left(after) => EndReason::LeftInBackground { after },
        }
    }
}

/// For how long a mini-app was suspended since its launch, up to when it last woke. Those
/// who have so much time for something that only goes on while it is polled count it out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slept(Arc<AtomicU64>);

impl Slept {
    pub(crate) fn so_far(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    pub(crate) fn add(&self, slept: Duration) {
        let nanoseconds = u64::try_from(slept.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

/// Whether a mini-app is looked at, and whether it is to end.
pub(super) struct Presence {
    /// Where it is in the background; nothing in the foreground.
    hidden: watch::Sender<Option<Hidden>>,
    /// Whether it is there, for those who look at every event. Changes with `hidden`,
    /// under its lock.
    is_hidden: AtomicBool,
    parting: watch::Sender<Option<Parting>>,
    /// Questions of the embedder's that are answered soon.
    asked: AtomicUsize,
    /// Questions of the embedder's that wait for the mini-app.
    waiting: AtomicUsize,
    slept: Slept,
}

/// How long a mini-app is in the background.
#[derive(Debug, Clone, Copy)]
struct Hidden {
    since: Instant,
    /// When it was last woken for something that it does itself; first when it was hidden.
    woken: Instant,
}

/// How long the embedder waits for what it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waits {
    /// Not for long: the host answers, or the embedder waits for so long and no longer.
    Briefly,
    /// For the mini-app, which may never answer.
    ForMiniApp,
}

/// Keeps a mini-app awake while the embedder waits for it, as long as it may.
pub(crate) struct Attention<'a> {
    presence: &'a Presence,
    waits: Waits,
}

impl Drop for Attention<'_> {
    fn drop(&mut self) {
        self.presence
            .asked(self.waits)
            .fetch_sub(1, Ordering::SeqCst);
        self.presence.tell(|_| ());
    }
}

impl Presence {
    pub(super) fn new() -> Self {
        Self {
            hidden: watch::Sender::new(None),
            is_hidden: AtomicBool::new(false),
            parting: watch::Sender::new(None),
            asked: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            slept: Slept::default(),
        }
    }

    pub(super) fn set_visible(&self, visible: bool) {
        self.hidden.send_if_modified(|hidden| {
            let changes = hidden.is_some() == visible;
            if changes {
                let now = Instant::now();
                *hidden = (!visible).then_some(Hidden {
                    since: now,
                    woken: now,
                });
                self.is_hidden.store(!visible, Ordering::SeqCst);
            }
            changes
        });
    }

    /// When it went to the background; nothing in the foreground.
    pub(super) fn hidden(&self) -> Option<Instant> {
        self.hidden.borrow().map(|hidden| hidden.since)
    }

    pub(super) fn ask(&self, waits: Waits) -> Attention<'_> {
        self.asked(waits).fetch_add(1, Ordering::SeqCst);
        self.tell(|hidden| {
            if waits == Waits::ForMiniApp {
                hidden.woken = Instant::now();
            }
        });
        Attention {
            presence: self,
            waits,
        }
    }

    fn asked(&self, waits: Waits) -> &AtomicUsize {
        match waits {
            Waits::Briefly => &self.asked,
            Waits::ForMiniApp => &self.waiting,
        }
    }

    /// One in the foreground is awake whoever asks. Either this sees that it is in the
    /// background, or whoever looks at how many ask, after it went there, sees this one.
    fn tell(&self, change: impl FnOnce(&mut Hidden)) {
        if self.is_hidden.load(Ordering::SeqCst) {
            self.hidden
                .send_if_modified(|hidden| hidden.as_mut().map(change).is_some());
        }
    }

    /// It is to end; the first reason counts.
    pub(super) fn part(&self, parting: Parting) {
        self.parting.send_if_modified(|known| {
            let first = known.is_none();
            known.get_or_insert(parting);
            first
        });
    }

    /// Why it is to end, if it is.
    pub(super) fn parts(&self) -> Option<Parting> {
        *self.parting.borrow()
    }

    pub(super) fn slept(&self) -> &Slept {
        &self.slept
    }

    /// Waits until it is to end.
    pub(super) async fn parting(&self) -> Parting {
        let mut parting = self.parting.subscribe();
        let told = match parting.wait_for(Option::is_some).await {
            Ok(told) => *told,
            Err(_) => None,
        };
        match told {
            Some(parting) => parting,
            // The sender lives as long as `self`.
            None => pending().await,
        }
    }

    /// Drives `life` while it is awake. Returns nothing once it is to end, which it is
    /// too when it was in the background for long. Tells `suspended` when it is, and
    /// when it no longer is.
    pub(super) async fn drive<F: Future>(
        &self,
        mut life: Pin<&mut F>,
        limits: &Limits,
        mut suspended: impl FnMut(bool),
    ) -> Option<F::Output> {
        let mut hidden = self.hidden.subscribe();
        let mut parting = std::pin::pin!(self.parting());
        let mut asleep: Option<Instant> = None;
        loop {
            let background = *hidden.borrow_and_update();
            let asked = self.asked.load(Ordering::SeqCst) > 0;
            let waiting = self.waiting.load(Ordering::SeqCst) > 0;
            let (suspend, leave) = match background {
                Some(Hidden { since, woken }) => (
                    if waiting { woken } else { since }.checked_add(limits.suspend),
                    since.checked_add(limits.background),
                ),
                None => (None, None),
            };
            let awake = asked || suspend.is_none_or(|at| Instant::now() < at);
            if awake == asleep.is_some() {
                match asleep.take() {
                    Some(since) => self.slept.add(since.elapsed()),
                    None => asleep = Some(Instant::now()),
                }
                suspended(asleep.is_some());
            }
            tokio::select! {
                biased;
                lived = life.as_mut(), if awake => return Some(lived),
                _ = &mut parting => return None,
                _ = hidden.changed() => {}
                () = reach(suspend), if awake && !asked => {}
                () = reach(leave), if background.is_some() => self.part(Parting::Left(limits.background)),
            }
        }
    }
}

async fn reach(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => pending().await,
    }
}
