//! What is refused in any manifest, whatever it says: YAML that is not valid, that hides what it
//! means, or that is too much.

#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use miniapp_package::{Governance, MAX_MANIFEST_BYTES, MAX_MANIFEST_DEPTH, PartnerManifest};

fn refused(text: &str) -> String {
    PartnerManifest::parse("partner.yaml", text)
        .unwrap_err()
        .to_string()
}

#[test]
fn anchors_and_aliases_are_refused() {
    assert_snapshot!(refused("partner:\n  id: &id acme\n  mini_apps: []\n"), @"
    an anchor (`&`) or alias (`*`) is not accepted in a manifest
     --> partner.yaml:2:11
      |
    2 |   id: &id acme
      |           ^^^^
      = help: write the value out where it is used, in double quotes if it begins with a sign
    ");
    assert_snapshot!(refused("partner: *everything\n"), @"
    an anchor (`&`) or alias (`*`) is not accepted in a manifest
     --> partner.yaml:1:10
      |
    1 | partner: *everything
      |          ^
      = help: write the value out where it is used, in double quotes if it begins with a sign
    ");
    let bomb = "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n";
    assert_snapshot!(refused(bomb), @"
    an anchor (`&`) or alias (`*`) is not accepted in a manifest
     --> partner.yaml:1:7
      |
    1 | a: &a [x,x,x,x,x,x,x,x]
      |       ^
      = help: write the value out where it is used, in double quotes if it begins with a sign
    ");
    assert_snapshot!(refused("partner: { <<: { id: acme } }\n"), @"
    a merge key (`<<`) is not accepted in a manifest
     --> partner.yaml:1:12
      |
    1 | partner: { <<: { id: acme } }
      |            ^^
      = help: write the entries out
    ");
}

#[test]
fn tags_are_refused_and_hide_nothing() {
    assert_snapshot!(refused("partner: !admin { id: acme }\n"), @"
    the tag `!admin` is not accepted in a manifest
     --> partner.yaml:1:17
      |
    1 | partner: !admin { id: acme }
      |                 ^
      = help: write the value without a tag, in double quotes if it is text
    ");
    // A base64 text is what it seems to be, not what it would decode to.
    assert_snapshot!(refused("partner: { id: !!binary QUNNRQ==, mini_apps: [] }"), @"
    `QUNNRQ==` is not a partner id
     --> partner.yaml:1:25
      |
    1 | partner: { id: !!binary QUNNRQ==, mini_apps: [] }
      |                         ^^^^^^^^
      = help: a partner id has 1 to 64 of the characters `a-z 0-9 -` and neither begins nor ends with a hyphen, such as `acme-lifestyle`
    ");
}

#[test]
fn broken_yaml_is_reported_where_it_breaks() {
    assert_snapshot!(refused("partner:\n\tid: acme\n"), @r#"
    not valid YAML: tabs disallowed within this context (block indentation)
     --> partner.yaml:2:2
      |
    2 | \tid: acme
      |   ^
      = help: indent with spaces
    "#);
    assert_snapshot!(refused("partner:\n  id: 'acme\n"), @"
    not valid YAML: unclosed quote
     --> partner.yaml:2:7
      |
    2 |   id: 'acme
      |       ^
    ");
    assert_snapshot!(refused("partner: { id: acme\nmini_apps: []\n"), @"
    not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'
     --> partner.yaml:2:10
      |
    2 | mini_apps: []
      |          ^
    ");
    assert_snapshot!(refused("partner:\n  id: acme\n mini_apps: []\n"), @"
    not valid YAML: while parsing a block mapping, did not find expected key
     --> partner.yaml:3:2
      |
    3 |  mini_apps: []
      |  ^
    ");
    assert_snapshot!(refused("partner:\n  id: @acme\n"), @"
    not valid YAML: unexpected character: `@'
     --> partner.yaml:2:7
      |
    2 |   id: @acme
      |       ^
    ");
    assert_snapshot!(refused("? [partner]\n: 1\n"), @"
    expected a text as the key
     --> partner.yaml:1:3
      |
    1 | ? [partner]
      |   ^
    ");
    assert_snapshot!(refused("null: 1\n"), @"
    expected a text as the key
     --> partner.yaml:1:1
      |
    1 | null: 1
      | ^^^^
    ");
    assert_snapshot!(refused("- - - partner"), @"
    expected a mapping with `partner`, came a list
     --> partner.yaml:1:1
      |
    1 | - - - partner
      | ^
    ");
}

#[test]
fn there_is_one_document() {
    assert_snapshot!(refused("partner: { id: acme, mini_apps: [] }\n---\npartner: {}\n"), @"
    a second document begins here
     --> partner.yaml:2:1
      |
    2 | ---
      | ^^^
      = help: a manifest is one document: remove `---` and what follows
    ");
}

#[test]
fn a_repeated_key_is_refused() {
    assert_snapshot!(refused("partner:\n  id: acme\n  mini_apps: []\n  id: other\n"), @"
    `id` is given twice
     --> partner.yaml:4:3
      |
    4 |   id: other
      |   ^^
      = help: keep one of them
    ");
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_snapshot!(refused(&nested(MAX_MANIFEST_DEPTH)), @"
    expected a mapping with `partner`, came a list
     --> partner.yaml:1:1
      |
    1 | [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]
      | ^
    ");
    assert_snapshot!(refused(&nested(MAX_MANIFEST_DEPTH + 1)), @"
    lists and mappings are nested more than 16 deep
     --> partner.yaml:1:17
      |
    1 | [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]
      |                 ^
    ");
    for deep in [nested(10_000), "- ".repeat(10_000), "{a: ".repeat(10_000)] {
        let message = refused(&deep);
        assert!(message.len() < 2000, "{message}");
    }
}

#[test]
fn a_manifest_has_a_largest_size() {
    let whole = "partner: { id: acme, mini_apps: [] } #";
    let sized = |size: usize| format!("{whole}{}", "x".repeat(size - whole.len()));
    assert!(PartnerManifest::parse("partner.yaml", &sized(MAX_MANIFEST_BYTES)).is_ok());
    assert_snapshot!(refused(&sized(MAX_MANIFEST_BYTES + 1)), @"
    the manifest has 65537 bytes, more than 65536
     --> partner.yaml
      = help: a manifest names hosts and permissions only: is this the right file?
    ");
}

#[test]
fn a_long_line_is_shortened_around_the_fault() {
    let text = format!(
        "partner: {{ id: acme, {}: 1, mini_apps: [] }}",
        "x".repeat(500)
    );
    assert_snapshot!(refused(&text), @"
    unknown key `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`
     --> partner.yaml:1:22
      |
    1 | partner: { id: acme, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
      |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: the valid keys are `id`, `mini_apps`
    ");
    let text = format!(
        "partner: {{ mini_apps: [{}], id: UPPER }}",
        "{ appId: a },".repeat(100)
    );
    assert_snapshot!(refused(&text), @"
    `UPPER` is not a partner id
     --> partner.yaml:1:1331
      |
    1 | …d: a },{ appId: a },{ appId: a },], id: UPPER }
      |                                          ^^^^^
      = help: a partner id has 1 to 64 of the characters `a-z 0-9 -` and neither begins nor ends with a hyphen, such as `acme-lifestyle`
    ");
}

#[test]
fn no_control_character_of_a_manifest_reaches_the_terminal() {
    let texts = [
        "partner: \u{1b}[2Jx\n",
        "partner:\u{85}\u{202e} x\n",
        "\"\\e[2J\": 1\n",
        "\"a\\nb\": 1\n",
        "partner: \"\\e]0;title\\a\"\n",
        "partner: !\u{9b}31m x\n",
        "partner: { id: \"\\u202e\", mini_apps: [] }\n",
    ];
    for text in texts {
        let error = PartnerManifest::parse("evil\u{1b}[2J.yaml", text).unwrap_err();
        let shown = error.to_string();
        let steers = |ch: char| ch.is_control() && ch != '\n' || ch == '\u{202e}';
        assert!(!shown.contains(steers), "{shown:?}");
        assert!(!error.message().contains('\n'), "{shown}");
    }
}

#[test]
fn an_error_tells_its_parts() {
    let error =
        Governance::parse("governance.yaml", "publishing:\n  reviewgate: true\n").unwrap_err();
    assert_eq!(error.file(), "governance.yaml");
    assert_eq!((error.line(), error.column()), (Some(2), Some(3)));
    assert_eq!(error.message(), "unknown key `reviewgate`");
    assert_eq!(error.help(), Some("did you mean `review_gate`?"));
}
