//! The header that the embedder adds, and mini-apps that would read it, write over it
//! or have it sent elsewhere. Knows nothing of how it is added. That no answer and no
//! error holds the secret is seen to for every attempt of the family.

use std::sync::Arc;

use serde_json::json;

use super::attempt::{Attempt, Seen, Sheet};
use super::script::{Script, Then};
use super::server::to;
use super::visitor::Came;
use super::web::{ELSEWHERE, HOSTILE, SECRET, SECRET_HEADER, VAULT, Web};
use crate::attack::Attack;

const CLASS: &str = "secrets of the embedder";

/// All of them.
pub fn attacks(web: &Arc<Web>) -> Vec<Attack> {
    let injected = Sheet::new(web, CLASS, "`Injected::apply`, in place of the guest's own");
    let unread = Sheet::new(web, CLASS, "answers and errors hold nothing of the request");
    vec![
        injected.row("a header of the same name", overriding()),
        injected.row("the same header for another host", elsewhere()),
        unread.row("reading it from answers and errors", reading()),
    ]
}

fn at(host: &str, path: &str) -> String {
    format!("http://{host}{path}")
}

fn carries_secret(seen: &Seen) -> bool {
    matches!(&seen.heads[..], [head] if head.values(SECRET_HEADER) == [SECRET])
}

fn overriding() -> Vec<Attempt> {
    let pairs = |names: &[&str]| -> Vec<[String; 2]> {
        names
            .iter()
            .map(|&name| [name.to_owned(), "of the guest".to_owned()])
            .collect()
    };
    let methods = ["GET", "POST", "OPTIONS"].iter().cycle();
    let names: [&[&str]; 6] = [
        &[],
        &["x-api-key"],
        &["X-API-KEY"],
        &["X-Api-Key"],
        &["x-api-key", "X-API-Key"],
        &["x-API-key", "x-api-key", "x-api-key", "X-API-KEY"],
    ];
    let requests = names.iter().zip(methods).map(|(names, method)| {
        json!({ "url": at(VAULT, "/"), "method": method, "headers": pairs(names) })
    });
    requests
        .map(|request| Attempt::new(request, carries_secret))
        .collect()
}

/// What is for one host is for no other, whatever it calls itself.
fn elsewhere() -> Vec<Attempt> {
    let hosts = [
        HOSTILE,
        ELSEWHERE,
        "x.vault.plain.example.com",
        "vault.names.example.com",
    ];
    let without = |seen: &Seen| {
        let secret = |text: &str| text.contains(SECRET) || text.contains(SECRET_HEADER);
        !seen.heads.iter().any(|head| secret(&head.text))
    };
    let mut attempts: Vec<Attempt> = hosts
        .iter()
        .map(|host| Attempt::get(at(host, "/"), without))
        .collect();
    for url in [
        at(HOSTILE, "/http://vault.plain.example.com/"),
        at(HOSTILE, "/#@vault.plain.example.com/"),
        at(HOSTILE, "\\@vault.plain.example.com/"),
    ] {
        attempts.push(Attempt::get(url, without));
    }
    attempts.push(Attempt::get(
        at(VAULT, &to(302, at(ELSEWHERE, "/"))),
        |seen| {
            let [vault, elsewhere] = &seen.heads[..] else {
                return false;
            };
            vault.values(SECRET_HEADER) == [SECRET] && !elsewhere.text.contains(SECRET)
        },
    ));
    attempts
}

/// Every way for a request to end.
fn reading() -> Vec<Attempt> {
    let scripts = [
        Script::new(
            "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere",
            Then::Close,
        ),
        Script::new(
            "HTTP/1.1 401 X\r\nwww-authenticate: basic\r\ncontent-length: 0\r\n\r\n",
            Then::Close,
        ),
        Script::new("HTTP/1.1 101 X\r\n\r\n", Then::Close),
        Script::new("garbage\r\n\r\n", Then::Close),
        Script::new("HTTP/1.1 200 OK\r\nx y: z\r\n\r\n", Then::Close),
        Script::new("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx", Then::Close),
        Script::new(
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\nx",
            Then::Close,
        ),
        Script::new("HTTP/1.1 302 X\r\nlocation: ftp://x\r\n\r\n", Then::Close),
        Script::new(
            "HTTP/1.1 302 X\r\nlocation: http://evil.test/\r\n\r\n",
            Then::Close,
        ),
        Script::new(
            "HTTP/1.1 302 X\r\nlocation: http://me@vault.plain.example.com/\r\n\r\n",
            Then::Close,
        ),
        Script::new("HTTP/1.1 302 X\r\nlocation: http://[\r\n\r\n", Then::Close),
        Script::new("", Then::Hold),
        Script::new("", Then::Close),
        Script::new("", Then::Reset),
        Script::new("HTTP/1.1 200 OK\r\n\r\n", Then::Again(b"x".to_vec())),
        Script::new("HTTP/1.1 200 OK\r\n", Then::Again(b"x: y\r\n".to_vec())),
    ];
    // The attempt itself sees to it that nothing was read.
    let came = |seen: &Seen| carries_secret(seen) && !matches!(seen.came, Came::Ended(_));
    let attempts = scripts
        .into_iter()
        .map(|script| Attempt::get(at(VAULT, "/"), came).with(script));
    attempts.collect()
}
