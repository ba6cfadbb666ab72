//! What counting fuel costs: four kinds of work in two hosts that differ in
//! nothing but the meter.

use std::time::Duration;

use criterion::Criterion;
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{ours, pairs, runtime, timed};
use miniapp_host::{Host, MiniApp};
use tokio::runtime::Runtime;

/// Handlers of the guest, and how much work each is given: a few milliseconds.
const KERNELS: [(&str, &str); 4] = [
    ("fib", r#"{"n":26}"#),
    ("hash", r#"{"bytes":65536,"rounds":8}"#),
    ("json", r#"{"rounds":1}"#),
    ("sort", r#"{"n":40000}"#),
];

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    let (_host, metered) = start(&runtime, true);
    let (_host, unmetered) = start(&runtime, false);

    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut group = criterion.benchmark_group("fuel");
    for (kernel, detail) in KERNELS {
        for (name, app) in [("unmetered", &unmetered), ("metered", &metered)] {
            group.bench_function(format!("{kernel}-{name}"), |bencher| {
                bencher.iter_custom(|times| {
                    timed(&runtime, ours::events(app.clone(), kernel, detail, times))
                });
            });
        }
    }
    group.finish();
    criterion.final_summary();

    let ratios: Option<Vec<f64>> = KERNELS
        .iter()
        .map(|&(kernel, detail)| {
            let work =
                |app: &MiniApp| timed(&runtime, ours::events(app.clone(), kernel, detail, 3));
            let ratio = pairs::ratio(|| work(&metered), || work(&unmetered))?;
            println!("{kernel:<6} metered is {ratio:.2}x unmetered");
            Some(ratio)
        })
        .collect();
    let mean = ratios.map(|ratios| {
        let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
        (logarithms / KERNELS.len() as f64).exp()
    });
    let what = "metered computing, beside unmetered (geometric mean of 4)";
    results.tell("fuel", &[Target::ratio(what, mean, 1.2)]);
}

fn start(runtime: &Runtime, metered: bool) -> (Host, MiniApp) {
    let builder = ours::builder(8).configure(|options| options.engine.metered = metered);
    runtime.block_on(async {
        let host = ours::install(builder, false).await;
        let app = ours::launch(&host, None).await;
        (host, app)
    })
}
