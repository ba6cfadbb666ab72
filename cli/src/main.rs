//! `miniapp`: the command of a mini-app's developer.
//!
//! Owns what is said in a terminal: arguments, text, exit codes. What it says it
//! knows from `miniapp-package` and `miniapp-host`; it decides nothing itself.

mod arguments;
mod build;
mod check;
mod inspect;
mod inventory;
mod javascript;
mod new;
mod run;
mod text;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

/// The mini-app did what it should, or the files are in order.
const DONE: u8 = 0;
/// The mini-app crashed, left an error uncaught or an expectation unmet, or a file is not in order.
const FAILED: u8 = 1;
/// The mini-app could not be run at all.
const REFUSED: u8 = 2;

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::New(arguments) => new::new(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Build(arguments) => build::build(&arguments),
        Command::Engine(arguments) => build::engine(&arguments),
        Command::Inspect(arguments) => inspect::inspect(&arguments),
        Command::Check(arguments) => check::check(&arguments),
    };
    match done {
        Ok(true) => ExitCode::from(DONE),
        Ok(false) => ExitCode::from(FAILED),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(REFUSED)
        }
    }
}

/// Whatever kept a command from doing its work, in the words of who found it.
type Failure = Box<dyn std::error::Error + Send + Sync>;
