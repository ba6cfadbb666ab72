//! Turns: from the moment at which something is delivered to a mini-app, or
//! wakes it, to the moment at which that was handled, the mini-app has nothing
//! left to do, or the next thing is delivered. Measures their time and ends the
//! mini-app whose turn is too long.
//!
//! A slice of fuel that is used up suspends the guest with its store kept, and
//! nothing inside the store's event loop is polled meanwhile. So time is
//! measured from outside: [`Driven`] wraps the whole event loop.
//!
//! What counts is time that the thread was really at work: a phone that was asleep, or a
//! core that others had, must not end a mini-app. Asking for that costs a call of the
//! system, so it is asked only of a mini-app that goes on for long ([`HEAVY`]); a poll of
//! which it was not asked counts no more than that.
//!
//! A poll that ends pending was either cut by a slice or has come to rest. One
//! that has not woken its own task is at rest. One that has may be either, which
//! shows at the next poll: after a cut the guest goes on first, at rest the
//! inside is asked first, before any more fuel is burnt.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;

/// What began a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Trigger {
    /// Something that the mini-app waited for: an answer, a timer.
    Completion,
    /// The launch: instantiation, `on-launch`, `on-show`.
    Launch,
    /// A page's `on-load`, `on-show`, `on-ready`.
    Open,
    /// An event of a page.
    Event,
    /// The app was shown or hidden.
    Visibility,
    /// The mini-app is being closed.
    Close,
}

/// How long a rest is at least that lets a mini-app compute anew.
const MIN_REST: Duration = Duration::from_micros(50);

/// Time without a rest after which a mini-app's work is timed by the system.
const HEAVY: Duration = Duration::from_millis(5);

/// What one turn has cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// What began it. Where several things did, the last one.
    pub trigger: Trigger,
    /// Fuel that was burnt, by the guest and by host work charged to it.
    pub fuel: u64,
    /// Time for which the guest or host work for it kept a thread busy.
    pub busy: Duration,
}

/// What the inside of the event loop and its outside tell each other, without
/// the store.
#[derive(Debug)]
pub(crate) struct TurnSignal {
    trigger: AtomicU8,
    /// Fuel burnt since the launch, as the inside last saw it.
    spent: AtomicU64,
    /// Fuel of the turns that were finished.
    finished: AtomicU64,
    /// Nanoseconds of this turn that are accounted for.
    busy: AtomicU64,
    /// Nanoseconds that no share of a core was charged with yet.
    unshared: AtomicU64,
    /// Nanoseconds since the mini-app was last at rest. What is delivered begins
    /// a turn, but it is no rest: a flood of events is no way around the limit.
    restless: AtomicU64,
    limit: u64,
    /// Nanoseconds between the last poll and this one.
    away: AtomicU64,
    /// Whether the last poll ended at rest.
    resting: AtomicBool,
    /// Nanoseconds from `origin` to where accounting goes on, within a poll.
    mark: AtomicU64,
    /// Nanoseconds that the thread had been at work at the mark; 0 where that was not
    /// asked.
    work_mark: AtomicU64,
    origin: Instant,
    /// Whether the inside was not asked yet in this poll.
    fresh: AtomicBool,
}

impl TurnSignal {
    /// `limit` is how long a mini-app may keep a thread busy without a rest.
    pub(crate) fn new(limit: Duration) -> Arc<Self> {
        Arc::new(Self {
            trigger: AtomicU8::new(Trigger::Launch as u8),
            spent: AtomicU64::new(0),
            finished: AtomicU64::new(0),
            busy: AtomicU64::new(0),
            unshared: AtomicU64::new(0),
            restless: AtomicU64::new(0),
            limit: nanoseconds(limit),
            away: AtomicU64::new(0),
            resting: AtomicBool::new(false),
            mark: AtomicU64::new(0),
            work_mark: AtomicU64::new(0),
            origin: Instant::now(),
            fresh: AtomicBool::new(false),
        })
    }

    /// The turn is over, and so much fuel was burnt since the launch. Returns it,
    /// if the guest did anything in it.
    pub(crate) fn end(&self, spent: u64) -> Option<Turn> {
        self.publish(spent);
        self.account();
        self.finish()
    }

    /// What is delivered now is the reason of the next turn.
    pub(crate) fn begin(&self, trigger: Trigger) {
        self.trigger.store(trigger as u8, Ordering::Relaxed);
    }

    /// The inside is asked, and so much fuel was burnt since the launch. Returns
    /// the turn that had come to rest before, if there was one.
    pub(crate) fn ask(&self, spent: u64) -> Option<Turn> {
        let first = self.fresh.swap(false, Ordering::Relaxed);
        if !first || spent != self.spent() {
            return None;
        }
        self.rested();
        self.finish()
    }

    /// The poll has ended, and the mini-app is at rest. Returns the turn that ends with
    /// it.
    fn rest(&self) -> Option<Turn> {
        self.resting.store(true, Ordering::Relaxed);
        self.finish()
    }

    /// The mini-app was at rest between the last poll and this one. A rest that hardly
    /// has a length is none: a mini-app can wait for what is there already.
    fn rested(&self) {
        if self.away.load(Ordering::Relaxed) >= nanoseconds(MIN_REST) {
            self.restless.store(0, Ordering::Relaxed);
        }
    }

    /// Whether the mini-app has kept the thread busy for too long. Asked by host
    /// calls, which may not leave the poll that they are made in for a long time.
    pub(crate) fn check(&self) -> Result<(), TurnTooLong> {
        let since = self.now().saturating_sub(self.mark.load(Ordering::Relaxed));
        let restless = self.restless.load(Ordering::Relaxed).saturating_add(since);
        let timed = !WORK_IS_TOLD || self.work_mark.load(Ordering::Relaxed) != 0;
        if timed && restless <= self.limit {
            return Ok(());
        }
        if !timed && since < nanoseconds(HEAVY) {
            return Ok(());
        }
        // By the clock it goes on for long; now by the work that was done.
        self.account();
        self.time_work();
        if self.restless.load(Ordering::Relaxed) > self.limit {
            Err(TurnTooLong)
        } else {
            Ok(())
        }
    }

    /// The inside has answered, and so much fuel was burnt since the launch.
    pub(crate) fn publish(&self, spent: u64) {
        self.spent.store(spent, Ordering::Relaxed);
    }

    /// Fuel burnt since the launch, as of the last turn.
    pub(crate) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    /// Ends the turn. A poll for which the guest had nothing to do is no turn.
    fn finish(&self) -> Option<Turn> {
        let spent = self.spent();
        let fuel = spent.saturating_sub(self.finished.swap(spent, Ordering::Relaxed));
        (fuel > 0).then(|| Turn {
            trigger: self.take_trigger(),
            fuel,
            busy: Duration::from_nanos(self.busy.swap(0, Ordering::Relaxed)),
        })
    }

    fn take_trigger(&self) -> Trigger {
        let trigger = self
            .trigger
            .swap(Trigger::Completion as u8, Ordering::Relaxed);
        [
            Trigger::Launch,
            Trigger::Open,
            Trigger::Event,
            Trigger::Visibility,
            Trigger::Close,
        ]
        .into_iter()
        .find(|known| *known as u8 == trigger)
        .unwrap_or(Trigger::Completion)
    }

    /// A poll begins.
    fn enter(&self) {
        self.fresh.store(true, Ordering::Relaxed);
        let now = self.now();
        let left = self.mark.swap(now, Ordering::Relaxed);
        self.away.store(now.saturating_sub(left), Ordering::Relaxed);
        if self.resting.swap(false, Ordering::Relaxed) {
            self.rested();
        }
        self.time_work();
    }

    /// Asks how much the thread has worked, if the mini-app goes on for long.
    fn time_work(&self) {
        let heavy = self.restless.load(Ordering::Relaxed) >= nanoseconds(HEAVY);
        let work = if heavy { work() } else { None };
        self.work_mark.store(work.unwrap_or(0), Ordering::Relaxed);
    }

    /// Accounts for the work since the last mark.
    fn account(&self) {
        let now = self.now();
        let since = now.saturating_sub(self.mark.swap(now, Ordering::Relaxed));
        let since = match self.work_mark.swap(0, Ordering::Relaxed) {
            0 if WORK_IS_TOLD => since.min(nanoseconds(HEAVY)),
            0 => since,
            before => match work() {
                Some(work) => {
                    self.work_mark.store(work, Ordering::Relaxed);
                    since.min(work.saturating_sub(before))
                }
                None => since,
            },
        };
        self.busy.fetch_add(since, Ordering::Relaxed);
        self.unshared.fetch_add(since, Ordering::Relaxed);
        self.restless.fetch_add(since, Ordering::Relaxed);
    }

    /// Busy time that [`Self::take_unshared`] would return.
    pub(crate) fn unshared(&self) -> Duration {
        Duration::from_nanos(self.unshared.load(Ordering::Relaxed))
    }

    /// Busy time since this was last asked.
    pub(crate) fn take_unshared(&self) -> Duration {
        Duration::from_nanos(self.unshared.swap(0, Ordering::Relaxed))
    }

    fn now(&self) -> u64 {
        nanoseconds(self.origin.elapsed())
    }
}

/// Whether the system tells how much a thread has worked.
const WORK_IS_TOLD: bool = cfg!(unix);

/// Nanoseconds that this thread has been at work; nothing where the system does not tell.
#[cfg(unix)]
fn work() -> Option<u64> {
    let worked = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let worked = Duration::try_from(worked).ok()?;
    Some(nanoseconds(worked).max(1))
}

#[cfg(not(unix))]
fn work() -> Option<u64> {
    None
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A mini-app has kept a thread busy for longer than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the mini-app computed for too long without a pause")]
pub(crate) struct TurnTooLong;

/// Drives an event loop and calls `on_turn` at the end of each turn.
pub(crate) struct Driven<F, R> {
    inner: F,
    signal: Arc<TurnSignal>,
    on_turn: R,
    waker: Arc<SliceWaker>,
    task: Waker,
}

impl<F: Future + Unpin, R: FnMut(Turn)> Driven<F, R> {
    pub(crate) fn new(inner: F, signal: Arc<TurnSignal>, on_turn: R) -> Self {
        let waker = Arc::new(SliceWaker::default());
        let task = Waker::from(Arc::clone(&waker));
        Self {
            inner,
            signal,
            on_turn,
            waker,
            task,
        }
    }

    fn report(&mut self, turn: Option<Turn>) {
        if let Some(turn) = turn {
            (self.on_turn)(turn);
        }
    }
}

impl<F: Future + Unpin, R: FnMut(Turn) + Unpin> Future for Driven<F, R> {
    type Output = Result<F::Output, TurnTooLong>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        this.waker.task.register(cx.waker());
        this.waker.woken.store(false, Ordering::Relaxed);
        this.signal.enter();
        let polled = Pin::new(&mut this.inner).poll(&mut Context::from_waker(&this.task));
        this.signal.account();
        match polled {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending if !this.waker.woken.load(Ordering::Relaxed) => {
                let turn = this.signal.rest();
                this.report(turn);
                Poll::Pending
            }
            Poll::Pending => match this.signal.check() {
                Ok(()) => Poll::Pending,
                Err(too_long) => Poll::Ready(Err(too_long)),
            },
        }
    }
}

#[derive(Default)]
struct SliceWaker {
    woken: AtomicBool,
    task: AtomicWaker,
}

impl Wake for SliceWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        self.task.wake();
    }
}
