//! What consent costs a call that the user has agreed to: a function of the native app that
//! is called under a permission of the device's, of which the user was asked, beside the same
//! function under one of which nobody is. Both go the whole way, from the guest to a function
//! that answers at once.

use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{ours, pairs, runtime, timed};
use miniapp_host::{AppManifest, FixedConsent, MiniApp, Package, PartnerManifest, Tenant};
use serde_json::{Value, json};

/// Calls of one round: enough that the event around them does not count.
const CALLS: u64 = 1_000;

/// What the user is not asked for, and what they have agreed to.
const UNGATED: &str = "lamp";
const AGREED: &str = "device:lamp";

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    let app = runtime.block_on(launch());
    let call = |name: &str, rounds: u64| {
        let app = app.clone();
        let detail = json!({ "n": CALLS, "name": name }).to_string();
        timed(&runtime, async move {
            ours::events(app, "call", &detail, rounds).await
        })
    };
    // The first call asks.
    call(AGREED, 1);

    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let mut group = criterion.benchmark_group("consent");
    group.throughput(Throughput::Elements(CALLS));
    for (name, called) in [("ungated", UNGATED), ("agreed to", AGREED)] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|rounds| call(called, rounds));
        });
    }
    group.finish();
    criterion.final_summary();

    let difference = pairs::difference(|| call(AGREED, 1), || call(UNGATED, 1));
    let target = Target {
        what: "consent that is given, for each call beside an ungated one".to_owned(),
        measured: difference.map(|seconds| seconds * 1e6 / CALLS as f64),
        limit: 1.0,
        unit: "us".to_owned(),
    };
    results.tell("consent", &[target]);
}

/// The mini-app that calls, and a user who agrees.
async fn launch() -> MiniApp {
    let lamp = |_: Tenant, payload: Value| async move { Ok(payload) };
    let builder = ours::builder(2)
        .extension("lamp", lamp)
        .device("lamp", lamp)
        .consent(FixedConsent::allow());
    let host = builder.build().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/caller");
    let manifest = AppManifest::read(&folder.join("miniapp.yaml")).unwrap();
    let partner = PartnerManifest::read(&folder.join("partner.yaml")).unwrap();
    let component = std::fs::read(env!("GUEST_CALLER")).unwrap();
    let package = Package::new(manifest, component).unwrap();
    let app = host.install(package, &partner).await.unwrap();
    let app = host.launch(app.as_str()).await.unwrap();
    app.ready().await.unwrap();
    app
}
