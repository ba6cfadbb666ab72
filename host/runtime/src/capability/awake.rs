//! Time that stands still while a mini-app is suspended, for whatever may take so long
//! and no longer. Knows nothing of what takes it.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::instance::Slept;

/// It has taken too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Late;

/// Awaits `work` for `limit`, not counting while the mini-app is suspended.
///
/// While it is, nobody looks at the timer, which may run out meanwhile: what is left is then
/// reckoned anew, and not what was slept added.
pub(super) async fn within<F: Future>(
    limit: Duration,
    slept: &Slept,
    work: F,
) -> Result<F::Output, Late> {
    let mut work = pin!(work);
    let (began, slept_before) = (Instant::now(), slept.so_far());
    let mut left = limit;
    loop {
        if let Ok(done) = timeout(left, &mut work).await {
            return Ok(done);
        }
        let asleep = slept.so_far().saturating_sub(slept_before);
        let awake = began.elapsed().saturating_sub(asleep);
        left = limit.saturating_sub(awake);
        if left.is_zero() {
            return Err(Late);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::task::Poll;

    use futures_util::poll;

    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);

    /// Nothing is polled meanwhile.
    fn suspend(slept: &Slept, time: Duration) {
        let began = Instant::now();
        std::thread::sleep(time);
        slept.add(began.elapsed());
    }

    #[tokio::test]
    async fn what_ran_out_while_it_was_suspended_has_only_what_was_left() {
        let slept = Slept::default();
        let mut work = pin!(within(LIMIT, &slept, pending::<()>()));
        assert_eq!(poll!(&mut work), Poll::Pending);
        suspend(&slept, 20 * LIMIT);
        // Looked at second, so that it has not come first unless it was much later.
        let later = tokio::time::sleep(10 * LIMIT);
        tokio::select! {
            biased;
            late = work => assert_eq!(late, Err(Late)),
            () = later => panic!("it has begun anew, with all that was slept"),
        }
    }

    #[tokio::test]
    async fn what_was_left_is_left_when_it_wakes() {
        let slept = Slept::default();
        let slow = async {
            tokio::task::yield_now().await;
            // Not ready at once when it is polled again.
            tokio::task::yield_now().await;
        };
        let limit = 100 * LIMIT;
        let mut work = pin!(within(limit, &slept, slow));
        assert_eq!(poll!(&mut work), Poll::Pending);
        suspend(&slept, limit + LIMIT);
        assert_eq!(work.await, Ok(()));
    }

    #[tokio::test]
    async fn what_is_never_suspended_is_late_in_time() {
        let late = within(LIMIT, &Slept::default(), pending::<()>()).await;
        assert_eq!(late, Err(Late));
    }
}
