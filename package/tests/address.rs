//! Addresses of pages and of mini-apps: what is read, what is written, and how each fault is reported.

#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use miniapp_package::{
    Address, AddressPrefix, AppId, MAX_ADDRESS_BYTES, MAX_PATH_BYTES, MAX_PREFIX_BYTES,
    MAX_QUERY_PAIRS, MAX_VERSION_BYTES, PageAddress,
};
use proptest::prelude::*;

fn page(text: &str) -> PageAddress {
    PageAddress::parse(text).unwrap()
}

fn refused_page(text: &str) -> String {
    PageAddress::parse(text).unwrap_err().to_string()
}

fn app(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn refused_app(text: &str) -> String {
    Address::parse(text).unwrap_err().to_string()
}

fn prefix(text: &str) -> AddressPrefix {
    AddressPrefix::parse(text).unwrap()
}

fn refused_prefix(text: &str) -> String {
    AddressPrefix::parse(text).unwrap_err().to_string()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn query_of(text: &str) -> Vec<(String, String)> {
    page(&format!("pages/offer?{text}")).query
}

#[test]
fn a_page_is_addressed_by_its_path() {
    for text in [
        "pages/offer",
        "/pages/offer",
        "pages/offer?",
        "/pages/offer?&&",
    ] {
        let address = page(text);
        assert_eq!(address.path, "pages/offer");
        assert_eq!(address.query, []);
        assert_eq!(address.to_string(), "pages/offer");
    }
}

#[test]
fn a_query_is_read_as_a_form_is() {
    assert_eq!(query_of("id=7"), pairs(&[("id", "7")]));
    assert_eq!(
        query_of("tag=a&id=7&tag=b"),
        pairs(&[("tag", "a"), ("id", "7"), ("tag", "b")])
    );
    assert_eq!(query_of("a=1&&b=2&"), pairs(&[("a", "1"), ("b", "2")]));
    assert_eq!(query_of("flag"), pairs(&[("flag", "")]));
    assert_eq!(query_of("=v&="), pairs(&[("", "v"), ("", "")]));
    assert_eq!(query_of("e=m=c"), pairs(&[("e", "m=c")]));
    assert_eq!(query_of("a?b=/c?d"), pairs(&[("a?b", "/c?d")]));
    assert_eq!(query_of("q=%61%26%3d%23"), pairs(&[("q", "a&=#")]));
    assert_eq!(query_of("n%3Dm=1"), pairs(&[("n=m", "1")]));
    assert_eq!(query_of("q=Z%C3%BCrich"), pairs(&[("q", "Zürich")]));
    assert_eq!(query_of("q=Zürich 北京"), pairs(&[("q", "Zürich 北京")]));
    assert_eq!(query_of("text=a%0Ab%00"), pairs(&[("text", "a\nb\0")]));
}

#[test]
fn a_plus_is_a_space_and_an_escaped_one_is_a_plus() {
    let address = page("pages/offer?q+r=1+%2B+2");
    assert_eq!(address.query, pairs(&[("q r", "1 + 2")]));
    assert_eq!(address.to_string(), "pages/offer?q%20r=1%20%2B%202");
}

#[test]
fn what_a_uri_may_hold_is_written_as_it_stands() {
    let text = "pages/offer?a-._~!$'()*,;:@/?=b-._~!$'()*,;:@/?=&c=";
    assert_eq!(page(text).to_string(), text);
    assert_eq!(
        page("pages/offer?q=ü\"<>^`{|}\\").to_string(),
        "pages/offer?q=%C3%BC%22%3C%3E%5E%60%7B%7C%7D%5C"
    );
}

#[test]
fn an_address_has_its_limit_as_it_stands_and_as_it_is_written() {
    let plain = |bytes: usize| format!("pages/offer?q={}", "x".repeat(bytes - 14));
    page(&plain(MAX_ADDRESS_BYTES));
    assert_snapshot!(refused_page(&plain(MAX_ADDRESS_BYTES + 1)), @"`pages/offer?q=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` is not the address of a page: it has 4097 bytes, more than 4096; shorten it, and keep what is long in the storage");

    // 14 bytes, and nine for each.
    let count = (MAX_ADDRESS_BYTES - 14) / 9;
    page(&format!("pages/offer?q={}", "京".repeat(count)));
    assert_snapshot!(refused_page(&format!("pages/offer?q={}", "京".repeat(count + 1))), @"`pages/offer?q=京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京京…` is not the address of a page: as a URI it has 4100 bytes, more than 4096; shorten it, and keep what is long in the storage");
}

#[test]
fn a_query_has_a_most_of_pairs() {
    let query = |pairs: usize| vec!["a=1"; pairs].join("&");
    assert_eq!(query_of(&query(MAX_QUERY_PAIRS)).len(), MAX_QUERY_PAIRS);
    assert_snapshot!(refused_page(&format!("p?{}", query(MAX_QUERY_PAIRS + 1))), @"`p?a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=…` is not the address of a page: at character 259, its query has more than 64 pairs; join some of them");
}

#[test]
fn a_path_has_its_limit() {
    let path = |bytes: usize| "p".repeat(bytes);
    assert_eq!(
        page(&format!("/{}", path(MAX_PATH_BYTES))).path.len(),
        MAX_PATH_BYTES
    );
    assert_snapshot!(refused_page(&path(MAX_PATH_BYTES + 1)), @"`pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp…` is not the address of a page: at character 1, its path is faulty: it has 257 bytes, more than 256; write it as in `pages/offer?id=7`");
}

#[test]
fn a_path_that_is_none_of_a_page_is_refused() {
    assert_snapshot!(refused_page(""), @r#""" is not the address of a page: its path is faulty: it is empty; write it as in `pages/offer?id=7`"#);
    assert_snapshot!(refused_page("?id=7"), @"`?id=7` is not the address of a page: its path is faulty: it is empty; write it as in `pages/offer?id=7`");
    assert_snapshot!(refused_page("//evil.example/pages"), @"`//evil.example/pages` is not the address of a page: at character 2, its path is faulty: it begins with `/`; write one `/` only");
    assert_snapshot!(refused_page("/pages/../../etc/passwd"), @"`/pages/../../etc/passwd` is not the address of a page: at character 8, its path is faulty: it has a segment `.` or `..`; write it as in `pages/offer?id=7`");
    assert_snapshot!(refused_page("./pages/offer"), @"`./pages/offer` is not the address of a page: at character 1, its path is faulty: it has a segment `.` or `..`; write it as in `pages/offer?id=7`");
    assert_snapshot!(refused_page("pages//offer"), @"`pages//offer` is not the address of a page: at character 7, its path is faulty: a segment of it is empty; write it as in `pages/offer?id=7`");
    assert_snapshot!(refused_page("pages/offer/"), @"`pages/offer/` is not the address of a page: at character 13, its path is faulty: a segment of it is empty; write it as in `pages/offer?id=7`");
    assert_snapshot!(refused_page("pages%2Foffer"), @"`pages%2Foffer` is not the address of a page: at character 6, its path is faulty: it has the character `%`; the path is one of the app manifest's pages, of `A-Z a-z 0-9 _ . - /`");
    assert_snapshot!(refused_page("pages/ö"), @"`pages/ö` is not the address of a page: at character 7, its path is faulty: it has the character `ö`; the path is one of the app manifest's pages, of `A-Z a-z 0-9 _ . - /`");
    assert_snapshot!(refused_page("pages\\offer"), @r#"`pages\offer` is not the address of a page: at character 6, its path is faulty: it has the character `\`; the path is one of the app manifest's pages, of `A-Z a-z 0-9 _ . - /`"#);
    assert_snapshot!(refused_page("pages/off\0er"), @r#"`pages/off\u{0}er` is not the address of a page: at character 10, its path is faulty: it has the character `\u{0}`; the path is one of the app manifest's pages, of `A-Z a-z 0-9 _ . - /`"#);
    assert_snapshot!(refused_page("https://platform.org/pages"), @"`https://platform.org/pages` is not the address of a page: at character 6, its path is faulty: it has the character `:`; the path is one of the app manifest's pages, of `A-Z a-z 0-9 _ . - /`");
}

#[test]
fn a_fragment_is_refused_for_a_page() {
    assert_snapshot!(refused_page("pages/offer?id=7#top"), @"`pages/offer?id=7#top` is not the address of a page: at character 17, it has a fragment; leave it out: only the address of a mini-app has a fragment; write `%23` for a `#` in the query");
    assert_snapshot!(refused_page("#"), @"`#` is not the address of a page: at character 1, it has a fragment; leave it out: only the address of a mini-app has a fragment; write `%23` for a `#` in the query");
}

#[test]
fn a_faulty_query_is_refused() {
    assert_snapshot!(refused_page("pages/offer?discount=100%"), @"`pages/offer?discount=100%` is not the address of a page: at character 25, `%` is not followed by two hexadecimal digits; write `%25` for a `%`");
    assert_snapshot!(refused_page("pages/offer?q=%4x"), @"`pages/offer?q=%4x` is not the address of a page: at character 15, `%` is not followed by two hexadecimal digits; write `%25` for a `%`");
    assert_snapshot!(refused_page("pages/offer?q=%é"), @"`pages/offer?q=%é` is not the address of a page: at character 15, `%` is not followed by two hexadecimal digits; write `%25` for a `%`");
    assert_snapshot!(refused_page("pages/offer?id=7&q=%FF"), @"`pages/offer?id=7&q=%FF` is not the address of a page: at character 20, what is escaped is not UTF-8; escape the bytes of UTF-8, as in `%C3%BC` for `ü`");
    assert_snapshot!(refused_page("pages/offer?q=a\u{1b}[31m"), @r#"`pages/offer?q=a\u{1b}[31m` is not the address of a page: at character 16, it has the control character `\u{1b}`; remove it, or escape it as in `%0A`"#);
    assert_snapshot!(refused_page("pages/öffer?q=ü\tx"), @r#"`pages/öffer?q=ü\tx` is not the address of a page: at character 7, its path is faulty: it has the character `ö`; the path is one of the app manifest's pages, of `A-Z a-z 0-9 _ . - /`"#);
}

/// The examples of the draft that were published on 31 January 2024 and stand in the editor's draft.
#[test]
fn the_examples_of_the_draft_are_understood() {
    let platform = AddressPrefix::default();
    let host = prefix("https://platform.org/");
    type Parts<'a> = (
        Option<&'a str>,
        Option<&'a str>,
        &'a [(&'a str, &'a str)],
        Option<&'a str>,
    );
    let book: &[_] = &[("category", "book")];
    let examples: [(&AddressPrefix, &str, Parts<'_>); 14] = [
        (&platform, "platform://miniapp/foo", (None, None, &[], None)),
        (
            &platform,
            "platform://miniapp/foo/pages/index",
            (None, Some("pages/index"), &[], None),
        ),
        (
            &platform,
            "platform://miniapp/foo/widgets/index",
            (None, Some("widgets/index"), &[], None),
        ),
        (
            &platform,
            "platform://miniapp/foo?category=img",
            (None, None, &[("category", "img")], None),
        ),
        (
            &platform,
            "platform://miniapp/foo;version=1.0.1/pages/index?category=book#section-3",
            (Some("1.0.1"), Some("pages/index"), book, Some("section-3")),
        ),
        (
            &platform,
            "platform://miniapp/foo;version=1.0.1-trial/pages/index?category=book#section-3",
            (
                Some("1.0.1-trial"),
                Some("pages/index"),
                book,
                Some("section-3"),
            ),
        ),
        (
            &platform,
            "platform://miniapp/foo;version=1.0.1-trial/pages/index?k=v#bar",
            (
                Some("1.0.1-trial"),
                Some("pages/index"),
                &[("k", "v")],
                Some("bar"),
            ),
        ),
        (
            &platform,
            "platform://miniapp/foo;version=1.0.1/pages/index?k=v#bar",
            (
                Some("1.0.1"),
                Some("pages/index"),
                &[("k", "v")],
                Some("bar"),
            ),
        ),
        (
            &host,
            "https://platform.org/miniapp/foo",
            (None, None, &[], None),
        ),
        (
            &host,
            "https://platform.org/miniapp/foo/pages/index",
            (None, Some("pages/index"), &[], None),
        ),
        (
            &host,
            "https://platform.org/miniapp/foo/widgets/index",
            (None, Some("widgets/index"), &[], None),
        ),
        (
            &host,
            "https://platform.org/miniapp/foo?category=img",
            (None, None, &[("category", "img")], None),
        ),
        (
            &host,
            "https://platform.org/miniapp/foo;version=1.0.1/pages/index?k=v#bar",
            (
                Some("1.0.1"),
                Some("pages/index"),
                &[("k", "v")],
                Some("bar"),
            ),
        ),
        (
            &host,
            "https://platform.org/miniapp/foo;version=1.0.1-trial/pages/index?k=v#bar",
            (
                Some("1.0.1-trial"),
                Some("pages/index"),
                &[("k", "v")],
                Some("bar"),
            ),
        ),
    ];
    for (under, text, (version, page, query, fragment)) in examples {
        let address = Address::parse_under(under, text).unwrap();
        assert_eq!(address.app.as_str(), "foo", "{text}");
        assert_eq!(address.version.as_deref(), version, "{text}");
        assert_eq!(address.page.as_deref(), page, "{text}");
        assert_eq!(address.query, pairs(query), "{text}");
        assert_eq!(address.fragment.as_deref(), fragment, "{text}");
        assert_eq!(address.under(under).to_string(), text);
    }
}

#[test]
fn what_is_empty_is_not_there_but_for_a_fragment() {
    assert_eq!(
        app("platform://miniapp/foo/").to_string(),
        "platform://miniapp/foo"
    );
    assert_eq!(
        app("platform://miniapp/foo;version=/?").to_string(),
        "platform://miniapp/foo"
    );
    assert_eq!(app("platform://miniapp/foo#").fragment.as_deref(), Some(""));
    assert_eq!(
        app("platform://miniapp/foo#").to_string(),
        "platform://miniapp/foo#"
    );
}

#[test]
fn a_fragment_is_decoded_and_a_plus_in_it_stays() {
    let address = app("platform://miniapp/foo#a+b%20c/?#d=%C3%BC");
    assert_eq!(address.fragment.as_deref(), Some("a+b c/?#d=ü"));
    assert_eq!(
        address.to_string(),
        "platform://miniapp/foo#a+b%20c/?%23d=%C3%BC"
    );
}

#[test]
fn literals_schemes_and_hosts_have_no_case_and_an_id_means_any() {
    let address = app("PlatForm://MiniApp/Foo;VERSION=1.0.1-Trial/pages/Index");
    assert_eq!(
        address.to_string(),
        "platform://miniapp/Foo;version=1.0.1-Trial/pages/Index"
    );
    assert!(address.is_of(&AppId::parse("foo").unwrap()));
    assert!(!address.is_of(&AppId::parse("fo").unwrap()));
    let host = prefix("HTTPS://Platform.ORG:443/");
    assert_eq!(host.to_string(), "https://platform.org/");
    let text = "https://PLATFORM.org:443/miniapp/foo";
    assert_eq!(
        Address::parse_under(&host, text).unwrap().app.as_str(),
        "foo"
    );
}

#[test]
fn the_native_app_chooses_the_prefix() {
    let own = prefix("acme-bank.app://");
    let address = Address::parse_under(&own, "acme-bank.app://miniapp/foo/pages/index").unwrap();
    assert_eq!(address.to_string(), "platform://miniapp/foo/pages/index");
    let local = prefix("https://localhost:8443/");
    assert_eq!(
        address.under(&local).to_string(),
        "https://localhost:8443/miniapp/foo/pages/index"
    );
    let chinese = prefix("https://例え.jp/");
    assert_eq!(chinese.to_string(), "https://xn--r8jz45g.jp/");
    assert!(Address::parse_under(&chinese, "https://例え.jp/miniapp/foo").is_ok());
    assert_eq!(
        prefix("https://[::1]:8443/").to_string(),
        "https://[::1]:8443/"
    );
}

#[test]
fn an_address_of_another_app_is_refused() {
    assert_snapshot!(refused_app("weixin://miniapp/foo"), @"`weixin://miniapp/foo` is not the address of a mini-app: it does not begin with `platform://`; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`");
    assert_snapshot!(refused_app("platform:miniapp/foo"), @"`platform:miniapp/foo` is not the address of a mini-app: it does not begin with `platform://`; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`");
    assert_snapshot!(refused_app("/miniapp/foo"), @"`/miniapp/foo` is not the address of a mini-app: it does not begin with `platform://`; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`");
    let host = prefix("https://platform.org/");
    let under = |text| Address::parse_under(&host, text).unwrap_err().to_string();
    assert_snapshot!(under("http://platform.org/miniapp/foo"), @"`http://platform.org/miniapp/foo` is not the address of a mini-app: it does not begin with `https://platform.org/`; write it as in `https://platform.org/miniapp/my_miniapp/pages/offer?id=7#top`");
    for other in [
        "https://platform.org.evil.example/miniapp/foo",
        "https://platform.org:8443/miniapp/foo",
        "https://platform.org@evil.example/miniapp/foo",
        "https://evil.example@platform.org/miniapp/foo",
        "https://evil.example\\@platform.org/miniapp/foo",
        "https://evil.example?@platform.org/miniapp/foo",
        "https:///platform.org/miniapp/foo",
        "https://plat\tform.org/miniapp/foo",
        " https://platform.org/miniapp/foo",
        "platform://miniapp/foo",
    ] {
        assert!(under(other).contains("does not begin with"), "{other}");
    }
}

#[test]
fn what_the_grammar_does_not_have_is_refused() {
    assert_snapshot!(refused_app("platform://foo"), @"`platform://foo` is not the address of a mini-app: at character 12, it does not go on with `miniapp/`; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`");
    assert_snapshot!(refused_app("platform://miniapp"), @"`platform://miniapp` is not the address of a mini-app: at character 12, it does not go on with `miniapp/`; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`");
    assert_snapshot!(refused_app("platform://miniapp/"), @r#"`platform://miniapp/` is not the address of a mini-app: at character 20, "" is not an app id: it is empty; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`"#);
    assert_snapshot!(refused_app("platform://miniapp//pages/index"), @r#"`platform://miniapp//pages/index` is not the address of a mini-app: at character 20, "" is not an app id: it is empty; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`"#);
    assert_snapshot!(refused_app("platform://miniapp/f%6Fo"), @"`platform://miniapp/f%6Fo` is not the address of a mini-app: at character 20, `f%6Fo` is not an app id: it has the character `%`; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`");
    assert_snapshot!(refused_app("platform://miniapp/foo;v=1/pages/index"), @"`platform://miniapp/foo;v=1/pages/index` is not the address of a mini-app: at character 24, it has the parameter `v=1`; the only one is `;version=`, as in `;version=1.0.1`");
    assert_snapshot!(refused_app("platform://miniapp/foo;version=1.0.1+5/pages/index"), @"`platform://miniapp/foo;version=1.0.1+5/pages/index` is not the address of a mini-app: at character 32, its version is `1.0.1+5`; expected at most 64 of the characters `A-Z a-z 0-9 - . _ ~`, as in `;version=1.0.1-trial`");
    // An older draft's example: the version ends before `@`.
    assert_snapshot!(refused_app("platform://miniapp/foo;version=1.0.1@example.com/pages/index"), @"`platform://miniapp/foo;version=1.0.1@example.com/pages/index` is not the address of a mini-app: at character 32, its version is `1.0.1@example.com`; expected at most 64 of the characters `A-Z a-z 0-9 - . _ ~`, as in `;version=1.0.1-trial`");
    assert_snapshot!(refused_app("platform://miniapp/foo/pages//index"), @"`platform://miniapp/foo/pages//index` is not the address of a mini-app: at character 30, its path is faulty: a segment of it is empty; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`");
    assert_snapshot!(refused_app("platform://miniapp/foo/../bar"), @"`platform://miniapp/foo/../bar` is not the address of a mini-app: at character 24, its path is faulty: it has a segment `.` or `..`; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`");
    assert_snapshot!(refused_app("platform://miniapp/foo/pages/index?q=%"), @"`platform://miniapp/foo/pages/index?q=%` is not the address of a mini-app: at character 38, `%` is not followed by two hexadecimal digits; write `%25` for a `%`");
    assert_snapshot!(refused_app("platform://miniapp/foo/pages/index?q=1#%FF"), @"`platform://miniapp/foo/pages/index?q=1#%FF` is not the address of a mini-app: at character 40, what is escaped is not UTF-8; escape the bytes of UTF-8, as in `%C3%BC` for `ü`");
    assert_snapshot!(refused_app("platform://miniapp/foo\n"), @r#"`platform://miniapp/foo\n` is not the address of a mini-app: at character 20, `foo\n` is not an app id: it has the character `\n`; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit; write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`"#);
}

#[test]
fn the_parts_of_an_address_have_their_limits() {
    let version = |bytes: usize| format!("platform://miniapp/foo;version={}", "1".repeat(bytes));
    app(&version(MAX_VERSION_BYTES));
    assert_snapshot!(refused_app(&version(MAX_VERSION_BYTES + 1)), @"`platform://miniapp/foo;version=111111111111111111111111111111111…` is not the address of a mini-app: at character 32, its version is `1111111111111111111111111111111111111111111111111111111111111111…`; expected at most 64 of the characters `A-Z a-z 0-9 - . _ ~`, as in `;version=1.0.1-trial`");

    let whole = |bytes: usize| format!("platform://miniapp/foo#{}", "x".repeat(bytes - 12));
    app(&whole(MAX_ADDRESS_BYTES));
    assert_snapshot!(refused_app(&whole(MAX_ADDRESS_BYTES + 1)), @"`platform://miniapp/foo#xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` is not the address of a mini-app: it has 4097 bytes, more than 4096; shorten it, and keep what is long in the storage");
    assert_snapshot!(refused_app(&whole(MAX_ADDRESS_BYTES + MAX_PREFIX_BYTES)), @"`platform://miniapp/foo#xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` is not the address of a mini-app: it has 4377 bytes, more than 4096; shorten it, and keep what is long in the storage");
    assert_snapshot!(refused_app(&format!("platform://miniapp/foo#{}", "ü".repeat(1_000))), @"`platform://miniapp/foo#üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü…` is not the address of a mini-app: as a URI it has 6012 bytes, more than 4096; shorten it, and keep what is long in the storage");
}

#[test]
fn a_faulty_prefix_is_refused() {
    assert_snapshot!(refused_prefix("platform"), @"`platform` is not the prefix of addresses: it has no scheme; write it as in `platform://` or `https://platform.org/`");
    assert_snapshot!(refused_prefix("platform://miniapp/"), @"`platform://miniapp/` is not the prefix of addresses: at character 12, it has more than a scheme; write it as in `platform://` or `https://platform.org/`");
    assert_snapshot!(refused_prefix("http://"), @"`http://` is not the prefix of addresses: its scheme is `http`; expected `https`, or a scheme of your own: a letter, then letters, digits, `-` and `.`");
    assert_snapshot!(refused_prefix("1st://"), @"`1st://` is not the prefix of addresses: its scheme is `1st`; expected `https`, or a scheme of your own: a letter, then letters, digits, `-` and `.`");
    assert_snapshot!(refused_prefix("web+app://"), @"`web+app://` is not the prefix of addresses: its scheme is `web+app`; expected `https`, or a scheme of your own: a letter, then letters, digits, `-` and `.`");
    assert_snapshot!(refused_prefix("://"), @r#"`://` is not the prefix of addresses: its scheme is ""; expected `https`, or a scheme of your own: a letter, then letters, digits, `-` and `.`"#);
    assert_snapshot!(refused_prefix("https://platform.org"), @"`https://platform.org` is not the prefix of addresses: at character 9, it has no host and a `/` after it; write it as in `platform://` or `https://platform.org/`");
    assert_snapshot!(refused_prefix("https://platform.org/apps/"), @"`https://platform.org/apps/` is not the prefix of addresses: at character 9, it has no host and a `/` after it; write it as in `platform://` or `https://platform.org/`");
    assert_snapshot!(refused_prefix("https://user@platform.org/"), @"`https://user@platform.org/` is not the prefix of addresses: at character 9, it has no host and a `/` after it; write it as in `platform://` or `https://platform.org/`");
    assert_snapshot!(refused_prefix("https://platform.org:99999/"), @"`https://platform.org:99999/` is not the prefix of addresses: at character 9, it has no host and a `/` after it; write it as in `platform://` or `https://platform.org/`");
    let long = |bytes: usize| format!("{}://", "a".repeat(bytes - 3));
    prefix(&long(MAX_PREFIX_BYTES));
    assert_snapshot!(refused_prefix(&long(MAX_PREFIX_BYTES + 1)), @"`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` is not the prefix of addresses: it has 271 bytes, more than 270; write it as in `platform://` or `https://platform.org/`");
}

/// A text of few characters, among them those that mean something in an address.
fn part() -> impl Strategy<Value = String> {
    "[a-c&=+%#?/;:@ é北\u{1}\\PC]{0,6}"
}

fn some_query() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec((part(), part()), 0..6)
}

fn some_path() -> impl Strategy<Value = String> {
    "[a-z0-9_-]{1,5}(/[a-zA-Z0-9_-][a-zA-Z0-9_.-]{0,4}){0,3}"
}

proptest! {
    #[test]
    fn a_page_address_is_read_as_it_was_written(path in some_path(), query in some_query()) {
        let address = PageAddress { path, query };
        prop_assert_eq!(PageAddress::parse(&address.to_string()), Ok(address));
    }

    #[test]
    fn an_address_is_read_as_it_was_written(
        id in "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,8}",
        version in prop::option::of("[a-zA-Z0-9._~-]{1,8}"),
        page in prop::option::of(some_path()),
        query in some_query(),
        fragment in prop::option::of(part()),
        prefix in prop::sample::select(&["platform://", "a.b-c://", "https://platform.org:8443/"][..]),
    ) {
        let address = Address { app: AppId::parse(&id).unwrap(), version, page, query, fragment };
        let prefix = AddressPrefix::parse(prefix).unwrap();
        let text = address.under(&prefix).to_string();
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
        prop_assert_eq!(Address::parse_under(&prefix, &text), Ok(address));
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(
        head in prop::sample::select(&["", "/", "p?", "platform://miniapp/", "platform://miniapp/a?"][..]),
        text in "[a-c&=+%#?/;:@. é\\PC]{0,12}",
    ) {
        let text = format!("{head}{text}");
        let most = text.chars().count() + 1;
        if let Err(error) = PageAddress::parse(&text) {
            prop_assert!((1..=most).contains(&error.character()));
        }
        if let Err(error) = Address::parse(&text) {
            prop_assert!((1..=most).contains(&error.character()));
        }
    }
}
