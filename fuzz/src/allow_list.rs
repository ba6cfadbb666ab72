//! Allow-lists: each line of the input is taken as an entry, and as a host that a request goes to.

use miniapp_package::{AllowEntry, AllowList, Scheme, entry_for};
use url::Host;

use crate::refusal;

/// Lines of an input that are looked at: entries are compared each with each.
const MAX_LINES: usize = 8;

/// See the module.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let lines: Vec<&str> = text.split('\n').take(MAX_LINES).collect();
    let mut entries = Vec::new();
    for line in &lines {
        match AllowEntry::parse(line) {
            Ok(entry) => {
                check_entry(&entry);
                entries.push(entry);
            }
            Err(error) => refusal::check(&error.to_string()),
        }
    }
    let hosts = hosts(&lines, &entries);
    for one in &entries {
        check_no_address(one, &hosts);
        for other in &entries {
            check_pair(one, other, &hosts);
        }
    }
    let (asked, granted) = entries.split_at(entries.len() / 2);
    check_narrowed(asked.to_vec(), granted.to_vec(), &hosts);
}

/// What is true of any entry that was taken.
pub fn check_entry(entry: &AllowEntry) {
    let shown = entry.to_string();
    assert_eq!(&AllowEntry::parse(&shown).unwrap(), entry, "{shown}");
    assert_eq!(AllowEntry::parse(&shown).unwrap().to_string(), shown);
    assert!(
        shown
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase())
    );
    let capitals = entry.text.to_ascii_uppercase();
    assert_eq!(&AllowEntry::parse(&capitals).unwrap(), entry, "{capitals}");

    let name = name(entry);
    // The name is one that requests can carry, and stays what it is on the way.
    let url = url::Url::parse(&format!("{}://{name}:{}/", entry.scheme, entry.port)).unwrap();
    assert_eq!(url.host(), Some(Host::Domain(name)));
    assert_eq!(url.port_or_known_default(), Some(entry.port));
    assert!(name.contains('.') && entry.port != 0);
    let last = name.rsplit('.').next().unwrap();
    assert!(
        !["localhost", "local", "internal"].contains(&last),
        "{name}"
    );

    let permits = |host: &str| entry.permits(entry.scheme, host, entry.port);
    let exact = !is_wildcard(entry);
    assert_eq!(permits(name), exact, "{entry} and its apex");
    assert_eq!(permits(&format!("x.{name}")), !exact);
    assert_eq!(permits(&format!("x.y.{name}")), !exact);
    for beside in [
        format!("x{name}"),
        format!(".{name}"),
        format!("{name}."),
        format!("{name}.x"),
    ] {
        assert!(!permits(&beside), "{entry} permits {beside}");
    }
    for scheme in [Scheme::Http, Scheme::Https] {
        for port in [entry.port, scheme.default_port(), entry.port ^ 1] {
            let same = (scheme, port) == (entry.scheme, entry.port);
            assert_eq!(
                entry.permits(scheme, &format!("x.{name}"), port),
                same && !exact
            );
        }
    }
    if exact {
        assert_eq!(entry_for(entry.scheme, name, entry.port), shown);
    }
}

/// No entry permits what the URL parser takes for an address, as it is written or as it is meant.
fn check_no_address(entry: &AllowEntry, hosts: &[String]) {
    let permits = |host: &str| entry.permits(entry.scheme, host, entry.port);
    for written in hosts {
        let address = match Host::parse(written) {
            Ok(Host::Ipv4(address)) => address.to_string(),
            Ok(Host::Ipv6(address)) => address.to_string(),
            _ => continue,
        };
        for host in [written.as_str(), &address, &format!("[{address}]")] {
            assert!(!permits(host), "{entry} permits {host}");
        }
    }
}

/// What covers permits no less, and covering is an order.
fn check_pair(one: &AllowEntry, other: &AllowEntry, hosts: &[String]) {
    assert!(one.covers(one));
    let covers = one.covers(other);
    if covers && other.covers(one) {
        assert_eq!(one, other);
    }
    for host in hosts {
        let permitted = |entry: &AllowEntry| entry.permits(other.scheme, host, other.port);
        assert!(
            !covers || !permitted(other) || permitted(one),
            "{one} covers {other}, not {host}"
        );
    }
    if !is_wildcard(other) {
        assert_eq!(covers, one.permits(other.scheme, name(other), other.port));
    }
}

/// What is narrowed permits no more than either list, and nothing is lost that one entry covers.
fn check_narrowed(asked: Vec<AllowEntry>, granted: Vec<AllowEntry>, hosts: &[String]) {
    let (asked, granted) = (AllowList { entries: asked }, AllowList { entries: granted });
    let narrowed = asked.narrow(&granted);
    assert_eq!(narrowed.narrow(&granted), narrowed);
    assert_eq!(asked.narrow(&asked), asked);
    assert!(asked.narrow(&AllowList::default()).is_empty());
    for entry in &asked.entries {
        assert_eq!(narrowed.entries.contains(entry), granted.covers(entry));
    }
    for entry in asked.entries.iter().chain(&granted.entries) {
        for host in hosts {
            let permits = |list: &AllowList| list.permits(entry.scheme, host, entry.port);
            assert!(
                !permits(&narrowed) || (permits(&asked) && permits(&granted)),
                "{host}"
            );
        }
    }
}

/// Hosts to ask for: the lines as they are and as the URL parser reads them, and those near the entries.
fn hosts(lines: &[&str], entries: &[AllowEntry]) -> Vec<String> {
    let written = lines.iter().map(|line| (*line).to_owned());
    let read = lines.iter().filter_map(|line| Host::parse(line).ok());
    let near = entries
        .iter()
        .flat_map(|entry| [name(entry).to_owned(), format!("x.{}", name(entry))]);
    written
        .chain(read.map(|host| host.to_string()))
        .chain(near)
        .collect()
}

fn is_wildcard(entry: &AllowEntry) -> bool {
    matches!(entry.host, miniapp_package::HostPattern::Subdomains(_))
}

/// The host name of an entry, without its wildcard.
fn name(entry: &AllowEntry) -> &str {
    match &entry.host {
        miniapp_package::HostPattern::Exact(name) => name,
        miniapp_package::HostPattern::Subdomains(parent) => parent,
    }
}
