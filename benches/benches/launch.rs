//! From the launch to the first set-data call of the mini-app: instantiation,
//! `on-launch`, `on-show`, `on-load`. What comes after, and the tear-down, is not
//! measured. Nothing is fetched on either side.

use std::time::{Duration, Instant};

use criterion::Criterion;
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{guest, ours, pairs, raw, runtime};
use miniapp_host::Host;

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    let data = ours::Data::default();
    let host = runtime.block_on(ours::install(data.watch(ours::builder(8)), false));
    let baseline = raw::Raw::new(host.runtime().engine(), &guest::component());

    let raw = |times| runtime.block_on(raw_launches(&baseline, times));
    let ours = |times| runtime.block_on(our_launches(&host, &data, times));

    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let mut group = criterion.benchmark_group("launch");
    group.bench_function("raw", |bencher| bencher.iter_custom(raw));
    group.bench_function("miniapp", |bencher| bencher.iter_custom(ours));
    group.finish();
    criterion.final_summary();

    let ratio = pairs::ratio(|| ours(100), || raw(100));
    let what = "launch to first set-data, beside raw Wasmtime";
    results.tell("launch", &[Target::ratio(what, ratio, 1.3)]);
}

async fn raw_launches(baseline: &raw::Raw, times: u64) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..times {
        let began = Instant::now();
        let live = baseline.launch().await;
        spent += live.first_data() - began;
    }
    spent
}

async fn our_launches(host: &Host, data: &ours::Data, times: u64) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..times {
        let began = Instant::now();
        let live = ours::launch(host, None).await;
        let (set, _) = data.take().unwrap();
        spent += set - began;
        live.close().await;
    }
    spent
}
