//! What the benchmarks share. Each one runs the same guest twice: in our host
//! ([`ours`]), and in plain Wasmtime with the same engine ([`raw`]); what counts
//! is the ratio of the two within one run ([`pairs`]).
//!
//! Nothing here asserts on time or memory: a target that is missed is printed as
//! missed ([`results`]).

use std::time::Duration;

pub mod guest;
pub mod kernels;
pub mod ours;
pub mod pairs;
pub mod raw;
pub mod resident;
pub mod results;
pub mod script;
pub mod server;

/// The runtime of both sides: one thread, so that the scheduler's part is alike.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Runs what measures itself as a task. The future that a single-threaded runtime
/// blocks on would be polled only after a look at the system's events, and that
/// look would be measured each time.
pub fn timed(
    runtime: &tokio::runtime::Runtime,
    measured: impl Future<Output = Duration> + Send + 'static,
) -> Duration {
    runtime.block_on(runtime.spawn(measured)).unwrap()
}
