//! What the README and the documentation show is what the examples do.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(file: &str) -> String {
    let path = root().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Without indentation, comments and empty lines.
fn lines(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .collect()
}

/// The fenced block that begins with this line.
fn block(first: &str) -> String {
    let readme = read("README.md");
    let begin = readme.find(&format!("\n{first}")).unwrap() + 1;
    let end = begin + readme[begin..].find("```").unwrap();
    readme[begin..end].to_owned()
}

/// Tokens without white space, so that line breaks do not matter.
fn squeeze(text: &str) -> String {
    lines(text)
        .concat()
        .split_whitespace()
        .collect::<String>()
        .replace(",)", ")")
}

#[test]
fn the_embedding_is_the_example() {
    let example = read("examples/embed/src/main.rs");
    let begin = example.find("// README: begin").unwrap();
    let end = example.find("// README: end").unwrap();
    let shown = block("let host");
    assert_eq!(squeeze(&shown), squeeze(&example[begin..end]));
    assert!(lines(&shown).len() <= 10, "ten lines are promised");
}

#[test]
fn an_interface_of_a_native_apps_own_is_called_as_the_guest_does() {
    let guest = read("tests/guests/native/src/component.rs");
    let begin = guest.find("// extension.rs: begin").unwrap();
    let end = guest.find("// extension.rs: end").unwrap();
    let documentation = read("guest-sdk/src/extension.rs");
    let begin_shown = documentation.find("//! ```ignore\n").unwrap();
    let shown = documentation[begin_shown..].lines().skip(1);
    let shown: Vec<&str> = shown
        .take_while(|line| *line != "//! ```")
        .map(|line| line.strip_prefix("//!").unwrap())
        .collect();
    assert_eq!(squeeze(&shown.join("\n")), squeeze(&guest[begin..end]));
}

#[test]
fn the_partner_manifest_is_the_origins() {
    let seed = read("examples/acme-rewards/partner.yaml");
    let shown = read("README.md");
    let code: Vec<&str> = seed.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(shown.contains(&code.join("\n")));
}

#[test]
fn every_command_is_run_by_the_continuous_integration() {
    let ci = read(".ci/run");
    for command in [
        "cargo xtask demo",
        "cargo xtask test",
        "--package embed",
        "--package embed --example tour",
        "cargo bench",
    ] {
        assert!(ci.contains(command), "{command}");
    }
}

#[test]
fn the_campaign_in_javascript_is_the_example() {
    let campaign = read("examples/campaign/campaign.js");
    assert_eq!(lines(&block("Page({\n")), lines(&campaign));
}
