//! `request` over real HTTP: what reaches the server, what does not, and what
//! the guest is told.

use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use miniapp_host::{EventError, MiniApp};
use miniapp_tests::{Answer, Guest, Stage, json, on_both};
use serde_json::{Value, json};

fn answer(request: Request<Bytes>) -> Answer {
    Box::pin(async move {
        let redirect = |status: u16, to: &str| {
            Response::builder()
                .status(status)
                .header("location", to)
                .body(Full::default())
                .unwrap()
        };
        let path = request.uri().path();
        match path {
            "/echo" => json(
                200,
                &json!({
                    "method": request.method().as_str(),
                    "body": String::from_utf8_lossy(request.body()),
                    "header": request.headers().get("x-mine").and_then(|value| value.to_str().ok()),
                }),
            ),
            "/teapot" => json(418, &json!("short and stout")),
            "/near" => redirect(302, "/echo"),
            "/see-other" => redirect(303, "/echo"),
            "/keep" => redirect(307, "/echo"),
            "/far" => redirect(302, "https://elsewhere.example.com/secret"),
            "/address" => redirect(302, "https://127.0.0.1/secret"),
            "/loop" => redirect(302, "/loop"),
            "/large" => Response::new(Full::new(Bytes::from(vec![b'x'; (8 << 20) + 1]))),
            "/slow" => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                json(200, &json!("at last"))
            }
            "/never" => std::future::pending().await,
            _ => json(404, &Value::Null),
        }
    })
}

const HOST: &str = "https://rogue.example.com";

async fn start(execution: miniapp_host::Execution) -> (Stage, MiniApp) {
    let stage = Stage::builder(execution).serve(answer).set().await;
    let app = stage.start(Guest::Rogue).await;
    (stage, app)
}

async fn fetch(stage: &Stage, app: &MiniApp, detail: Value) -> Result<Value, (String, String)> {
    match stage.event(app, "fetch", detail).await {
        Ok(()) => Ok(stage.data(app).await["response"].clone()),
        Err(EventError::App(error)) => Err((error.code, error.message)),
        Err(other) => panic!("{other}"),
    }
}

on_both! {
    async fn a_request_arrives_as_it_was_asked_for(execution: Execution) {
        let (stage, app) = start(execution).await;
        let request = json!({
            "url": format!("{HOST}/echo?q=a%20b#fragment"),
            "method": "POST", "headers": [["X-Mine", "yes"]], "body": "hello",
        });
        let response = fetch(&stage, &app, request).await.unwrap();
        assert_eq!(response["status"], 200);
        let echo: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        assert_eq!(echo, json!({ "method": "POST", "body": "hello", "header": "yes" }));
        let seen = stage.server.seen();
        assert_eq!(seen[0].target, "/echo?q=a%20b", "no absolute form, no fragment");
        assert_eq!(seen[0].header("host"), Some("rogue.example.com"));
    }
}

on_both! {
    async fn every_status_is_an_answer(execution: Execution) {
        let (stage, app) = start(execution).await;
        let response = fetch(&stage, &app, json!({ "url": format!("{HOST}/teapot") })).await.unwrap();
        assert_eq!(response["status"], 418);
        assert_eq!(response["body"], "\"short and stout\"");
    }
}

on_both! {
    async fn what_the_manifest_does_not_name_is_not_reached(execution: Execution) {
        let (stage, app) = start(execution).await;
        for (url, entry) in [
            ("https://elsewhere.example.com/", "elsewhere.example.com"),
            ("https://rogue.example.com:444/", "rogue.example.com:444"),
            ("http://rogue.example.com/", "http://rogue.example.com"),
            ("https://sub.rogue.example.com/", "sub.rogue.example.com"),
            ("https://example.com/", "example.com"),
            ("https://rogue.example.com.evil.example/", "rogue.example.com.evil.example"),
            ("https://rogue.example.com./", "rogue.example.com."),
            ("https://localhost/", "localhost"),
        ] {
            let (code, message) = fetch(&stage, &app, json!({ "url": url })).await.unwrap_err();
            assert_eq!(code, "denied", "{url}: {message}");
            assert_eq!(message, format!("the host `{entry}` is not allowed for this mini-app"));
        }
        for address in ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"] {
            let (code, message) = fetch(&stage, &app, json!({ "url": format!("https://{address}/") })).await.unwrap_err();
            assert_eq!(code, "denied", "{address}");
            assert!(message.contains("is an address, and manifests allow names only"), "{message}");
        }
        assert_eq!(stage.server.seen().len(), 0);
        assert_eq!(stage.record.denied().len(), 15);
    }
}

on_both! {
    async fn names_are_compared_without_regard_to_case(execution: Execution) {
        let (stage, app) = start(execution).await;
        let response = fetch(&stage, &app, json!({ "url": "HTTPS://RoGue.Example.COM/teapot" })).await.unwrap();
        assert_eq!(response["status"], 418);
    }
}

on_both! {
    async fn malformed_requests_are_refused_before_they_are_sent(execution: Execution) {
        let (stage, app) = start(execution).await;
        let url = format!("{HOST}/echo");
        for (request, message) in [
            (json!({ "url": "/echo" }), "the URL cannot be read"),
            (json!({ "url": "file:///etc/passwd" }), "scheme is neither"),
            (json!({ "url": "https://me:secret@rogue.example.com/" }), "a user or a password"),
            (json!({ "url": url, "method": "CONNECT" }), "the method is not one of"),
            (json!({ "url": url, "method": "get" }), "the method is not one of"),
            (json!({ "url": url, "headers": [["host", "elsewhere.example.com"]] }), "the header `host` is set by the host"),
            (json!({ "url": url, "headers": [["Transfer-Encoding", "chunked"]] }), "the header `transfer-encoding`"),
            (json!({ "url": url, "headers": [["x", "a\r\nhost: b"]] }), "a character that is not allowed"),
            (json!({ "url": url, "headers": [["x\r\ny", "a"]] }), "a character that is not allowed"),
            (json!({ "url": url, "headers": [["x", "€"]] }), "a character that is not allowed"),
        ] {
            let (code, came) = fetch(&stage, &app, request.clone()).await.unwrap_err();
            assert_eq!(code, "invalid-argument", "{request}");
            assert!(came.contains(message), "{request}: {came}");
        }
        let long = format!("{HOST}/{}", "x".repeat(8_192));
        assert_eq!(fetch(&stage, &app, json!({ "url": long })).await.unwrap_err().0, "too-large");
        let many: Vec<_> = (0..65).map(|n| json!([format!("x{n}"), "1"])).collect();
        assert_eq!(fetch(&stage, &app, json!({ "url": url, "headers": many })).await.unwrap_err().0, "too-large");
        assert_eq!(stage.server.seen().len(), 0);
    }
}

on_both! {
    async fn redirects_are_followed_within_the_grant_only(execution: Execution) {
        let (stage, app) = start(execution).await;
        let post = |path: &str| json!({ "url": format!("{HOST}{path}"), "method": "POST", "body": "b" });
        let body = |response: Value| -> Value {
            serde_json::from_str(response["body"].as_str().unwrap()).unwrap()
        };
        let response = fetch(&stage, &app, post("/near")).await.unwrap();
        assert_eq!(response["url"], format!("{HOST}/echo"));
        assert_eq!(body(response), json!({ "method": "GET", "body": "", "header": null }));
        let kept = fetch(&stage, &app, post("/keep")).await.unwrap();
        assert_eq!(body(kept), json!({ "method": "POST", "body": "b", "header": null }));
        let other = fetch(&stage, &app, post("/see-other")).await.unwrap();
        assert_eq!(body(other)["method"], "GET");

        for (path, code) in [("/far", "denied"), ("/address", "denied"), ("/loop", "network")] {
            let error = fetch(&stage, &app, json!({ "url": format!("{HOST}{path}") })).await.unwrap_err();
            assert_eq!(error.0, code, "{path}: {}", error.1);
        }
        assert!(stage.server.seen().iter().all(|seen| seen.target != "/secret"));
    }
}

on_both! {
    async fn an_answer_that_is_too_large_is_not_kept(execution: Execution) {
        let (stage, app) = start(execution).await;
        let (code, message) = fetch(&stage, &app, json!({ "url": format!("{HOST}/large") })).await.unwrap_err();
        assert_eq!(code, "too-large");
        assert_eq!(message, "the answer's body is larger than 8388608 bytes; ask for it in parts");
    }
}

on_both! {
    async fn ten_are_under_way_a_hundred_wait_and_more_are_busy(execution: Execution) {
        let (stage, app) = start(execution).await;
        let detail = json!({ "url": format!("{HOST}/slow"), "n": 115 });
        stage.event(&app, "fetch-many", detail).await.unwrap();
        let data = stage.data(&app).await;
        assert_eq!((data["ok"].clone(), data["failed"].clone()), (json!(110), json!(5)));
        assert_eq!(stage.server.seen().len(), 110);
    }
}

on_both! {
    async fn a_mini_app_can_be_closed_while_it_waits_for_a_server(execution: Execution) {
        let (stage, app) = start(execution).await;
        let waiting = fetch_and_forget(&app);
        stage.moment().await;
        app.close().await;
        // Its request was called off, which it has told if there was time for that.
        match waiting.await.unwrap().unwrap_err() {
            EventError::App(error) => assert_eq!(error.code, "cancelled"),
            error => assert!(matches!(error, EventError::Ended(_)), "{error}"),
        }
        stage.assert_pool_is_empty().await;
    }
}

fn fetch_and_forget(app: &MiniApp) -> tokio::task::JoinHandle<Result<(), EventError>> {
    let app = app.clone();
    tokio::spawn(async move {
        let detail = json!({ "url": format!("{HOST}/never") });
        let event = miniapp_host::Event::new("fetch").detail(detail);
        app.event(miniapp_host::PageId::FIRST, event).await
    })
}
