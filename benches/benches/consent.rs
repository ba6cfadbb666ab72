//! What consent costs a call: reading the profile under a permission that the user has
//! agreed to, beside the same under one that they are never asked for. Both read through
//! the whole path, from the guest to a provider that answers at once.

use std::path::Path;
use std::time::Duration;

use criterion::Criterion;
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{ours, pairs, runtime, timed};
use miniapp_host::{
    AppManifest, ConsentRule, FixedConsent, FixedProfile, MiniApp, Package, PageId,
    PartnerManifest, Permission, Tenant,
};

/// Calls of one round: enough that the event around them does not count.
const CALLS: u64 = 1_000;

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    let launch = |rule: ConsentRule| runtime.block_on(launch(rule));
    let (asked, given) = (launch(ConsentRule::FirstUse), launch(ConsentRule::Given));
    let read = |app: &MiniApp, rounds: u64| {
        let app = app.clone();
        timed(&runtime, async move {
            let detail = format!("{{\"n\":{CALLS}}}");
            ours::events(app, "read", &detail, rounds).await
        })
    };
    let reads = |app, calls| read(app, 1).mul_f64(calls as f64 / CALLS as f64);

    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let mut group = criterion.benchmark_group("consent");
    for (name, app) in [("given", &given), ("asked", &asked)] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|calls| reads(app, calls));
        });
    }
    group.finish();
    criterion.final_summary();

    if let Some(ratio) = pairs::ratio(|| read(&asked, 1), || read(&given, 1)) {
        println!("\nreading the profile with consent is {ratio:.3}x reading it without");
    }
    let difference = pairs::difference(|| read(&asked, 1), || read(&given, 1));
    let target = Target {
        what: "what consent costs a call that the user has agreed to".to_owned(),
        measured: difference.map(|seconds| seconds * 1e6 / CALLS as f64),
        limit: 1.0,
        unit: "us".to_owned(),
    };
    results.tell("consent", &[target]);
}

/// The reader, which has been asked for if it is to be.
async fn launch(rule: ConsentRule) -> MiniApp {
    let profile: FixedProfile = [("nickname", "Mia")].into_iter().collect();
    let builder = ours::builder(2)
        .profile(profile)
        .consent(FixedConsent::allow())
        .consent_policy(move |_: &Tenant, _: &Permission| rule);
    let host = builder.build().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/reader");
    let manifest = AppManifest::read(&folder.join("miniapp.yaml")).unwrap();
    let partner = PartnerManifest::read(&folder.join("partner.yaml")).unwrap();
    let component = std::fs::read(env!("GUEST_READER")).unwrap();
    let package = Package::new(manifest, component).unwrap();
    let app = host.install(package, &partner).await.unwrap();
    let app = host.launch(app.as_str()).await.unwrap();
    app.ready().await.unwrap();
    let event = miniapp_host::Event::new("read").detail("{\"n\":1}");
    app.event(PageId::FIRST, event).await.unwrap();
    app
}
