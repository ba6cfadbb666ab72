//! Servers that answer with what is no answer: too slowly, without end, with lengths
//! that lie, or not in HTTP at all. Knows nothing of bodies that are packed.

mod bodies;

use std::sync::Arc;

use serde_json::json;

use super::attempt::{Attempt, Seen, Sheet};
use super::script::{Script, Then};
use super::visitor::Came;
use super::web::{ENCRYPTED, HOSTILE, PLAIN_SPOKEN, Web};
use crate::attack::Attack;
use crate::server::NEVER;

const CLASS: &str = "hostile servers";

const OK: &str = "HTTP/1.1 200 OK\r\n";
const LONG: &str = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// All of them.
pub fn attacks(web: &Arc<Web>) -> Vec<Attack> {
    let time = Sheet::new(web, CLASS, "`Timeouts::first_byte`, limits on a head");
    let total = Sheet::new(web, CLASS, "`Timeouts::total`, limit on a body");
    let parsed = Sheet::new(web, CLASS, "hyper's parser; no connection is shared");
    let dialled = Sheet::new(web, CLASS, "`Timeouts::connect`, certificates");
    vec![
        time.row(
            "heads that take their time, or have no end",
            failing(heads()),
        ),
        time.row("interim answers without end", failing(interim())),
        total.row(
            "bodies that take their time, or have no end",
            failing(bodies::endless()),
        ),
        total.row("a byte in each chunk, without end", bodies::crumbs()),
        parsed.row("lengths that lie", bodies::lengths()),
        parsed.row("what is no HTTP", failing(garbage())),
        parsed.row("more than was asked for", unasked()),
        parsed.row("connections that break off", failing(breaks())),
        total.row("time-outs of nothing, and of 49 days", timeouts()),
        dialled.row(
            "plain text for TLS, TLS for plain text, silence",
            confused(),
        ),
    ]
}

fn url() -> String {
    format!("http://{HOSTILE}/")
}

fn again(says: &str, then: &str) -> Script {
    Script::new(says, Then::Again(then.as_bytes().to_vec()))
}

fn failing(scripts: Vec<Script>) -> Vec<Attempt> {
    let attempts = scripts
        .into_iter()
        .map(|script| Attempt::get(url(), Seen::failed).with(script).lets_go());
    attempts.collect()
}

fn heads() -> Vec<Script> {
    vec![
        Script::new("", Then::Hold),
        Script::new("H", Then::Hold),
        Script::new("HTTP/1.1 200 OK\r\nx: y\r\n", Then::Hold),
        Script::new("HTTP/1.1 200 ", Then::Drip("O")),
        Script::new(OK, Then::Drip("x: y\r\n")),
        Script::new("", Then::Drip("\r\n")),
        again("", "\r\n"),
        again("HTTP/1.1 200 ", "O"),
        again("HTTP/1.1 200 OK\r\n", "x: y\r\n"),
        again("HTTP/1.1 200 OK\r\nx: ", "y"),
        again("HTTP/1.1 200 OK\r\n", "x"),
        again("HTTP/1.1 200 OK\r\nx: y", " "),
        again("HTTP/1.1 200 OK\r\n", ":\r\n"),
        Script::new(format!("{OK}{}\r\n", "x: y\r\n".repeat(101)), Then::Close),
    ]
}

fn interim() -> Vec<Script> {
    let large = format!(
        "HTTP/1.1 103 Early Hints\r\nlink: {}\r\n\r\n",
        "x".repeat(8_000)
    );
    vec![
        again("", "HTTP/1.1 100 Continue\r\n\r\n"),
        again("", "HTTP/1.1 102 Processing\r\n\r\n"),
        again("", "HTTP/1.1 199 X\r\nx: y\r\n\r\n"),
        again("", &large),
        Script::new("", Then::Drip("HTTP/1.1 100 Continue\r\n\r\n")),
        Script::new("HTTP/1.1 100 Continue\r\n\r\n", Then::Hold),
        Script::new("HTTP/1.1 100 Continue\r\n\r\n", Then::Close),
    ]
}

fn garbage() -> Vec<Script> {
    let says = |text: &str| Script::new(text, Then::Close);
    vec![
        says(""),
        says("\r\n\r\n"),
        says("<html>HTTP/0.9</html>"),
        says("hello, world\r\n\r\n"),
        says("\0\0\0\0\0\0\0\0\r\n\r\n"),
        Script::new([0x16, 3, 3, 0, 2, 2, 40].to_vec(), Then::Close),
        Script::new([0xff_u8; 4_096].to_vec(), Then::Hold),
        says("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        says("GET / HTTP/1.1\r\nhost: x\r\n\r\n"),
        says("HTTP/1.1\r\n\r\n"),
        says("HTTP/1.1 \r\n\r\n"),
        says("HTTP/1.1 OK\r\n\r\n"),
        says("HTTP/1.1 20\r\n\r\n"),
        says("HTTP/1.1 2000 OK\r\n\r\n"),
        says("HTTP/1.1 000 X\r\n\r\n"),
        says("HTTP/1.1 099 X\r\n\r\n"),
        says("HTTP/1.1 -20 X\r\n\r\n"),
        says("HTTP/2 200 OK\r\n\r\n"),
        says("HTTP/9.9 200 OK\r\n\r\n"),
        says("HTTP/0.9 200 OK\r\n\r\n"),
        says("http/1.1 200 OK\r\n\r\n"),
        says("ICY 200 OK\r\n\r\n"),
        says("HTTP/1.1  200 OK\r\n\r\n"),
        says("HTTP/1.1 200 OK\r\nx\r\n\r\n"),
        says("HTTP/1.1 200 OK\r\n: y\r\n\r\n"),
        says("HTTP/1.1 200 OK\r\nx y: z\r\n\r\n"),
        says("HTTP/1.1 200 OK\r\nx\0: y\r\n\r\n"),
        says("HTTP/1.1 200 OK\r\nx: y\0z\r\n\r\n"),
        says("HTTP/1.1 200 OK\r\nx: y\rz\r\n\r\n"),
        says("HTTP/1.1 200 O\0K\r\n\r\n"),
        says("HTTP/1.1 200 OK\r\nx : y\r\n\r\n"),
    ]
}

/// Nothing of it is taken for the answer to another request.
fn unasked() -> Vec<Attempt> {
    let get = |says: &str, then: Then| {
        Attempt::get(url(), Seen::is_harmless).with(Script::new(says, then))
    };
    let head = Attempt::new(json!({ "url": url(), "method": "HEAD" }), Seen::is_harmless);
    let second = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil";
    vec![
        get("HTTP/1.1 101 Switching Protocols\r\n\r\n", Then::Hold),
        get(
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
            Then::Again(b"x".to_vec()),
        ),
        get(
            "HTTP/1.1 204 No Content\r\ncontent-length: 4\r\n\r\nevil",
            Then::Hold,
        ),
        get(
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 4\r\n\r\nevil",
            Then::Hold,
        ),
        get(
            "HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n",
            Then::Again(b"1\r\nx\r\n".to_vec()),
        ),
        get(
            &format!("{OK}content-length: 0\r\n\r\n{second}"),
            Then::Hold,
        ),
        get(
            &format!("{OK}content-length: 0\r\n\r\n"),
            Then::Again(second.into()),
        ),
        get(
            &format!("{OK}content-length: 0\r\n\r\n"),
            Then::Again(b"x".to_vec()),
        ),
        get(
            &format!("{OK}connection: keep-alive\r\ncontent-length: 4\r\n\r\nherex"),
            Then::Hold,
        ),
        get(
            "HTTP/1.1 407 X\r\nproxy-authenticate: basic\r\ncontent-length: 0\r\n\r\n",
            Then::Hold,
        ),
        get(
            "HTTP/1.1 401 X\r\nwww-authenticate: basic\r\ncontent-length: 0\r\n\r\n",
            Then::Hold,
        ),
        get(
            "HTTP/1.1 426 X\r\nupgrade: h2c\r\ncontent-length: 0\r\n\r\n",
            Then::Hold,
        ),
        get("HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n", Then::Hold),
        head.with(Script::new(second, Then::Again(b"evil".to_vec()))),
        get(
            &format!(
                "{OK}{}content-length: 0\r\n\r\n",
                "x: \u{e4}\u{1f4a9}\t\u{80}\r\n".repeat(99)
            ),
            Then::Hold,
        ),
        get(
            &format!("{OK}x: {}\r\ncontent-length: 0\r\n\r\n", "y".repeat(60_000)),
            Then::Hold,
        ),
        Attempt::get(url(), Seen::is_harmless).with(Script::unasked(second, Then::Hold)),
        Attempt::get(url(), Seen::is_harmless)
            .with(Script::unasked("", Then::Again(second.into()))),
    ]
}

fn breaks() -> Vec<Script> {
    vec![
        Script::unasked("", Then::Close),
        Script::unasked("", Then::Reset),
        Script::unasked("HTTP/1.1 200 OK\r\n", Then::Reset),
        Script::new("", Then::Close),
        Script::new("", Then::Reset),
        Script::new("HTTP/1.1 2", Then::Reset),
        Script::new("HTTP/1.1 200 OK\r\nx: y\r\n", Then::Close),
        Script::new("HTTP/1.1 200 OK\r\nx: y\r\n", Then::Reset),
        Script::new(LONG, Then::Close),
        Script::new(LONG, Then::Reset),
        Script::new(format!("{LONG}x"), Then::Reset),
        Script::new(CHUNKED, Then::Close),
        Script::new(format!("{CHUNKED}1\r\nx\r\n"), Then::Reset),
    ]
}

/// A mini-app may ask for less time, not for more.
fn timeouts() -> Vec<Attempt> {
    let asked = [0, 1, 1_000_000, 4_294_967_295, 4_294_967_296, u64::MAX];
    let told = |seen: &Seen| seen.came.told(&["timeout", "invalid-argument"]);
    let attempts = asked
        .iter()
        .map(|milliseconds| Attempt::new(json!({ "url": NEVER, "timeout": milliseconds }), told));
    attempts.collect()
}

fn confused() -> Vec<Attempt> {
    let secure = format!("https://{PLAIN_SPOKEN}/");
    let get = |script: Script| Attempt::get(&secure, Seen::failed).with(script);
    let mut attempts: Vec<Attempt> = vec![
        get(Script::unasked(
            "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere",
            Then::Hold,
        )),
        get(Script::unasked("", Then::Hold)),
        get(Script::unasked("", Then::Close)),
        get(Script::unasked("", Then::Reset)),
        get(Script::unasked("\u{16}\u{3}\u{3}", Then::Hold)),
        get(Script::unasked("\u{15}\u{3}\u{3}\0\u{2}\u{2}(", Then::Hold)),
        get(Script::unasked(
            "\u{15}\u{3}\u{3}\0\u{2}\u{1}\0",
            Then::Drip("\u{15}\u{3}\u{3}\0\u{2}\u{1}\0"),
        )),
        get(Script::unasked("", Then::Again(b"x".to_vec()))),
        get(Script::unasked("", Then::Again(vec![0x16, 3, 3, 0x40, 0]))),
    ];
    for url in [
        format!("http://{ENCRYPTED}/"),
        "https://mute.names.example.com/".to_owned(),
    ] {
        attempts.push(Attempt::get(url, |seen| seen.failed() && seen.is_silent()));
    }
    attempts.push(Attempt::get(
        "http://dribble.plain.example.com/body",
        |seen| !matches!(seen.came, Came::Answer(_)) && seen.failed(),
    ));
    attempts
}
