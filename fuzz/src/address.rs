//! Addresses: each line of the input is taken as the address of a page, as the address of a mini-app
//! and as a prefix, and the first line that is a prefix is the one that the others are read under.

use miniapp_package::{
    Address, AddressPrefix, MAX_ADDRESS_BYTES, MAX_PATH_BYTES, MAX_PREFIX_BYTES, MAX_QUERY_PAIRS,
    MAX_VERSION_BYTES, PageAddress,
};
use url::{Url, form_urlencoded};

use crate::refusal;

/// Lines of an input that are looked at.
const MAX_LINES: usize = 8;

/// See the module.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let lines: Vec<&str> = text.split('\n').take(MAX_LINES).collect();
    let own: Vec<AddressPrefix> = lines.iter().filter_map(|line| check_prefix(line)).collect();
    let prefix = own.into_iter().next().unwrap_or_default();
    for line in lines {
        check_page(line);
        check_app(&AddressPrefix::default(), line);
        check_app(&prefix, line);
    }
}

/// A prefix that was taken is one that addresses carry, and is written in one way only.
fn check_prefix(text: &str) -> Option<AddressPrefix> {
    let prefix = match AddressPrefix::parse(text) {
        Ok(prefix) => prefix,
        Err(error) => {
            refusal::check(&error.to_string());
            return None;
        }
    };
    assert!(text.len() <= MAX_PREFIX_BYTES);
    let shown = prefix.to_string();
    // Letters of other scripts are written in several bytes of ASCII each.
    if shown.len() <= MAX_PREFIX_BYTES {
        assert_eq!(AddressPrefix::parse(&shown).unwrap(), prefix, "{shown}");
    }
    let url = Url::parse(&format!("{shown}miniapp/foo")).unwrap();
    assert!(url.username().is_empty() && url.password().is_none());
    assert_eq!(
        url.scheme() == "https",
        url.path() == "/miniapp/foo",
        "{url}"
    );
    Some(prefix)
}

fn check_page(text: &str) {
    match PageAddress::parse(text) {
        Ok(address) => {
            assert!(text.len() <= MAX_ADDRESS_BYTES && !text.contains('#'));
            check_path(&address.path);
            check_query(&address.query, text);
            let shown = written(&address.to_string());
            assert_eq!(PageAddress::parse(&shown).unwrap(), address, "{shown}");
        }
        Err(error) => check_refusal(&error.to_string(), error.character(), text),
    }
}

fn check_app(prefix: &AddressPrefix, text: &str) {
    let address = match Address::parse_under(prefix, text) {
        Ok(address) => address,
        Err(error) => return check_refusal(&error.to_string(), error.character(), text),
    };
    address.page.iter().for_each(|page| check_path(page));
    check_query(&address.query, text.split('#').next().unwrap());
    if let Some(version) = &address.version {
        assert!((1..=MAX_VERSION_BYTES).contains(&version.len()));
    }
    let shown = written(&address.under(prefix).to_string());
    assert_eq!(
        Address::parse_under(prefix, &shown).unwrap(),
        address,
        "{shown}"
    );
    let shown = written(&address.to_string());
    assert_eq!(Address::parse(&shown).unwrap(), address, "{shown}");

    // Whoever hands the address on as a URL does not change what it means.
    let url = Url::parse(&shown).unwrap();
    assert_eq!(url.as_str(), shown);
    let pairs = url.query_pairs().into_owned();
    assert!(pairs.eq(address.query.iter().cloned()));
    assert_eq!(url.fragment().is_some(), address.fragment.is_some());
}

/// What was written is a URI, and within the limit.
fn written(shown: &str) -> String {
    assert!(shown.len() <= MAX_PREFIX_BYTES + MAX_ADDRESS_BYTES);
    assert!(
        shown
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
    );
    shown.to_owned()
}

/// A path leads nowhere but into the package.
fn check_path(path: &str) {
    assert!((1..=MAX_PATH_BYTES).contains(&path.len()));
    for segment in path.split('/') {
        assert!(!["", ".", ".."].contains(&segment), "{path}");
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        assert!(segment.bytes().all(plain), "{path}");
    }
}

/// The pairs are those that the URL standard reads, and not too many.
fn check_query(pairs: &[(String, String)], text: &str) {
    assert!(pairs.len() <= MAX_QUERY_PAIRS);
    let query = text.split_once('?').map_or("", |(_, query)| query);
    let read = form_urlencoded::parse(query.as_bytes()).into_owned();
    assert!(read.eq(pairs.iter().cloned()), "{query:?} is {pairs:?}");
}

fn check_refusal(shown: &str, character: usize, text: &str) {
    refusal::check(shown);
    assert!((1..=text.chars().count() + 1).contains(&character));
}
