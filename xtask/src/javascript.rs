//! Makes the component of `tests/guests/javascript`, with componentize-js from npm. Where there is no
//! npm this says so and goes on: everything else can be built and tested without.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{root, run, say};

/// What the component is made of, besides the contract.
const SOURCES: [&str; 5] = [
    "app.js",
    "build.mjs",
    "package-lock.json",
    "package.json",
    "wit/world.wit",
];

/// Brings `target/javascript/app.wasm` up to date.
pub(crate) fn build() -> Result<(), String> {
    let (from, to) = (
        root().join("tests/guests/javascript"),
        root().join("target/javascript"),
    );
    let contract = root().join("wit");
    let (component, stamp) = (to.join("app.wasm"), to.join("made-of"));
    let sources = sources(&from, &contract)?;
    if component.is_file() && fs::read(&stamp).is_ok_and(|made_of| made_of == sources) {
        return Ok(());
    }
    if !answers("npm") || !answers("node") {
        say(
            "no npm and Node.js; the tests of JavaScript guests will fail until `cargo xtask setup` finds them",
        );
        return Ok(());
    }
    say("making the JavaScript guest with componentize-js, which takes about a minute");
    for source in SOURCES {
        copy(&from.join(source), &to.join(source))?;
    }
    // Not `npm ci`: it insists on optional packages for other platforms, which npm leaves
    // out of a lock file where the registry does not have them.
    let install = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
    run(Command::new("npm").args(install).current_dir(&to))?;
    run(Command::new("node")
        .arg("build.mjs")
        .args([&contract, &component])
        .current_dir(&to))?;
    fs::write(&stamp, sources).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// The contents of everything that the component is made of.
fn sources(from: &Path, contract: &Path) -> Result<Vec<u8>, String> {
    let mut files: Vec<PathBuf> = SOURCES.iter().map(|source| from.join(source)).collect();
    let entries = fs::read_dir(contract).map_err(|e| format!("{}: {e}", contract.display()))?;
    // Packages beside the contract lie in a folder of their own, and this guest uses none.
    let mut of_contract: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    of_contract.sort();
    files.append(&mut of_contract);
    let mut all = Vec::new();
    for file in files {
        let content = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        all.extend(content);
    }
    Ok(all)
}

/// Copies a file into a folder, which is made if it is not there.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder)
        .and_then(|()| fs::copy(from, to))
        .map(|_| ())
        .map_err(|error| format!("{}: {error}", to.display()))
}

/// Whether there is such a program.
pub(crate) fn answers(program: &str) -> bool {
    let quiet = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    quiet.is_ok_and(|status| status.success())
}
