//! The partner manifest, `partner.yaml`: what it grants, and how each fault in it is reported.

#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use miniapp_package::{
    AppId, MAX_ALLOW_ENTRIES, MAX_MINI_APPS, MAX_PERMISSIONS, PartnerManifest, Permission, Scheme,
};

const SEED: &str = include_str!("seed/partner.yaml");

fn parse(text: &str) -> PartnerManifest {
    PartnerManifest::parse("partner.yaml", text).unwrap()
}

fn refused(text: &str) -> String {
    PartnerManifest::parse("partner.yaml", text)
        .unwrap_err()
        .to_string()
}

/// A partner with one mini-app that has this line.
fn app_with(line: &str) -> String {
    format!("partner:\n  id: acme\n  mini_apps:\n    - appId: rewards\n      {line}\n")
}

#[test]
fn the_seed_is_understood_as_it_stands() {
    let manifest = parse(SEED);
    assert_eq!(manifest.id, "acme-lifestyle");
    let id = AppId::parse("miniapp_acme_rewards").unwrap();
    let app = manifest.app(&id).unwrap();
    assert_eq!(manifest.mini_apps.len(), 1);
    assert_eq!(app.source.to_string(), "partner.yaml:4:7");
    let (permission, source) = &app.permissions[0];
    assert_eq!(*permission, Permission::ReadProfile);
    assert_eq!(source.to_string(), "partner.yaml:5:21");
    assert!(app.grants(&Permission::ReadProfile));
    assert!(!app.grants(&Permission::LocalStorage));
    assert!(app.sandbox);
    let allow = &app.network.allow;
    assert!(allow.permits(Scheme::Https, "api.acme.com", 443));
    assert!(!allow.permits(Scheme::Https, "api.other.com", 443));
    let entry = allow.entries[0].source.as_ref().unwrap();
    assert_eq!(entry.to_string(), "partner.yaml:6:43");
    assert!(manifest.app(&AppId::parse("other").unwrap()).is_none());
}

#[test]
fn what_is_left_out_is_denied() {
    let manifest = parse(&app_with(""));
    let app = &manifest.mini_apps[0];
    assert!(app.permissions.is_empty());
    assert!(app.network.allow.is_empty());
    assert!(app.sandbox);
}

#[test]
fn the_sandbox_stays_on() {
    assert_snapshot!(refused(&app_with("sandbox: false")), @"
    a partner's mini-app cannot run outside the sandbox
     --> partner.yaml:5:16
      |
    5 |       sandbox: false
      |                ^^^^^
      = help: write `sandbox: true`, or remove the key
    ");
    assert_snapshot!(refused(&app_with("sandbox: off")), @"
    expected a boolean, came the text `off`
     --> partner.yaml:5:16
      |
    5 |       sandbox: off
      |                ^^^
      = help: write `true` or `false`, without quotes
    ");
}

#[test]
fn the_network_stays_denied_but_for_the_list() {
    assert_snapshot!(refused(&app_with("network: { default: \"allow\" }")), @r#"
    `default: "allow"` would open every host to the mini-app
     --> partner.yaml:5:27
      |
    5 |       network: { default: "allow" }
      |                           ^^^^^^^
      = help: write `default: "deny"` and list the hosts under `allow`
    "#);
    assert_snapshot!(refused(&app_with("network: { default: \"deny\", alow: [] }")), @r#"
    unknown key `alow`
     --> partner.yaml:5:35
      |
    5 |       network: { default: "deny", alow: [] }
      |                                   ^^^^
      = help: did you mean `allow`?
    "#);
    assert_snapshot!(refused(&app_with("network: { allow: [\"https://api.acme.com/v1\"] }")), @r#"
    `https://api.acme.com/v1` cannot be allowed: it has a path, a query or a fragment
     --> partner.yaml:5:26
      |
    5 |       network: { allow: ["https://api.acme.com/v1"] }
      |                          ^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: write the host only: `api.acme.com` permits all its paths
    "#);
}

#[test]
fn keys_are_known() {
    assert_snapshot!(refused("id: acme\n"), @"
    unknown key `id`
     --> partner.yaml:1:1
      |
    1 | id: acme
      | ^^
      = help: the valid keys are `partner`
    ");
    assert_snapshot!(refused(&app_with("permisions: [\"user:readProfile\"]")), @r#"
    unknown key `permisions`
     --> partner.yaml:5:7
      |
    5 |       permisions: ["user:readProfile"]
      |       ^^^^^^^^^^
      = help: did you mean `permissions`?
    "#);
    assert_snapshot!(refused("partner:\n  id: acme\n"), @"
    the key `mini_apps` is missing
     --> partner.yaml:2:3
      |
    2 |   id: acme
      |   ^
      = help: add `mini_apps: []`
    ");
}

#[test]
fn permissions_are_known_and_granted_once() {
    assert_snapshot!(refused(&app_with("permissions: [\"user:readProfil\"]")), @r#"
    unknown permission `user:readProfil`
     --> partner.yaml:5:21
      |
    5 |       permissions: ["user:readProfil"]
      |                     ^^^^^^^^^^^^^^^^^
      = help: did you mean `user:readProfile`?
    "#);
    assert_snapshot!(refused(&app_with("permissions: [\"ext:\"]")), @r#"
    unknown permission `ext:`
     --> partner.yaml:5:21
      |
    5 |       permissions: ["ext:"]
      |                     ^^^^^^
      = help: the name after the colon has 1 to 64 of the characters `A-Z a-z 0-9 . _ -` and begins with a letter
    "#);
    assert_snapshot!(refused(&app_with("permissions: [\"storage:local\", \"storage:local\"]")), @r#"
    `storage:local` is listed twice
     --> partner.yaml:5:38
      |
    5 |       permissions: ["storage:local", "storage:local"]
      |                                      ^^^^^^^^^^^^^^^
      = help: remove one of them
    "#);
    assert_snapshot!(refused(&app_with("permissions: \"storage:local\"")), @r#"
    expected a list, came the text `storage:local`
     --> partner.yaml:5:20
      |
    5 |       permissions: "storage:local"
      |                    ^^^^^^^^^^^^^^^
      = help: write it as `[one, two]`
    "#);
    assert_snapshot!(refused(&app_with("permissions: [3]")), @r#"
    expected a text, came the number `3`
     --> partner.yaml:5:21
      |
    5 |       permissions: [3]
      |                     ^
      = help: write it in quotes: "3"
    "#);
}

#[test]
fn a_partner_id_is_plain() {
    assert_snapshot!(refused("partner: { id: \"Acme Inc\", mini_apps: [] }"), @r#"
    `Acme Inc` is not a partner id
     --> partner.yaml:1:16
      |
    1 | partner: { id: "Acme Inc", mini_apps: [] }
      |                ^^^^^^^^^^
      = help: a partner id has 1 to 64 of the characters `a-z 0-9 -` and neither begins nor ends with a hyphen, such as `acme-lifestyle`
    "#);
}

#[test]
fn a_mini_app_is_named_once() {
    let text = "partner:\n  id: acme\n  mini_apps:\n    - appId: rewards\n    - appId: rewards\n";
    assert_snapshot!(refused(text), @"
    the mini-app `rewards` is listed twice
     --> partner.yaml:5:7
      |
    5 |     - appId: rewards
      |       ^
      = help: join it with the entry at partner.yaml:4:7
    ");
}

#[test]
fn lists_have_their_limits() {
    let apps = |count: usize| {
        let apps = (0..count).map(|app| format!("    - appId: a{app}\n"));
        format!(
            "partner:\n  id: acme\n  mini_apps:\n{}",
            apps.collect::<String>()
        )
    };
    assert_eq!(parse(&apps(MAX_MINI_APPS)).mini_apps.len(), MAX_MINI_APPS);
    assert_snapshot!(refused(&apps(MAX_MINI_APPS + 1)), @"
    the list has 1001 items, more than 1000
        --> partner.yaml:1004:7
         |
    1004 |     - appId: a1000
         |       ^
    ");

    let list = |key: &str, count: usize, item: &dyn Fn(usize) -> String| {
        let items: Vec<_> = (0..count).map(item).collect();
        format!("{key}: [{}]", items.join(", "))
    };
    let permissions = |count| {
        app_with(&list("permissions", count, &|item| {
            format!("\"ext:e{item}\"")
        }))
    };
    parse(&permissions(MAX_PERMISSIONS));
    assert_snapshot!(refused(&permissions(MAX_PERMISSIONS + 1)), @r#"
    the list has 65 items, more than 64
     --> partner.yaml:5:715
      |
    5 | …:e60", "ext:e61", "ext:e62", "ext:e63", "ext:e64"]
      |                                          ^^^^^^^^^
    "#);

    let hosts = |count| {
        let allow = list("allow", count, &|item| format!("h{item}.acme.com"));
        app_with(&format!("network: {{ {allow} }}"))
    };
    parse(&hosts(MAX_ALLOW_ENTRIES));
    assert_snapshot!(refused(&hosts(MAX_ALLOW_ENTRIES + 1)), @"
    the list has 257 items, more than 256
     --> partner.yaml:5:3756
      |
    5 | …acme.com, h254.acme.com, h255.acme.com, h256.acme.com] }
      |                                          ^^^^^^^^^^^^^
    ");
}
