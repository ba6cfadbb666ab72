//! Kernels of JavaScript in the sandbox, beside QuickJS without one: what metering and
//! WebAssembly cost a script that computes.

use std::time::{Duration, Instant};

use criterion::Criterion;
use miniapp_benches::kernels::{self, ALL, APP, QuickJs};
use miniapp_benches::{ours, pairs, runtime, script};
use miniapp_host::{Event, MiniApp, PageId};
use serde_json::json;

fn main() {
    let runtime = runtime();
    let app = runtime.block_on(async {
        let host = ours::builder(1).build().unwrap();
        host.add_script_engine(script::engine()).await.unwrap();
        let partner = kernels::partner();
        host.install(kernels::package(), &partner).await.unwrap();
        let app = host.launch(APP).await.unwrap();
        app.ready().await.unwrap();
        app
    });
    let quickjs = QuickJs::new();
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut group = criterion.benchmark_group("kernels");
    for (name, _) in ALL {
        group.bench_function(format!("{name}-quickjs"), |bencher| {
            bencher.iter_custom(|times| quickjs.run(name, times));
        });
        group.bench_function(format!("{name}-miniapp"), |bencher| {
            bencher.iter_custom(|times| runtime.block_on(run(&app, name, times)));
        });
    }
    group.finish();
    criterion.final_summary();
    for (name, _) in ALL {
        let sandboxed = || runtime.block_on(run(&app, name, 1));
        if let Some(ratio) = pairs::ratio(sandboxed, || quickjs.run(name, 1)) {
            println!("{name} in the sandbox, beside QuickJS natively: {ratio:.2}x");
        }
    }
}

async fn run(app: &MiniApp, name: &str, times: u64) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..times {
        let event = Event::new("run").detail(json!({ "name": name }));
        let began = Instant::now();
        app.event(PageId::FIRST, event).await.unwrap();
        spent += began.elapsed();
        let data = app.data(PageId::FIRST).await.unwrap();
        kernels::check(
            name,
            u32::try_from(data["answer"].as_u64().unwrap()).unwrap(),
        );
    }
    spent
}
