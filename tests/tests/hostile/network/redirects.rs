//! Servers that redirect: to the victim, out of HTTP, in circles, to no URL at all,
//! and to another origin with what was meant for the first one. Knows nothing of how
//! a redirect is followed.

use std::sync::Arc;

use serde_json::{Value, json};

use super::attempt::{Attempt, FAILED, REFUSED, Seen, Sheet};
use super::script::{Script, Then};
use super::server::{Head, to};
use super::urls;
use super::visitor::Came;
use super::web::{ELSEWHERE, HOSTILE, SECRET, SECRET_HEADER, VAULT, Web};
use crate::attack::Attack;
use crate::server::{LOOP, encoded};

const CLASS: &str = "redirects";

/// Statuses that redirect.
const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// Schemes that no request has.
const SCHEMES: &[&str] = &[
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "ftp://hostile.plain.example.com/",
    "gopher://127.0.0.1:1/_x",
    "data:text/plain,x",
    "javascript:alert(1)",
    "ws://hostile.plain.example.com/",
    "wss://rogue.example.com/",
    "blob:http://hostile.plain.example.com/1",
    "about:blank",
    "unix:///var/run/docker.sock",
    "mailto:x@example.com",
    "httpx://hostile.plain.example.com/",
];

/// Hosts that are allowed, and a user's name.
const USERS: &[&str] = &[
    "http://me@hostile.plain.example.com/",
    "http://me:secret@hostile.plain.example.com/",
    "http://:secret@hostile.plain.example.com/",
    "//me@elsewhere.plain.example.com/",
    "http://hostile.plain.example.com@elsewhere.plain.example.com/",
    "http://hostile.plain.example.com%40x@elsewhere.plain.example.com/",
];

/// All of them.
pub fn attacks(web: &Arc<Web>) -> Vec<Attack> {
    let checked = Sheet::new(web, CLASS, "each hop goes through the policy");
    let bounded = Sheet::new(web, CLASS, "`MAX_REDIRECTS`, limits on a head");
    let dropped = Sheet::new(
        web,
        CLASS,
        "`follow` drops credentials; injected for each hop",
    );
    let texts = |texts: &[&str]| -> Vec<String> { texts.iter().map(|&text| text.into()).collect() };
    let mut elsewhere = urls::a_few(web);
    // Within HTTP, what follows is a path of the same server's.
    elsewhere.retain(|url| !url.starts_with("http:1"));
    elsewhere.extend(relative(web));
    vec![
        checked.row("to the victim, by address and by name", refused(&elsewhere)),
        checked.row("out of HTTP", refused(&texts(SCHEMES))),
        checked.row("to a user's name", refused(&texts(USERS))),
        bounded.row("loops, chains, and URLs that grow", circles()),
        bounded.row("locations that are none", broken()),
        dropped.row("credentials to another origin", credentials()),
        dropped.row("credentials out of TLS", downgrades()),
    ]
}

fn at(host: &str, path: &str) -> String {
    format!("http://{host}{path}")
}

/// Locations that lead to the victim without naming a scheme.
fn relative(web: &Web) -> Vec<String> {
    let port = web.victim.port();
    [
        "//",
        "\\\\",
        "/\\",
        "\t//",
        "/\t/",
        "//x@",
        "///",
        "http:\\\\",
        "////",
    ]
    .iter()
    .map(|start| format!("{start}127.0.0.1:{port}/"))
    .collect()
}

fn refused(locations: &[String]) -> Vec<Attempt> {
    let statuses = STATUSES.iter().cycle();
    let attempts = locations.iter().zip(statuses).map(|(location, status)| {
        Attempt::get(at(HOSTILE, &to(*status, location)), |seen| {
            seen.came.told(&[REFUSED.as_slice(), &["network"]].concat()) && seen.heads.len() == 1
        })
    });
    attempts.collect()
}

fn circles() -> Vec<Attempt> {
    let network =
        |hops: usize| move |seen: &Seen| seen.came.told(&["network"]) && seen.heads.len() == hops;
    let answered = |hops: usize| {
        move |seen: &Seen| matches!(seen.came, Came::Answer(_)) && seen.heads.len() == hops
    };
    let between = to(302, "/x");
    let script = |location: &str| {
        let says =
            format!("HTTP/1.1 302 Found\r\nconnection: close\r\nlocation: {location}\r\n\r\n");
        Script::new(says, Then::Close)
    };
    vec![
        Attempt::get(at(HOSTILE, "/chain/10"), answered(11)),
        Attempt::get(at(HOSTILE, "/chain/11"), network(11)),
        Attempt::get(at(HOSTILE, "/chain/4294967295"), network(11)),
        Attempt::get(at(HOSTILE, &between), answered(2)),
        Attempt::get(at(HOSTILE, "/"), network(11)).with(script("/")),
        Attempt::get(at(HOSTILE, "/"), network(11)).with(script("?")),
        Attempt::get(at(HOSTILE, "/"), network(11)).with(script(&at(ELSEWHERE, "/"))),
        Attempt::get(LOOP, |seen| {
            seen.came.told(&["network"]) && seen.encrypted == 11
        }),
        Attempt::get(at(HOSTILE, "/grow/"), |seen| {
            seen.came
                .told(&["network", "invalid-argument", "too-large"])
                && seen.heads.len() <= 11
        }),
    ]
}

/// Each is refused as it stands, or is a path of the same server.
fn broken() -> Vec<Attempt> {
    let own = |seen: &Seen| match &seen.came {
        Came::Answer(_) => (1..=2).contains(&seen.heads.len()),
        came => came.told(&REFUSED) || came.told(&FAILED),
    };
    let locations: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b" ".to_vec(),
        b"\xff\xfe".to_vec(),
        "http://\u{ff11}27.0.0.1/".as_bytes().to_vec(),
        "/p\u{e4}th".as_bytes().to_vec(),
        b"http://127.0.0.1\0.hostile.plain.example.com/".to_vec(),
        b"/x\r y: z".to_vec(),
        b"/x\n y: z".to_vec(),
        b"/x\r\n y: z".to_vec(),
        b"/x\r\nlocation: http://127.0.0.1/".to_vec(),
        b"/x\r\nx-smuggled: 1".to_vec(),
        b"/x%0d%0ax-smuggled:%201".to_vec(),
        b"/x HTTP/1.1%0d%0ahost:%20127.0.0.1".to_vec(),
        b"/x y".to_vec(),
        b"http://".to_vec(),
        b"http://:80/".to_vec(),
        b"http://[::1/".to_vec(),
        b"http://hostile.plain.example.com:99999/".to_vec(),
        b"http://%00/".to_vec(),
        b"%".to_vec(),
    ];
    let mut attempts: Vec<Attempt> = locations
        .iter()
        .map(|location| Attempt::get(at(HOSTILE, &to(302, location)), own))
        .collect();
    for bytes in [8_193, 60_000, 1 << 20] {
        let location = "x".repeat(bytes);
        let says =
            format!("HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: /{location}\r\n\r\n");
        let loops = |seen: &Seen| seen.failed() || seen.came.told(&REFUSED);
        attempts.push(Attempt::get(at(HOSTILE, "/"), loops).with(Script::new(says, Then::Close)));
    }
    attempts
}

/// A request that carries what is meant for its first origin only.
fn confidential(url: String, method: &str) -> Value {
    json!({
        "url": url,
        "method": method,
        "headers": [
            ["Authorization", "Bearer mine"],
            ["cookie", "session=mine"],
            ["COOKIE", "other=mine"],
        ],
    })
}

fn carries_nothing(head: &Head) -> bool {
    let none = ["authorization", "cookie", SECRET_HEADER]
        .iter()
        .all(|name| head.values(name).is_empty());
    none && !head.text.contains("mine") && !head.text.contains(SECRET)
}

fn credentials() -> Vec<Attempt> {
    let landed = at(ELSEWHERE, "/landed");
    let back = at(ELSEWHERE, &to(307, at(HOSTILE, "/back")));
    let mut attempts = Vec::new();
    for status in STATUSES {
        for method in ["GET", "POST", "PUT"] {
            let url = at(HOSTILE, &to(status, &landed));
            attempts.push(Attempt::new(confidential(url, method), |seen| {
                let [first, second] = &seen.heads[..] else {
                    return false;
                };
                first.values("authorization") == ["Bearer mine"]
                    && second.values("host") == [ELSEWHERE]
                    && carries_nothing(second)
            }));
        }
        let url = at(VAULT, &to(status, &landed));
        attempts.push(Attempt::new(confidential(url, "POST"), |seen| {
            let [first, second] = &seen.heads[..] else {
                return false;
            };
            first.values(SECRET_HEADER) == [SECRET] && carries_nothing(second)
        }));
        // There and back again: what was dropped on the way stays dropped.
        let url = at(HOSTILE, &to(status, &back));
        attempts.push(Attempt::new(confidential(url, "GET"), |seen| {
            let [_, second, third] = &seen.heads[..] else {
                return false;
            };
            third.values("host") == [HOSTILE] && carries_nothing(second) && carries_nothing(third)
        }));
    }
    attempts
}

fn downgrades() -> Vec<Attempt> {
    let redirect = |to: &str| format!("https://rogue.example.com/to/{}", encoded(to));
    let denied =
        |seen: &Seen| seen.came.told(&["denied"]) && seen.encrypted == 1 && seen.heads.is_empty();
    let mut attempts: Vec<Attempt> = ["GET", "POST", "PUT"]
        .iter()
        .map(|method| {
            let url = redirect(&at(ELSEWHERE, "/landed"));
            Attempt::new(confidential(url, method), |seen| {
                seen.encrypted == 1 && matches!(&seen.heads[..], [head] if carries_nothing(head))
            })
        })
        .collect();
    for there in [
        "http://rogue.example.com/",
        "http://rogue.example.com:443/",
        "//rogue.example.com:80/",
        "https://elsewhere.plain.example.com/",
    ] {
        attempts.push(Attempt::new(confidential(redirect(there), "GET"), denied));
    }
    attempts
}
