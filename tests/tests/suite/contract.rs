//! The fixtures of the published contracts: components that were built once, are
//! never built again, and must go on running on every later host.

use miniapp_host::{AppManifest, Package, PartnerManifest};
use miniapp_tests::{Guest, Stage, on_both};
use serde_json::{Value, json};

/// Calls every function of contract 1.0.0 but those of the page stack.
const FIXTURE_1_0: &[u8] = include_bytes!("../../fixtures/contract-1.0.0.wasm");

/// Calls every function of contract 1.1.0.
const FIXTURE_1_1: &[u8] = include_bytes!("../../fixtures/contract-1.1.0.wasm");

/// Calls every function of contract 1.2.0.
const FIXTURE_1_2: &[u8] = include_bytes!("../../fixtures/contract-1.2.0.wasm");

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

/// What each function answers where the profile is granted, all else is optional and not
/// granted, the server knows no path, and the native app draws nothing.
fn expected_of_1_0() -> Value {
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

fn expected_of_1_1() -> Value {
    let mut expected = expected_of_1_0();
    let added = json!({
        "locale.format-number": "ok",
        "locale.format-currency": "ok",
        "locale.format-date": "ok",
        "locale.utc-offset": "ok",
        "ui.show-toast": "ok",
        "ui.hide-toast": "ok",
        "ui.show-loading": "ok",
        "ui.hide-loading": "ok",
        "ui.set-title": "ok",
        "consent.status": "ok",
        "consent.ask": "ok",
        "login.code": "denied",
        "dialog.ask": "unavailable",
        "clipboard.write": "denied",
        "clipboard.read": "denied",
        "navigation.redirect": "invalid-argument",
        "navigation.switch-tab": "invalid-argument",
        "navigation.reload": "invalid-argument",
        "navigation.open": "ok",
        "navigation.back": "ok",
    });
    let added = added.as_object().unwrap().clone();
    expected.as_object_mut().unwrap().extend(added);
    expected
}

fn expected_of_1_2() -> Value {
    let mut expected = expected_of_1_1();
    let added = json!({ "health.uncaught": "ok", "health.fuel": "ok" });
    let added = added.as_object().unwrap().clone();
    expected.as_object_mut().unwrap().extend(added);
    expected
}

on_both! {
    async fn the_fixtures_go_on_running(execution: Execution) {
        for (fixture, expected) in [(FIXTURE_1_0, expected_of_1_0()), (FIXTURE_1_1, expected_of_1_1()), (FIXTURE_1_2, expected_of_1_2())] {
            let stage = Stage::set(execution).await;
            assert_eq!(call_all(&stage, fixture.to_vec()).await, expected);
        }
    }
}

on_both! {
    async fn its_source_still_does_the_same(execution: Execution) {
        let stage = Stage::set(execution).await;
        assert_eq!(call_all(&stage, Guest::Contract.component()).await, expected_of_1_2());
    }
}
