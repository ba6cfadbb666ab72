//! The nested Cargo: its clean environment, its arguments, its answers; must not know what is made of
//! the modules it compiles.

use crate::crates::Guest;
use crate::{BuildError, CCompiler, Toolchain};
use serde::Deserialize;
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// What of Cargo's environment is a user's choice and not something a Cargo around this one has set.
const USER_SETTINGS: [&str; 6] = [
    "CARGO_HOME",
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_SOURCE_",
];

/// What else an outer Cargo, rustup or make hands down that would change the nested build.
const HANDED_DOWN: [&str; 11] = [
    "MAKEFLAGS",
    "MFLAGS",
    "RUSTC",
    "RUSTC_BOOTSTRAP",
    "RUSTC_LINKER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
];

fn handed_down(variable: &str) -> bool {
    let user_setting = || {
        USER_SETTINGS
            .iter()
            .any(|setting| variable.starts_with(setting))
    };
    HANDED_DOWN.contains(&variable) || (variable.starts_with("CARGO") && !user_setting())
}

fn command(toolchain: &Toolchain, subcommand: &str) -> Command {
    let mut command = Command::new(toolchain.cargo());
    for (variable, _) in env::vars_os() {
        if variable.to_str().is_some_and(handed_down) {
            command.env_remove(variable);
        }
    }
    command
        .env("RUSTC", toolchain.rustc())
        .arg(subcommand)
        .stdin(Stdio::null());
    command
}

/// What Cargo says about the workspace of a manifest.
pub(crate) fn metadata(toolchain: &Toolchain, manifest: &Path) -> Result<String, BuildError> {
    let output = command(toolchain, "metadata")
        .args(["--no-deps", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()
        .map_err(|source| BuildError::Start {
            program: toolchain.cargo().into(),
            source,
        })?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        let message = message.trim().trim_start_matches("error: ").to_owned();
        return Err(BuildError::Manifest {
            manifest: manifest.into(),
            message,
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// One run of Cargo over one guest.
pub(crate) struct Compilation<'a> {
    pub guest: &'a Guest,
    pub target_dir: &'a Path,
    pub profile: &'a str,
    pub locked: bool,
    pub c_compiler: Option<&'a CCompiler>,
}

#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact {
        package_id: String,
        filenames: Vec<PathBuf>,
    },
    #[serde(rename = "compiler-message")]
    Said { message: Diagnostic },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

/// Compiles a guest and returns its core module, if it made one.
///
/// What Cargo and the compiler have to say that is not an error goes to `progress` line by line.
pub(crate) fn compile(
    toolchain: &Toolchain,
    compilation: &Compilation<'_>,
    progress: &(dyn Fn(&str) + Send + Sync),
) -> Result<Option<PathBuf>, BuildError> {
    let Compilation {
        guest,
        target_dir,
        profile,
        locked,
        c_compiler,
    } = *compilation;
    let mut command = command(toolchain, "build");
    command.args([
        "--lib",
        "--message-format",
        "json",
        "--profile",
        profile,
        "-p",
        &guest.id,
    ]);
    command.arg("--target-dir").arg(target_dir);
    command
        .arg("--manifest-path")
        .arg(guest.workspace.join("Cargo.toml"));
    if locked {
        command.arg("--locked");
    }
    toolchain.apply(&mut command);
    if let Some(c_compiler) = c_compiler {
        c_compiler.apply(&mut command);
    }
    let start = |source| BuildError::Start {
        program: toolchain.cargo().into(),
        source,
    };
    let mut child = command
        .current_dir(&guest.workspace)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());

    let mut module = None;
    let mut errors = String::new();
    let said = thread::scope(|scope| {
        let said = scope.spawn(|| {
            let mut said: Vec<String> = Vec::new();
            let mut failing = false;
            for line in stderr.into_iter().flat_map(lines) {
                failing |= line.starts_with("error");
                if !failing {
                    progress(&line);
                }
                said.push(line);
            }
            said
        });
        for line in stdout.into_iter().flat_map(lines) {
            match serde_json::from_str(&line) {
                Ok(Message::Artifact {
                    package_id,
                    filenames,
                }) if package_id == guest.id => {
                    let wasm = |file: &PathBuf| file.extension().is_some_and(|kind| kind == "wasm");
                    module = filenames.into_iter().find(wasm);
                }
                Ok(Message::Said { message }) => {
                    let rendered = message.rendered.unwrap_or_default();
                    match message.level.as_str() {
                        "error" | "error: internal compiler error" => errors.push_str(&rendered),
                        // It says how to read more about the error codes, which the errors name.
                        "failure-note" => {}
                        _ => rendered.lines().for_each(progress),
                    }
                }
                Ok(Message::Artifact { .. } | Message::Other) | Err(_) => {}
            }
        }
        said.join().unwrap_or_default()
    });
    if child.wait().map_err(start)?.success() {
        return Ok(module);
    }
    if errors.is_empty() {
        errors = from_first_error(&said);
    }
    Err(BuildError::Compile {
        messages: errors.trim_end().to_owned(),
    })
}

fn lines(pipe: impl Read) -> impl Iterator<Item = String> {
    let lines = BufReader::new(pipe).split(b'\n').map_while(Result::ok);
    lines.map(|line| {
        String::from_utf8_lossy(&line)
            .trim_end_matches('\r')
            .to_owned()
    })
}

/// What Cargo itself complained of, without what it did before.
fn from_first_error(said: &[String]) -> String {
    let lines: Vec<&str> = said
        .iter()
        .map(String::as_str)
        .skip_while(|line| !line.starts_with("error"))
        .collect();
    if lines.is_empty() {
        said.join("\n")
    } else {
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outer_cargos_variables_are_dropped_and_a_users_settings_kept() {
        for dropped in [
            "CARGO",
            "CARGO_BUILD_TARGET",
            "CARGO_CFG_TARGET_OS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_FEATURE_STD",
            "CARGO_MAKEFLAGS",
            "CARGO_MANIFEST_DIR",
            "CARGO_PKG_NAME",
            "CARGO_PROFILE_RELEASE_LTO",
            "CARGO_TARGET_DIR",
            "RUSTC",
            "RUSTC_WORKSPACE_WRAPPER",
            "RUSTUP_TOOLCHAIN",
        ] {
            assert!(handed_down(dropped), "{dropped}");
        }
        for kept in [
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "CARGO_REGISTRIES_CRATES_IO_PROTOCOL",
            "HOME",
            "RUSTUP_HOME",
        ] {
            assert!(!handed_down(kept), "{kept}");
        }
    }

    #[test]
    fn a_failure_of_cargo_itself_starts_at_its_error() {
        let said = [
            "    Updating index",
            "error: no such package",
            "caused by: x",
        ]
        .map(str::to_owned);
        assert_eq!(
            from_first_error(&said),
            "error: no such package\ncaused by: x"
        );
    }
}
