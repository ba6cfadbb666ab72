//! Mini-apps that import WASI: what they get, what they do not get, and what comes
//! of misusing it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyper::Request;
use hyper::body::Bytes;
use miniapp_host::{EndReason, EventError, Execution, Limits, MiniApp, TrapKind};
use miniapp_tests::{Answer, Guest, Stage, json as answer_json, on_both};
use serde_json::{Value, json};

/// Limits that are reached soon, by machine code and by the interpreter.
fn small() -> Limits {
    let mut limits = Limits::default();
    limits.fuel_per_event = 20_000_000;
    limits.close = Duration::from_millis(100);
    limits
}

async fn set(execution: Execution) -> Stage {
    Stage::builder(execution)
        .host(|host| host.limits(small()))
        .serve(serve)
        .set()
        .await
}

/// Tells what came; redirects, and answers at length, where it is asked to.
fn serve(request: Request<Bytes>) -> Answer {
    let (head, body) = request.into_parts();
    let answer = match head.uri.path() {
        "/redirect" => {
            let mut answer = answer_json(302, &Value::Null);
            let location = "https://elsewhere.example.com/".parse().unwrap();
            answer.headers_mut().insert("location", location);
            answer
        }
        "/large" => answer_json(200, &Value::from("x".repeat(4 << 20))),
        _ => answer_json(
            200,
            &json!({
                "method": head.method.as_str(),
                "host": head.headers.get("host").map(|host| host.to_str().unwrap()),
                "colour": head.headers.get("x-colour").map(|colour| colour.to_str().unwrap()),
                "bytes": body.len(),
            }),
        ),
    };
    Box::pin(std::future::ready(answer))
}

async fn tried(stage: &Stage, app: &MiniApp, handler: &str, detail: Value) -> Value {
    stage.event(app, handler, detail).await.unwrap();
    stage.data(app).await[handler.replace('-', "_")].clone()
}

/// How a mini-app ends that tries something.
async fn end_of(stage: &Stage, handler: &str, detail: Value) -> Arc<EndReason> {
    let app = stage.launch(&"miniapp_wasi".parse().unwrap()).await;
    let error = stage.event(&app, handler, detail).await.unwrap_err();
    let EventError::Ended(reason) = error else {
        panic!("{error}")
    };
    reason
}

fn trapped(reason: &EndReason) -> &str {
    match reason {
        EndReason::Trap {
            kind: TrapKind::Other(message),
            ..
        } => message,
        other => panic!("{other}"),
    }
}

on_both! {
    async fn clocks_go_forward_in_coarse_steps(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        let clocks = tried(&stage, &app, "clocks", json!({})).await;
        assert_eq!(clocks["resolution"], 100_000);
        assert_eq!(clocks["wall_resolution"], 1_000_000);
        assert_eq!((&clocks["stepped"], &clocks["forward"]), (&json!(true), &json!(true)));
        assert_eq!(clocks["nanoseconds"].as_u64().unwrap() % 1_000_000, 0);
        assert!(clocks["seconds"].as_u64().unwrap() > 1_700_000_000);
        let slept = tried(&stage, &app, "sleep", json!({ "ns": 20_000_000 })).await;
        assert!(slept.as_u64().unwrap() >= 19_900_000, "{slept}");
    }
}

on_both! {
    async fn random_bytes_at_the_limit_and_one_past(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        let random = tried(&stage, &app, "random", json!({ "n": 65_536 })).await;
        assert_eq!(random["bytes"], 65_536);
        let other = stage.launch(app.app_id()).await;
        assert_ne!(tried(&stage, &other, "random", json!({ "n": 65_536 })).await, random);
        let reason = end_of(&stage, "random", json!({ "n": 65_537 })).await;
        assert!(trapped(&reason).contains("exceeds limit"), "{reason}");
    }
}

on_both! {
    async fn output_becomes_lines_of_the_log(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        for text in ["one\ntwo\r\nthr", "four"] {
            stage.event(&app, "print", json!({ "text": text })).await.unwrap();
        }
        stage.event(&app, "print", json!({ "text": "oh no\n", "error": true })).await.unwrap();
        assert_eq!(stage.record.log(), ["one", "two", "thr", "four", "oh no"]);
    }
}

on_both! {
    async fn a_line_without_end_is_cut_into_pieces(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        let text = "x".repeat(1_000);
        stage.event(&app, "print", json!({ "text": text, "times": 20 })).await.unwrap();
        let lengths: Vec<_> = stage.record.log().iter().map(String::len).collect();
        assert_eq!(lengths, [8_192, 8_192, 20_000 - 2 * 8_192]);
    }
}

on_both! {
    async fn a_flood_of_output_is_bounded_and_ends(execution: Execution) {
        let stage = set(execution).await;
        stage.install(Guest::Wasi).await;
        let begun = Instant::now();
        let reason = end_of(&stage, "write-storm", json!({})).await;
        assert!(matches!(*reason, EndReason::OutOfFuel { .. }), "{reason}");
        let logged: usize = stage.record.log().iter().map(String::len).sum();
        let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap() + 1;
        assert!(logged <= seconds * (256 << 10), "{logged}");
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn lines_are_paid_for(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        let before = app.fuel_spent();
        let lines = "\n".repeat(4_000);
        stage.event(&app, "print", json!({ "text": lines, "times": 5 })).await.unwrap();
        let spent = app.fuel_spent() - before;
        assert!(spent >= 20_000 * 500, "{spent}");
    }
}

on_both! {
    async fn options_of_requests_do_not_pile_up(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        // More requests than there may be resources.
        for _ in 0..6 {
            let detail = json!({ "n": 200 });
            let denied = tried(&stage, &app, "http-with-options", detail).await;
            assert_eq!(denied, 200);
        }
    }
}

on_both! {
    async fn what_surrounds_it_is_empty(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        let surroundings = tried(&stage, &app, "surroundings", json!({})).await;
        assert_eq!(
            surroundings,
            json!({
                "arguments": [],
                "variables": 0,
                "folder": null,
                "preopens": 0,
                "input": "Err(StreamError::Closed)",
                "terminal": false,
            })
        );
    }
}

on_both! {
    async fn sockets_are_denied(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        let sockets = tried(&stage, &app, "sockets", json!({})).await;
        assert_eq!(sockets, json!(["access-denied", "access-denied", "access-denied"]));
    }
}

on_both! {
    async fn exit_ends_the_mini_app_and_nothing_else(execution: Execution) {
        let stage = set(execution).await;
        let neighbour = stage.start(Guest::Wasi).await;
        assert_eq!(*end_of(&stage, "exit", json!({ "code": 0 })).await, EndReason::Exited { code: 0 });
        assert_eq!(*end_of(&stage, "exit", json!({ "code": 1 })).await, EndReason::Exited { code: 1 });
        stage.event(&neighbour, "noop", json!({})).await.unwrap();
        assert_eq!(*neighbour.close().await, EndReason::Closed);
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn no_call_is_free(execution: Execution) {
        const CALLS: u64 = 20_000;
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        let before = app.fuel_spent();
        stage.event(&app, "storm", json!({ "n": CALLS })).await.unwrap();
        let spent = app.fuel_spent() - before;
        assert!(spent >= CALLS * 500, "{spent}");
        // As many again are more than an event may burn.
        let reason = end_of(&stage, "storm", json!({ "n": 2 * CALLS })).await;
        assert!(matches!(*reason, EndReason::OutOfFuel { .. }), "{reason}");
        app.close().await;
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn what_is_owed_is_taken_although_the_guest_makes_room_meanwhile(execution: Execution) {
        let stage = set(execution).await;
        stage.install(Guest::Wasi).await;
        let reason = end_of(&stage, "random-storm", json!({})).await;
        assert!(matches!(*reason, EndReason::OutOfFuel { .. }), "{reason}");
        let spent: u64 = stage.record.turns().iter().map(|turn| turn.fuel).sum();
        assert!(spent <= 25_000_000, "{spent}");
    }
}

on_both! {
    async fn lists_are_paid_for(execution: Execution) {
        let stage = set(execution).await;
        stage.install(Guest::Wasi).await;
        let begun = Instant::now();
        let reason = end_of(&stage, "field-storm", json!({ "n": 20_000 })).await;
        assert!(matches!(*reason, EndReason::OutOfFuel { .. }), "{reason}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn a_list_to_wait_for_at_the_limit_and_one_past(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        assert_eq!(tried(&stage, &app, "poll-same", json!({ "n": 1_024 })).await, 1_024);
        let reason = end_of(&stage, "poll-same", json!({ "n": 1_025 })).await;
        assert!(trapped(&reason).contains("1024 are allowed at once"), "{reason}");
        let reason = end_of(&stage, "poll-same", json!({ "n": 0 })).await;
        assert!(trapped(&reason).contains("empty poll list"), "{reason}");
    }
}

on_both! {
    async fn resources_at_the_limit_and_one_past(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        // Each of them is two: a deadline, and what waits for it.
        assert_eq!(tried(&stage, &app, "hold", json!({ "n": 512 })).await, 512);
        assert_eq!(tried(&stage, &app, "hold", json!({ "n": 512 })).await, 512, "given back");
        let reason = end_of(&stage, "hold", json!({ "n": 513 })).await;
        assert!(trapped(&reason).contains("no free keys"), "{reason}");
    }
}

on_both! {
    async fn a_wait_without_end_holds_only_its_own_place(execution: Execution) {
        let stage = set(execution).await;
        let neighbour = stage.start(Guest::Wasi).await;
        let alone = stage.host.pool_usage().unwrap();
        let app = stage.launch(neighbour.app_id()).await;
        let waiting = stage.event(&app, "sleep", json!({ "ns": u64::MAX }));
        let close = async {
            stage.moment().await;
            stage.event(&neighbour, "noop", json!({})).await.unwrap();
            app.close().await
        };
        let (waited, closed) = tokio::join!(waiting, close);
        assert!(matches!(waited, Err(EventError::Ended(_))));
        assert_eq!(*closed, EndReason::ClosedByForce { after: Duration::from_millis(100) });
        assert_eq!(stage.host.pool_usage().unwrap(), alone);
    }
}

on_both! {
    async fn wasi_http_asks_what_request_may_ask(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        let detail = json!({
            "url": "https://rogue.example.com/x?y=z",
            "method": "POST",
            "headers": { "x-colour": "blue", "content-length": "100000" },
            "body_bytes": 100_000,
        });
        let answer = tried(&stage, &app, "http", detail).await;
        assert_eq!(answer["status"], 200, "{answer}");
        let came: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(
            came,
            json!({ "method": "POST", "host": "rogue.example.com", "colour": "blue", "bytes": 100_000 })
        );
        assert_eq!(stage.record.denied(), []);
    }
}

on_both! {
    async fn wasi_http_follows_no_redirect(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        let answer = tried(&stage, &app, "http", json!({ "url": "https://rogue.example.com/redirect" })).await;
        assert_eq!(answer["status"], 302);
        assert_eq!(answer["location"], "https://elsewhere.example.com/");
    }
}

on_both! {
    async fn what_the_policy_denies_is_denied_to_wasi_http(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        for url in [
            "https://elsewhere.example.com/",
            "http://rogue.example.com/",
            "https://rogue.example.com:8443/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://0x7f.1/",
        ] {
            let answer = tried(&stage, &app, "http", json!({ "url": url })).await;
            assert_eq!(answer["error"], "ErrorCode::HttpRequestDenied", "{url}");
        }
        let denied = stage.record.denied();
        assert_eq!(denied.len(), 6);
        assert_eq!(
            denied[0].to_string(),
            "the host `elsewhere.example.com` is not allowed for this mini-app; to grant it, write in \
             partner.yaml:6: network: { default: \"deny\", allow: [\"rogue.example.com\", \"elsewhere.example.com\"] }"
        );
        for refused in [
            json!({ "url": "https://user@rogue.example.com/" }),
            json!({ "url": "https://rogue.example.com/", "method": "TRACE" }),
            json!({ "url": "https://rogue.example.com/", "headers": { "te": "trailers" } }),
        ] {
            let answer = tried(&stage, &app, "http", refused.clone()).await;
            assert!(answer["error"].as_str().unwrap().contains("InternalError"), "{refused}: {answer}");
        }
    }
}

on_both! {
    async fn without_hosts_it_runs_and_every_request_is_denied(execution: Execution) {
        let stage = set(execution).await;
        let manifests = Guest::Wasi
            .manifests()
            .app_with("network:\n  allow: [\"rogue.example.com\"]\n", "");
        let id = stage.install_with(Guest::Wasi, &manifests).await.unwrap();
        let app = stage.launch(&id).await;
        let answer = tried(&stage, &app, "http", json!({ "url": "https://rogue.example.com/" })).await;
        assert_eq!(answer["error"], "ErrorCode::HttpRequestDenied");
        let denied = stage.record.denied();
        assert!(denied[0].message.contains("does not ask for the host `rogue.example.com`"), "{denied:?}");
    }
}

on_both! {
    async fn what_the_host_keeps_of_a_request_is_bounded(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        let limits = tried(&stage, &app, "http-limits", json!({})).await;
        for part in ["method", "path", "authority", "header"] {
            assert_eq!(limits[part], json!([true, false]), "{part}");
        }
    }
}

on_both! {
    async fn a_body_at_the_limit_and_one_past(execution: Execution) {
        let mut limits = Limits::default();
        limits.fuel_per_event = 400_000_000;
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).serve(serve).set().await;
        let app = stage.start(Guest::Wasi).await;
        let post = |bytes: usize| json!({
            "url": "https://rogue.example.com/x", "method": "POST", "body_bytes": bytes,
        });
        let answer = tried(&stage, &app, "http", post(8 << 20)).await;
        assert_eq!(answer["status"], 200, "{answer}");
        let answer = tried(&stage, &app, "http", post((8 << 20) + 1)).await;
        assert!(answer["error"].as_str().unwrap().contains("8388608 are allowed"), "{answer}");
    }
}

on_both! {
    async fn answers_that_are_kept_are_counted(execution: Execution) {
        let stage = set(execution).await;
        let app = stage.start(Guest::Wasi).await;
        // Of 4 MiB each: three fit beside one more that arrives.
        let detail = json!({ "url": "https://rogue.example.com/large", "n": 8 });
        let kept = tried(&stage, &app, "http-keep", detail.clone()).await;
        assert!((2..=3).contains(&kept["kept"].as_u64().unwrap()), "{kept}");
        assert_eq!(kept["refused"], "ErrorCode::ConnectionLimitReached");
        assert_eq!(tried(&stage, &app, "http-keep", detail).await, kept, "given back");
    }
}

on_both! {
    async fn nothing_of_a_request_outlives_the_mini_app(execution: Execution) {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let stage = Stage::builder(execution)
            .host(|host| host.limits(small()))
            .serve(|request| {
                ASKED.fetch_add(1, Ordering::Relaxed);
                serve(request)
            })
            .set()
            .await;
        let app = stage.start(Guest::Wasi).await;
        let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let before = alive();
        let waiting = stage.event(&app, "http-unfinished", json!({ "url": "https://rogue.example.com/x" }));
        let close = async {
            stage.moment().await;
            assert!(alive() > before, "the request waits for its body");
            app.close().await
        };
        let (_, closed) = tokio::join!(waiting, close);
        assert!(matches!(*closed, EndReason::ClosedByForce { .. }), "{closed}");
        stage.moment().await;
        assert!(alive() < before, "{} tasks, {before} before", alive());
        assert_eq!(ASKED.load(Ordering::Relaxed), 0);
        stage.assert_pool_is_empty().await;
    }
}
