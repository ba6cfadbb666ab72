//! The line of a partner manifest that would grant something: shown, applied, and then in effect.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use insta::assert_snapshot;
use miniapp_package::{
    AppId, Edit, GrantLine, MAX_GRANT_CONTEXT_CHARS, PartnerManifest, Permission, Scheme, entry_for,
};

const SEED: &str = include_str!("seed/partner.yaml");

fn parse(text: &str) -> PartnerManifest {
    PartnerManifest::parse("partner.yaml", text).unwrap()
}

/// The manifest after the edit.
fn applied(text: &str, grant: &GrantLine) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let line = format!("{}{}", " ".repeat(grant.indent), grant.text);
    let rank = grant.line as usize - 1;
    match grant.edit {
        Edit::Replace => lines[rank] = line,
        Edit::Insert => lines.insert(rank, line),
    }
    lines.join("\n")
}

/// Applies the edits for a permission and a host to the first mini-app, checks that each is in effect
/// and takes nothing away, and returns them as they are shown.
fn granted(text: &str) -> String {
    let before = parse(text);
    let app = &before.mini_apps[0];

    let permission = app.line_to_grant(&Permission::LocalStorage);
    let after = parse(&applied(text, &permission));
    let edited = after.app(&app.app_id).unwrap();
    assert!(edited.grants(&Permission::LocalStorage));
    assert!(
        app.permissions
            .iter()
            .all(|(granted, _)| edited.grants(granted))
    );
    assert_eq!(edited.network, app.network);

    let host = app.line_to_allow(&entry_for(Scheme::Https, "api.other.com", 8443));
    let after = parse(&applied(text, &host));
    let edited = after.app(&app.app_id).unwrap();
    assert!(
        edited
            .network
            .allow
            .permits(Scheme::Https, "api.other.com", 8443)
    );
    assert_eq!(
        app.network.allow.narrow(&edited.network.allow),
        app.network.allow
    );
    assert_eq!(edited.permissions.len(), app.permissions.len());

    format!("{permission}\n{host}")
}

#[test]
fn the_seed_gains_an_entry_in_its_own_lines() {
    assert_snapshot!(granted(SEED), @r#"
    partner.yaml:5: permissions: ["user:readProfile", "storage:local"]
    partner.yaml:6: network: { default: "deny", allow: ["api.acme.com", "api.other.com:8443"] }
    "#);
}

#[test]
fn comments_and_other_keys_on_the_line_stay() {
    let text = "
partner:
  id: acme
  mini_apps:
    - appId: rewards
      permissions: []   # none yet
      network: { allow: [], default: deny } # none either
";
    assert_snapshot!(granted(text), @r#"
    partner.yaml:6: permissions: ["storage:local"]   # none yet
    partner.yaml:7: network: { allow: ["api.other.com:8443"], default: deny } # none either
    "#);
}

#[test]
fn a_list_of_lines_gains_a_line() {
    let text = "
partner:
  id: acme
  mini_apps:
    - permissions:
        # reviewed in May
        - user:readProfile   # asks
        - 'ext:points'
      network:
        allow:
        - api.acme.com
        default: deny
      appId: rewards
";
    assert_snapshot!(granted(text), @r#"
    partner.yaml:7: - "storage:local" (new line)
    partner.yaml:11: - "api.other.com:8443" (new line)
    "#);
}

#[test]
fn a_bracketed_list_over_several_lines_gains_an_entry_on_its_last_line() {
    let text = "
partner:
  id: acme
  mini_apps:
    - appId: rewards
      permissions: [
        \"user:readProfile\",
        \"ext:points\",   # loyalty
      ]
      network: {
        default: deny,
        allow: [
          api.acme.com
        ]
      }
";
    assert_snapshot!(granted(text), @r#"
    partner.yaml:8: "ext:points", "storage:local",   # loyalty
    partner.yaml:13: api.acme.com, "api.other.com:8443"
    "#);
}

#[test]
fn a_missing_list_becomes_a_line_of_its_own() {
    let text = "
partner:
  id: acme
  mini_apps:
    - sandbox: true
      appId: rewards
    - appId: other
";
    assert_snapshot!(granted(text), @r#"
    partner.yaml:7: permissions: ["storage:local"] (new line)
    partner.yaml:7: network: { default: "deny", allow: ["api.other.com:8443"] } (new line)
    "#);
}

#[test]
fn a_network_without_a_list_gains_one() {
    let block = "
partner:
  id: acme
  mini_apps:
    - appId: rewards
      network:
        default: deny
";
    assert_snapshot!(granted(block), @r#"
    partner.yaml:6: permissions: ["storage:local"] (new line)
    partner.yaml:8: allow: ["api.other.com:8443"] (new line)
    "#);
    let flow = block.replace(
        "network:\n        default: deny",
        "network: { default: deny }",
    );
    assert_snapshot!(granted(&flow), @r#"
    partner.yaml:6: permissions: ["storage:local"] (new line)
    partner.yaml:6: network: { default: deny, allow: ["api.other.com:8443"] }
    "#);
    let empty = block.replace("network:\n        default: deny", "network: {}");
    assert_snapshot!(granted(&empty), @r#"
    partner.yaml:6: permissions: ["storage:local"] (new line)
    partner.yaml:6: network: {allow: ["api.other.com:8443"]}
    "#);
}

#[test]
fn a_manifest_on_one_line_is_edited_in_that_line() {
    let text = "{ partner: { id: acme, mini_apps: [{ appId: rewards, sandbox: true }] } }";
    assert_snapshot!(granted(text), @r#"
    partner.yaml:1: { partner: { id: acme, mini_apps: [{ appId: rewards, permissions: ["storage:local"], sandbox: true }] } }
    partner.yaml:1: { partner: { id: acme, mini_apps: [{ appId: rewards, network: { default: "deny", allow: ["api.other.com:8443"] }, sandbox: true }] } }
    "#);
}

#[test]
fn windows_line_breaks_count_once() {
    let text = SEED.replace('\n', "\r\n");
    assert_eq!(granted(&text), granted(SEED));
}

#[test]
fn a_mini_app_that_is_not_named_gets_an_entry() {
    let new = AppId::parse("miniapp_new").unwrap();
    let texts = [
        SEED,
        "partner: { id: acme, mini_apps: [] }",
        "partner: { id: acme, mini_apps: [{ appId: rewards }] }",
        "partner:\n  id: acme\n  mini_apps:\n  - appId: rewards\n",
    ];
    let mut shown = Vec::new();
    for text in texts {
        let before = parse(text);
        let grant = before.line_to_add_app(&new);
        let after = parse(&applied(text, &grant));
        assert_eq!(after.mini_apps.len(), before.mini_apps.len() + 1);
        assert!(after.app(&new).unwrap().permissions.is_empty());
        shown.push(grant.to_string());
    }
    assert_snapshot!(shown.join("\n"), @r#"
    partner.yaml:4: - { appId: "miniapp_new" } (new line)
    partner.yaml:1: partner: { id: acme, mini_apps: [{ appId: "miniapp_new" }] }
    partner.yaml:1: partner: { id: acme, mini_apps: [{ appId: "miniapp_new" }, { appId: rewards }] }
    partner.yaml:4: - { appId: "miniapp_new" } (new line)
    "#);
}

#[test]
fn a_long_line_is_cut_on_both_sides() {
    let line = |comment: usize| {
        let text = format!(
            "partner: {{ id: acme, mini_apps: [{{ appId: rewards, permissions: [] }}] }} #{}",
            "x".repeat(comment)
        );
        parse(&text).mini_apps[0].line_to_grant(&Permission::LocalStorage)
    };
    let after = "] }] } #".len();
    let full = line(MAX_GRANT_CONTEXT_CHARS - after).text;
    assert!(full.ends_with('x'), "{full}");
    let cut = line(MAX_GRANT_CONTEXT_CHARS - after + 1).text;
    assert!(cut.ends_with("x…"), "{cut}");
    assert_eq!(cut.chars().count(), full.chars().count() + 1);
}

#[test]
fn what_would_steer_a_terminal_is_escaped() {
    let text = "partner: { id: acme, mini_apps: [{ appId: rewards, permissions: [] }] } # \u{202e}";
    let grant = parse(text).mini_apps[0].line_to_grant(&Permission::LocalStorage);
    assert!(grant.text.ends_with("# \\u{202e}"));
    let host = parse(text).mini_apps[0].line_to_allow("a\u{1b}[2J.com");
    assert!(host.text.contains("\"a\\u{1b}[2J.com\""));
}
