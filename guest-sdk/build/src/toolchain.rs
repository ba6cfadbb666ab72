//! The search for a Rust tool chain that compiles to WebAssembly; owns its order and its error, and
//! must not know what is compiled.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The target that mini-apps are compiled for. It has no system interface of its own, so that all a
/// component imports is what its mini-app uses of the contract.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Where distributions put their tool chain.
const SYSTEM_BIN: &str = "/usr/bin";

/// Why no tool chain was found. Its text is one line that ends with what to run.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// There is no Rust compiler at all.
    #[error(
        "no Rust compiler found (looked for rustc on PATH and in {SYSTEM_BIN}): install Rust from https://rustup.rs"
    )]
    NoCompiler,
    /// No compiler has the target or the source to build it from.
    #[error(
        "no wasm tool chain found (looked for the target {TARGET} in {searched}): run `cargo xtask setup`, or `rustup target add {TARGET}`"
    )]
    NoTarget {
        /// The sysroots that were looked at.
        searched: String,
    },
    /// There is a compiler but nothing to link with.
    #[error(
        "no WebAssembly linker found for {rustc} (looked for rust-lld in {searched}, and for rust-lld and wasm-ld on PATH): run `cargo xtask setup`, or install LLVM's lld"
    )]
    NoLinker {
        /// The compiler that would be used.
        rustc: String,
        /// The sysroots that were looked at.
        searched: String,
    },
}

/// A compiler, a standard library and a linker that make WebAssembly together.
///
/// Candidates are the active tool chain (`RUSTC` and `CARGO`, or what is first on `PATH`, which is
/// where rustup decides) and the distribution's in `/usr/bin`. The first one that has the target, or
/// the standard library's source to build it from, is taken. Its linker is `rust-lld` from its own
/// sysroot, else from the other candidate's, else `rust-lld` or `wasm-ld` on `PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    cargo: PathBuf,
    rustc: PathBuf,
    library: StandardLibrary,
    linker: Linker,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StandardLibrary {
    Installed,
    FromSource,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Linker {
    /// The compiler finds it in its own sysroot.
    OwnSysroot,
    /// The compiler finds `rust-lld` in this folder, if it is first on `PATH`.
    InFolder(PathBuf),
    /// This file is to be named to the compiler.
    Named(PathBuf),
}

impl Toolchain {
    /// Searches for a tool chain, as seen from a folder: rustup chooses by folder.
    ///
    /// # Errors
    /// Fails if there is no compiler, or none with a wasm standard library and a linker.
    pub fn find(folder: &Path) -> Result<Self, ToolchainError> {
        let candidates = Candidate::all(folder);
        choose(&candidates, &env::var_os("PATH").unwrap_or_default())
    }

    /// Whether the standard library is compiled along with the first guest, which takes a minute or two.
    pub fn builds_standard_library(&self) -> bool {
        self.library == StandardLibrary::FromSource
    }

    /// The compiler.
    pub fn rustc(&self) -> &Path {
        &self.rustc
    }

    /// Cargo, and nothing else: for questions that need no target.
    pub(crate) fn cargo(&self) -> &Path {
        &self.cargo
    }

    /// Tells a Cargo command to build with this tool chain for [`TARGET`].
    pub(crate) fn apply(&self, command: &mut Command) {
        command.env("RUSTC", &self.rustc).args(["--target", TARGET]);
        if self.library == StandardLibrary::FromSource {
            command
                .env("RUSTC_BOOTSTRAP", "1")
                .args(["-Z", "build-std=std,panic_abort"]);
        }
        match &self.linker {
            Linker::OwnSysroot => {}
            Linker::InFolder(folder) => {
                command.env("PATH", path_with(folder, env::var_os("PATH")));
            }
            Linker::Named(file) => {
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", file);
            }
        }
    }
}

fn path_with(first: &Path, rest: Option<OsString>) -> OsString {
    let folders =
        std::iter::once(first.to_path_buf()).chain(rest.iter().flat_map(env::split_paths));
    env::join_paths(folders).unwrap_or_else(|_| first.into())
}

#[derive(Clone, Debug)]
struct Candidate {
    cargo: PathBuf,
    rustc: PathBuf,
    sysroot: PathBuf,
    host: String,
}

impl Candidate {
    fn all(folder: &Path) -> Vec<Self> {
        let named = |variable: &str, or: &str| {
            env::var_os(variable).map_or_else(|| or.into(), PathBuf::from)
        };
        let active = Self::ask(&named("RUSTC", "rustc"), &named("CARGO", "cargo"), folder);
        let system = Path::new(SYSTEM_BIN);
        let system = Self::ask(
            &system.join(executable("rustc")),
            &system.join(executable("cargo")),
            folder,
        );
        let mut all: Vec<Self> = active.into_iter().collect();
        all.extend(
            system.filter(|system| all.iter().all(|active| active.sysroot != system.sysroot)),
        );
        all
    }

    /// Asks a compiler where it lives. What answers to `rustc` may be rustup's stand-in, which chooses
    /// anew at every start: the programs of the sysroot are preferred, because they stay what they are.
    fn ask(rustc: &Path, cargo: &Path, folder: &Path) -> Option<Self> {
        let output = Command::new(rustc)
            .args(["--print", "sysroot", "--print", "host-tuple"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()
            .filter(|output| output.status.success())?;
        let answer = String::from_utf8(output.stdout).ok()?;
        let mut lines = answer.lines();
        let sysroot = PathBuf::from(lines.next()?);
        let host = lines.next()?.to_owned();
        let own = |name: &str| {
            Some(sysroot.join("bin").join(executable(name))).filter(|file| file.is_file())
        };
        Some(Self {
            rustc: own("rustc").unwrap_or_else(|| rustc.to_owned()),
            cargo: own("cargo").unwrap_or_else(|| cargo.to_owned()),
            sysroot,
            host,
        })
    }

    fn library(&self) -> Option<StandardLibrary> {
        let rustlib = self.sysroot.join("lib/rustlib");
        if rustlib.join(TARGET).is_dir() {
            Some(StandardLibrary::Installed)
        } else if rustlib.join("src/rust/library/std").is_dir() {
            Some(StandardLibrary::FromSource)
        } else {
            None
        }
    }

    /// The folder with this tool chain's `rust-lld`.
    fn linker_folder(&self) -> Option<PathBuf> {
        let folder = self
            .sysroot
            .join("lib/rustlib")
            .join(&self.host)
            .join("bin");
        folder
            .join(executable("rust-lld"))
            .is_file()
            .then_some(folder)
    }
}

fn choose(candidates: &[Candidate], path: &OsStr) -> Result<Toolchain, ToolchainError> {
    if candidates.is_empty() {
        return Err(ToolchainError::NoCompiler);
    }
    let searched = || {
        let sysroots: Vec<_> = candidates
            .iter()
            .map(|candidate| candidate.sysroot.display().to_string())
            .collect();
        sysroots.join(" and ")
    };
    let (chosen, library) = candidates
        .iter()
        .find_map(|candidate| Some((candidate, candidate.library()?)))
        .ok_or_else(|| ToolchainError::NoTarget {
            searched: searched(),
        })?;
    let linker = if chosen.linker_folder().is_some() {
        Linker::OwnSysroot
    } else if let Some(folder) = candidates.iter().find_map(Candidate::linker_folder) {
        Linker::InFolder(folder)
    } else {
        let file = linker_on_path(path).ok_or_else(|| ToolchainError::NoLinker {
            rustc: chosen.rustc.display().to_string(),
            searched: searched(),
        })?;
        Linker::Named(file)
    };
    Ok(Toolchain {
        cargo: chosen.cargo.clone(),
        rustc: chosen.rustc.clone(),
        library,
        linker,
    })
}

/// `rust-lld`, `wasm-ld`, or the newest `wasm-ld-<version>`.
fn linker_on_path(path: &OsStr) -> Option<PathBuf> {
    let folders = || env::split_paths(path);
    let plain = ["rust-lld", "wasm-ld"].into_iter().find_map(|name| {
        folders()
            .map(|folder| folder.join(executable(name)))
            .find(|file| file.is_file())
    });
    let versioned = || {
        folders()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flatten()
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let version: u32 = entry
                    .file_name()
                    .to_str()?
                    .strip_prefix("wasm-ld-")?
                    .parse()
                    .ok()?;
                Some((version, entry.path()))
            })
            .max_by_key(|(version, _)| *version)
            .map(|(_, file)| file)
    };
    plain.or_else(versioned)
}

pub(crate) fn executable(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

#[cfg(test)]
mod tests;
