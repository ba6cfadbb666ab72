//! The timers of a script: what is due when, and the one sleep of the host's that they share.
//! Knows them by number; what they run is the prelude's.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use futures_util::future::{AbortHandle, abortable};
use rquickjs::Function;

use crate::Failure;
use crate::environment::Engine;

/// Timers of one script that wait at once.
const MAX_WAITING: usize = 10_000;

/// Microseconds for which timers run one after the other before the host has a moment.
const SLICE: u64 = 20_000;

/// Microseconds of a millisecond.
const MILLISECOND: u64 = 1_000;

/// The timers that wait.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    /// In the order in which they run: when they are due, in microseconds of the host's monotonic
    /// clock, and their numbers.
    queue: RefCell<BTreeSet<(u64, u32)>>,
    /// When each is due.
    due: RefCell<HashMap<u32, u64>>,
    /// Whether [`run`] sees to them.
    are_run: Cell<bool>,
    /// The sleep under way, and until when it is.
    sleep: RefCell<Option<(u64, AbortHandle)>>,
}

impl Timers {
    /// Lets a timer wait; one of the same number waits no more.
    ///
    /// # Errors
    ///
    /// `busy`, where too many wait.
    pub(crate) fn start(&self, id: u32, now: u64, milliseconds: u32) -> Result<(), Failure> {
        self.stop(id);
        let mut due = self.due.borrow_mut();
        if due.len() >= MAX_WAITING {
            let message =
                format!("{MAX_WAITING} timers wait already; clear some before starting more");
            return Err(Failure::new("busy", message));
        }
        let at = now.saturating_add(u64::from(milliseconds) * MILLISECOND);
        due.insert(id, at);
        self.queue.borrow_mut().insert((at, id));
        Ok(())
    }

    pub(crate) fn stop(&self, id: u32) {
        if let Some(at) = self.due.borrow_mut().remove(&id) {
            self.queue.borrow_mut().remove(&(at, id));
        }
    }

    /// Takes those that are due from the queue, the first one first.
    fn take_due(&self, now: u64) -> Vec<u32> {
        let (mut queue, mut due) = (self.queue.borrow_mut(), self.due.borrow_mut());
        let mut taken = Vec::new();
        while let Some(&(_, id)) = queue.first().filter(|(at, _)| *at <= now) {
            queue.pop_first();
            due.remove(&id);
            taken.push(id);
        }
        taken
    }

    fn first(&self) -> Option<u64> {
        self.queue.borrow().first().map(|(at, _)| *at)
    }
}

/// Sees to it that the host sleeps for the timers that there are, and for no others. Once for all
/// that a script has started and stopped in one go: to call a sleep off wakes another task of the
/// component.
pub(crate) fn settle(engine: &Rc<Engine>) {
    let timers = &engine.timers;
    match (timers.first(), &*timers.sleep.borrow()) {
        (Some(_), None) if !timers.are_run.replace(true) => {
            engine.outside.spawn(Box::pin(run(Rc::clone(engine))));
        }
        (None, Some((_, handle))) => handle.abort(),
        (Some(first), Some((until, handle))) if first < *until => handle.abort(),
        // A sleep that ends too soon is followed by another one.
        _ => {}
    }
}

/// Runs timers when they are due, until there are none.
async fn run(engine: Rc<Engine>) {
    while let Some(first) = engine.timers.first() {
        let now = engine.outside.monotonic();
        let pause = first.saturating_sub(now).div_ceil(MILLISECOND);
        let pause = u32::try_from(pause).unwrap_or(u32::MAX);
        let (sleep, handle) = abortable(engine.outside.sleep(pause));
        *engine.timers.sleep.borrow_mut() = Some((first, handle));
        let slept = sleep.await;
        *engine.timers.sleep.borrow_mut() = None;
        match slept {
            Ok(Ok(())) => run_due(&engine).await,
            // Whom the host does not let sleep tries again with the next timer.
            Ok(Err(failure)) => {
                engine.outside.uncaught(failure);
                break;
            }
            // There is nothing to sleep for, or something sooner.
            Err(_) => {}
        }
    }
    engine.timers.are_run.set(false);
}

/// Runs what is due by now, and nothing that this begins.
async fn run_due(engine: &Rc<Engine>) {
    let now = engine.outside.monotonic();
    let mut until = now.saturating_add(SLICE);
    for id in engine.timers.take_due(now) {
        // Many at once are no reason to stop one: the host refills the supply meanwhile.
        if engine.outside.must_stop() || engine.outside.monotonic() > until {
            // If it will not, the script is told where it was stopped.
            engine.outside.sleep(0).await.ok();
            until = engine.outside.monotonic().saturating_add(SLICE);
        }
        engine.enter_alone(|_, entry| {
            let timer: Function<'_> = entry.get("timer")?;
            timer.call((id,))
        });
    }
}
