//! Checks what the workspace depends on, after `deny.toml`. Installs the tool for it, at one version,
//! under `target/tools`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{cargo, root, run, say};

/// The version of cargo-deny that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

pub(crate) fn deny() -> Result<(), String> {
    let tools = root().join("target/tools");
    let program = tools.join("bin/cargo-deny");
    if !is_installed(&program) {
        say(&format!(
            "installing cargo-deny {VERSION} into target/tools; this takes some minutes"
        ));
        run(cargo()
            .args([
                "install",
                "cargo-deny",
                "--locked",
                "--version",
                VERSION,
                "--root",
            ])
            .arg(&tools))?;
    }
    // The lock file names crates for other platforms, which no build here has fetched.
    run(cargo().args(["fetch", "--locked", "--quiet"]))?;
    let mut check = Command::new(&program);
    check.current_dir(root()).args([
        "--offline",
        "--locked",
        "check",
        "bans",
        "licenses",
        "sources",
    ]);
    match advisories() {
        Some(folder) => {
            say(&format!("checking advisories as of {}", folder.display()));
            check.arg("advisories");
        }
        None => say("no advisories are checked: there is no database here, see deny.toml"),
    }
    run(&mut check)
}

fn is_installed(program: &Path) -> bool {
    let version = Command::new(program)
        .arg("--version")
        .stderr(Stdio::null())
        .output();
    version.is_ok_and(|told| {
        String::from_utf8_lossy(&told.stdout).trim() == format!("cargo-deny {VERSION}")
    })
}

/// Where cargo-deny keeps advisories, if it has fetched any.
fn advisories() -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = cargo.or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
    let folder = cargo.join("advisory-dbs");
    let any = std::fs::read_dir(&folder)
        .ok()?
        .flatten()
        .any(|entry| entry.path().is_dir());
    any.then_some(folder)
}
