//! Runs calls in a time that jumps from timer to timer; must not know what they do.

use super::imports;
use super::state::State;
use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The outcome of a call; none if it waits for what never comes.
pub(super) fn block_on<T>(state: &Rc<RefCell<State>>, call: impl Future<Output = T>) -> Option<T> {
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(woken.clone());
    let mut call = pin!(call);
    imports::scope(state, || {
        loop {
            while woken.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(outcome) = call.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Some(outcome);
                }
            }
            if !jump(state) {
                return None;
            }
        }
    })
}

/// Goes on to the next timer; false if there is none.
fn jump(state: &RefCell<State>) -> bool {
    let mut state = state.borrow_mut();
    let Some(next) = state.timers.iter().map(|(due, _)| *due).min() else {
        return false;
    };
    state.elapsed = state.elapsed.max(next);
    let now = state.elapsed;
    let due: Vec<(Duration, Waker)> = state
        .timers
        .extract_if(.., |(due, _)| *due <= now)
        .collect();
    drop(state);
    due.into_iter().for_each(|(_, waker)| waker.wake());
    true
}
