//! A set-data call of 100 KB through the real path: an event whose handler hands
//! over a text that it has kept. Beside it, the same event with a value of two
//! bytes, and serde_json reading the same 100 KB into a value and dropping it.
//!
//! The target is about the whole event, delivery and the guest's copy of the text
//! included; the difference to the small event is told as well.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{ours, pairs, runtime, timed};
use serde_json::Value;

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    let data = ours::Data::default();
    // The text, as one host sees it; what is measured is another, silent one.
    let text = runtime.block_on(async {
        let host = ours::install(data.watch(ours::builder(8)), false).await;
        let app = ours::launch(&host, None).await;
        ours::events(app, "set-large", "{}", 1).await;
        data.take().unwrap().1
    });
    println!("the value has {} bytes", text.len());
    let host = runtime.block_on(ours::install(ours::builder(8), false));
    let app = runtime.block_on(ours::launch(&host, None));

    let parse = |times| {
        let began = Instant::now();
        for _ in 0..times {
            drop(black_box(serde_json::from_str::<Value>(black_box(&text))));
        }
        began.elapsed()
    };
    let set = |handler, times| timed(&runtime, ours::events(app.clone(), handler, "{}", times));

    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let mut group = criterion.benchmark_group("set-data");
    group.bench_function("serde-json", |bencher| bencher.iter_custom(parse));
    for handler in ["set-large", "set-small"] {
        group.bench_function(handler, |bencher| {
            bencher.iter_custom(|times| set(handler, times));
        });
    }
    group.finish();
    criterion.final_summary();

    let without_event = || set("set-large", 5).saturating_sub(set("set-small", 5));
    if let Some(ratio) = pairs::ratio(without_event, || parse(5)) {
        println!("\nwithout the event around it, set-data of 100 KB is {ratio:.2}x serde_json");
    }
    let ratio = pairs::ratio(|| set("set-large", 5), || parse(5));
    let what = "set-data of 100 KB, beside serde_json reading it";
    results.tell("set_data", &[Target::ratio(what, ratio, 1.5)]);
}
