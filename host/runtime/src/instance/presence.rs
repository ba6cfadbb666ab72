//! Whether a mini-app is looked at: in the foreground, in the background, or
//! suspended there, and how long it stays so. Knows nothing of callbacks.
//!
//! A mini-app that is suspended is not polled: it burns nothing, its timers and answers
//! wait. What the embedder asks of the host about it wakes it for as long as the answer takes; an
//! event, which may never be answered or go on when it was, for as long as it goes on in the
//! background unasked. The times are WeChat's: five seconds, and half an hour.

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

/// Whether a mini-app is looked at, for what nobody is to see, or to answer, where it is not:
/// one that was launched is, until it is hidden.
#[derive(Debug, Clone)]
pub(crate) struct Sight(watch::Receiver<Seen>);

#[derive(Debug, Clone, Copy)]
struct Seen {
    now: bool,
    /// How often it came to be looked at.
    times: u64,
}

impl Sight {
    pub(crate) fn is_shown(&self) -> bool {
        self.0.borrow().now
    }

    /// How often it was shown by now, its launch counted.
    pub(crate) fn times(&self) -> u64 {
        self.0.borrow().times
    }

    /// Waits until it is shown; for ever where it is gone.
    pub(crate) async fn shown(mut self) {
        // One that is shown has not waited, however often it asks in one turn.
        if self.is_shown() {
            return;
        }
        let is_gone = self.0.wait_for(|seen| seen.now).await.is_err();
        if is_gone {
            pending().await
        }
    }

    pub(crate) fn is_of_the_same(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }
}

/// Whether a mini-app is looked at, and whether it is to end.
pub(super) struct Presence {
    /// Where it is in the background; nothing in the foreground.
    hidden: watch::Sender<Option<Hidden>>,
    /// Whether it is there, for those who look at every event. Changes with `hidden`,
    /// under its lock.
    is_hidden: AtomicBool,
    /// The same for those who wait for it. Changes as `is_hidden` does.
    seen: watch::Sender<Seen>,
    parting: watch::Sender<Option<Parting>>,
    /// Questions of the embedder's that are answered soon.
    asked: AtomicUsize,
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

/// Keeps a mini-app awake while the embedder waits for what is answered soon.
pub(crate) struct Attention<'a>(Option<&'a Presence>);

impl Drop for Attention<'_> {
    fn drop(&mut self) {
        if let Some(presence) = self.0 {
            presence.asked.fetch_sub(1, Ordering::SeqCst);
            presence.tell(|_| ());
        }
    }
}

impl Presence {
    pub(super) fn new() -> Self {
        Self {
            hidden: watch::Sender::new(None),
            is_hidden: AtomicBool::new(false),
            seen: watch::Sender::new(Seen {
                now: true,
                times: 1,
            }),
            parting: watch::Sender::new(None),
            asked: AtomicUsize::new(0),
            slept: Slept::default(),
        }
    }

    /// It goes to the foreground or the background, and `told` tells those who act upon it:
    /// at once, so that whoever does so last has told so last.
    pub(super) fn set_visible(&self, visible: bool, told: impl FnOnce()) {
        self.hidden.send_if_modified(|hidden| {
            told();
            let changes = hidden.is_some() == visible;
            if changes {
                let now = Instant::now();
                *hidden = (!visible).then_some(Hidden {
                    since: now,
                    woken: now,
                });
                self.is_hidden.store(!visible, Ordering::SeqCst);
                self.seen.send_modify(|seen| {
                    seen.now = visible;
                    seen.times = seen.times.saturating_add(u64::from(visible));
                });
            }
            changes
        });
    }

    /// When it went to the background; nothing in the foreground.
    pub(super) fn hidden(&self) -> Option<Instant> {
        self.hidden.borrow().map(|hidden| hidden.since)
    }

    pub(super) fn ask(&self, waits: Waits) -> Attention<'_> {
        match waits {
            Waits::Briefly => {
                self.asked.fetch_add(1, Ordering::SeqCst);
                self.tell(|_| ());
                Attention(Some(self))
            }
            Waits::ForMiniApp => {
                self.tell(|hidden| hidden.woken = Instant::now());
                Attention(None)
            }
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

    pub(super) fn sight(&self) -> Sight {
        Sight(self.seen.subscribe())
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
    /// when it no longer is: to end, too, it goes on.
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
            let (suspend, leave) = match background {
                Some(Hidden { since, woken }) => (
                    woken.checked_add(limits.suspend),
                    since.checked_add(limits.background),
                ),
                None => (None, None),
            };
            let parts = self.parts().is_some();
            let awake = asked || parts || suspend.is_none_or(|at| Instant::now() < at);
            if awake == asleep.is_some() {
                match asleep.take() {
                    Some(since) => self.slept.add(since.elapsed()),
                    None => asleep = Some(Instant::now()),
                }
                suspended(asleep.is_some());
            }
            if parts {
                return None;
            }
            tokio::select! {
                biased;
                lived = life.as_mut(), if awake => return Some(lived),
                _ = &mut parting => {}
                _ = hidden.changed() => {}
                () = reach(suspend), if awake && !asked => {}
                () = reach(leave), if background.is_some() => self.part(Parting::Left(limits.background)),
            }
        }
    }
}

/// Waits for a moment; where there is none, for ever.
pub(super) async fn reach(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => pending().await,
    }
}
