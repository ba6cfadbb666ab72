//! An event with a handler that does nothing, one at a time and 32 at once.
//!
//! The baseline calls the export from within the store's event loop. Whoever
//! embeds Wasmtime has to bring events there: `behind-a-channel` is the baseline
//! in a task of its own that is asked through one channel and answers through
//! another, to tell what of the difference is this and what is ours.

use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{guest, ours, pairs, raw, runtime, timed};
use tokio::sync::{Mutex, mpsc, oneshot};

const HANDLER: &str = "noop";

const BURST: u64 = 32;

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    let host = runtime.block_on(ours::install(ours::builder(8), false));
    let app = runtime.block_on(ours::launch(&host, None));
    let baseline = raw::Raw::new(host.runtime().engine(), &guest::component());
    let live = Arc::new(Mutex::new(runtime.block_on(baseline.launch())));
    let (line, inbox) = mpsc::channel(64);
    runtime.spawn(runtime.block_on(baseline.launch()).serve(HANDLER, inbox));

    let raw = |times| {
        let live = Arc::clone(&live);
        timed(&runtime, async move {
            live.lock().await.events(HANDLER, times).await
        })
    };
    let raw_bursts = |times| {
        let live = Arc::clone(&live);
        timed(&runtime, async move {
            live.lock().await.bursts(HANDLER, BURST, times).await
        })
    };
    let channel = |times| timed(&runtime, ask(line.clone(), times));
    let ours = |times| timed(&runtime, ours::events(app.clone(), HANDLER, "{}", times));
    let our_bursts = |times| timed(&runtime, ours::bursts(app.clone(), HANDLER, BURST, times));

    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let mut group = criterion.benchmark_group("dispatch");
    group.bench_function("raw", |bencher| bencher.iter_custom(raw));
    group.bench_function("behind-a-channel", |bencher| bencher.iter_custom(channel));
    group.bench_function("miniapp", |bencher| bencher.iter_custom(ours));
    group.finish();
    let mut group = criterion.benchmark_group("burst");
    group.throughput(Throughput::Elements(BURST));
    group.bench_function("raw", |bencher| bencher.iter_custom(raw_bursts));
    group.bench_function("miniapp", |bencher| bencher.iter_custom(our_bursts));
    group.finish();
    criterion.final_summary();

    if let Some(ratio) = pairs::ratio(|| channel(2_000), || raw(2_000)) {
        println!("\nraw Wasmtime behind a channel is {ratio:.2}x raw Wasmtime");
    }
    if let Some(ratio) = pairs::ratio(|| our_bursts(100), || raw_bursts(100)) {
        println!("a burst of {BURST} events is {ratio:.2}x raw Wasmtime");
    }
    let ratio = pairs::ratio(|| ours(2_000), || raw(2_000));
    let what = "an event with an empty handler, beside raw Wasmtime";
    results.tell("dispatch", &[Target::ratio(what, ratio, 1.5)]);
}

/// Asks for so many events, one at a time. Tells how long they took.
async fn ask(line: mpsc::Sender<oneshot::Sender<()>>, times: u64) -> Duration {
    let began = std::time::Instant::now();
    for _ in 0..times {
        let (reply, answer) = oneshot::channel();
        line.send(reply).await.unwrap();
        answer.await.unwrap();
    }
    began.elapsed()
}
