//! The commands that end.

use super::*;
use miniapp_guest::testing::{Host, OpenPage};

fn page(host: Host) -> OpenPage<Index> {
    host.open::<Index>("pages/index", [("a", "1")])
}

#[test]
fn data_is_set_to_exactly_so_many_bytes() {
    let page = page(Host::new());
    page.event("set-size", json!({ "path": "text", "bytes": 100 }))
        .unwrap();
    let text = page.data("text").to_string();
    assert_eq!("text".len() + text.len(), 100);
    assert!(
        page.event("set-size", json!({ "path": "text", "bytes": 5 }))
            .is_err()
    );
    page.event("set", json!({ "path": "a.b", "value": [1] }))
        .unwrap();
    assert_eq!(page.data("a.b"), json!([1]));
    assert!(
        page.event("set-raw", json!({ "path": "a", "text": "{" }))
            .is_err()
    );
}

#[test]
fn many_calls_are_under_way_at_once() {
    let url = "https://rogue.example.com/";
    let host = Host::new().respond(url, 200, json!("pong"));
    let page = page(host.clone());
    page.event("sleep-many", json!({ "n": 2000, "ms": 5 }))
        .unwrap();
    assert_eq!(
        (page.data("busy"), host.elapsed().as_millis()),
        (json!(0), 5)
    );
    page.event("fetch-many", json!({ "url": url, "n": 12 }))
        .unwrap();
    assert_eq!(
        (page.data("ok"), page.data("failed")),
        (json!(12), json!(0))
    );
    page.event(
        "fetch",
        json!({ "url": url, "method": "POST", "headers": [["x-a", "1"]], "body": "ping" }),
    )
    .unwrap();
    assert_eq!(page.data("response")["body"], "\"pong\"");
    let sent = host.requests().pop().unwrap();
    assert_eq!(
        (sent.method(), sent.header_value("X-A"), sent.bytes()),
        ("POST", Some("1"), Some(&b"ping"[..]))
    );
}

#[test]
fn calls_meet_the_fate_they_were_armed_with() {
    let host = Host::new();
    let page = page(host.clone());
    page.load().unwrap();
    page.event("arm", json!({ "hide": "fail", "unload": "slow" }))
        .unwrap();
    assert_eq!(page.hide().unwrap_err().message(), "told to fail");
    page.unload().unwrap();
    assert_eq!(host.elapsed().as_millis(), 50);
    let life: Vec<_> = host.logs().into_iter().map(|(_, line)| line).collect();
    assert_eq!(
        life,
        ["life page.load", "life page.hide", "life page.unload"]
    );
}

#[test]
fn a_launch_fails_on_command() {
    let launch = Launch {
        extra: Some(json!({ "launch": "fail" }).to_string()),
        ..Launch::default()
    };
    assert!(Host::new().launch::<Rogue>(launch).is_err());
    assert!(Host::new().launch::<Rogue>(Launch::default()).is_ok());
    assert!(Host::new().open::<Fail>("pages/fail", []).load().is_err());
}

#[test]
fn what_ends_ends_well() {
    let host = Host::new().profile("nickname", "Mia");
    let page = page(host.clone());
    for (handler, detail) in [
        ("noop", json!(null)),
        ("burn", json!({ "rounds": 1000 })),
        ("sleep", json!({ "ms": 3 })),
        ("profile", json!({})),
        ("random", json!({ "length": 32 })),
        ("log", json!({ "n": 3, "bytes": 10 })),
    ] {
        page.event(handler, detail).unwrap();
    }
    assert_eq!(page.data("profile"), json!({ "nickname": "Mia" }));
    assert_eq!(
        (page.data("slept"), page.data("random"), host.logs().len()),
        (json!(true), json!(32), 3)
    );
    assert_eq!(
        page.event("dance", json!({})).unwrap_err().message(),
        "there is no handler `dance`"
    );
}
