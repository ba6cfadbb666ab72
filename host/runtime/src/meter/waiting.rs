//! How many calls of the host a mini-app waits for, and when there are none. Knows no call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The calls that wait, of one mini-app.
#[derive(Clone, Default)]
pub(crate) struct Waiting(Arc<Calls>);

#[derive(Default)]
struct Calls {
    count: AtomicUsize,
    /// Whether one is over since this was last asked.
    ended: AtomicBool,
    none: Notify,
}

/// A call that waits, until it is dropped.
pub(crate) struct Wait(Arc<Calls>);

impl Waiting {
    pub(crate) fn begin(&self) -> Wait {
        self.0.count.fetch_add(1, Ordering::Relaxed);
        Wait(Arc::clone(&self.0))
    }

    pub(crate) fn is_none(&self) -> bool {
        self.0.count.load(Ordering::Relaxed) == 0
    }

    /// Whether a call is over since this was last asked: the mini-app acts upon it a moment
    /// later.
    pub(crate) fn take_ended(&self) -> bool {
        self.0.ended.load(Ordering::Relaxed) && self.0.ended.swap(false, Ordering::Relaxed)
    }

    /// Returns when the last call is over, once for each time that this happens.
    pub(crate) async fn none(&self) {
        self.0.none.notified().await;
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.0.ended.store(true, Ordering::Relaxed);
        if self.0.count.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.none.notify_one();
        }
    }
}
