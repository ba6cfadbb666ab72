//! Opening a page and going back from it, beside the same seven callbacks in raw
//! Wasmtime: on-hide, on-load, on-show, on-ready, and on-hide, on-unload, on-show. Each
//! page sets its data once while it loads.

use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{guest, ours, pairs, raw, runtime, timed};
use tokio::sync::Mutex;

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    let host = runtime.block_on(ours::install(ours::builder(8), false));
    let app = runtime.block_on(ours::launch(&host, None));
    let baseline = raw::Raw::new(host.runtime().engine(), &guest::component());
    let live = Arc::new(Mutex::new(runtime.block_on(baseline.launch())));

    let raw = |times| {
        let live = Arc::clone(&live);
        timed(
            &runtime,
            async move { live.lock().await.visits(times).await },
        )
    };
    let ours = |times| timed(&runtime, ours::visits(app.clone(), times));

    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let mut group = criterion.benchmark_group("pages");
    group.bench_function("raw", |bencher| bencher.iter_custom(raw));
    group.bench_function("miniapp", |bencher| bencher.iter_custom(ours));
    group.finish();
    criterion.final_summary();

    let ratio = pairs::ratio(|| ours(500), || raw(500));
    let what = "opening a page and going back, beside raw Wasmtime";
    results.tell("pages", &[Target::ratio(what, ratio, 2.5)]);
}
