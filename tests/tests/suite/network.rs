//! The network as an embedder sets it up: names and addresses, certificates,
//! secrets, time, unpacking, and an HTTP stack of its own.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Request, Response};
use miniapp_host::{
    AppId, Event, EventError, HttpAnswer, HttpBody, HttpClient, HttpStack, Limits, MiniApp,
    Network, PageId, Resolver, Resolving, Scheme, Tenant, Timeouts,
};
use miniapp_tests::{Answer, Guest, Line, Stage, StageBuilder, json, on_both};
use serde_json::{Value, json};
use tokio::sync::Notify;

const HOST: &str = "https://rogue.example.com";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn answer(request: Request<Bytes>) -> Answer {
    let packed = |bytes: Vec<u8>| {
        let mut response = Response::new(Full::new(Bytes::from(bytes)));
        let gzip = hyper::header::HeaderValue::from_static("gzip");
        response.headers_mut().insert("content-encoding", gzip);
        response
    };
    Box::pin(async move {
        match request.uri().path() {
            "/gzip" => packed(gzip(b"unpacked")),
            "/gzip-without-body" => packed(Vec::new()),
            "/bomb" => packed(gzip(&vec![0; (8 << 20) + 1])),
            "/limit" => packed(gzip(&vec![b'0'; 8 << 20])),
            "/corrupt" => packed(b"not gzip at all".to_vec()),
            "/cut" => packed(gzip(&[7; 10_000])[..20].to_vec()),
            "/far" => Response::builder()
                .status(307)
                .header("location", "https://elsewhere.example.com/landed")
                .body(Full::default())
                .unwrap(),
            "/never" => std::future::pending().await,
            _ => json(200, &json!("here")),
        }
    })
}

async fn start(builder: StageBuilder) -> (Stage, MiniApp) {
    let stage = builder.serve(answer).set().await;
    let app = stage.start(Guest::Rogue).await;
    (stage, app)
}

async fn start_with(builder: StageBuilder, hosts: &str) -> (Stage, MiniApp) {
    let stage = builder.serve(answer).set().await;
    let manifests = Guest::Rogue
        .manifests()
        .app_with("[\"rogue.example.com\"]", hosts)
        .partner_with("[\"rogue.example.com\"]", hosts);
    let app = stage.install_with(Guest::Rogue, &manifests).await.unwrap();
    let app = stage.launch(&app).await;
    (stage, app)
}

async fn fetch(stage: &Stage, app: &MiniApp, detail: Value) -> Result<Value, (String, String)> {
    match stage.event(app, "fetch", detail).await {
        Ok(()) => Ok(stage.data(app).await["response"].clone()),
        Err(EventError::App(error)) => Err((error.code, error.message)),
        Err(other) => panic!("{other}"),
    }
}

/// Answers each question with the next of its answers, and the last one for ever.
#[derive(Clone, Default)]
struct Scripted {
    answers: Arc<Vec<Vec<IpAddr>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    fn new(answers: Vec<Vec<IpAddr>>) -> Self {
        Self {
            answers: Arc::new(answers),
            asked: Arc::default(),
        }
    }
}

impl Resolver for Scripted {
    fn resolve<'a>(&'a self, app: &'a AppId, host: &'a str) -> Resolving<'a> {
        let mut asked = self.asked.lock().unwrap();
        asked.push(format!("{app} {host}"));
        let place = (asked.len() - 1).min(self.answers.len() - 1);
        let answer = self.answers[place].clone();
        Box::pin(async move { Ok(answer) })
    }
}

const UNMAPPED: &str = "[\"rogue.example.com\", \"unmapped.example.com\"]";

on_both! {
    async fn names_that_resolve_to_private_addresses_only_are_denied_and_reported(execution: Execution) {
        for address in ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "fd00:ec2::254"] {
            let resolver = Scripted::new(vec![vec![address.parse().unwrap()]]);
            let asked = Arc::clone(&resolver.asked);
            let builder = Stage::builder(execution).network(|network, _| network.resolver(resolver));
            let (stage, app) = start_with(builder, UNMAPPED).await;
            let (code, message) = fetch(&stage, &app, json!({ "url": "https://unmapped.example.com/" })).await.unwrap_err();
            assert_eq!(code, "denied", "{address}: {message}");
            assert_eq!(message, "the host's name resolves to addresses that are not of the public internet only, which mini-apps do not reach");
            assert_eq!(*asked.lock().unwrap(), ["miniapp_rogue unmapped.example.com"]);
            let denied = stage.record.denied();
            assert_eq!((denied.len(), &denied[0].line), (1, &None), "no manifest line opens it");
            assert_eq!(stage.server.seen().len(), 0);
        }
    }
}

on_both! {
    async fn private_addresses_open_for_development_only(execution: Execution) {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let server = miniapp_tests::DevServer::http(answer).await.unwrap();
        let port = server.address().port();
        let hosts = format!("[\"rogue.example.com\", \"http://unmapped.example.com:{port}\"]");
        let url = json!({ "url": format!("http://unmapped.example.com:{port}/") });

        let resolver = Scripted::new(vec![vec![loopback]]);
        let builder = Stage::builder(execution).network(|network, _| network.resolver(resolver));
        let (stage, app) = start_with(builder, &hosts).await;
        assert_eq!(fetch(&stage, &app, url.clone()).await.unwrap_err().0, "denied");

        let resolver = Scripted::new(vec![vec![loopback]]);
        let builder = Stage::builder(execution)
            .network(|network, _| network.resolver(resolver).dangerously_allow_private_addresses());
        let (stage, app) = start_with(builder, &hosts).await;
        assert_eq!(fetch(&stage, &app, url).await.unwrap()["body"], "\"here\"");
        // The manifest still decides on names, and addresses are still no names.
        for url in [format!("http://other.example.com:{port}/"), format!("http://127.0.0.1:{port}/")] {
            assert_eq!(fetch(&stage, &app, json!({ "url": url })).await.unwrap_err().0, "denied");
        }
        assert_eq!(server.seen().len(), 1);
    }
}

on_both! {
    async fn an_address_that_the_embedder_opens_is_reached_and_no_other_one(execution: Execution) {
        let server = miniapp_tests::DevServer::http(answer).await.unwrap();
        let address = server.address();
        let builder = Stage::builder(execution)
            .network(move |network, _| network.dangerously_allow_address(Scheme::Http, address));
        let (stage, app) = start(builder).await;
        let response = fetch(&stage, &app, json!({ "url": format!("http://{address}/") })).await.unwrap();
        assert_eq!(response["body"], "\"here\"");
        let port = address.port();
        for url in [
            format!("https://127.0.0.1:{port}/"),
            format!("http://127.0.0.2:{port}/"),
            format!("http://127.0.0.1:{}/", port.wrapping_add(1)),
            format!("http://[::ffff:127.0.0.1]:{port}/"),
        ] {
            assert_eq!(fetch(&stage, &app, json!({ "url": url })).await.unwrap_err().0, "denied", "{url}");
        }
        assert_eq!(server.seen().len(), 1);
        assert_eq!(server.seen()[0].header("host"), Some(address.to_string().as_str()));
    }
}

#[test]
fn what_is_dangerous_is_told() {
    let network = Network::default()
        .map(
            "api.acme.com",
            443,
            SocketAddr::from(([127, 0, 0, 1], 8443)),
        )
        .dangerously_allow_private_addresses()
        .dangerously_allow_address(Scheme::Http, SocketAddr::from(([10, 0, 0, 1], 80)));
    assert_eq!(
        network.dangers(),
        [
            "names may resolve to this device and the network around it",
            "every mini-app may reach http://10.0.0.1:80",
            "api.acme.com:443 is dialled at 127.0.0.1:8443",
        ]
    );
    assert!(Network::default().dangers().is_empty());
}

on_both! {
    async fn an_injected_header_goes_to_its_destination_only(execution: Execution) {
        let builder = Stage::builder(execution)
            .network(|network, _| network.inject_header("rogue.example.com", "x-api-key", "secret"));
        let (stage, app) = start_with(builder, "[\"rogue.example.com\", \"elsewhere.example.com\"]").await;
        let headers = json!([["X-API-Key", "guest's own"], ["authorization", "Bearer mine"]]);
        let response = fetch(&stage, &app, json!({ "url": format!("{HOST}/far"), "headers": headers })).await.unwrap();
        assert_eq!(response["url"], "https://elsewhere.example.com/landed");
        assert!(!response.to_string().contains("secret"));
        let seen = stage.server.seen();
        assert_eq!(seen[0].header("x-api-key"), Some("secret"), "in place of the guest's own");
        assert_eq!(seen[0].header("authorization"), Some("Bearer mine"));
        assert_eq!(seen[1].header("host"), Some("elsewhere.example.com"));
        assert_eq!(seen[1].header("authorization"), None, "credentials stay with their origin");
        assert_ne!(seen[1].header("x-api-key"), Some("secret"));
    }
}

#[test]
fn what_cannot_be_injected_is_told_when_the_host_is_built() {
    for (entry, name, value, expected) in [
        (
            "*",
            "x",
            "1",
            "a header is to be injected for no destination: `*` cannot be allowed",
        ),
        (
            "api.acme.com",
            "host",
            "1",
            "the header `host` for `api.acme.com` cannot be injected: it belongs to the connection",
        ),
        ("api.acme.com", "x y", "1", "its name holds a character"),
        (
            "api.acme.com",
            "x",
            "a\r\nb: c",
            "its value holds a character",
        ),
    ] {
        let network = Network::default().inject_header(entry, name, value);
        let error = miniapp_host::Host::builder()
            .network(network)
            .build()
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(
            !error.to_string().contains("b: c"),
            "a secret is not repeated"
        );
    }
}

fn pin_of(key: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key);
    digest.as_ref().try_into().unwrap()
}

on_both! {
    async fn a_pinned_host_is_spoken_with_only_under_its_key(execution: Execution) {
        let url = json!({ "url": format!("{HOST}/") });
        let builder = Stage::builder(execution).network(|network, server| {
            network.pin("rogue.example.com", [0; 32]).pin("Rogue.Example.Com", pin_of(&server.public_key()))
        });
        let (stage, app) = start(builder).await;
        assert_eq!(fetch(&stage, &app, url.clone()).await.unwrap()["status"], 200);

        let builder = Stage::builder(execution)
            .network(|network, _| network.pin("rogue.example.com", [0; 32]));
        let (stage, app) = start_with(builder, "[\"rogue.example.com\", \"elsewhere.example.com\"]").await;
        let (code, message) = fetch(&stage, &app, url).await.unwrap_err();
        assert_eq!(code, "network");
        assert!(message.contains("none of those that the app has pinned"), "{message}");
        let other = json!({ "url": "https://elsewhere.example.com/" });
        assert_eq!(fetch(&stage, &app, other).await.unwrap()["status"], 200, "not pinned");
        assert_eq!(stage.server.seen().len(), 1);
    }
}

on_both! {
    async fn only_the_roots_that_are_given_are_trusted(execution: Execution) {
        let url = json!({ "url": format!("{HOST}/") });
        let (stage, app) = start(Stage::builder(execution).network(|network, _| network.own_roots_only())).await;
        assert_eq!(fetch(&stage, &app, url.clone()).await.unwrap()["status"], 200);

        // A network of the same names and another root.
        let stranger = miniapp_tests::DevServer::https(&["rogue.example.com"], answer).await.unwrap();
        let root = stranger.authority_der();
        let builder = Stage::builder(execution).network(move |_, server| {
            Network::default().root(root).own_roots_only().map("rogue.example.com", 443, server.address())
        });
        let (stage, app) = start(builder).await;
        let (code, message) = fetch(&stage, &app, url).await.unwrap_err();
        assert_eq!(code, "network");
        assert!(message.contains("no TLS with the host: invalid peer certificate"), "{message}");
        assert_eq!(stage.server.seen().len(), 0);
    }
}

on_both! {
    async fn a_client_certificate_is_shown_to_its_host(execution: Execution) {
        let url = json!({ "url": format!("{HOST}/") });
        let (stage, app) = start(Stage::builder(execution).certified_only()).await;
        assert_eq!(fetch(&stage, &app, url.clone()).await.unwrap_err().0, "network", "without one");

        let builder = Stage::builder(execution).certified_only().network(|network, server| {
            let client = server.client().unwrap();
            network.client_certificate("rogue.example.com", vec![client.certificate], client.key)
        });
        let (stage, app) = start(builder).await;
        assert_eq!(fetch(&stage, &app, url).await.unwrap()["status"], 200);
    }
}

#[test]
fn a_client_certificate_that_cannot_be_used_is_told_when_the_host_is_built() {
    let network = Network::default().client_certificate("api.acme.com", vec![vec![1]], vec![2]);
    let error = miniapp_host::Host::builder()
        .network(network)
        .build()
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("the client certificate for `api.acme.com` cannot be used"),
        "{text}"
    );
}

fn impatient(network: Network) -> Network {
    let mut timeouts = Timeouts::default();
    timeouts.connect = Duration::from_millis(150);
    timeouts.first_byte = Duration::from_millis(300);
    timeouts.total = Duration::from_millis(600);
    network.timeouts(timeouts)
}

on_both! {
    async fn each_part_of_a_request_has_its_time(execution: Execution) {
        // Accepts connections and never says a word.
        let mute = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = mute.local_addr().unwrap();
        let builder = Stage::builder(execution)
            .network(move |network, _| impatient(network).map("mute.example.com", 443, address));
        let (stage, app) = start_with(builder, "[\"rogue.example.com\", \"mute.example.com\"]").await;
        for (url, message) in [
            ("https://mute.example.com/", "no connection within 150 ms"),
            ("https://rogue.example.com/never", "no answer has begun within 300 ms"),
        ] {
            let (code, came) = fetch(&stage, &app, json!({ "url": url })).await.unwrap_err();
            assert_eq!((code.as_str(), came.as_str()), ("timeout", message));
        }
    }
}

on_both! {
    async fn while_a_mini_app_is_suspended_the_time_of_its_requests_stands_still(execution: Execution) {
        let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait) = (Arc::clone(&asked), Arc::clone(&answer));
        // Comes in many pieces, which are not all there at once when it is polled again.
        let body = Bytes::from(vec![b'x'; 256 << 10]);
        let serve = move |_: Request<Bytes>| -> Answer {
            let (tell, wait, body) = (Arc::clone(&tell), Arc::clone(&wait), body.clone());
            Box::pin(async move {
                tell.notify_one();
                wait.notified().await;
                Response::new(Full::new(body))
            })
        };
        let timeout = Duration::from_secs(2);
        let mut limits = Limits::default();
        limits.suspend = Duration::from_millis(20);
        let stage = Stage::builder(execution)
            .serve(serve)
            .host(|host| host.limits(limits))
            .network(move |network, _| {
                let mut timeouts = Timeouts::default();
                timeouts.first_byte = timeout;
                network.timeouts(timeouts)
            })
            .set()
            .await;
        let app = stage.start(Guest::Rogue).await;
        let fetching = {
            let app = app.clone();
            let detail = json!({ "url": format!("{HOST}/"), "timeout": timeout.as_millis() });
            tokio::spawn(async move {
                app.event(PageId::FIRST, Event::new("fetch").detail(detail)).await
            })
        };
        asked.notified().await;
        app.hide().await;
        while stage.record.lines().last() != Some(&Line::Suspended(true)) {
            stage.moment().await;
        }
        tokio::time::sleep(timeout).await;
        app.show().await;
        answer.notify_one();
        fetching.await.unwrap().unwrap();
        let body = stage.data(&app).await["response"]["body"].clone();
        assert_eq!(body.as_str().unwrap().len(), 256 << 10);
    }
}

on_both! {
    async fn answers_are_unpacked_within_their_limit(execution: Execution) {
        let (stage, app) = start(Stage::builder(execution)).await;
        let get = |path: &str| json!({ "url": format!("{HOST}{path}") });
        let response = fetch(&stage, &app, get("/gzip")).await.unwrap();
        assert_eq!(response["body"], "unpacked");
        let headers = response["headers"].to_string();
        assert!(!headers.contains("content-encoding") && !headers.contains("content-length"), "{headers}");
        assert_eq!(stage.server.seen()[0].header("accept-encoding"), Some("gzip"));
        assert_eq!(fetch(&stage, &app, get("/gzip-without-body")).await.unwrap()["body"], "");
        let (code, message) = fetch(&stage, &app, get("/bomb")).await.unwrap_err();
        assert_eq!((code.as_str(), message.as_str()), ("too-large", "the answer's body is larger than 8388608 bytes; ask for it in parts"));
        for path in ["/corrupt", "/cut"] {
            let (code, message) = fetch(&stage, &app, get(path)).await.unwrap_err();
            assert_eq!(code, "network");
            assert!(message.starts_with("the answer cannot be unpacked"), "{message}");
        }
        let mut refused = get("/gzip");
        refused["headers"] = json!([["Accept-Encoding", "br"]]);
        assert_eq!(fetch(&stage, &app, refused).await.unwrap_err().0, "invalid-argument");
        // The limit itself arrives whole; what the guest makes of it is its own matter.
        let limit = json!({ "url": format!("{HOST}/limit"), "n": 1 });
        stage.event(&app, "fetch-many", limit).await.unwrap();
        assert_eq!(stage.data(&app).await["ok"], 1);
    }
}

on_both! {
    async fn a_mini_app_that_closes_calls_its_requests_off(execution: Execution) {
        let (stage, app) = start(Stage::builder(execution)).await;
        stage.event(&app, "arm", json!({ "unload": "slow" })).await.unwrap();
        let waiting = {
            let app = app.clone();
            tokio::spawn(async move {
                let detail = json!({ "url": format!("{HOST}/never") });
                app.event(PageId::FIRST, miniapp_host::Event::new("fetch").detail(detail)).await
            })
        };
        while stage.server.seen().is_empty() {
            stage.moment().await;
        }
        app.close().await;
        match waiting.await.unwrap() {
            Err(EventError::App(error)) => {
                assert_eq!((error.code.as_str(), error.message.as_str()), ("cancelled", "the mini-app is being closed"));
            }
            other => panic!("{other:?}"),
        }
        stage.assert_pool_is_empty().await;
    }
}

/// Answers everything itself, and notes what it was asked for.
#[derive(Clone, Default)]
struct OwnStack {
    asked: Arc<Mutex<Vec<String>>>,
}

impl HttpStack for OwnStack {
    fn client(&self, _tenant: &Tenant) -> Box<dyn HttpClient> {
        Box::new(self.clone())
    }
}

impl HttpClient for OwnStack {
    fn send(&self, request: Request<Bytes>) -> HttpAnswer<'_> {
        let uri = request.uri().to_string();
        self.asked.lock().unwrap().push(uri.clone());
        Box::pin(async move {
            let mut response = Response::builder();
            if uri.ends_with("/far") {
                response = response
                    .status(302)
                    .header("location", "https://elsewhere.example.com/");
            }
            let size = if uri.ends_with("/large") {
                (8 << 20) + 1
            } else {
                3
            };
            let body = Full::new(Bytes::from(vec![b'x'; size])).map_err(|never| match never {});
            Ok(response.body(HttpBody::new(body)).unwrap())
        })
    }
}

on_both! {
    async fn the_policy_stands_in_front_of_a_stack_of_the_embedders_own(execution: Execution) {
        let stack = OwnStack::default();
        let asked = Arc::clone(&stack.asked);
        let (stage, app) = start(Stage::builder(execution).network(|network, _| network.stack(stack))).await;
        let get = |url: &str| json!({ "url": url });
        assert_eq!(fetch(&stage, &app, get("https://rogue.example.com/a")).await.unwrap()["body"], "xxx");
        for (url, code) in [
            ("https://elsewhere.example.com/", "denied"),
            ("https://127.0.0.1/", "denied"),
            ("https://rogue.example.com/far", "denied"),
            ("https://rogue.example.com/large", "too-large"),
        ] {
            assert_eq!(fetch(&stage, &app, get(url)).await.unwrap_err().0, code, "{url}");
        }
        assert_eq!(
            *asked.lock().unwrap(),
            ["https://rogue.example.com/a", "https://rogue.example.com/far", "https://rogue.example.com/large"]
        );
        assert_eq!(stage.server.seen().len(), 0, "ours is not used");
    }
}
