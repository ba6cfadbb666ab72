//! The fixture of the published contract: a component that was built once, is
//! never built again, and must go on running on every later host.

use miniapp_host::{AppManifest, Package, PartnerManifest};
use miniapp_tests::{Guest, Stage, on_both};
use serde_json::{Value, json};

/// Calls every function of contract 1.0.0 that a host without a page stack serves.
const FIXTURE: &[u8] = include_bytes!("../../fixtures/contract-1.0.0.wasm");

fn package(component: Vec<u8>) -> (Package, PartnerManifest) {
    let manifests = Guest::Contract.manifests();
    let manifest = AppManifest::parse("miniapp.yaml", &manifests.app).unwrap();
    (
        Package::new(manifest, component).unwrap(),
        manifests.partner(),
    )
}

async fn call_all(stage: &Stage, component: Vec<u8>) -> Value {
    let (package, partner) = package(component);
    let id = stage.host.install(package, &partner).await.unwrap();
    let app = stage.launch(&id).await;
    stage.event(&app, "all", json!({})).await.unwrap();
    stage.data(&app).await["outcomes"].clone()
}

/// What each function answers where the profile is granted, storage and
/// extensions are optional and not granted, and the server knows no path.
fn expected() -> Value {
    json!({
        "view.set-data": "ok",
        "log.write": "ok",
        "clock.now": "ok",
        "clock.monotonic": "ok",
        "random.bytes": "ok",
        "random.number": "ok",
        "locale.language": "ok",
        "locale.time-zone": "ok",
        "timer.sleep": "ok",
        "request.fetch": "ok",
        "profile.read": "ok",
        "storage.set": "denied",
        "storage.get": "denied",
        "storage.keys": "denied",
        "storage.usage": "denied",
        "storage.remove": "denied",
        "storage.clear": "denied",
        "extension.invoke": "denied",
    })
}

on_both! {
    async fn the_fixture_goes_on_running(execution: Execution) {
        let stage = Stage::set(execution).await;
        assert_eq!(call_all(&stage, FIXTURE.to_vec()).await, expected());
    }
}

on_both! {
    async fn its_source_still_does_the_same(execution: Execution) {
        let stage = Stage::set(execution).await;
        assert_eq!(call_all(&stage, Guest::Contract.component()).await, expected());
    }
}
