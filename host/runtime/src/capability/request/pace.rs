//! The pace of work that servers make the host do: unpacking, decrypting, reading what
//! frames their answers. It is done outside of a mini-app's own turns, and no byte tells
//! how long it takes; so it is timed, and held to a share of a core.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

/// One part in so many of a core is what such work may keep busy for one mini-app.
const SHARE_OF_CORE: u32 = 8;

/// Time for which it may keep a thread busy before it waits.
const BURST: Duration = Duration::from_millis(20);

/// How far the work for one live mini-app is ahead of its share.
#[derive(Default)]
pub(super) struct Pace(Mutex<Option<Instant>>);

impl Pace {
    /// Adds work that took so long; returns how long to wait before there is more.
    pub(super) fn add(&self, took: Duration) -> Duration {
        let now = Instant::now();
        let mut due = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = due.map_or(now, |due| due.max(now)) + took * SHARE_OF_CORE;
        *due = Some(next);
        next.saturating_duration_since(now)
            .saturating_sub(BURST * SHARE_OF_CORE)
    }
}

/// The task of one connection, at its mini-app's pace.
pub(super) struct Paced<F> {
    task: Pin<Box<F>>,
    pace: Arc<Pace>,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<F> Paced<F> {
    pub(super) fn new(task: F, pace: Arc<Pace>) -> Self {
        Self {
            task: Box::pin(task),
            pace,
            waiting: None,
        }
    }
}

impl<F: Future<Output = ()>> Future for Paced<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(waiting) = &mut self.waiting {
            if waiting.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.waiting = None;
        }
        let begun = Instant::now();
        if self.task.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let ahead = self.pace.add(begun.elapsed());
        if !ahead.is_zero() {
            let mut waiting = Box::pin(tokio::time::sleep(ahead));
            // Woken by the time, and not only by what the task waits for.
            if waiting.as_mut().poll(cx).is_pending() {
                self.waiting = Some(waiting);
            } else {
                cx.waker().wake_by_ref();
            }
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_what_goes_beyond_is_waited_for() {
        let pace = Pace::default();
        assert_eq!(pace.add(BURST), Duration::ZERO);
        let ahead = pace.add(BURST);
        let whole = BURST * SHARE_OF_CORE;
        assert!(ahead > whole / 2 && ahead <= whole, "{ahead:?}");
    }
}
