//! Whether the user is being asked something by a mini-app, for clocks that must not run
//! meanwhile. Knows no question.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// The questions of one mini-app that are open, or wait for their turn. Clones count the same.
#[derive(Clone)]
pub(crate) struct Questions(watch::Sender<usize>);

/// One question, until it is dropped.
pub(crate) struct Asked(watch::Sender<usize>);

impl Questions {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// A question is open from now on.
    pub(crate) fn ask(&self) -> Asked {
        self.0.send_modify(|open| *open = open.saturating_add(1));
        Asked(self.0.clone())
    }

    /// Waits for so long, not counting the time for which the user is being asked, of which
    /// there may be `patience` in all.
    pub(super) async fn wait(&self, time: Duration, patience: Duration) {
        let mut open = self.0.subscribe();
        let (mut time, mut patience) = (time, patience);
        loop {
            let left = match *open.borrow_and_update() {
                0 => &mut time,
                _ => &mut patience,
            };
            let since = Instant::now();
            tokio::select! {
                biased;
                () = sleep(*left) => return,
                _ = open.changed() => *left = left.saturating_sub(since.elapsed()),
            }
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open = open.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn the_time_of_questions_is_not_counted_and_has_an_end() {
        let questions = Questions::new();
        questions.wait(Duration::ZERO, HOUR).await;
        let (first, second) = (questions.ask(), questions.ask());
        let mut wait = std::pin::pin!(questions.wait(Duration::ZERO, HOUR));
        assert!(futures_util::poll!(wait.as_mut()).is_pending());
        drop(first);
        assert!(futures_util::poll!(wait.as_mut()).is_pending());
        drop(second);
        wait.await;

        let _never_answered = questions.ask();
        questions.wait(HOUR, Duration::ZERO).await;
    }
}
