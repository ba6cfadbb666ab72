//! The project's own commands: `demo` and `test`, which are the README's, with the
//! `setup` that both begin with, and the checks that need a tool of their own,
//! `typings`, `fuzz` and `deny`. Builds nothing itself: it calls Cargo and says what it is
//! doing.

mod demo;
mod deny;
mod fuzz;
mod javascript;
mod setup;
mod typings;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
usage: cargo xtask <command>

  setup   find the wasm tool chain that mini-apps are built with, or install it,
          and make the JavaScript guest of the tests where there is npm
  demo    build the example mini-apps and run the summer campaign
  test    set up and run all tests (arguments go to `cargo test --workspace`)
  typings check the typings of mini-apps in JavaScript, and the types of new projects,
          where there is npm
  fuzz    fuzz what reads strangers' input: [--seconds <for each>] [<target>…]
  deny    check licences, sources and bans of everything that is depended on";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    let rest: Vec<String> = arguments.collect();
    let done = match (command.as_deref(), rest.as_slice()) {
        (Some("setup"), []) => setup::setup().and_then(|()| javascript::build()),
        (Some("demo"), []) => setup::setup().and_then(|()| demo::demo()),
        (Some("test"), _) => setup::setup()
            .and_then(|()| javascript::build())
            .and_then(|()| test(&rest))
            .and_then(|()| typings::check()),
        (Some("typings"), []) => setup::setup().and_then(|()| typings::check()),
        (Some("fuzz"), _) => fuzz::fuzz(&rest),
        (Some("deny"), []) => deny::deny(),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn test(arguments: &[String]) -> Result<(), String> {
    say("running all tests; a first build compiles Wasmtime and takes several minutes");
    run(cargo().args(["test", "--workspace"]).args(arguments))
}

/// Says what is done next, so that nobody wonders what takes so long.
fn say(step: &str) {
    eprintln!("xtask: {step}");
}

/// The Cargo that runs this, in the workspace's root.
fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Builds all programs of the workspace, as the tests build them: with fewer packages, features
/// differ, and Wasmtime is compiled once more. Returns the folder that they are in.
fn programs() -> Result<PathBuf, String> {
    run(cargo().args(["build", "--workspace", "--bins", "--examples"]))?;
    Ok(root().join("target/debug"))
}

/// The workspace's root.
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Runs a command to its end; a failure names it.
fn run(command: &mut Command) -> Result<(), String> {
    let name = format!("{command:?}");
    let status = command
        .status()
        .map_err(|error| format!("cannot run {name}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{name} failed ({status})"))
    }
}
