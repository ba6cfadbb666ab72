//! Bodies that take their time, have no end, or lie about their length. Knows nothing
//! of heads.

use serde_json::json;

use super::super::attempt::{Attempt, Seen};
use super::super::script::{Script, Then};
use super::{CHUNKED, LONG, OK, again, url};

pub fn endless() -> Vec<Script> {
    vec![
        Script::new(LONG, Then::Hold),
        Script::new(LONG, Then::Drip("x")),
        Script::new(CHUNKED, Then::Hold),
        Script::new(CHUNKED, Then::Drip("1\r\nx\r\n")),
        Script::new(CHUNKED, Then::Drip("0")),
        again("HTTP/1.1 200 OK\r\n\r\n", "x"),
        again("HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n", "x"),
        again(
            "HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n",
            "x",
        ),
        again(CHUNKED, "1;x=y\r\nx\r\n"),
        again(CHUNKED, "0"),
        again(&format!("{CHUNKED}1;"), "x"),
        again(&format!("{CHUNKED}1\r\nx\r\n0\r\n"), "x: y\r\n"),
        again(&format!("{CHUNKED}1\r\nx\r\n0\r\nx: "), "y"),
        again(&format!("{CHUNKED}ffffffffffffffff\r\n"), "x"),
        again(&format!("{CHUNKED}7fffffffffffffff\r\n"), "x"),
    ]
}

/// Taking them apart is the host's work for the mini-app, which is held to its share of
/// a core for it, and may be ended for having taken more.
pub fn crumbs() -> Vec<Attempt> {
    let chunks = ["1\r\nx\r\n", "00000000000000001\r\nx\r\n"];
    let attempts = [1, 10]
        .iter()
        .flat_map(|count| chunks.map(|chunk| (count, chunk)));
    attempts
        .map(|(count, chunk)| {
            let request = match count {
                1 => json!({ "url": url() }),
                _ => json!({ "url": url(), "n": count }),
            };
            Attempt::new(request, move |seen| seen.failed() || seen.is_held())
                .with(again(CHUNKED, chunk))
                .lets_go()
        })
        .collect()
}

/// What of these is no answer fails; what is one ends where its length says.
pub fn lengths() -> Vec<Attempt> {
    let says = |head: &str, body: &str| format!("{OK}{head}\r\n\r\n{body}");
    let broken = [
        ("content-length: 5\r\ncontent-length: 6", "hello!"),
        ("content-length: 5, 6", "hello!"),
        ("content-length: -1", "x"),
        ("content-length: +5", "hello"),
        ("content-length: 0x5", "hello"),
        ("content-length: 5 5", "hello"),
        ("content-length: 5e0", "hello"),
        ("content-length: five", "hello"),
        ("content-length:", "hello"),
        ("content-length: \u{ff15}", "hello"),
        ("content-length: 18446744073709551615", "hello"),
        ("content-length: 18446744073709551616", "hello"),
        ("content-length: 99999999999999999999999", "hello"),
        ("content-length: 1000", "hello"),
        ("content-length: 1099511627776", "hello"),
        ("transfer-encoding: chunked", "5\r\nhel"),
        ("transfer-encoding: chunked", "5\r\nhello"),
        (
            "transfer-encoding: chunked",
            "5\r\nhello world\r\n0\r\n\r\n",
        ),
        ("transfer-encoding: chunked", "-5\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked", "0x5\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked", "5 5\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked", "\r\nhello\r\n0\r\n\r\n"),
        (
            "transfer-encoding: chunked",
            "10000000000000005\r\nhello\r\n0\r\n\r\n",
        ),
        ("transfer-encoding: chunked", "5\nhello\n0\n\n"),
        ("transfer-encoding: chunked", "hello"),
    ];
    let ambiguous = [
        ("content-length: 5\r\ncontent-length: 5", "hello"),
        ("content-length: 5, 5", "hello"),
        ("content-length: 00000000000000005", "hello"),
        (
            "content-length: 100\r\ntransfer-encoding: chunked",
            "5\r\nhello\r\n0\r\n\r\n",
        ),
        (
            "content-length: 0\r\ntransfer-encoding: chunked",
            "5\r\nhello\r\n0\r\n\r\n",
        ),
        (
            "transfer-encoding: chunked, chunked",
            "5\r\nhello\r\n0\r\n\r\n",
        ),
        (
            "transfer-encoding: chunked\r\ntransfer-encoding: identity",
            "hello",
        ),
        ("transfer-encoding: xchunked", "hello"),
        ("transfer-encoding: gzip", "hello"),
        ("transfer-encoding: \u{b}chunked", "hello"),
    ];
    let fails = broken.iter().map(|(head, body)| {
        Attempt::get(url(), Seen::failed).with(Script::new(says(head, body), Then::Close))
    });
    let harmless = ambiguous.iter().map(|(head, body)| {
        Attempt::get(url(), Seen::is_harmless).with(Script::new(says(head, body), Then::Close))
    });
    fails.chain(harmless).collect()
}
