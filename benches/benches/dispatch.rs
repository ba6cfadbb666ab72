//! An event with a handler that does nothing, one at a time and 32 at once.
//!
//! The baseline calls the export from within the store's event loop. Whoever
//! embeds Wasmtime has to bring events there: `behind-a-channel` is the baseline
//! with a task that gets them through a channel and answers through another, to
//! tell what of the difference is this and what is ours.

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use futures_util::future::join_all;
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{guest, ours, raw, runtime};
use tokio::sync::{mpsc, oneshot};

const BURST: u64 = 32;

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    let host = runtime.block_on(ours::install(ours::builder(8), false));
    let baseline = raw::Raw::new(host.runtime().engine(), &guest::component());
    let app = runtime.block_on(ours::launch(&host, None));
    let mut live = runtime.block_on(baseline.launch());

    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();

    let mut group = criterion.benchmark_group("dispatch");
    group.bench_function("raw", |bencher| {
        bencher.iter_custom(|times| {
            runtime.block_on(live.talk(async |line| {
                let began = Instant::now();
                for _ in 0..times {
                    line.event("noop").await;
                }
                began.elapsed()
            }))
        });
    });
    group.bench_function("miniapp", |bencher| {
        bencher.iter_custom(|times| {
            runtime.block_on(async {
                let began = Instant::now();
                for _ in 0..times {
                    ours::event(&app, "noop", "{}").await;
                }
                began.elapsed()
            })
        });
    });
    let (line, inbox) = mpsc::channel(64);
    runtime.spawn(answer(runtime.block_on(baseline.launch()), inbox));
    group.bench_function("behind-a-channel", |bencher| {
        bencher.iter_custom(|times| {
            runtime.block_on(async {
                let began = Instant::now();
                for _ in 0..times {
                    let (reply, answer) = oneshot::channel();
                    line.send(reply).await.unwrap();
                    answer.await.unwrap();
                }
                began.elapsed()
            })
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("burst");
    group.throughput(Throughput::Elements(BURST));
    group.bench_function("raw", |bencher| {
        bencher.iter_custom(|times| {
            runtime.block_on(live.talk(async |line| {
                let began = Instant::now();
                for _ in 0..times {
                    join_all((0..BURST).map(|_| line.event("noop"))).await;
                }
                began.elapsed()
            }))
        });
    });
    group.bench_function("miniapp", |bencher| {
        bencher.iter_custom(|times| {
            runtime.block_on(async {
                let began = Instant::now();
                for _ in 0..times {
                    join_all((0..BURST).map(|_| ours::event(&app, "noop", "{}"))).await;
                }
                began.elapsed()
            })
        });
    });
    group.finish();
    criterion.final_summary();

    if let Some(ratio) = results.ratio("dispatch/behind-a-channel", "dispatch/raw") {
        println!("\nraw Wasmtime behind a channel is {ratio:.2}x raw Wasmtime");
    }
    if let Some(ratio) = results.ratio("burst/miniapp", "burst/raw") {
        println!("a burst of {BURST} events is {ratio:.2}x raw Wasmtime");
    }
    let ratio = results.ratio("dispatch/miniapp", "dispatch/raw");
    results.tell(
        "dispatch",
        &[Target::ratio(
            "an event with an empty handler, beside raw Wasmtime",
            ratio,
            1.5,
        )],
    );
}

/// Lives in a task of its own and answers what comes, one at a time.
async fn answer(mut live: raw::Live, mut inbox: mpsc::Receiver<oneshot::Sender<()>>) {
    live.talk(async |line| {
        while let Some(reply) = inbox.recv().await {
            line.event("noop").await;
            reply.send(()).ok();
        }
    })
    .await;
}
