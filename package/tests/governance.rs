//! The governance file, `governance.yaml`, and percentages.

#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use miniapp_package::{
    Governance, PartnerIsolation, PartnerPermissions, Percent, PermissionModel, Rollback,
};
use proptest::prelude::*;

const SEED: &str = include_str!("seed/governance.yaml");

/// The refusal of the seed with `from` replaced by `to`.
fn refused(from: &str, to: &str) -> String {
    assert!(SEED.contains(from));
    let text = SEED.replace(from, to);
    Governance::parse("governance.yaml", &text)
        .unwrap_err()
        .to_string()
}

#[test]
fn the_seed_is_understood_as_it_stands() {
    let governance = Governance::parse("governance.yaml", SEED).unwrap();
    assert!(governance.publishing.review_gate);
    assert_eq!(
        governance.publishing.permission_model,
        PermissionModel::Whitelist
    );
    let versioning = &governance.versioning;
    assert!(versioning.hot_update);
    assert_eq!(versioning.gray_release.default_rollout.basis_points(), 500);
    assert!(versioning.gray_release.auto_widen);
    assert_eq!(versioning.rollback, Rollback::OneClick);
    let ecosystem = &governance.ecosystem;
    assert!(ecosystem.third_party_publishing);
    assert_eq!(
        ecosystem.third_party_publishing_source.to_string(),
        "governance.yaml:11:27"
    );
    assert_eq!(ecosystem.partner_isolation, PartnerIsolation::Sandbox);
    assert_eq!(ecosystem.partner_permissions, PartnerPermissions::PerApp);
}

#[test]
fn only_known_values_are_accepted() {
    assert_snapshot!(refused("\"whitelist\"", "\"blacklist\""), @r#"
    expected `whitelist`, came `blacklist`
     --> governance.yaml:3:21
      |
    3 |   permission_model: "blacklist"
      |                     ^^^^^^^^^^^
      = help: it is the only valid value
    "#);
    assert_snapshot!(refused("\"one-click\"", "manual"), @"
    expected `one-click`, came `manual`
     --> governance.yaml:9:13
      |
    9 |   rollback: manual
      |             ^^^^^^
      = help: it is the only valid value
    ");
    assert_snapshot!(refused("\"sandbox\"", "\"sandbx\""), @r#"
    expected `sandbox`, came `sandbx`
      --> governance.yaml:12:22
       |
    12 |   partner_isolation: "sandbx"
       |                      ^^^^^^^^
       = help: did you mean `sandbox`?
    "#);
    assert_snapshot!(refused("\"per-app\"", "true"), @"
    expected `per-app`, came the boolean `true`
      --> governance.yaml:13:24
       |
    13 |   partner_permissions: true
       |                        ^^^^
    ");
    assert_snapshot!(refused("hot_update: true", "hot_update: \"true\""), @r#"
    expected a boolean, came the text `true`
     --> governance.yaml:5:15
      |
    5 |   hot_update: "true"
      |               ^^^^^^
      = help: write `true` or `false`, without quotes
    "#);
}

#[test]
fn every_rule_is_there_and_no_other() {
    assert_snapshot!(refused("  review_gate: true\n", ""), @r#"
    the key `review_gate` is missing
     --> governance.yaml:2:3
      |
    2 |   permission_model: "whitelist"
      |   ^
      = help: add `review_gate: true`
    "#);
    assert_snapshot!(refused("auto_widen", "auto_wide"), @"
    unknown key `auto_wide`
     --> governance.yaml:8:5
      |
    8 |     auto_wide: true
      |     ^^^^^^^^^
      = help: did you mean `auto_widen`?
    ");
    assert_snapshot!(refused("publishing:\n", "publishing: true\nx:\n"), @"
    unknown key `x`
     --> governance.yaml:2:1
      |
    2 | x:
      | ^
      = help: the valid keys are `publishing`, `versioning`, `ecosystem`
    ");
}

#[test]
fn a_rollout_is_a_percentage() {
    assert_snapshot!(refused("5%", "5"), @"
    expected a percentage, came `5`
     --> governance.yaml:7:22
      |
    7 |     default_rollout: 5
      |                      ^
      = help: add the sign: `5%`
    ");
    assert_snapshot!(refused("5%", "101%"), @"
    expected a percentage, came `101%`
     --> governance.yaml:7:22
      |
    7 |     default_rollout: 101%
      |                      ^^^^
      = help: write a share from `0%` to `100%`, such as `5%` or `12.5%`
    ");
    assert_snapshot!(refused("5%", "-1%"), @"
    expected a percentage, came `-1%`
     --> governance.yaml:7:22
      |
    7 |     default_rollout: -1%
      |                      ^^^
      = help: write a share from `0%` to `100%`, such as `5%` or `12.5%`
    ");
    assert_snapshot!(refused("5%", "0.05"), @"
    expected a percentage, came `0.05`
     --> governance.yaml:7:22
      |
    7 |     default_rollout: 0.05
      |                      ^^^^
      = help: write a share from `0%` to `100%`, such as `5%` or `12.5%`
    ");
    assert_snapshot!(refused("5%", "a few"), @"
    expected a percentage, came `a few`
     --> governance.yaml:7:22
      |
    7 |     default_rollout: a few
      |                      ^^^^^
      = help: write a share from `0%` to `100%`, such as `5%` or `12.5%`
    ");
    assert_snapshot!(refused("5%", "[5%]"), @"
    expected a percentage, such as `5%`, came a list
     --> governance.yaml:7:22
      |
    7 |     default_rollout: [5%]
      |                      ^
    ");
}

#[test]
fn percentages_are_exact() {
    let shares = [
        ("0%", 0),
        ("5%", 500),
        ("12.5%", 1250),
        ("0.01%", 1),
        ("100%", 10_000),
    ];
    for (text, basis_points) in shares {
        let percent = Percent::parse(text).unwrap();
        assert_eq!(percent.basis_points(), basis_points);
        assert_eq!(percent.to_string(), text);
    }
    assert_eq!(Percent::parse("5.50%").unwrap().to_string(), "5.5%");
    for bad in [
        "", "%", "5 %", "+5%", "5.%", ".5%", "5.123%", "100.01%", "1000%", "５%", "5%%",
    ] {
        assert!(Percent::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(Percent::from_basis_points(10_000), Some(Percent::FULL));
    assert_eq!(Percent::from_basis_points(10_001), None);
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(basis_points in 0_u16..=10_000) {
        let percent = Percent::from_basis_points(basis_points).unwrap();
        prop_assert_eq!(Percent::parse(&percent.to_string()), Ok(percent));
    }
}
