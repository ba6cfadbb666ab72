//! Finds the wasm tool chains or installs them, where the system's package manager
//! has one and may be used. A rustup tool chain is never changed from here: its
//! `rust-toolchain.toml` asks for the target already.

use std::process::{Command, Stdio};

use miniapp_guest_build::{CCompiler, NoCCompiler, Toolchain, ToolchainError};

use crate::{root, run, say};

/// Debian's Rust with the standard library's source, from which the library for
/// WebAssembly is built.
const PACKAGES: [&str; 3] = ["cargo-web", "rustc-web", "rust-web-src"];

/// Debian's C compiler that knows WebAssembly, for the JavaScript engine.
const C_PACKAGES: [&str; 2] = ["clang-19", "llvm-19"];

pub(crate) fn setup() -> Result<(), String> {
    rust()?;
    c_compiler()
}

fn rust() -> Result<(), String> {
    let find = || Toolchain::find(&root()).map(|found| found.rustc().display().to_string());
    found_or_installed("wasm tool chain", &PACKAGES, find, by_hand)
}

fn c_compiler() -> Result<(), String> {
    let find = || CCompiler::find().map(|found| found.compiler().display().to_string());
    found_or_installed("C compiler for wasm", &C_PACKAGES, find, c_by_hand)
}

/// Says where `what` is, once it is there: as it is found, or installed from `packages`.
fn found_or_installed<E>(
    what: &str,
    packages: &[&str],
    find: impl Fn() -> Result<String, E>,
    by_hand: fn(&E) -> String,
) -> Result<(), String> {
    let found = match find() {
        Ok(found) => found,
        Err(missing) if !may_install() => return Err(by_hand(&missing)),
        Err(missing) => {
            say(&format!(
                "no {what}; installing {} with apt-get",
                packages.join(", ")
            ));
            install(packages).map_err(|error| format!("{error}\n{}", by_hand(&missing)))?;
            find().map_err(|missing| by_hand(&missing))?
        }
    };
    say(&format!("{what}: {found}"));
    Ok(())
}

fn install(packages: &[&str]) -> Result<(), String> {
    run(apt_get().arg("update"))?;
    run(apt_get()
        .args(["install", "-y", "--no-install-recommends"])
        .args(packages))
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

fn c_by_hand(missing: &NoCCompiler) -> String {
    format!(
        "error: {missing}\n\
         The JavaScript engine is compiled to WebAssembly from C. Any one of these will do:\n  \
         on Debian, as root: apt-get install --no-install-recommends {}\n  \
         anywhere:           LLVM's clang and llvm-ar on PATH, or named by CC_wasm32_unknown_unknown and AR_wasm32_unknown_unknown",
        C_PACKAGES.join(" ")
    )
}
