//! The pace of work that servers make the host do: unpacking, decrypting, reading what
//! frames their answers. It is done outside of a mini-app's own turns, and no byte tells
//! how long it takes; so it is timed, and held to a share of a core.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

/// The longest that one step of such work takes, as long as it is not interrupted.
const MAX_STEP: Duration = Duration::from_millis(20);

/// How far the work of one kind for one live mini-app is ahead of its share.
pub(super) struct Pace {
    /// One part in so many of a core is what it may keep busy.
    parts: u32,
    /// Time for which it may keep a thread busy before it waits.
    burst: Duration,
    due: Mutex<Option<Instant>>,
}

impl Pace {
    /// For unpacking: an eighth, which is some fifty megabytes in a second. A slice of
    /// what is packed can take as long as a thousand of what is not.
    pub(super) fn unpacking() -> Self {
        Self::new(8, Duration::from_millis(20))
    }

    /// For connections: half, as a mini-app's own work. What asks for one thing after the
    /// other over a near network stays below a third.
    pub(super) fn connections() -> Self {
        Self::new(2, Duration::from_millis(250))
    }

    fn new(parts: u32, burst: Duration) -> Self {
        Self {
            parts,
            burst,
            due: Mutex::new(None),
        }
    }

    /// Adds work that took so long; returns how long to wait before there is more.
    pub(super) fn add(&self, took: Duration) -> Duration {
        // Beyond that it was others that ran.
        let took = took.min(MAX_STEP);
        let now = Instant::now();
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let next = due.map_or(now, |due| due.max(now)) + took.saturating_mul(self.parts);
        *due = Some(next);
        next.saturating_duration_since(now)
            .saturating_sub(self.burst.saturating_mul(self.parts))
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
        let burst = MAX_STEP;
        let pace = Pace::new(4, burst);
        assert_eq!(pace.add(burst), Duration::ZERO);
        let ahead = pace.add(burst);
        let whole = burst * 4;
        assert!(ahead > whole / 2 && ahead <= whole, "{ahead:?}");
    }
}
