//! The network allow-list, rule by rule.

#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use miniapp_package::{
    AllowEntry, AllowList, HostPattern, MAX_HOST_BYTES, MAX_LABEL_BYTES, Scheme, entry_for,
};
use proptest::prelude::*;
use url::Host;

fn list(entries: &[&str]) -> AllowList {
    AllowList::parse(entries.iter().copied()).unwrap()
}

fn https(entries: &[&str], host: &str) -> bool {
    list(entries).permits(Scheme::Https, host, 443)
}

fn refused(entry: &str) -> String {
    AllowEntry::parse(entry).unwrap_err().to_string()
}

#[test]
fn an_empty_list_denies_everything() {
    assert!(list(&[]).is_empty());
    assert!(!https(&[], "api.acme.com"));
    assert_eq!(list(&[]), AllowList::default());
}

#[test]
fn an_exact_host_permits_itself_only() {
    let entries = ["api.acme.com"];
    assert!(https(&entries, "api.acme.com"));
    for other in [
        "acme.com",
        "x.api.acme.com",
        "evilapi.acme.com",
        "api.acme.com.",
        "api.acme.co",
        "",
    ] {
        assert!(!https(&entries, other), "{other}");
    }
    assert!(!list(&entries).permits(Scheme::Http, "api.acme.com", 80));
    assert!(!list(&entries).permits(Scheme::Http, "api.acme.com", 443));
    assert!(!list(&entries).permits(Scheme::Https, "api.acme.com", 8443));
}

#[test]
fn scheme_and_port_are_what_is_written() {
    let cases = [
        ("api.acme.com", Scheme::Https, 443),
        ("https://api.acme.com", Scheme::Https, 443),
        ("HTTPS://API.acme.com:443", Scheme::Https, 443),
        ("api.acme.com:8443", Scheme::Https, 8443),
        ("http://api.acme.com", Scheme::Http, 80),
        ("http://api.acme.com:443", Scheme::Http, 443),
        ("api.acme.com:1", Scheme::Https, 1),
        ("api.acme.com:65535", Scheme::Https, 65535),
    ];
    for (text, scheme, port) in cases {
        let entry = AllowEntry::parse(text).unwrap();
        assert_eq!((entry.scheme, entry.port), (scheme, port), "{text}");
        assert_eq!(entry.host, HostPattern::Exact("api.acme.com".into()));
        assert!(entry.permits(scheme, "api.acme.com", port));
        assert_eq!(entry_for(scheme, "api.acme.com", port), entry.to_string());
        assert_eq!(&*entry.text, text);
    }
}

#[test]
fn a_wildcard_permits_whole_labels_below_and_not_the_apex() {
    let entries = ["*.acme.com"];
    assert!(https(&entries, "api.acme.com"));
    assert!(https(&entries, "a.b.c.acme.com"));
    for other in [
        "acme.com",
        "evilacme.com",
        ".acme.com",
        "a..acme.com",
        "acme.com.evil.com",
        "com",
    ] {
        assert!(!https(&entries, other), "{other}");
    }
}

#[test]
fn names_are_compared_in_lower_case_ascii() {
    assert_eq!(
        AllowEntry::parse("API.Acme.COM").unwrap().to_string(),
        "api.acme.com"
    );
    let unicode = AllowEntry::parse("*.Bücher.example").unwrap();
    assert_eq!(unicode.to_string(), "*.xn--bcher-kva.example");
    assert_eq!(
        unicode,
        AllowEntry::parse("*.xn--bcher-kva.example").unwrap()
    );
    // The wide letters and dots of East Asian keyboards.
    assert_eq!(
        AllowEntry::parse("ａｐｉ。acme．com").unwrap().to_string(),
        "api.acme.com"
    );
}

#[test]
fn addresses_are_refused_in_every_notation() {
    let addresses = [
        "1.2.3.4",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "1.2.3.4:80",
        "[::1]",
        "[::1]:8080",
        "::1",
        "http://[::ffff:1.2.3.4]",
        "１.２.３.４",
        "1.2.3.999",
        "a.b.1",
        "*.2.3.4",
        "*.0x7f",
    ];
    for address in addresses {
        let message = refused(address);
        assert!(
            message.contains("it is an address, not a host name"),
            "{message}"
        );
    }
}

#[test]
fn names_of_the_device_and_its_network_are_refused() {
    for local in [
        "localhost",
        "LOCALHOST:3000",
        "a.localhost",
        "printer.local",
        "db.internal",
        "*.x.local",
        "ｌocalhost",
    ] {
        let message = refused(local);
        assert!(
            message.contains("names the device itself or its network"),
            "{message}"
        );
    }
    assert!(AllowEntry::parse("localhost.acme.com").is_ok());
}

#[test]
fn what_is_outside_the_grammar_says_how_to_mend_it() {
    assert_snapshot!(refused(""), @r#""" cannot be allowed: the entry is empty; write a whole host name, such as `api.acme.com`"#);
    assert_snapshot!(refused(" api.acme.com"), @"` api.acme.com` cannot be allowed: it has white space or a control character; a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots");
    assert_snapshot!(refused("api.acme.com\r\nHost: evil.com"), @r#"`api.acme.com\r\nHost: evil.com` cannot be allowed: it has white space or a control character; a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots"#);
    assert_snapshot!(refused("wss://api.acme.com"), @"`wss://api.acme.com` cannot be allowed: the scheme `wss` is neither `http` nor `https`; write `api.acme.com` for HTTPS or `http://api.acme.com` for HTTP");
    assert_snapshot!(refused("https://api.acme.com/"), @"`https://api.acme.com/` cannot be allowed: it has a path, a query or a fragment; write the host only: `api.acme.com` permits all its paths");
    assert_snapshot!(refused("api.acme.com?x"), @"`api.acme.com?x` cannot be allowed: it has a path, a query or a fragment; write the host only: `api.acme.com` permits all its paths");
    assert_snapshot!(refused("api.acme.com\\@evil.com"), @r#"`api.acme.com\@evil.com` cannot be allowed: it has a path, a query or a fragment; write the host only: `api.acme.com` permits all its paths"#);
    assert_snapshot!(refused("user:password@api.acme.com"), @"`user:password@api.acme.com` cannot be allowed: it has a user name; write the host only, and send credentials in a header");
    assert_snapshot!(refused("1.2.3.4"), @"`1.2.3.4` cannot be allowed: it is an address, not a host name; write the public host name of the service, such as `api.acme.com`");
    assert_snapshot!(refused("api.acme.com:0"), @"`api.acme.com:0` cannot be allowed: the port `0` is not a number from 1 to 65535; write it as in `api.acme.com:8443`, or leave it out for 443");
    assert_snapshot!(refused("api.acme.com:65536"), @"`api.acme.com:65536` cannot be allowed: the port `65536` is not a number from 1 to 65535; write it as in `api.acme.com:8443`, or leave it out for 443");
    assert_snapshot!(refused("api.acme.com:0443"), @"`api.acme.com:0443` cannot be allowed: the port `0443` is not a number from 1 to 65535; write it as in `api.acme.com:8443`, or leave it out for 443");
    assert_snapshot!(refused("api.acme.com:"), @r#"`api.acme.com:` cannot be allowed: the port "" is not a number from 1 to 65535; write it as in `api.acme.com:8443`, or leave it out for 443"#);
    assert_snapshot!(refused("https://"), @"`https://` cannot be allowed: it has no host name; write a whole host name, such as `api.acme.com`");
    assert_snapshot!(refused("https://:443"), @"`https://:443` cannot be allowed: it has no host name; write a whole host name, such as `api.acme.com`");
    assert_snapshot!(refused("*"), @"`*` cannot be allowed: `*` would permit every host; list each host, or the subdomains of one as in `*.acme.com`");
    assert_snapshot!(refused("*:443"), @"`*:443` cannot be allowed: `*` would permit every host; list each host, or the subdomains of one as in `*.acme.com`");
    assert_snapshot!(refused("api.*.com"), @"`api.*.com` cannot be allowed: `*` stands only for whole labels at the beginning; write it as in `*.acme.com`, which permits every host under `acme.com`");
    assert_snapshot!(refused("*acme.com"), @"`*acme.com` cannot be allowed: `*` stands only for whole labels at the beginning; write it as in `*.acme.com`, which permits every host under `acme.com`");
    assert_snapshot!(refused("*.*.acme.com"), @"`*.*.acme.com` cannot be allowed: `*` stands only for whole labels at the beginning; write it as in `*.acme.com`, which permits every host under `acme.com`");
    assert_snapshot!(refused("*.com"), @"`*.com` cannot be allowed: the wildcard leaves only one label, a whole registry of names; write it as in `*.acme.com`, which permits every host under `acme.com`");
    assert_snapshot!(refused("＊.acme.com"), @"`＊.acme.com` cannot be allowed: the host name has the character `*`; a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots");
    assert_snapshot!(refused("my＿api.acme.com"), @"`my＿api.acme.com` cannot be allowed: the host name has the character `_`; a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots");
    assert_snapshot!(refused("my_api.acme.com"), @"`my_api.acme.com` cannot be allowed: the host name has the character `_`; a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots");
    assert_snapshot!(refused("api%2eacme.com"), @"`api%2eacme.com` cannot be allowed: the host name has the character `%`; a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots");
    assert_snapshot!(refused("api.acme.com."), @"`api.acme.com.` cannot be allowed: the host name ends in a dot; remove the dot at the end");
    assert_snapshot!(refused("api..acme.com"), @"`api..acme.com` cannot be allowed: the host name has an empty label; write a whole host name, such as `api.acme.com`");
    assert_snapshot!(refused(".acme.com"), @"`.acme.com` cannot be allowed: the host name has an empty label; write a whole host name, such as `api.acme.com`");
    assert_snapshot!(refused("-api.acme.com"), @"`-api.acme.com` cannot be allowed: a label of the host name begins or ends with a hyphen; a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots");
    assert_snapshot!(refused("xn--zz.acme.com"), @"`xn--zz.acme.com` cannot be allowed: it is not a host name; write a whole host name, such as `api.acme.com`");
    assert_snapshot!(refused("intranet"), @"`intranet` cannot be allowed: the host name has only one label; write a whole host name, such as `api.acme.com`");
    assert_snapshot!(refused("printer.local"), @"`printer.local` cannot be allowed: `local` names the device itself or its network; write the public host name of the service, such as `api.acme.com`");
}

#[test]
fn labels_names_and_entries_have_their_limits() {
    let label = "a".repeat(MAX_LABEL_BYTES);
    assert!(AllowEntry::parse(&format!("{label}.com")).is_ok());
    assert_snapshot!(refused(&format!("{label}a.com")), @"`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` cannot be allowed: a label of the host name has 64 bytes, more than 63; a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots");

    let name = |bytes: usize| {
        let labels = format!("{label}.{label}.{label}.");
        format!("{labels}{}", "b".repeat(bytes - labels.len()))
    };
    assert!(AllowEntry::parse(&name(MAX_HOST_BYTES)).is_ok());
    assert_snapshot!(refused(&name(MAX_HOST_BYTES + 1)), @"`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.…` cannot be allowed: the host name has 254 bytes, more than 253; a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots");

    let entry = |bytes: usize| "a".repeat(bytes);
    assert!(!refused(&entry(AllowEntry::MAX_BYTES)).contains("more than 1024"));
    assert_snapshot!(refused(&entry(AllowEntry::MAX_BYTES + 1)), @"`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` cannot be allowed: the entry has more than 1024 bytes; a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots");
}

#[test]
fn what_is_asked_is_narrowed_to_what_is_granted() {
    let granted = list(&["*.acme.com", "http://plain.other.com", "api.other.com:8443"]);
    let cases = [
        ("api.acme.com", true),
        ("*.acme.com", true),
        ("*.eu.acme.com", true),
        ("acme.com", false),
        ("*.evilacme.com", false),
        ("http://api.acme.com", false),
        ("api.acme.com:8443", false),
        ("http://plain.other.com", true),
        ("plain.other.com", false),
        ("api.other.com:8443", true),
        ("*.other.com", false),
    ];
    for (asked, covered) in cases {
        assert_eq!(
            granted.covers(&AllowEntry::parse(asked).unwrap()),
            covered,
            "{asked}"
        );
    }
    let asked = list(&["*.eu.acme.com", "*.other.com", "api.other.com:8443"]);
    assert_eq!(
        asked.narrow(&granted),
        list(&["*.eu.acme.com", "api.other.com:8443"])
    );
    assert!(asked.narrow(&AllowList::default()).is_empty());
}

fn host() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,5}(\\.[a-z][a-z0-9]{0,5}){1,3}"
        .prop_filter("a public name", |host| AllowEntry::parse(host).is_ok())
}

fn entry() -> impl Strategy<Value = AllowEntry> {
    let scheme = prop_oneof![Just(""), Just("http://"), Just("https://")];
    let port = prop_oneof![Just(None), (1_u16..).prop_map(Some)];
    (scheme, any::<bool>(), host(), port).prop_map(|(scheme, wild, host, port)| {
        let wild = if wild { "*." } else { "" };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        AllowEntry::parse(&format!("{scheme}{wild}{host}{port}")).unwrap()
    })
}

/// Hosts of so few labels that one often lies under another.
fn near_host() -> impl Strategy<Value = String> {
    "([ab]\\.){0,3}acme\\.com"
}

/// Entries that often permit the same hosts.
fn near_entry() -> impl Strategy<Value = AllowEntry> {
    let scheme = prop::sample::select(vec!["", "https://", "http://"]);
    let port = prop::sample::select(vec!["", ":80", ":443"]);
    (scheme, any::<bool>(), near_host(), port).prop_map(|(scheme, wild, host, port)| {
        let wild = if wild { "*." } else { "" };
        AllowEntry::parse(&format!("{scheme}{wild}{host}{port}")).unwrap()
    })
}

/// A number as URLs may write it: decimal, octal or hexadecimal, with zeros in front.
fn number(value: u32) -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        format!("{value}"),
        format!("0{value:o}"),
        format!("000{value:o}"),
        format!("0x{value:x}"),
        format!("0X{value:X}"),
        format!("0x00{value:x}"),
    ])
}

/// An address in any notation that URLs know: of one to four parts in any base, with a dot at the end,
/// in wide characters, or between brackets.
fn address() -> impl Strategy<Value = String> {
    let short = (any::<u32>(), 1_u32..=4).prop_flat_map(|(bits, parts)| {
        // All parts but the last one are of eight bits.
        let heads = (0..parts - 1).map(|rank| number(bits >> (24 - 8 * rank) & 0xff));
        let last = u64::from(bits) & ((1 << (8 * (5 - parts))) - 1);
        let mut numbers: Vec<_> = heads.map(Strategy::boxed).collect();
        numbers.push(number(u32::try_from(last).unwrap()).boxed());
        numbers.prop_map(|numbers| numbers.join("."))
    });
    let wide = |text: String| -> String {
        let widened = |ch: char| match ch {
            '.' => '。',
            _ => char::from_u32(u32::from(ch) + 0xfee0).unwrap(),
        };
        text.chars().map(widened).collect()
    };
    let v6 = any::<u128>().prop_map(|bits| format!("[{}]", std::net::Ipv6Addr::from(bits)));
    let mapped =
        any::<u32>().prop_map(|bits| format!("[::ffff:{}]", std::net::Ipv4Addr::from(bits)));
    prop_oneof![
        4 => short.clone(),
        1 => short.clone().prop_map(|text| format!("{text}.")),
        1 => short.prop_map(wide),
        1 => v6,
        1 => mapped,
    ]
}

proptest! {
    #[test]
    fn any_text_is_taken_or_refused(text in "\\PC{0,80}") {
        if let Ok(entry) = AllowEntry::parse(&text) {
            prop_assert_eq!(&AllowEntry::parse(&entry.to_string()).unwrap(), &entry);
            prop_assert!(entry.to_string().is_ascii());
        }
    }

    #[test]
    fn any_text_near_the_grammar_is_taken_or_refused(text in "(https?://)?[*a-c0-9.:/@_%\\[\\]。Ａ＊＿：-]{0,20}") {
        if let Ok(entry) = AllowEntry::parse(&text) {
            prop_assert_eq!(&AllowEntry::parse(&entry.to_string()).unwrap(), &entry);
        }
    }

    #[test]
    fn what_is_shown_is_read_back(entry in entry()) {
        prop_assert_eq!(&AllowEntry::parse(&entry.to_string()).unwrap(), &entry);
    }

    #[test]
    fn an_exact_entry_permits_nothing_but_itself(a in host(), b in host(), label in "[a-z]{1,5}") {
        let list = list(&[&a]);
        prop_assert_eq!(list.permits(Scheme::Https, &b, 443), a == b);
        let sub = format!("{label}.{a}");
        let sibling = format!("{label}{a}");
        prop_assert!(!list.permits(Scheme::Https, &sub, 443));
        prop_assert!(!list.permits(Scheme::Https, &sibling, 443));
    }

    #[test]
    fn a_wildcard_permits_what_is_below_and_nothing_beside(host in host(), label in "[a-z]{1,5}") {
        let wildcard = format!("*.{host}");
        let list = list(&[&wildcard]);
        let below = format!("{label}.{host}");
        let beside = format!("{label}{host}");
        prop_assert!(list.permits(Scheme::Https, &below, 443));
        prop_assert!(!list.permits(Scheme::Https, &host, 443));
        prop_assert!(!list.permits(Scheme::Https, &beside, 443));
    }

    #[test]
    fn what_covers_permits_no_less(wide in near_entry(), narrow in near_entry(), host in near_host()) {
        let permits = |entry: &AllowEntry| entry.permits(narrow.scheme, &host, narrow.port);
        if wide.covers(&narrow) && permits(&narrow) {
            prop_assert!(permits(&wide));
        }
        prop_assert!(wide.covers(&wide));
        prop_assert_eq!(wide.covers(&narrow) && narrow.covers(&wide), wide == narrow);
    }

    #[test]
    fn what_is_narrowed_permits_no_more_than_either_list(
        asked in prop::collection::vec(near_entry(), 0..5),
        granted in prop::collection::vec(near_entry(), 0..5),
        host in near_host(),
    ) {
        let (asked, granted) = (AllowList { entries: asked }, AllowList { entries: granted });
        let narrowed = asked.narrow(&granted);
        for scheme in [Scheme::Http, Scheme::Https] {
            for port in [80, 443] {
                let permits = |list: &AllowList| list.permits(scheme, &host, port);
                prop_assert!(!permits(&narrowed) || (permits(&asked) && permits(&granted)));
            }
        }
        prop_assert_eq!(&narrowed.narrow(&granted), &narrowed);
        prop_assert!(asked.entries.iter().all(|entry| narrowed.entries.contains(entry) == granted.covers(entry)));
    }

    #[test]
    fn no_address_is_an_entry_in_whatever_notation(
        address in address(),
        scheme in prop::sample::select(vec!["", "http://", "https://"]),
        wild in prop::sample::select(vec!["", "*."]),
        port in prop::sample::select(vec!["", ":443", ":8080"]),
    ) {
        prop_assert!(matches!(Host::parse(&address), Ok(Host::Ipv4(_) | Host::Ipv6(_))), "{address}");
        let text = format!("{scheme}{wild}{address}{port}");
        prop_assert!(AllowEntry::parse(&text).is_err(), "{text}");
    }

    #[test]
    fn no_entry_permits_an_address(entry in entry(), address in address()) {
        let meant = Host::parse(&address).unwrap().to_string();
        prop_assert!(!entry.permits(entry.scheme, &address, entry.port));
        prop_assert!(!entry.permits(entry.scheme, &meant, entry.port));
    }

    #[test]
    fn capitals_make_no_difference(entry in entry(), capitals in prop::collection::vec(any::<bool>(), 80)) {
        let cased = |(ch, upper): (char, &bool)| if *upper { ch.to_ascii_uppercase() } else { ch };
        let text: String = entry.text.chars().zip(capitals.iter().cycle()).map(cased).collect();
        prop_assert_eq!(&AllowEntry::parse(&text).unwrap(), &entry);
    }

    #[test]
    fn a_name_in_letters_is_its_name_in_ascii(label in "[a-zäöüßéñøλжя中日本한ل]{1,12}", wild: bool) {
        let wild = if wild { "*." } else { "" };
        // Letters that may not stand together, such as those of opposite directions, are no name.
        if let Ok(Host::Domain(ascii)) = Host::parse(&format!("{label}.example")) {
            let written = AllowEntry::parse(&format!("{wild}{label}.example")).unwrap();
            prop_assert_eq!(written.to_string(), format!("{wild}{ascii}"));
            prop_assert_eq!(&AllowEntry::parse(&format!("{wild}{ascii}")).unwrap(), &written);
        }
    }

    #[test]
    fn the_entry_for_a_request_permits_it(host in host(), port in 1_u16.., tls: bool) {
        let scheme = if tls { Scheme::Https } else { Scheme::Http };
        let entry = entry_for(scheme, &host, port);
        prop_assert!(list(&[&entry]).permits(scheme, &host, port));
    }
}
