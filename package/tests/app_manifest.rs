//! The app manifest, `miniapp.yaml`: what it says, and how each fault in it is reported.

#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use miniapp_package::{
    AppId, AppManifest, MAX_NAME_CHARS, MAX_PAGES, MAX_PATH_BYTES, MAX_PERMISSIONS,
    MAX_REASON_CHARS, MAX_VERSION_BYTES, Permission, Scheme,
};

const WHOLE: &str = r#"
appId: miniapp_summer_campaign
name: Summer campaign
version: 1.0.0
component: build/campaign.wasm
pages: [pages/index, pages/offer]
permissions:
  - name: user:readProfile
    reason: Greets you by name
    optional: true
  - name: ext:loyalty.points
    reason: Shows your points
network: { default: "deny", allow: [api.your-platform.com] }
"#;

const SMALLEST: &str = "appId: a\nname: A\nversion: 0.1.0\npages: [pages/index]\n";

fn parse(text: &str) -> AppManifest {
    AppManifest::parse("miniapp.yaml", text).unwrap()
}

fn refused(text: &str) -> String {
    AppManifest::parse("miniapp.yaml", text)
        .unwrap_err()
        .to_string()
}

/// The smallest manifest with one line more.
fn with(line: &str) -> String {
    format!("{SMALLEST}{line}\n")
}

/// The smallest manifest with the line of `key` replaced.
fn instead(key: &str, line: &str) -> String {
    let lines = SMALLEST.lines();
    let lines = lines.map(|old| if old.starts_with(key) { line } else { old });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_whole_manifest_is_understood() {
    let manifest = parse(WHOLE);
    assert_eq!(manifest.app_id.as_str(), "miniapp_summer_campaign");
    assert_eq!(manifest.name, "Summer campaign");
    assert_eq!(manifest.version.to_string(), "1.0.0");
    assert_eq!(manifest.component_path(), "build/campaign.wasm");
    assert_eq!(manifest.pages, ["pages/index", "pages/offer"]);
    let profile = manifest.request_for(&Permission::ReadProfile).unwrap();
    assert_eq!(profile.reason, "Greets you by name");
    assert!(profile.optional);
    assert_eq!(profile.source.to_string(), "miniapp.yaml:8:11");
    let points = Permission::Extension("loyalty.points".to_owned());
    assert!(!manifest.request_for(&points).unwrap().optional);
    assert!(manifest.request_for(&Permission::LocalStorage).is_none());
    let network = &manifest.network;
    assert!(network.permits(Scheme::Https, "api.your-platform.com", 443));
}

#[test]
fn what_is_optional_may_be_left_out() {
    let manifest = parse(SMALLEST);
    assert_eq!(manifest.component, None);
    assert_eq!(manifest.component_path(), "app.wasm");
    assert!(manifest.permissions.is_empty());
    assert!(manifest.network.is_empty());
}

#[test]
fn a_byte_order_mark_and_other_line_breaks_change_nothing() {
    let text = format!("\u{feff}{}", SMALLEST.replace('\n', "\r\n"));
    assert_eq!(parse(&text), parse(SMALLEST));
}

#[test]
fn an_unknown_key_suggests_the_nearest_one() {
    assert_snapshot!(refused(&with("permisions: []")), @"
    unknown key `permisions`
     --> miniapp.yaml:5:1
      |
    5 | permisions: []
      | ^^^^^^^^^^
      = help: did you mean `permissions`?
    ");
    assert_snapshot!(refused(&with("colour: red")), @"
    unknown key `colour`
     --> miniapp.yaml:5:1
      |
    5 | colour: red
      | ^^^^^^
      = help: the valid keys are `appId`, `name`, `version`, `component`, `pages`, `permissions`, `network`
    ");
    assert_snapshot!(refused(&with("permissions: [{ name: storage:local, resaon: x }]")), @"
    unknown key `resaon`
     --> miniapp.yaml:5:38
      |
    5 | permissions: [{ name: storage:local, resaon: x }]
      |                                      ^^^^^^
      = help: did you mean `reason`?
    ");
}

#[test]
fn a_missing_key_says_what_to_add() {
    assert_snapshot!(refused("name: A\nversion: 1.0.0\npages: [a]\n"), @"
    the key `appId` is missing
     --> miniapp.yaml:1:1
      |
    1 | name: A
      | ^
      = help: add `appId: my_miniapp`
    ");
    assert_snapshot!(refused(&with("permissions: [{ name: storage:local }]")), @"
    the key `reason` is missing
     --> miniapp.yaml:5:15
      |
    5 | permissions: [{ name: storage:local }]
      |               ^
      = help: add `reason: Greets you by name`
    ");
}

#[test]
fn a_repeated_key_is_refused() {
    assert_snapshot!(refused(&with("appId: b")), @"
    `appId` is given twice
     --> miniapp.yaml:5:1
      |
    5 | appId: b
      | ^^^^^
      = help: keep one of them
    ");
}

#[test]
fn a_value_of_the_wrong_type_says_what_came() {
    assert_snapshot!(refused("just text"), @"
    expected a mapping with `appId`, `name`, `version`, `component`, `pages`, `permissions`, `network`, came the text `just text`
     --> miniapp.yaml:1:1
      |
    1 | just text
      | ^^^^^^^^^
    ");
    assert_snapshot!(refused(""), @"
    the manifest is empty
     --> miniapp.yaml
      = help: is this the right file?
    ");
    assert_snapshot!(refused("# nothing but a comment\n"), @"
    the manifest is empty
     --> miniapp.yaml
      = help: is this the right file?
    ");
    assert_snapshot!(refused(&instead("appId", "appId: 2024")), @r#"
    expected a text, came the number `2024`
     --> miniapp.yaml:1:8
      |
    1 | appId: 2024
      |        ^^^^
      = help: write it in quotes: "2024"
    "#);
    assert_snapshot!(refused(&instead("name", "name: yes\nname2: x")), @"
    unknown key `name2`
     --> miniapp.yaml:3:1
      |
    3 | name2: x
      | ^^^^^
      = help: did you mean `name`?
    ");
    assert_snapshot!(refused(&instead("name", "name: true")), @r#"
    expected a text, came the boolean `true`
     --> miniapp.yaml:2:7
      |
    2 | name: true
      |       ^^^^
      = help: write it in quotes: "true"
    "#);
    assert_snapshot!(refused(&instead("name", "name: [a, b]")), @"
    expected a text, came a list
     --> miniapp.yaml:2:7
      |
    2 | name: [a, b]
      |       ^
    ");
    assert_snapshot!(refused(&instead("pages", "pages: pages/index")), @"
    expected a list, came the text `pages/index`
     --> miniapp.yaml:4:8
      |
    4 | pages: pages/index
      |        ^^^^^^^^^^^
      = help: write it as `[one, two]`
    ");
    assert_snapshot!(refused(&instead("pages", "pages:")), @"
    expected a list, came nothing
     --> miniapp.yaml:4:6
      |
    4 | pages:
      |      ^
      = help: write it as `[one, two]`
    ");
    assert_snapshot!(refused(&with("network: [api.acme.com]")), @"
    expected a mapping with `default`, `allow`, came a list
     --> miniapp.yaml:5:10
      |
    5 | network: [api.acme.com]
      |          ^
    ");
    assert_snapshot!(
        refused(&with("permissions: [{ name: storage:local, reason: r, optional: yes }]")),
        @"
        expected a boolean, came the text `yes`
         --> miniapp.yaml:5:59
          |
        5 | permissions: [{ name: storage:local, reason: r, optional: yes }]
          |                                                           ^^^
          = help: write `true` or `false`, without quotes
        "
    );
}

#[test]
fn an_app_id_has_its_characters_and_its_limit() {
    assert_snapshot!(refused(&instead("appId", "appId: my app")), @"
    `my app` is not an app id: it has the character ` `; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit
     --> miniapp.yaml:1:8
      |
    1 | appId: my app
      |        ^^^^^^
    ");
    assert_snapshot!(refused(&instead("appId", "appId: _app")), @"
    `_app` is not an app id: it begins with a sign; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit
     --> miniapp.yaml:1:8
      |
    1 | appId: _app
      |        ^^^^
    ");
    assert_snapshot!(refused(&instead("appId", "appId: \"\"")), @r#"
    "" is not an app id: it is empty; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit
     --> miniapp.yaml:1:8
      |
    1 | appId: ""
      |        ^^
    "#);
    let full = "a".repeat(AppId::MAX_BYTES);
    assert_eq!(
        parse(&instead("appId", &format!("appId: {full}")))
            .app_id
            .as_str(),
        full
    );
    assert_snapshot!(refused(&instead("appId", &format!("appId: {full}a"))), @"
    `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` is not an app id: it has 129 bytes; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit
     --> miniapp.yaml:1:8
      |
    1 | appId: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn a_version_has_three_numbers_and_its_limit() {
    assert_snapshot!(refused(&instead("version", "version: 1.0")), @"
    `1.0` is not a version: unexpected end of input while parsing minor version number
     --> miniapp.yaml:3:10
      |
    3 | version: 1.0
      |          ^^^
      = help: write three numbers, such as `1.0.0`
    ");
    assert_snapshot!(refused(&instead("version", "version: one")), @"
    `one` is not a version: unexpected character 'o' while parsing major version number
     --> miniapp.yaml:3:10
      |
    3 | version: one
      |          ^^^
      = help: write three numbers, such as `1.0.0`
    ");
    let full = format!("version: 1.0.0-{}", "a".repeat(MAX_VERSION_BYTES - 6));
    parse(&instead("version", &full));
    assert_snapshot!(refused(&instead("version", &format!("{full}a"))), @"
    the version has 65 bytes, more than 64
     --> miniapp.yaml:3:10
      |
    3 | version: 1.0.0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: write three numbers, such as `1.0.0`
    ");
}

#[test]
fn a_path_stays_inside_the_package_and_within_its_limit() {
    assert_snapshot!(refused(&with("component: ../app.wasm")), @"
    `../app.wasm` is not a path inside the package: it has a segment `.` or `..`
     --> miniapp.yaml:5:12
      |
    5 | component: ../app.wasm
      |            ^^^^^^^^^^^
      = help: write it as in `app.wasm`
    ");
    assert_snapshot!(refused(&with("component: /etc/passwd")), @"
    `/etc/passwd` is not a path inside the package: it begins with `/`
     --> miniapp.yaml:5:12
      |
    5 | component: /etc/passwd
      |            ^^^^^^^^^^^
      = help: write it as in `app.wasm`
    ");
    assert_snapshot!(refused(&with("component: C:\\app.wasm")), @r#"
    `C:\app.wasm` is not a path inside the package: it has the character `:`
     --> miniapp.yaml:5:12
      |
    5 | component: C:\app.wasm
      |            ^^^^^^^^^^^
      = help: write it as in `app.wasm`
    "#);
    assert_snapshot!(refused(&with("component: a//b.wasm")), @"
    `a//b.wasm` is not a path inside the package: a segment of it is empty
     --> miniapp.yaml:5:12
      |
    5 | component: a//b.wasm
      |            ^^^^^^^^^
      = help: write it as in `app.wasm`
    ");
    assert_snapshot!(refused(&with("component: \"\"")), @r#"
    "" is not a path inside the package: it is empty
     --> miniapp.yaml:5:12
      |
    5 | component: ""
      |            ^^
      = help: write it as in `app.wasm`
    "#);
    assert_snapshot!(refused(&instead("pages", "pages: [\"pages/index?id=1\"]")), @r#"
    `pages/index?id=1` is not a path inside the package: it has the character `?`
     --> miniapp.yaml:4:9
      |
    4 | pages: ["pages/index?id=1"]
      |         ^^^^^^^^^^^^^^^^^^
      = help: write it as in `pages/index`
    "#);
    let full = "p".repeat(MAX_PATH_BYTES);
    parse(&instead("pages", &format!("pages: [{full}]")));
    assert_snapshot!(refused(&instead("pages", &format!("pages: [{full}p]"))), @"
    `pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp…` is not a path inside the package: it has 257 bytes, more than 256
     --> miniapp.yaml:4:9
      |
    4 | pages: [pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp…
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: write it as in `pages/index`
    ");
}

#[test]
fn there_are_one_to_a_hundred_pages() {
    assert_snapshot!(refused(&instead("pages", "pages: []")), @"
    expected at least one page, came an empty list
     --> miniapp.yaml:4:8
      |
    4 | pages: []
      |        ^
      = help: write `pages: [pages/index]`
    ");
    assert_snapshot!(refused(&instead("pages", "pages: [a, b, a]")), @"
    the page `a` is listed twice
     --> miniapp.yaml:4:15
      |
    4 | pages: [a, b, a]
      |               ^
      = help: remove one of them
    ");
    let pages = |count: usize| {
        let pages: Vec<_> = (0..count).map(|page| format!("p{page}")).collect();
        instead("pages", &format!("pages: [{}]", pages.join(", ")))
    };
    assert_eq!(parse(&pages(MAX_PAGES)).pages.len(), MAX_PAGES);
    assert_snapshot!(refused(&pages(MAX_PAGES + 1)), @"
    the list has 101 items, more than 100
     --> miniapp.yaml:4:499
      |
    4 | …p92, p93, p94, p95, p96, p97, p98, p99, p100]
      |                                          ^^^^
    ");
}

#[test]
fn permissions_are_known_and_asked_for_once() {
    assert_snapshot!(
        refused(&with("permissions:\n  - name: user:readprofile\n    reason: r")),
        @"
        unknown permission `user:readprofile`
         --> miniapp.yaml:6:11
          |
        6 |   - name: user:readprofile
          |           ^^^^^^^^^^^^^^^^
          = help: did you mean `user:readProfile`?
        "
    );
    assert_snapshot!(
        refused(&with("permissions:\n  - { name: camera, reason: r }")),
        @"
        unknown permission `camera`
         --> miniapp.yaml:6:13
          |
        6 |   - { name: camera, reason: r }
          |             ^^^^^^
          = help: the permissions are `user:readProfile`, `user:phone`, `user:email`, `user:login`, `storage:local`, `storage:files`, `ext:<name>` and `device:<name>`
        "
    );
    let twice = "permissions:\n  - { name: \"storage:local\", reason: r }\n  - { name: \"storage:local\", reason: s }";
    assert_snapshot!(refused(&with(twice)), @r#"
    `storage:local` is listed twice
     --> miniapp.yaml:7:13
      |
    7 |   - { name: "storage:local", reason: s }
      |             ^^^^^^^^^^^^^^^
      = help: remove one of them
    "#);
    let many = |count: usize| {
        let items = (0..count).map(|item| format!("  - {{ name: \"ext:e{item}\", reason: r }}\n"));
        with(&format!("permissions:\n{}", items.collect::<String>()))
    };
    assert_eq!(
        parse(&many(MAX_PERMISSIONS)).permissions.len(),
        MAX_PERMISSIONS
    );
    assert_snapshot!(refused(&many(MAX_PERMISSIONS + 1)), @r#"
    the list has 65 items, more than 64
      --> miniapp.yaml:70:5
       |
    70 |   - { name: "ext:e64", reason: r }
       |     ^
    "#);
}

#[test]
fn texts_for_people_are_short_and_visible() {
    assert_snapshot!(refused(&instead("name", "name: \"  \"")), @r#"
    expected a text, came an empty one
     --> miniapp.yaml:2:7
      |
    2 | name: "  "
      |       ^^^^
    "#);
    assert_snapshot!(refused(&instead("name", "name: \"Bank\\u202E\"")), @r#"
    the text has the invisible character `\u{202e}`
     --> miniapp.yaml:2:7
      |
    2 | name: "Bank\u202E"
      |       ^^^^^^^^^^^^
      = help: remove it: the text is shown to people, on one line
    "#);
    let persian = "نام\u{200c}ها";
    assert_eq!(
        parse(&instead("name", &format!("name: {persian}"))).name,
        persian
    );
    let name = |length: usize| instead("name", &format!("name: {}", "ü".repeat(length)));
    assert_eq!(
        parse(&name(MAX_NAME_CHARS)).name.chars().count(),
        MAX_NAME_CHARS
    );
    assert_snapshot!(refused(&name(MAX_NAME_CHARS + 1)), @"
    the text has 129 characters, more than 128
     --> miniapp.yaml:2:7
      |
    2 | name: üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü…
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
    let reason = |length: usize| {
        let reason = "x".repeat(length);
        with(&format!(
            "permissions: [{{ name: storage:local, reason: {reason} }}]"
        ))
    };
    parse(&reason(MAX_REASON_CHARS));
    assert_snapshot!(refused(&reason(MAX_REASON_CHARS + 1)), @"
    the text has 513 characters, more than 512
     --> miniapp.yaml:5:46
      |
    5 | …ssions: [{ name: storage:local, reason: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
      |                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn hosts_are_opened_one_by_one() {
    assert_snapshot!(refused(&with("network: { default: allow }")), @r#"
    `default: "allow"` would open every host to the mini-app
     --> miniapp.yaml:5:21
      |
    5 | network: { default: allow }
      |                     ^^^^^
      = help: write `default: "deny"` and list the hosts under `allow`
    "#);
    assert_snapshot!(refused(&with("network: { default: block }")), @"
    expected `deny`, came `block`
     --> miniapp.yaml:5:21
      |
    5 | network: { default: block }
      |                     ^^^^^
      = help: it is the only valid value: hosts are opened one by one under `allow`
    ");
    assert_snapshot!(refused(&with("network: { allow: [\"*\"] }")), @r#"
    `*` cannot be allowed: `*` would permit every host
     --> miniapp.yaml:5:20
      |
    5 | network: { allow: ["*"] }
      |                    ^^^
      = help: list each host, or the subdomains of one as in `*.acme.com`
    "#);
    assert_snapshot!(refused(&with("network: { allow: [a.acme.com, \"https://A.acme.com:443\"] }")), @r#"
    `a.acme.com` is listed twice
     --> miniapp.yaml:5:32
      |
    5 | network: { allow: [a.acme.com, "https://A.acme.com:443"] }
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^
      = help: remove one of them
    "#);
}
