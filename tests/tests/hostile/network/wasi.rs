//! The same by way of `wasi:http`, which takes apart what it is given in a way of its
//! own before the policy sees it. Knows nothing of the other world.

use std::sync::Arc;

use serde_json::{Value, json};

use super::attempt::{Attempt, Seen, Sheet};
use super::server::to;
use super::urls;
use super::visitor::Came;
use super::web::{ELSEWHERE, HOSTILE, SECRET, SECRET_HEADER, VAULT, WASI, Web};
use crate::attack::Attack;

const CLASS: &str = "wasi:http";

/// What `wasi:http` calls a refusal.
const REFUSED: [&str; 5] = [
    "HttpRequestDenied",
    "HttpRequestUriInvalid",
    "HttpRequestMethodInvalid",
    "HttpProtocolError",
    "InternalError",
];

/// All of them.
pub fn attacks(web: &Arc<Web>) -> Vec<Attack> {
    let sheet = |against| Sheet {
        app: WASI,
        ..Sheet::new(web, CLASS, against)
    };
    let same = sheet("the way of `request`: one policy");
    let parts = sheet("the policy sees the URL as a whole");
    vec![
        same.row("the victim, in every notation", victim(web)),
        parts.row(
            "scheme, authority and path that make another URL",
            apart(web),
        ),
        same.row("redirects are answers", redirects(web)),
        same.row("request smuggling", smuggled()),
        same.row("secrets of the embedder", secrets()),
    ]
}

fn refused(seen: &Seen) -> bool {
    seen.came.told(&REFUSED) && seen.is_silent()
}

fn at(host: &str, path: &str) -> String {
    format!("http://{host}{path}")
}

fn victim(web: &Web) -> Vec<Attempt> {
    let urls = urls::a_few(web).into_iter();
    // What the guest cannot take apart it cannot ask for.
    let whole = urls.filter(|url| {
        url.split_once("://")
            .is_some_and(|(_, rest)| rest.contains('/'))
    });
    whole.map(|url| Attempt::get(url, refused)).collect()
}

/// What is given in parts: where it leads is decided on the whole.
fn apart(web: &Web) -> Vec<Attempt> {
    let port = web.victim.port();
    let parts = |scheme: &str, authority: &str, path: &str| -> Value {
        let authority = authority.replace("{v}", &port.to_string());
        let path = path.replace("{v}", &port.to_string());
        json!({ "url": format!("{scheme}://{authority}/"), "authority": authority, "path": path })
    };
    let mut attempts: Vec<Attempt> = [
        ("http", "127.0.0.1:{v}", "/"),
        ("http", "hostile.plain.example.com@127.0.0.1:{v}", "/"),
        ("http", "me@hostile.plain.example.com", "/"),
        ("http", "hostile.plain.example.com", "@127.0.0.1:{v}/"),
        ("http", "hostile.plain.example.com", ".evil.test/"),
        ("http", "hostile.plain.example.com", ":{v}/"),
        ("http", "hostile.plain.example.com:", "{v}/"),
        ("http", "hostile.plain.example.com:80:{v}", "/"),
        ("http", "hostile.plain.example.com/", "/"),
        ("http", "127.0.0.1:{v}/hostile.plain.example.com", "/"),
        ("http", "127.0.0.1:{v}#hostile.plain.example.com", "/"),
        ("http", "127.0.0.1:{v}?hostile.plain.example.com", "/"),
        ("http", "hostile.plain.example.com\\@127.0.0.1:{v}", "/"),
        ("http", "hostile.plain.example.com\r\nhost: x", "/"),
        ("http", "hostile.plain.example.com ", "/"),
        ("http", "", "/"),
        ("http", "", "//127.0.0.1:{v}/"),
        ("http", "x.names.example.com:{v}", "/"),
        ("http", "[::1]:{v}", "/"),
        ("http", "[::ffff:127.0.0.1]:{v}", "/"),
        ("file", "127.0.0.1", "/etc/passwd"),
        ("ftp", "hostile.plain.example.com", "/"),
        ("ws", "hostile.plain.example.com", "/"),
        ("https", "hostile.plain.example.com", "/"),
        ("http", "hostile.plain.example.com", "/a b"),
        ("http", "hostile.plain.example.com", "/a\r\nb"),
        (
            "http",
            "hostile.plain.example.com",
            "/a HTTP/1.1\r\nhost: x\r\n\r\n",
        ),
        ("http", "hostile.plain.example.com", "/\0"),
    ]
    .iter()
    .map(|(scheme, authority, path)| Attempt::new(parts(scheme, authority, path), refused))
    .collect();
    for (path, arrives) in [
        ("http://127.0.0.1:{v}/", "/"),
        ("//127.0.0.1:{v}/", "//127.0.0.1:{v}/"),
        ("/http://127.0.0.1:{v}/", "/http://127.0.0.1:{v}/"),
        ("/@127.0.0.1:{v}/", "/@127.0.0.1:{v}/"),
        ("/..//127.0.0.1:{v}/", "//127.0.0.1:{v}/"),
        ("/%0d%0ahost:%20x", "/%0d%0ahost:%20x"),
        ("?@127.0.0.1:{v}/", "/?@127.0.0.1:{v}/"),
        ("*", "/*"),
    ] {
        let line = format!("GET {} HTTP/1.1", arrives.replace("{v}", &port.to_string()));
        attempts.push(Attempt::new(parts("http", HOSTILE, path), move |seen| {
            refused(seen) || seen.arrived(&line, HOSTILE)
        }));
    }
    attempts
}

fn redirects(web: &Web) -> Vec<Attempt> {
    let port = web.victim.port();
    let statuses = [301, 302, 303, 307, 308].iter().cycle();
    let locations = [
        format!("http://127.0.0.1:{port}/"),
        format!("//127.0.0.1:{port}/"),
        format!("http://x.names.example.com:{port}/"),
        at(ELSEWHERE, "/"),
        "/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "http://me:secret@hostile.plain.example.com/".to_owned(),
        String::new(),
    ];
    let answered = |seen: &Seen| matches!(seen.came, Came::Answer(_)) && seen.heads.len() == 1;
    let attempts = locations
        .iter()
        .zip(statuses)
        .map(|(location, status)| Attempt::get(at(HOSTILE, &to(*status, location)), answered));
    attempts.collect()
}

fn smuggled() -> Vec<Attempt> {
    let asking = |name: &str, value: &str| {
        Attempt::new(
            json!({ "url": at(HOSTILE, "/"), "headers": { name: value } }),
            refused,
        )
    };
    let mut attempts: Vec<Attempt> = [
        "connection",
        "Host",
        "TRANSFER-ENCODING",
        "te",
        "Trailer",
        "upgrade",
        "Expect",
        "keep-alive",
        "Proxy-Authorization",
        "proxy-connection",
        "http2-settings",
        "via",
        "accept-encoding",
        "",
        "x y",
        "x:",
        "x\r\nhost",
        "x\0",
        "höst",
    ]
    .iter()
    .map(|name| asking(name, "1"))
    .collect();
    for value in ["a\r\nhost: evil.test", "a\nb", "a\rb", "a\0", "a\r\n b"] {
        attempts.push(asking("x", value));
    }
    for method in [
        "",
        "get",
        "G ET",
        "GET\r\n",
        "CONNECT",
        "TRACE",
        "PRI",
        "GET / HTTP/1.1\r\nx: y",
    ] {
        let request = json!({ "url": at(HOSTILE, "/"), "method": method });
        attempts.push(Attempt::new(request, refused));
    }
    // The length is the host's to find out: what the guest says of it is not sent.
    for length in ["0", "1", "100000", "-1", "x"] {
        let request = json!({
            "url": at(HOSTILE, "/"), "method": "POST",
            "headers": { "Content-Length": length }, "body_bytes": 9,
        });
        attempts.push(Attempt::new(request, |seen| match &seen.heads[..] {
            [] => seen.came.told(&REFUSED) || seen.came.told(&["HttpRequestBodySize"]),
            [head] => head.body.len() == 9,
            _ => false,
        }));
    }
    attempts
}

fn secrets() -> Vec<Attempt> {
    let asking = |headers: Value| json!({ "url": at(VAULT, "/"), "headers": headers });
    let carries =
        |seen: &Seen| matches!(&seen.heads[..], [head] if head.values(SECRET_HEADER) == [SECRET]);
    vec![
        Attempt::new(asking(json!({})), carries),
        Attempt::new(asking(json!({ "x-api-key": "mine" })), carries),
        Attempt::new(
            asking(json!({ "X-API-KEY": "mine", "x-Api-Key": "mine" })),
            carries,
        ),
        Attempt::get(at(VAULT, &to(307, at(ELSEWHERE, "/"))), carries),
    ]
}
