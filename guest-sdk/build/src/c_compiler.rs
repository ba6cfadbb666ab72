//! The search for a C compiler that compiles to WebAssembly; owns its order and its error, and must
//! not know what is compiled.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::toolchain::executable;

/// Where the `cc` crate looks for the compiler and the archiver of the target.
const COMPILER: &str = "CC_wasm32_unknown_unknown";
const ARCHIVER: &str = "AR_wasm32_unknown_unknown";

/// Versions of Clang that distributions name their programs by, newest first.
const VERSIONS: std::ops::RangeInclusive<u32> = 14..=24;

/// No C compiler was found. The text ends with what to install.
#[derive(Debug, thiserror::Error)]
#[error(
    "no C compiler for WebAssembly found (looked for {COMPILER}, and for clang with the target wasm32 and llvm-ar on PATH): run `cargo xtask setup`, or install LLVM's clang and llvm-ar"
)]
pub struct NoCCompiler;

/// A C compiler and an archiver for WebAssembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CCompiler {
    compiler: PathBuf,
    archiver: PathBuf,
}

impl CCompiler {
    /// Searches for one: what the environment names, else `clang`, else the newest `clang-<version>` on
    /// `PATH` that knows the target, each with the `llvm-ar` of the same version, or any.
    ///
    /// # Errors
    /// Fails if there is none.
    pub fn find() -> Result<Self, NoCCompiler> {
        if let (Some(compiler), Some(archiver)) = (env::var_os(COMPILER), env::var_os(ARCHIVER)) {
            return Ok(Self {
                compiler: compiler.into(),
                archiver: archiver.into(),
            });
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let suffixes = || {
            let versions = VERSIONS.rev().map(|version| format!("-{version}"));
            std::iter::once(String::new()).chain(versions)
        };
        let archiver = |suffix: &str| {
            let own = on_path(&path, &format!("llvm-ar{suffix}"));
            own.or_else(|| suffixes().find_map(|any| on_path(&path, &format!("llvm-ar{any}"))))
        };
        suffixes()
            .find_map(|suffix| {
                let compiler = on_path(&path, &format!("clang{suffix}"))?;
                let archiver = archiver(&suffix)?;
                knows_wasm(&compiler).then_some(Self { compiler, archiver })
            })
            .ok_or(NoCCompiler)
    }

    /// The compiler.
    pub fn compiler(&self) -> &Path {
        &self.compiler
    }

    /// Tells the build scripts under a Cargo command to compile C with it.
    pub(crate) fn apply(&self, command: &mut Command) {
        command
            .env(COMPILER, &self.compiler)
            .env(ARCHIVER, &self.archiver);
    }
}

fn on_path(path: &OsStr, name: &str) -> Option<PathBuf> {
    env::split_paths(path)
        .map(|folder| folder.join(executable(name)))
        .find(|file| file.is_file())
}

/// Whether a Clang was built with the target.
fn knows_wasm(compiler: &Path) -> bool {
    let output = Command::new(compiler)
        .arg("--print-targets")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    output.is_ok_and(|output| {
        let targets = String::from_utf8_lossy(&output.stdout);
        targets.split_whitespace().any(|target| target == "wasm32")
    })
}
