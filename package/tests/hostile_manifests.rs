//! Any text at all: a manifest is understood or refused, and the refusal is fit to be shown.

use miniapp_package::{AppManifest, Governance, ManifestError, PartnerManifest, Permission};
use proptest::prelude::*;

const SEEDS: [&str; 3] = [
    include_str!("seed/partner.yaml"),
    include_str!("seed/governance.yaml"),
    "appId: a\nname: A\nversion: 1.0.0\npages: [pages/index]\npermissions:\n  - name: user:readProfile\n    reason: r\nnetwork: { allow: [api.acme.com] }\n",
];

fn check(text: &str) {
    if let Err(error) = AppManifest::parse("miniapp.yaml", text) {
        check_error(&error);
    }
    if let Err(error) = Governance::parse("governance.yaml", text) {
        check_error(&error);
    }
    match PartnerManifest::parse("partner.yaml", text) {
        Ok(manifest) => {
            for app in &manifest.mini_apps {
                let _ = app.line_to_grant(&Permission::LocalStorage);
                let _ = app.line_to_allow("api.other.com");
                let _ = manifest.line_to_add_app(&app.app_id);
            }
        }
        Err(error) => check_error(&error),
    }
}

/// A refusal is one short line, and shows nothing that steers a terminal.
fn check_error(error: &ManifestError) {
    let shown = error.to_string();
    assert!(
        !shown.contains(|ch: char| ch.is_control() && ch != '\n'),
        "{shown:?}"
    );
    assert!(error.message().chars().count() < 600, "{shown}");
    assert!(shown.len() < 4_096, "{shown}");
    assert!(shown.lines().count() <= 6, "{shown}");
    assert_eq!(error.line().is_some(), error.column().is_some());
}

proptest! {
    #[test]
    fn any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_text_near_yaml(text in "[a-c :,\\[\\]{}&*!|>'\"%#\\-\\n\\t\\r?~<0-9\u{1b}\u{85}\u{feff}ü]{0,120}") {
        check(&text);
    }

    #[test]
    fn a_damaged_manifest(
        seed in prop::sample::select(&SEEDS[..]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<char>(), any::<bool>()), 1..5),
    ) {
        let mut chars: Vec<char> = seed.chars().collect();
        for (place, ch, removes) in damage {
            let place = place.index(chars.len());
            if removes {
                chars.remove(place);
            } else {
                chars[place] = ch;
            }
        }
        check(&chars.into_iter().collect::<String>());
    }

    #[test]
    fn lines_in_any_order(lines in prop::collection::vec(
        prop::sample::select(SEEDS.iter().flat_map(|seed| seed.lines()).collect::<Vec<_>>()), 0..20,
    )) {
        check(&lines.join("\n"));
    }
}

/// What a word of a manifest is replaced by, over and over.
const FILLINGS: [&str; 16] = [
    "1", "0", "x", "ü", "\u{1b}", "\u{202e}", "a.", "a: ", "- ", "\n", "'", "!", "[", "%", "1.",
    "0x",
];

#[test]
fn a_refusal_of_something_endless_is_short() {
    for seed in SEEDS {
        for word in seed.split_whitespace() {
            for filling in FILLINGS {
                check(&seed.replacen(word, &filling.repeat(10_000), 1));
            }
        }
    }
}
