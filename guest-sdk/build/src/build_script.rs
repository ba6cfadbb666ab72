//! Guests for build scripts; owns what a `build.rs` says to Cargo and must not know how guests are built.
//!
//! ```no_run
//! // In the `main` of build.rs; the crate then finds the component at `env!("GUEST_ROGUE")`.
//! miniapp_guest_build::build_script::guests(&["tests/guests/rogue"]);
//! ```

use crate::{BuildError, BuiltGuest, GuestBuild, build_all, build_module, crates};
use std::env;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Names another folder to build guests in than `target/guests` of the workspace.
const TARGET_DIR: &str = "MINIAPP_GUEST_TARGET_DIR";

/// What every guest of the workspace is made of besides its own files.
const SHARED_SOURCES: [&str; 5] = [
    "Cargo.lock",
    "Cargo.toml",
    "guest-sdk/Cargo.toml",
    "guest-sdk/src",
    "wit",
];

/// Builds guests of this workspace, by their folders below its root, and hands each component's path to
/// the crate as the environment variable `GUEST_<CRATE NAME>`.
///
/// All build scripts of a workspace share `target/guests` (or the folder that the environment variable
/// `MINIAPP_GUEST_TARGET_DIR` names) and may run at once. The first build there may take a minute or
/// two, see the [crate]'s documentation.
///
/// A failure is told to Cargo as errors of the build script: one line for a missing tool chain, the
/// compiler's own lines for code that does not compile.
pub fn guests(folders: &[&str]) {
    print!(
        "{}",
        speech(
            folders,
            env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
        )
    );
}

/// Builds the core module of one guest of this workspace, of which parts may be written in C, and returns
/// its file; nothing, where it has told Cargo of a failure as [`guests`] does. `sources` is what it is made
/// of besides its `src`.
pub fn module(folder: &str, sources: &[&str]) -> Option<PathBuf> {
    let manifest_dir = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = manifest_dir.as_deref().and_then(workspace_root)?;
    println!("cargo::rerun-if-env-changed={TARGET_DIR}");
    let own = ["Cargo.toml", "src"].iter().chain(sources);
    let own = own.map(|source| format!("{folder}/{source}"));
    for source in own.chain(SHARED_SOURCES.map(str::to_owned)) {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    match build_module(&guest(root, folder).compiles_c(true)) {
        Ok(module) => {
            println!("cargo::rerun-if-changed={}", module.display());
            Some(module)
        }
        Err(error) => {
            error
                .to_string()
                .lines()
                .for_each(|line| println!("cargo::error={line}"));
            None
        }
    }
}

fn speech(folders: &[&str], manifest_dir: Option<PathBuf>) -> String {
    let mut speech = format!("cargo::rerun-if-env-changed={TARGET_DIR}\n");
    let root = manifest_dir.as_deref().and_then(workspace_root);
    let Some(root) = root else {
        speech.push_str("cargo::error=no workspace around CARGO_MANIFEST_DIR: this is for build scripts of a workspace\n");
        return speech;
    };
    let own = folders
        .iter()
        .flat_map(|folder| [format!("{folder}/Cargo.toml"), format!("{folder}/src")]);
    for source in own.chain(SHARED_SOURCES.map(str::to_owned)) {
        // Formatting into a String does not fail.
        let _ = writeln!(
            speech,
            "cargo::rerun-if-changed={}",
            root.join(source).display()
        );
    }
    match build(root, folders) {
        Ok(guests) => guests.iter().for_each(|guest| {
            let path = guest.component.display();
            let name = guest.crate_name.to_uppercase();
            let _ = write!(
                speech,
                "cargo::rerun-if-changed={path}\ncargo::rustc-env=GUEST_{name}={path}\n"
            );
        }),
        Err(error) => error.to_string().lines().for_each(|line| {
            let _ = writeln!(speech, "cargo::error={line}");
        }),
    }
    speech
}

fn build(root: &Path, folders: &[&str]) -> Result<Vec<BuiltGuest>, BuildError> {
    let builds = folders.iter().map(|folder| guest(root, folder));
    build_all(&builds.collect::<Vec<_>>())
}

fn guest(root: &Path, folder: &str) -> GuestBuild {
    let target_dir =
        env::var_os(TARGET_DIR).map_or_else(|| root.join("target/guests"), PathBuf::from);
    // The Cargo around this build script has just seen to it that the lock file fits.
    let locked = root.join("Cargo.lock").is_file();
    GuestBuild::new(root.join(folder))
        .target_dir(target_dir)
        .locked(locked)
}

fn workspace_root(folder: &Path) -> Option<&Path> {
    folder
        .ancestors()
        .find(|folder| crates::declares(folder, "[workspace]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_lines_that_cargo_shows() {
        let workspace = tempfile::tempdir().unwrap();
        std::fs::write(workspace.path().join("Cargo.toml"), "[workspace]\n").unwrap();
        let member = workspace.path().join("tests");
        std::fs::create_dir(&member).unwrap();
        let said = speech(&["tests/guests/none"], Some(member));
        let errors: Vec<_> = said
            .lines()
            .filter(|line| line.starts_with("cargo::error="))
            .collect();
        let [error] = errors.as_slice() else {
            panic!("{said}")
        };
        assert!(error.contains("tests/guests/none/Cargo.toml: "), "{error}");
        assert!(said.contains("/tests/guests/none/src\n"), "{said}");
    }

    #[test]
    fn outside_a_workspace_there_is_an_error_too() {
        assert!(speech(&[], None).contains("cargo::error=no workspace"));
    }
}
