//! Names that the manifest allows, and whose owners let them resolve to what they
//! like. Knows nothing of URLs that are refused for themselves.

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::json;

use super::attempt::{Attempt, REFUSED, Seen, Sheet};
use super::names::{self, DEVICE, NOBODY};
use super::server::to;
use super::web::{HOSTILE, Web};
use crate::attack::Attack;

const CLASS: &str = "DNS";

/// Addresses that are not of the public internet.
const V4: &[&str] = &[
    "127.0.0.1",
    "127.0.0.53",
    "127.255.255.255",
    "0.0.0.0",
    "0.0.0.1",
    "0.255.255.255",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.17.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
];

/// The same for IPv6, and IPv4 within it.
const V6: &[&str] = &[
    "::",
    "::1",
    "::2",
    "::127.0.0.1",
    "::169.254.169.254",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:0.0.0.0",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:192.168.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b:0:0:0:1:7f00:1",
    "64:ff9b:1::127.0.0.1",
    "64:ff9b:1:ffff::8.8.8.8",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:a9fe:a9fe::",
    "2002:c0a8:1::",
    "3fff::1",
    "3fff:fff:ffff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::5efe:7f00:1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
];

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// All of them.
pub fn attacks(web: &Arc<Web>) -> Vec<Attack> {
    let filtered = Sheet::new(web, CLASS, "`address::is_public`, on every address");
    let dialled = Sheet::new(web, CLASS, "only what was kept is dialled");
    let once = Sheet::new(web, CLASS, "resolved once for each connection");
    let limits = Sheet::new(web, CLASS, "`MAX_ADDRESSES`, `Timeouts::connect`");
    vec![
        filtered.row("addresses of IPv4 that are not public", hidden(web, V4)),
        filtered.row("addresses of IPv6 that are not public", hidden(web, V6)),
        dialled.row("public and private addresses in one answer", mixed(web)),
        once.row("another answer the second time", rebound(web)),
        once.row("another answer at the next redirect", redirected(web)),
        limits.row("nothing, an error, 10,000 addresses, never", odd(web)),
    ]
}

/// The name is resolved once, refused, and nothing is dialled.
fn denied(seen: &Seen) -> bool {
    seen.came.told(&["denied"]) && seen.is_silent() && asked_once(seen)
}

/// The public address is dialled, at which nobody is.
fn nobody_there(seen: &Seen) -> bool {
    seen.came.told(&["network", "timeout"]) && seen.is_silent() && asked_once(seen)
}

fn asked_once(seen: &Seen) -> bool {
    matches!(seen.asked[..], [(_, 1)])
}

fn at(name: &str, web: &Web) -> String {
    format!("http://{name}:{}/", web.victim.port())
}

fn hidden(web: &Web, texts: &[&str]) -> Vec<Attempt> {
    let names = addresses(texts)
        .into_iter()
        .map(|address| names::all(&[address]));
    names
        .map(|name| Attempt::get(at(&name, web), denied))
        .collect()
}

fn mixed(web: &Web) -> Vec<Attempt> {
    let get = |addresses: &[IpAddr], expected: fn(&Seen) -> bool| {
        Attempt::get(at(&names::all(addresses), web), expected)
    };
    let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
    vec![
        get(&[DEVICE, NOBODY], nobody_there),
        get(&[NOBODY, DEVICE], nobody_there),
        get(&[DEVICE, NOBODY, mapped], nobody_there),
        get(&[NOBODY, mapped, NOBODY, DEVICE], nobody_there),
        get(&[DEVICE, mapped], denied),
        // More than are dialled, the public one last.
        get(&[[DEVICE; 18].as_slice(), &[NOBODY]].concat(), nobody_there),
    ]
}

/// Whoever asks twice, to check and to dial, dials the second answer.
fn rebound(web: &Web) -> Vec<Attempt> {
    let first_public = at(&names::turns(&[NOBODY, DEVICE]), web);
    let first_private = at(&names::turns(&[DEVICE, NOBODY]), web);
    let get = |url: &str, expected: fn(&Seen) -> bool| Attempt::get(url, expected);
    vec![
        get(&first_public, nobody_there),
        get(&first_public, denied),
        get(&first_public, nobody_there),
        get(&first_public, denied),
        get(&first_private, denied),
        get(&first_private, nobody_there),
        get(&first_private, denied),
        Attempt::new(json!({ "url": first_private, "n": 50 }), |seen| {
            seen.came.told(&["denied", "network", "timeout"]) && seen.is_silent()
        }),
    ]
}

fn redirected(web: &Web) -> Vec<Attempt> {
    let there = at(&names::turns(&[NOBODY, NOBODY, DEVICE, DEVICE]), web);
    let redirect =
        |status: u16, to_there: &str| format!("http://{HOSTILE}{}", to(status, to_there));
    let after_one = |expected: fn(&Seen) -> bool| {
        move |seen: &Seen| matches!(seen.heads[..], [_]) && expected(seen)
    };
    let nobody: fn(&Seen) -> bool = |seen| seen.came.told(&["network", "timeout"]);
    let denied: fn(&Seen) -> bool = |seen| seen.came.told(&REFUSED);
    vec![
        Attempt::get(redirect(302, &there), after_one(nobody)),
        Attempt::get(redirect(307, &there), after_one(nobody)),
        Attempt::get(redirect(302, &there), after_one(denied)),
        Attempt::new(
            json!({ "url": redirect(307, &there), "method": "POST", "body": "b" }),
            after_one(denied),
        ),
    ]
}

fn odd(web: &Web) -> Vec<Attempt> {
    let get = |name: &str, expected: fn(&Seen) -> bool| Attempt::get(at(name, web), expected);
    let told_network: fn(&Seen) -> bool = |seen| seen.came.told(&["network"]);
    vec![
        get(&names::all(&[]), told_network),
        get("broken.names.example.com", told_network),
        get(&names::crowd(DEVICE), denied),
        get(&names::crowd(NOBODY), nobody_there),
        get("unresolved.names.example.com", |seen| {
            seen.came.told(&["timeout"])
        }),
    ]
}
