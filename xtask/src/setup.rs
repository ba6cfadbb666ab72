//! Finds the wasm tool chain or installs it, where the system's package manager
//! has one and may be used. A rustup tool chain is never changed from here: its
//! `rust-toolchain.toml` asks for the target already.

use std::process::{Command, Stdio};

use miniapp_guest_build::{Toolchain, ToolchainError};

use crate::{root, run, say};

/// Debian's Rust with the standard library's source, from which the library for
/// WebAssembly is built.
const PACKAGES: [&str; 3] = ["cargo-web", "rustc-web", "rust-web-src"];

pub(crate) fn setup() -> Result<(), String> {
    let missing = match Toolchain::find(&root()) {
        Ok(found) => {
            say(&format!("wasm tool chain: {}", found.rustc().display()));
            return Ok(());
        }
        Err(missing) => missing,
    };
    if !may_install() {
        return Err(by_hand(&missing));
    }
    say(&format!(
        "no wasm tool chain; installing {} with apt-get",
        PACKAGES.join(", ")
    ));
    let installed = run(apt_get().arg("update")).and_then(|()| {
        run(apt_get()
            .args(["install", "-y", "--no-install-recommends"])
            .args(PACKAGES))
    });
    installed.map_err(|error| format!("{error}\n{}", by_hand(&missing)))?;
    match Toolchain::find(&root()) {
        Ok(found) => {
            say(&format!("wasm tool chain: {}", found.rustc().display()));
            Ok(())
        }
        Err(missing) => Err(by_hand(&missing)),
    }
}

fn apt_get() -> Command {
    let mut apt_get = Command::new("apt-get");
    apt_get
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null());
    apt_get.arg("-q");
    apt_get
}

/// Whether there is an apt-get that has the packages, and we are root.
fn may_install() -> bool {
    let quiet = |command: &mut Command| {
        command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()
    };
    let id = quiet(Command::new("id").arg("-u"));
    let is_root = id.is_some_and(|output| output.stdout.trim_ascii() == b"0");
    is_root && quiet(Command::new("apt-get").arg("--version")).is_some()
}

fn by_hand(missing: &ToolchainError) -> String {
    format!(
        "error: {missing}\n\
         Mini-apps are compiled to WebAssembly. Any one of these will do:\n  \
         with rustup:        rustup target add {}\n  \
         on Debian, as root: apt-get install --no-install-recommends {}",
        miniapp_guest_build::TARGET,
        PACKAGES.join(" ")
    )
}
