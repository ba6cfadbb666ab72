//! A mini-app that componentize-js has made: a whole JavaScript engine, which reaches
//! the host through WASI for all but the contract.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Bytes;
use miniapp_host::{
    AppId, EndReason, Event, EventError, Execution, Host, Limits, MiniApp, Network, PageId,
};
use miniapp_package::{AppManifest, Package, PartnerManifest};
use miniapp_tests::{Answer, DevServer, Record, json as answer_json, on_both};
use serde_json::{Value, json};

fn read(file: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; run `cargo xtask setup`, which makes it with npm's componentize-js",
            path.display()
        )
    })
}

fn text(file: &str) -> String {
    String::from_utf8(read(file)).unwrap()
}

fn serve(request: Request<Bytes>) -> Answer {
    let answer = json!({
        "path": request.uri().path(),
        "method": request.method().as_str(),
        "came": String::from_utf8_lossy(request.body()),
    });
    Box::pin(std::future::ready(answer_json(200, &answer)))
}

struct Stage {
    host: Host,
    record: Arc<Record>,
    app: AppId,
    _server: DevServer,
}

impl Stage {
    async fn set(execution: Execution) -> Self {
        const HOST: &str = "rogue.example.com";
        let server = DevServer::https(&[HOST], serve).await.unwrap();
        let network =
            Network::default()
                .root(server.authority_der())
                .map(HOST, 443, server.address());
        let record = Arc::new(Record::default());
        let host = Host::builder()
            .execution(execution)
            .live_apps(4)
            .limits(Limits::default())
            .network(network)
            .observer(Arc::clone(&record) as _)
            .build()
            .unwrap();
        let manifest = AppManifest::parse("miniapp.yaml", &text("guests/javascript/miniapp.yaml"));
        let partner =
            PartnerManifest::parse("partner.yaml", &text("guests/javascript/partner.yaml"));
        let component = read("../target/javascript/app.wasm");
        let package = Package::new(manifest.unwrap(), component).unwrap();
        let app = host.install(package, &partner.unwrap()).await.unwrap();
        Self {
            host,
            record,
            app,
            _server: server,
        }
    }

    async fn launch(&self) -> MiniApp {
        let app = self.host.launch(self.app.as_str()).await.unwrap();
        app.ready().await.unwrap();
        app
    }

    async fn data(&self, app: &MiniApp) -> Value {
        app.data(PageId::FIRST).await.unwrap()
    }

    async fn tried(&self, app: &MiniApp, handler: &str, detail: Value) -> Result<(), EventError> {
        app.event(PageId::FIRST, Event::new(handler).detail(detail))
            .await
    }
}

// One scenario, because compiling the engine takes twenty seconds.
on_both! {
    async fn a_javascript_mini_app_lives(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.launch().await;
        let neighbour = stage.launch().await;
        assert_eq!(stage.data(&app).await["title"], "From JavaScript");
        let log = stage.record.log();
        assert!(log.iter().any(|line| line.contains("launched")), "{log:?}");

        stage
            .tried(&app, "greet", json!({ "name": "Mia" }))
            .await
            .unwrap();
        assert_eq!(stage.data(&app).await["greeting"], "Hello Mia");

        stage.tried(&app, "random", json!({})).await.unwrap();
        stage.tried(&neighbour, "random", json!({})).await.unwrap();
        let random = stage.data(&app).await["random"].clone();
        assert_ne!(
            random,
            stage.data(&neighbour).await["random"],
            "no two alike"
        );

        stage
            .tried(&app, "wait", json!({ "ms": 50 }))
            .await
            .unwrap();
        assert_eq!(stage.data(&app).await["waited"], true);

        let init = json!({ "method": "POST", "body": "from JavaScript" });
        let detail = json!({ "url": "https://rogue.example.com/offers", "init": init });
        stage.tried(&app, "fetch", detail).await.unwrap();
        let answer = stage.data(&app).await["answer"].clone();
        assert_eq!(answer["status"], 200, "{:?}", stage.record.log());
        let came: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(
            came,
            json!({ "path": "/offers", "method": "POST", "came": "from JavaScript" })
        );

        let denied = json!({ "url": "https://elsewhere.example.com/" });
        stage.tried(&app, "fetch", denied).await.unwrap();
        assert!(stage.data(&app).await["failed"].is_string());
        let denied = stage.record.denied();
        assert_eq!(denied.len(), 1);
        assert!(
            denied[0]
                .message
                .contains("`elsewhere.example.com` is not allowed")
        );
        let log = stage.record.log();
        assert!(
            log.iter().any(|line| line.contains("fetch failed")),
            "{log:?}"
        );

        let error = stage.tried(&app, "spin", json!({})).await.unwrap_err();
        let EventError::Ended(reason) = error else {
            panic!("{error}")
        };
        assert!(
            matches!(
                *reason,
                EndReason::OutOfFuel { .. } | EndReason::TurnTooLong { .. }
            ),
            "{reason}"
        );

        stage
            .tried(&neighbour, "greet", json!({ "name": "Tom" }))
            .await
            .unwrap();
        assert_eq!(*neighbour.close().await, EndReason::Closed);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(
            stage.host.pool_usage().unwrap(),
            miniapp_host::PoolUsage::default()
        );
    }
}
