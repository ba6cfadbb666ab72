//! `governance.yaml`: what is accepted has every rule, what is refused says so shortly.

use miniapp_package::{Governance, Percent};

use crate::refusal;

/// Every key of the file. None is optional, so that no rule holds unseen.
const KEYS: [&str; 13] = [
    "publishing",
    "review_gate",
    "permission_model",
    "versioning",
    "hot_update",
    "gray_release",
    "default_rollout",
    "auto_widen",
    "rollback",
    "ecosystem",
    "third_party_publishing",
    "partner_isolation",
    "partner_permissions",
];

/// See the module.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let read = Governance::parse(Governance::FILE_NAME, &text);
    assert_eq!(read, Governance::parse(Governance::FILE_NAME, &text));
    match read {
        Ok(governance) => check_accepted(&governance, &text),
        Err(error) => refusal::check_manifest(&error, &text),
    }
}

fn check_accepted(governance: &Governance, text: &str) {
    // A key may be written with escapes; then there is a backslash.
    assert!(text.contains('\\') || KEYS.iter().all(|key| text.contains(key)));
    let rollout = governance.versioning.gray_release.default_rollout;
    assert!(rollout <= Percent::FULL);
    assert_eq!(Percent::parse(&rollout.to_string()), Ok(rollout));
    let source = &governance.ecosystem.third_party_publishing_source;
    assert!(source.line <= refusal::lines_of(text));
}
