//! Mini-apps in JavaScript: the engine as a component, end to end.

use hyper::Request;
use hyper::body::Bytes;
use miniapp_host::{EndReason, MiniApp};
use miniapp_js::Script;
use miniapp_tests::{Answer, Manifests, Stage, json, on_both};
use serde_json::{Value, json};

fn answer(request: Request<Bytes>) -> Answer {
    let answer = match request.uri().path() {
        "/campaigns/summer" => json(200, &json!([{ "title": "Ice cream" }, { "title": "Lido" }])),
        _ => json(404, &json!(null)),
    };
    Box::pin(std::future::ready(answer))
}

/// The campaign as it stands in the origin document.
const CAMPAIGN: &str = include_str!("../../../examples/campaign/campaign.js");

fn campaign() -> Manifests {
    Manifests {
        app: include_str!("../../../examples/campaign/miniapp.yaml").to_owned(),
        partner: include_str!("../../../examples/campaign/partner.yaml").to_owned(),
    }
}

fn component(manifests: &Manifests, page: &str, text: &str) -> Vec<u8> {
    let manifest = miniapp_host::AppManifest::parse("miniapp.yaml", &manifests.app).unwrap();
    let script = Script {
        text: format!("__page('{page}');{text}"),
        sources: vec![format!("{page}.js")],
        mappings: String::new(),
    };
    miniapp_js::component(&manifest, &script).unwrap()
}

/// Waits until the page's data are as they should be.
async fn data_will_be(stage: &Stage, app: &MiniApp, data: Value) {
    for _ in 0..500 {
        if stage.data(app).await == data {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!(
        "{} is not {data}; {:?}",
        stage.data(app).await,
        stage.record.uncaught()
    );
}

on_both! {
    async fn the_campaign_of_the_origin_runs_word_for_word(execution: Execution) {
        let stage = Stage::builder(execution).serve(answer).set().await;
        let manifests = campaign();
        let package = manifests.package(component(&manifests, "campaign", CAMPAIGN));
        let id = stage.host.install(package, &manifests.partner()).await.unwrap();
        let app = stage.launch(&id).await;
        data_will_be(&stage, &app, json!({ "offers": [{ "title": "Ice cream" }, { "title": "Lido" }] })).await;
        assert_eq!(*app.close().await, EndReason::Closed);
        assert_eq!(stage.record.uncaught(), []);
    }
}

#[test]
fn a_component_imports_what_its_manifest_asks_for() {
    let manifests = campaign();
    let bytes = component(&manifests, "campaign", CAMPAIGN);
    let info = miniapp_package::ComponentInfo::inspect(&bytes).unwrap();
    let names: Vec<&str> = info
        .imports
        .iter()
        .map(|import| import.name.as_str())
        .collect();
    println!("{} bytes {names:?}", bytes.len());
    assert_eq!(bytes, component(&manifests, "campaign", CAMPAIGN));
}
