//! Requests within requests: names, values, methods, URLs and bodies that would frame
//! a second request, or reframe the first one. Knows nothing of who checks them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::attempt::{Attempt, Seen, Sheet};
use super::server::{FORBIDDEN, OF_HOST};
use super::web::{HOSTILE, Web};
use crate::attack::Attack;

const CLASS: &str = "request smuggling";

/// What is no name of a header.
const NAMES: &[&str] = &[
    "",
    " ",
    "\t",
    ":",
    ":path",
    ":authority",
    "x:",
    "x: y",
    "x ",
    " x",
    "\tx",
    "x y",
    "x\ty",
    "x\r",
    "x\n",
    "x\r\n",
    "\r\nx",
    "x\r\nhost",
    "x: 1\r\nhost: evil.test\r\nx",
    "x\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: evil.test\r\n\r\n",
    "x\0",
    "x\0y",
    "\u{7f}",
    "x\u{80}",
    "x\u{85}",
    "höst",
    "ｈｏｓｔ",
    "ho\u{17f}t",
    "\u{212a}eep-alive",
    "host\u{200b}",
    "host\u{2028}",
    "transfer-encoding ",
    "transfer-encoding:",
    "transfer encoding",
    "content-length\u{a0}",
    "content-length\u{b}",
    "(x)",
    "x/y",
    "x@y",
    "x[]",
    "x=y",
    "\"host\"",
    "{host}",
];

/// What is no value of a header.
const VALUES: &[&str] = &[
    "\r",
    "\n",
    "\r\n",
    "a\rb",
    "a\nb",
    "a\r\nb",
    "a\r\n b",
    "a\r\n\tb",
    "a\r\nhost: evil.test",
    "a\r\ntransfer-encoding: chunked",
    "a\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: evil.test\r\n\r\n",
    "a\n\nGET /smuggled HTTP/1.1\n\n",
    "a\0",
    "\0",
    "a\u{1}b",
    "a\u{8}b",
    "a\u{b}b",
    "a\u{c}b",
    "a\u{1b}[2Jb",
    "a\u{7f}b",
    // Their low bytes are CR, LF and NUL.
    "a\u{10d}\u{10a}host: evil.test",
    "a\u{10a}b",
    "a\u{100}b",
    "a\u{560d}\u{560a}set-cookie: x",
    "a\u{2028}b",
    "a\u{2029}b",
    "€",
    "\u{1f4a9}",
    "\u{feff}a",
];

/// What is no method that is allowed.
const METHODS: &[&str] = &[
    "",
    " ",
    "get",
    "Get",
    "GeT",
    " GET",
    "GET ",
    "GET\t",
    "GET\r",
    "GET\n",
    "GET\0",
    "G\0ET",
    "G ET",
    "GET /smuggled HTTP/1.1\r\nhost: evil.test\r\n\r\nGET",
    "GET http://127.0.0.1/",
    "GET\r\nx: y",
    "CONNECT",
    "connect",
    "TRACE",
    "TRACK",
    "PRI",
    "PROPFIND",
    "PURGE",
    "DEBUG",
    "*",
    "ＧＥＴ",
    "GET\u{200b}",
    "POST\u{10d}\u{10a}",
    "GETGETGETGETGETGETGETGETGETGETGETGETGETGETGETGETGETGETGETGETGETGETGET",
];

/// Blanks, line ends and whole requests in URLs, and the target that arrives.
const TARGETS: &[(&str, &str)] = &[
    ("/a\r\nb", "/ab"),
    ("/a\r\n\r\nGET /smuggled", "/aGET%20/smuggled"),
    (
        "/a HTTP/1.1\r\nhost: evil.test\r\n\r\n",
        "/a%20HTTP/1.1host:%20evil.test",
    ),
    ("/a b", "/a%20b"),
    ("/a\tb", "/ab"),
    ("/a\0b", "/a%00b"),
    ("/a\u{7f}b", "/a%7Fb"),
    ("/a\u{10d}\u{10a}b", "/a%C4%8D%C4%8Ab"),
    ("/a\u{85}b", "/a%C2%85b"),
    ("/a\u{2028}b", "/a%E2%80%A8b"),
    ("/a%0d%0ahost:%20evil.test", "/a%0d%0ahost:%20evil.test"),
    ("/a%20HTTP/1.1%0d%0a%0d%0a", "/a%20HTTP/1.1%0d%0a%0d%0a"),
    ("/a%", "/a%"),
    ("/a?b\r\nc", "/a?bc"),
    ("/a?b c HTTP/1.1", "/a?b%20c%20HTTP/1.1"),
    ("/a?\"<>'`{|}", "/a?%22%3C%3E%27`{|}"),
    ("/a?b#c\r\n\r\nGET /smuggled", "/a?b"),
    ("/a#\r\nx: y", "/a"),
    ("\r\n/a", "/a"),
    ("/\"<>`{|}^[]\\", "/%22%3C%3E%60%7B|%7D^[]/"),
];

/// All of them.
pub fn attacks(web: &Arc<Web>) -> Vec<Attack> {
    let checked = Sheet::new(web, CLASS, "names and values are checked, `FORBIDDEN`");
    let rebuilt = Sheet::new(web, CLASS, "the request is built anew from parts");
    let limits = Sheet::new(web, CLASS, "limits on URL, headers and body");
    let headers = |pairs: Vec<[&str; 2]>| -> Vec<Attempt> {
        let requests = pairs.iter().map(|pair| asking(&[*pair]));
        requests
            .map(|request| Attempt::new(request, not_sent))
            .collect()
    };
    let methods = METHODS
        .iter()
        .map(|method| Attempt::new(json!({ "url": at("/"), "method": method }), not_sent));
    let targets = TARGETS.iter().map(|(asked, arrives)| {
        let line = format!("GET {arrives} HTTP/1.1");
        Attempt::get(at(asked), move |seen| seen.arrived(&line, HOSTILE))
    });
    vec![
        checked.row(
            "names of headers with CR, LF, NUL, colons, blanks",
            headers(NAMES.iter().map(|name| [*name, "1"]).collect()),
        ),
        checked.row(
            "values of headers with CR, LF, NUL, folds",
            headers(VALUES.iter().map(|value| ["x", *value]).collect()),
        ),
        checked.row("headers of the host's, in every case", forbidden()),
        checked.row("methods that are none", methods.collect()),
        rebuilt.row("line ends and requests in a URL", targets.collect()),
        rebuilt.row("requests in a body", bodies()),
        limits.row("as much as is allowed, and one past", sizes()),
    ]
}

fn at(path: &str) -> String {
    format!("http://{HOSTILE}{path}")
}

fn asking(headers: &[[&str; 2]]) -> Value {
    json!({ "url": at("/"), "headers": headers })
}

fn not_sent(seen: &Seen) -> bool {
    seen.came.told(&["invalid-argument"]) && seen.is_silent()
}

fn too_large(seen: &Seen) -> bool {
    seen.came.told(&["too-large"]) && seen.is_silent()
}

fn forbidden() -> Vec<Attempt> {
    let mixed = |name: &str| -> String {
        let letters = name.char_indices().map(|(place, letter)| match place % 2 {
            0 => letter.to_ascii_uppercase(),
            _ => letter,
        });
        letters.collect()
    };
    let capital = |name: &str| {
        let (first, rest) = name.split_at(1);
        first.to_ascii_uppercase() + rest
    };
    let mut attempts = Vec::new();
    for name in OF_HOST.iter().chain(&FORBIDDEN) {
        let upper = name.to_ascii_uppercase();
        for name in [(*name).to_owned(), upper, capital(name), mixed(name)] {
            attempts.push(Attempt::new(asking(&[[&name, "1"]]), not_sent));
        }
    }
    for pairs in [
        [["content-length", "0"], ["content-length", "5"]],
        [["content-length", "5"], ["transfer-encoding", "chunked"]],
        [
            ["transfer-encoding", "chunked"],
            ["Transfer-Encoding", "identity"],
        ],
        [["connection", "close, x-mine"], ["x-mine", "1"]],
        [["connection", "upgrade"], ["upgrade", "h2c"]],
        [["x", "1"], ["Host", "evil.test"]],
    ] {
        let request =
            json!({ "url": at("/"), "method": "POST", "headers": pairs, "body": "GET / " });
        attempts.push(Attempt::new(request, not_sent));
    }
    attempts
}

/// Each is followed by a plain request on the same connection.
fn bodies() -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for body in [
        "GET /smuggled HTTP/1.1\r\nhost: evil.test\r\n\r\n",
        "0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: evil.test\r\n\r\n",
        "\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
        "5\r\nhello\r\n0\r\n\r\n",
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let request = json!({ "url": at("/first"), "method": method, "body": body });
            let line = format!("{method} /first HTTP/1.1");
            attempts.push(Attempt::new(request, move |seen| {
                seen.arrived(&line, HOSTILE) && seen.heads[0].body == body.as_bytes()
            }));
            attempts.push(Attempt::get(at("/second"), |seen| {
                seen.arrived("GET /second HTTP/1.1", HOSTILE)
            }));
        }
    }
    attempts
}

fn sizes() -> Vec<Attempt> {
    let arrives = |of_guest: usize| move |seen: &Seen| matches!(&seen.heads[..], [head] if head.of_guest() == of_guest);
    let many = |count: usize| -> Vec<[String; 2]> {
        (0..count)
            .map(|place| [format!("x{place}"), "1".to_owned()])
            .collect()
    };
    let same = |count: usize| vec![["x", "1"]; count];
    let value = |bytes: usize| asking(&[["x", "v".repeat(bytes - 1).as_str()]]);
    let name = |bytes: usize| asking(&[["n".repeat(bytes - 1).as_str(), "1"]]);
    let url = |bytes: usize| at(&format!("/{}", "u".repeat(bytes - at("/").len())));
    vec![
        Attempt::new(json!({ "url": at("/"), "headers": many(64) }), arrives(64)),
        Attempt::new(json!({ "url": at("/"), "headers": many(65) }), too_large),
        Attempt::new(json!({ "url": at("/"), "headers": same(64) }), arrives(64)),
        Attempt::new(json!({ "url": at("/"), "headers": same(65) }), too_large),
        Attempt::new(json!({ "url": at("/"), "headers": same(2_000) }), too_large),
        Attempt::new(value(16 << 10), arrives(1)),
        Attempt::new(value((16 << 10) + 1), too_large),
        Attempt::new(name(16 << 10), arrives(1)),
        Attempt::new(name((16 << 10) + 1), too_large),
        Attempt::get(url(8_192), |seen| seen.heads.len() == 1),
        Attempt::get(url(8_193), too_large),
        Attempt::get(url(30_000), too_large),
    ]
}
