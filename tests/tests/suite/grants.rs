//! What is refused before anything runs, in the words that tell how to mend it.

use insta::assert_snapshot;
use miniapp_host::{EventError, Execution};
use miniapp_package::{AppManifest, Package};
use miniapp_tests::{Guest, Manifests, Stage, on_both};
use serde_json::json;

async fn refusal(guest: Guest, manifests: Manifests) -> String {
    let stage = Stage::set(Execution::Jit).await;
    let error = stage.install_with(guest, &manifests).await.unwrap_err();
    assert_eq!(stage.host.installed(), []);
    error.to_string()
}

/// A component that exports the contract's names, with these imports before.
fn component(imports: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            {imports}
            (instance $empty)
            (export "miniapp:host/lifecycle@1.0.0" (instance $empty))
            (export "miniapp:host/page@1.0.0" (instance $empty))
        )"#
    );
    wat::parse_str(text).unwrap()
}

async fn refusal_of(component: Vec<u8>) -> String {
    let stage = Stage::set(Execution::Jit).await;
    let manifests = Guest::Rogue.manifests();
    let package = manifests.package(component);
    stage
        .host
        .install(package, &manifests.partner())
        .await
        .unwrap_err()
        .to_string()
}

fn unpackaged(component: Vec<u8>) -> String {
    let manifest = AppManifest::parse("miniapp.yaml", &Guest::Rogue.manifests().app).unwrap();
    Package::new(manifest, component).unwrap_err().to_string()
}

#[tokio::test]
async fn an_app_that_the_partner_manifest_does_not_name() {
    let manifests = Guest::AcmeRewards
        .manifests()
        .partner_with("miniapp_acme_rewards", "miniapp_other");
    assert_snapshot!(refusal(Guest::AcmeRewards, manifests).await, @r#"the partner manifest of `acme-lifestyle` does not name the mini-app `miniapp_acme_rewards`; to publish it, write in partner.yaml:4: - { appId: "miniapp_acme_rewards" } (new line)"#);
}

#[tokio::test]
async fn a_permission_that_is_not_granted() {
    let manifests = Guest::AcmeRewards
        .manifests()
        .partner_with(r#"["user:readProfile"]"#, "[]");
    assert_snapshot!(refusal(Guest::AcmeRewards, manifests).await, @r#"the mini-app asks for `user:readProfile` (miniapp.yaml:7:11), which its partner manifest does not grant; write in partner.yaml:5: permissions: ["user:readProfile"]"#);
}

#[tokio::test]
async fn a_host_that_is_not_allowed() {
    let manifests = Guest::AcmeRewards
        .manifests()
        .partner_with(r#"["api.acme.com"]"#, r#"["www.acme.com"]"#);
    assert_snapshot!(refusal(Guest::AcmeRewards, manifests).await, @r#"the mini-app asks for the host `api.acme.com` (miniapp.yaml:11:11), which its partner manifest does not allow; write in partner.yaml:6: network: { default: "deny", allow: ["www.acme.com", "api.acme.com"] }"#);
}

#[tokio::test]
async fn a_manifest_that_asks_for_less_than_the_component_imports() {
    let asked = "permissions:\n  - name: user:readProfile\n    reason: To greet you by your nickname.\n    optional: false\n";
    let manifests = Guest::AcmeRewards.manifests().app_with(asked, "");
    assert_snapshot!(refusal(Guest::AcmeRewards, manifests).await, @r#"the component imports `miniapp:host/profile`, which needs one of user:readProfile, user:phone or user:email, and its app manifest does not ask for it; add to miniapp.yaml: permissions: [{ name: "user:readProfile", reason: "…" }]"#);
}

#[tokio::test]
async fn a_manifest_that_asks_for_no_host() {
    let manifests = Guest::AcmeRewards
        .manifests()
        .app_with("network:\n  allow: [\"api.acme.com\"]\n", "");
    assert_snapshot!(refusal(Guest::AcmeRewards, manifests).await, @"the component imports `miniapp:host/request`, which needs hosts to talk to, and its app manifest does not ask for it; add to miniapp.yaml: network: { allow: [api.example.com] }");
}

#[tokio::test]
async fn an_import_of_wasi_that_is_not_served() {
    let later = component(r#"(import "wasi:cli/stdout@0.3.0" (instance))"#);
    assert_snapshot!(refusal_of(later).await, @"the component imports `wasi:cli/stdout@0.3.0`, which is no interface of this host: of WASI, it serves io, clocks, random, cli, http, filesystem and sockets in the versions 0.2.0 to 0.2.12; build it with a tool chain of such a version, or for wasm32-unknown-unknown with the miniapp SDK");
    let other = component(r#"(import "wasi:keyvalue/store@0.2.0" (instance))"#);
    let refusal = refusal_of(other).await;
    assert!(refusal.starts_with("the component imports `wasi:keyvalue/store@0.2.0`, which is no interface of this host: of WASI, it serves io"), "{refusal}");
}

#[test]
fn an_import_of_a_later_contract() {
    let later = component(r#"(import "miniapp:host/view@1.7.0" (instance))"#);
    assert_snapshot!(unpackaged(later), @"app.wasm: the component is built for `miniapp:host/view@1.7.0`, but this container serves `miniapp:host` up to 1.2.0: update the container, or build the mini-app for a version it serves");
}

#[tokio::test]
async fn a_function_that_the_contract_does_not_have() {
    let navigation =
        component(r#"(import "miniapp:host/navigation@1.0.0" (instance (export "x" (func))))"#);
    let refusal = refusal_of(navigation).await;
    assert!(refusal.starts_with("the component does not fit the contract: component imports instance `miniapp:host/navigation@1.0.0`"), "{refusal}");
}

#[tokio::test]
async fn a_profile_without_a_provider() {
    let host = miniapp_host::Host::builder().build().unwrap();
    let manifests = Guest::AcmeRewards.manifests();
    let package = manifests.package(Guest::AcmeRewards.component());
    let error = host
        .install(package, &manifests.partner())
        .await
        .unwrap_err();
    assert_snapshot!(error.to_string(), @"the component imports `miniapp:host/profile`, which this app does not offer: no profile provider is set; see `HostBuilder::profile`");
}

#[tokio::test]
async fn names_of_the_contract_without_its_functions() {
    assert_snapshot!(refusal_of(component("")).await, @"the component does not fit the contract: instance export `miniapp:host/lifecycle@1.2.0` does not have export `on-launch`; rebuild it against the contract that this host serves");
}

#[test]
fn what_is_no_mini_app_at_all() {
    assert_snapshot!(unpackaged(Vec::new()), @"app.wasm: the file is empty: expected a WebAssembly component; build it with `miniapp build`");
    assert_snapshot!(unpackaged(b"<!doctype html>".to_vec()), @"app.wasm: expected a WebAssembly component, came an HTML or XML page, such as a server's error page: give the path of the `.wasm` file that `miniapp build` writes");
    assert_snapshot!(unpackaged(wat::parse_str("(module)").unwrap()), @"app.wasm: expected a component, came a core module: build it with `miniapp build`, or wrap it with `wasm-tools component new`");
    assert_snapshot!(unpackaged(wat::parse_str("(component)").unwrap()), @"app.wasm: the component is not a mini-app: it exports nothing; export `miniapp:host/lifecycle@1.2.0`, `miniapp:host/page@1.2.0`, as the worlds of `miniapp:host` say");
    let command = r#"(component (instance $i) (export "wasi:cli/run@0.2.0" (instance $i)))"#;
    assert_snapshot!(unpackaged(wat::parse_str(command).unwrap()), @"app.wasm: the component is a command-line program (it exports `wasi:cli/run`), not a mini-app; export `miniapp:host/lifecycle@1.2.0`, `miniapp:host/page@1.2.0`, as the worlds of `miniapp:host` say");
    let mut cut = Guest::Rogue.component();
    cut.truncate(cut.len() / 2);
    assert!(unpackaged(cut).starts_with("app.wasm: "));
}

#[tokio::test]
async fn a_mini_app_that_is_not_installed() {
    let stage = Stage::set(Execution::Jit).await;
    stage.install(Guest::Rogue).await;
    let error = stage.host.launch("miniapp_rouge").await.unwrap_err();
    assert_snapshot!(error.to_string(), @"no mini-app `miniapp_rouge` is installed; installed are: miniapp_rogue");
}

on_both! {
    async fn an_optional_permission_that_is_not_granted_answers_denied(execution: Execution) {
        let stage = Stage::set(execution).await;
        let manifests = Guest::Rogue.manifests().partner_with(r#"["user:readProfile"]"#, "[]");
        let id = stage.install_with(Guest::Rogue, &manifests).await.unwrap();
        let app = stage.launch(&id).await;
        let error = stage.event(&app, "profile", json!({})).await.unwrap_err();
        let EventError::App(error) = error else { panic!("{error}") };
        assert_eq!(error.code, "denied");
        assert_eq!(error.message, "`user:readProfile` is not granted to this mini-app");
        let denied = stage.record.denied();
        assert_eq!(denied.len(), 1);
        assert_eq!(
            denied[0].to_string(),
            "`user:readProfile` is not granted to this mini-app; to grant it, write in \
             partner.yaml:5: permissions: [\"user:readProfile\"]"
        );
        stage.event(&app, "noop", json!({})).await.unwrap();
    }
}

on_both! {
    async fn a_granted_permission_answers(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        stage.event(&app, "profile", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["profile"]["nickname"], "Mia");
        assert_eq!(stage.record.denied(), []);
    }
}
