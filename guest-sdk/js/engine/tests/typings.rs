//! The typings of `guest-sdk/js/typings` beside the engine: what one of them has and the other lacks.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[allow(dead_code)]
#[path = "engine/outside.rs"]
mod outside;
#[allow(dead_code)]
#[path = "engine/user.rs"]
mod user;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use outside::Stage;

/// The typings' folder.
fn typings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../typings")
}

/// The files of a folder that hold declarations, as text.
fn declarations(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let files = files.map(|file| file.unwrap().path());
    files
        .filter(|file| file.to_string_lossy().ends_with(".d.ts"))
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect()
}

/// The name that a line begins with, if `(`, `<`, `?`, `:` or a blank follows it.
fn name(line: &str) -> Option<&str> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let (name, rest) = line.split_at(end);
    let is_name = !name.is_empty() && rest.starts_with(['(', '<', '?', ':', ' ']);
    is_name.then_some(name)
}

/// The members of all `interface Fc`: they stand in a namespace, so that its lines are
/// indented by two blanks and their own by four.
fn declared_members() -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    for text in declarations(&typings()) {
        let mut is_inside = false;
        for line in text.lines() {
            match line {
                "  interface Fc {" => is_inside = true,
                "  }" => is_inside = false,
                _ if is_inside => {
                    let member = line.strip_prefix("    ").and_then(name);
                    members.extend(member.map(str::to_owned));
                }
                _ => {}
            }
        }
    }
    members
}

/// The values that the files of a folder declare in the global scope.
fn declared_globals(folder: &Path) -> BTreeSet<String> {
    let texts = declarations(folder);
    let lines = texts.iter().flat_map(|text| text.lines());
    let globals = lines.filter_map(|line| {
        let rest = line.strip_prefix("declare ")?;
        let (kind, rest) = rest.split_once(' ')?;
        matches!(kind, "var" | "const" | "function" | "class").then(|| name(rest))?
    });
    globals.map(str::to_owned).collect()
}

/// The globals that the prelude makes: those that the language does not have, or has otherwise.
fn made_globals() -> BTreeSet<String> {
    let mut globals = BTreeSet::new();
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("prelude")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let made = text.lines().filter_map(|line| {
            let name = line.strip_prefix("global('")?;
            name.split_once('\'').map(|(name, _)| name.to_owned())
        });
        globals.extend(made);
    }
    globals
}

/// The names that an expression answers, which is an array of them.
fn answered(expression: &str) -> BTreeSet<String> {
    let stage = Stage::load(&format!("console.log({expression}.join(' '))")).unwrap();
    let log = stage.log();
    let names = log[0].strip_prefix("Info: ").unwrap();
    names.split(' ').map(str::to_owned).collect()
}

fn without(all: &BTreeSet<String>, some: &BTreeSet<String>) -> Vec<String> {
    all.difference(some).cloned().collect()
}

#[test]
fn fc_has_what_the_typings_declare() {
    let (declared, there) = (
        declared_members(),
        answered("Object.getOwnPropertyNames(fc)"),
    );
    assert!(there.len() > 30, "{there:?}");
    assert_eq!(without(&there, &declared), [""; 0], "not declared");
    assert_eq!(without(&declared, &there), [""; 0], "not in the engine");
}

#[test]
fn the_globals_that_the_typings_declare_are_there() {
    let mut declared = declared_globals(&typings());
    declared.extend(declared_globals(&typings().join("web")));
    assert!(declared.len() > 10, "{declared:?}");
    let there = answered("Object.getOwnPropertyNames(globalThis)");
    assert_eq!(without(&declared, &there), [""; 0], "not in the engine");
}

#[test]
fn the_globals_that_the_prelude_makes_are_declared() {
    let mut declared = declared_globals(&typings());
    declared.extend(declared_globals(&typings().join("web")));
    let made = made_globals();
    assert!(made.len() > 10, "{made:?}");
    // TypeScript's library declares `Date` and `Intl`; what the bundler calls is nothing for mini-apps.
    assert_eq!(
        without(&made, &declared),
        ["Date", "Intl", "__page"],
        "not declared"
    );
}

#[test]
fn the_console_has_what_the_typings_declare() {
    let text = std::fs::read_to_string(typings().join("console.d.ts")).unwrap();
    let members = text
        .lines()
        .filter_map(|line| line.strip_prefix("  ").and_then(name));
    let declared = members.map(str::to_owned).collect();
    let there = answered("Object.getOwnPropertyNames(console)");
    assert_eq!(without(&there, &declared), [""; 0], "not declared");
    assert_eq!(without(&declared, &there), [""; 0], "not in the engine");
}
