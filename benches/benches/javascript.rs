//! The campaign in JavaScript, from the launch to its first set-data call: in the sandbox, and in
//! QuickJS without any – a new runtime with the same prelude, and one without – and beside the
//! benchmark's mini-app in Rust. Its request is refused at once where there is one; what comes
//! after the first set-data call, and the tear-down, is not measured.

use std::time::{Duration, Instant};

use criterion::Criterion;
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{ours, pairs, runtime, script};
use miniapp_host::{Host, LaunchOptions, Network};

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    let data = ours::Data::default();
    // Nothing listens there.
    let nowhere = "127.0.0.1:9".parse().unwrap();
    let network = Network::default().map("api.your-platform.com", 443, nowhere);
    let builder = data.watch(ours::builder(8)).network(network);
    let host = runtime.block_on(async {
        let host = ours::install(builder, false).await;
        host.add_script_engine(script::engine()).await.unwrap();
        let package = script::package();
        host.install(package, &script::partner()).await.unwrap();
        host
    });

    let sandboxed = |times| runtime.block_on(launches(&host, script::APP, &data, times));
    let rust = |times| runtime.block_on(launches(&host, miniapp_benches::guest::APP, &data, times));
    let native = |times| {
        (0..times)
            .map(|_| script::without_sandbox())
            .sum::<Duration>()
    };
    let bare = |times| {
        (0..times)
            .map(|_| script::without_prelude())
            .sum::<Duration>()
    };

    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let mut group = criterion.benchmark_group("javascript");
    group.bench_function("quickjs", |bencher| bencher.iter_custom(native));
    group.bench_function("quickjs-without-prelude", |bencher| {
        bencher.iter_custom(bare)
    });
    group.bench_function("rust", |bencher| bencher.iter_custom(rust));
    group.bench_function("miniapp", |bencher| bencher.iter_custom(sandboxed));
    group.finish();
    criterion.final_summary();

    let beside = |what: &str, ratio, limit| {
        Target::ratio(&format!("JavaScript launch, beside {what}"), ratio, limit)
    };
    let native = pairs::ratio(|| sandboxed(20), || native(20));
    let bare = pairs::ratio(|| sandboxed(20), || bare(20));
    results.tell(
        "javascript",
        &[
            beside("QuickJS natively with its prelude", native, 1.0),
            beside("QuickJS natively without a prelude", bare, 1.0),
        ],
    );
}

async fn launches(host: &Host, app: &str, data: &ours::Data, times: u64) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..times {
        let began = Instant::now();
        let live = host
            .launch_with(app, LaunchOptions::default())
            .await
            .unwrap();
        live.ready().await.unwrap();
        let (set, _) = data.take().unwrap();
        spent += set - began;
        live.close().await;
    }
    spent
}
