//! Where URLs lead, and what an allow-list makes of it.

#![allow(clippy::unwrap_used)]

use miniapp_package::{AllowList, Destination, Refusal, Scheme};
use url::Url;

fn list() -> AllowList {
    AllowList::parse([
        "api.acme.com",
        "*.shop.acme.com",
        "http://plain.acme.com:8080",
    ])
    .unwrap()
}

fn decided(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| format!("no URL: {error}"))?;
    let decided = list()
        .destination(&url)
        .map(|Destination { scheme, host, port }| format!("{scheme} {host} {port}"));
    decided.map_err(|refusal| refusal.to_string())
}

#[test]
fn what_the_list_names_is_permitted() {
    for (url, destination) in [
        ("https://api.acme.com/a?b#c", "https api.acme.com 443"),
        ("HTTPS://API.Acme.COM:443", "https api.acme.com 443"),
        ("https:\\\\api.acme.com\\x", "https api.acme.com 443"),
        ("https://api.acme.com\t\n/", "https api.acme.com 443"),
        ("https://a.b.shop.acme.com/", "https a.b.shop.acme.com 443"),
        ("http://plain.acme.com:8080/", "http plain.acme.com 8080"),
        ("https://%61pi.acme.com/", "https api.acme.com 443"),
        ("https://ａｐｉ.acme.com/", "https api.acme.com 443"),
    ] {
        assert_eq!(decided(url).as_deref(), Ok(destination), "{url}");
    }
}

#[test]
fn another_host_scheme_or_port_is_not() {
    for url in [
        "http://api.acme.com/",
        "https://api.acme.com:80/",
        "https://api.acme.com./",
        "https://shop.acme.com/",
        "https://evilshop.acme.com/",
        "https://api.acme.com.evil.example/",
        "https://evil.example/https://api.acme.com",
        "https://evil.example?@api.acme.com/",
        "https://evil.example#@api.acme.com/",
        "https://evil.example\\@api.acme.com/",
        "https://аpi.acme.com/",
        "http://plain.acme.com/",
        "https://plain.acme.com:8080/",
        "https://localhost/",
    ] {
        let refused = decided(url).unwrap_err();
        assert!(
            refused.contains("is not on the allow-list"),
            "{url}: {refused}"
        );
    }
}

#[test]
fn what_only_looks_like_a_permitted_host_is_refused() {
    for url in [
        "https://api.acme.com@evil.example/",
        "https://api.acme.com:443@evil.example/",
        "https://:x@api.acme.com/",
    ] {
        assert!(
            decided(url).unwrap_err().contains("a user or a password"),
            "{url}"
        );
    }
    for url in [
        "ftp://api.acme.com/",
        "file:///etc/passwd",
        "data:text/plain,x",
        "blob:https://api.acme.com/1",
        "ws://api.acme.com/",
        "javascript://api.acme.com/%0a",
    ] {
        assert!(decided(url).unwrap_err().contains("scheme"), "{url}");
    }
}

#[test]
fn an_address_is_one_in_every_notation() {
    for (url, address) in [
        ("https://127.0.0.1/", "127.0.0.1"),
        ("https://2130706433/", "127.0.0.1"),
        ("https://0x7f000001/", "127.0.0.1"),
        ("https://0x7f.1/", "127.0.0.1"),
        ("https://0177.0.0.1/", "127.0.0.1"),
        ("https://017700000001/", "127.0.0.1"),
        ("https://127.1/", "127.0.0.1"),
        ("https://127.0.0.1./", "127.0.0.1"),
        ("https://%31%32%37.0.0.1/", "127.0.0.1"),
        ("https://１２７.０.０.１/", "127.0.0.1"),
        ("https://①②⑦.0.0.1/", "127.0.0.1"),
        ("https://127。0。0。1/", "127.0.0.1"),
        ("https://[::1]/", "::1"),
        ("https://[0:0:0:0:0:ffff:7f00:1]/", "::ffff:127.0.0.1"),
        (
            "https://[::ffff:169.254.169.254]/",
            "::ffff:169.254.169.254",
        ),
    ] {
        let url = Url::parse(url).unwrap();
        match list().destination(&url) {
            Err(Refusal::Address {
                scheme: Scheme::Https,
                address: came,
                port: 443,
            }) => {
                assert_eq!(came.to_string(), address, "{url}");
            }
            other => panic!("{url}: {other:?}"),
        }
    }
}
