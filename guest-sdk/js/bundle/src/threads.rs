//! Owns where bundling runs: threads with large stacks, and what becomes of it if a part of it panics.
//! Must not know what is done there.

use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;

use thiserror::Error;
use tokio::runtime;
use tokio::sync::Notify;

use crate::limits::{MAX_THREADS, STACK_BYTES};

/// Why nothing came of it.
#[derive(Debug, Error)]
pub(crate) enum Stopped {
    #[error("it gets no threads: {0}")]
    NoThreads(String),
    #[error("it panicked")]
    Panicked,
    #[error("a part of it panicked")]
    PartPanicked,
}

/// Runs what `begin` gives to its end, and blocks until then. What it does in parallel with rayon is done on
/// the same threads, because they are the pool that it finds itself in.
///
/// It must wait for nothing but its own tasks: once none of them has anything to do, the one that is waited
/// for must have panicked.
pub(crate) fn run<F: Future>(begin: impl FnOnce() -> F + Send) -> Result<F::Output, Stopped>
where
    F::Output: Send,
{
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(cores.min(MAX_THREADS))
        .stack_size(STACK_BYTES)
        .build()
        .map_err(|error| Stopped::NoThreads(error.to_string()))?;
    pool.install(|| {
        let idle = Arc::new(Notify::new());
        let parking = Arc::clone(&idle);
        let runtime = runtime::Builder::new_current_thread()
            .on_thread_park(move || parking.notify_one())
            .build()
            .map_err(|error| Stopped::NoThreads(error.to_string()))?;
        let done = panic::catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    done = begin() => Ok(done),
                    () = idle.notified() => Err(Stopped::PartPanicked),
                }
            })
        }));
        done.unwrap_or(Err(Stopped::Panicked))
    })
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[test]
    fn tasks_that_wait_for_each_other_come_to_an_end() {
        let sum = run(|| async {
            let (sender, mut receiver) = mpsc::unbounded_channel();
            for number in 0..100_u32 {
                let sender = sender.clone();
                tokio::spawn(async move {
                    tokio::task::yield_now().await;
                    sender.send(number).unwrap();
                });
            }
            drop(sender);
            let mut sum = 0;
            while let Some(number) = receiver.recv().await {
                sum += number;
            }
            sum
        });
        assert_eq!(sum.unwrap(), 4950);
    }

    #[test]
    fn a_panic_is_an_error() {
        let stopped = run(|| async { panic!("on purpose") });
        assert!(matches!(stopped, Err(Stopped::Panicked)));
    }

    #[test]
    fn a_task_that_panics_keeps_nobody_waiting() {
        let stopped = run(|| async {
            // Kept here, as the bundler keeps its end: the channel does not close.
            let (sender, mut receiver) = mpsc::unbounded_channel::<()>();
            let other = sender.clone();
            tokio::spawn(async move {
                let _other = other;
                panic!("on purpose");
            });
            receiver.recv().await;
            drop(sender);
        });
        assert!(matches!(stopped, Err(Stopped::PartPanicked)));
    }

    #[test]
    fn stacks_are_large() {
        fn deep(levels: usize) -> usize {
            let room = std::hint::black_box([levels; 128]);
            match levels {
                0 => 0,
                _ => deep(levels - 1) + room.len() / 128,
            }
        }
        let levels = 8 * 1024;
        assert_eq!(run(|| async { deep(levels) }).unwrap(), levels);
        let in_parallel = run(|| async { rayon::join(|| deep(levels), || deep(levels)) });
        assert_eq!(in_parallel.unwrap(), (levels, levels));
    }
}
