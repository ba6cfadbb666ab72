//! Runs the fuzz targets of `fuzz/`, each for a while, and tells what each has done. Knows nothing of
//! what they check.
//!
//! The targets are built by stable Rust: what libFuzzer needs of the compiler are the coverage counters
//! of LLVM. They get a target directory of their own, because everything in it is built with those.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{cargo, root, run, say};

/// How long a target runs unless told otherwise: enough to run the corpus and some ten thousand inputs
/// near it.
const SECONDS: u64 = 10;

/// The longest input in bytes: a little more than the largest manifest.
const MAX_INPUT: &str = "-max_len=66000";

/// Seconds after which an input is reported as one that hangs.
const HANGS_AFTER: &str = "-timeout=10";

/// Megabytes of memory at which an input is reported.
const MEMORY: &str = "-rss_limit_mb=1024";

/// As cargo-fuzz passes them; the first two make LLVM count, the third lets inputs be told apart, the
/// last shows libFuzzer what input was compared with.
const COVERAGE: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// `fuzz [--seconds <number>] [<target>…]`
pub(crate) fn fuzz(arguments: &[String]) -> Result<(), String> {
    let known = targets()?;
    let (seconds, mut asked) = asked(arguments, &known)?;
    if asked.is_empty() {
        asked = known;
    }
    say(
        "building the fuzz targets, with coverage counters; the first time this takes some minutes",
    );
    let programs = build()?;
    let mut found = Vec::new();
    for target in asked {
        say(&format!("fuzzing {target} for {seconds} s"));
        let report = run_target(&programs, &target, seconds)?;
        println!("{}", report.shown(&target));
        if report.failed {
            found.push(target);
        }
    }
    match found.as_slice() {
        [] => Ok(()),
        found => Err(format!("fuzzing found something: {}", found.join(", "))),
    }
}

fn asked(arguments: &[String], known: &[String]) -> Result<(u64, Vec<String>), String> {
    let mut seconds = SECONDS;
    let mut targets = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--seconds" {
            seconds = rest
                .next()
                .and_then(|number| number.parse().ok())
                .filter(|seconds| *seconds > 0)
                .ok_or("expected a number of seconds after `--seconds`, 1 or more")?;
        } else if known.contains(argument) {
            targets.push(argument.clone());
        } else {
            return Err(format!(
                "there is no fuzz target `{argument}`; the targets are {}",
                known.join(", ")
            ));
        }
    }
    Ok((seconds, targets))
}

/// The names of all targets: of the files in `fuzz/targets`.
fn targets() -> Result<Vec<String>, String> {
    let folder = root().join("fuzz/targets");
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        names.extend(
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

/// Builds all targets; returns the folder that they are in.
fn build() -> Result<PathBuf, String> {
    let host = host()?;
    let folder = folder();
    // With a target named, the flags do not reach build scripts and macros.
    run(cargo()
        .args([
            "build",
            "--package",
            "miniapp-fuzz",
            "--features",
            "fuzzing",
            "--bins",
        ])
        .args(["--profile", "fuzz", "--target", &host, "--target-dir"])
        .arg(&folder)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", COVERAGE.join(" ")))?;
    Ok(folder.join(host).join("fuzz"))
}

/// The platform that this runs on, as Cargo names it.
fn host() -> Result<String, String> {
    let told = cargo().arg("-vV").output();
    let told = told.map_err(|error| format!("cannot ask Cargo for its version: {error}"))?;
    let text = String::from_utf8_lossy(&told.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "`cargo -vV` names no host".to_owned())
}

/// What fuzzing builds and writes.
fn folder() -> PathBuf {
    root().join("target/fuzz")
}

/// What came of running a target.
struct Report {
    failed: bool,
    log: String,
    log_file: PathBuf,
    program: PathBuf,
}

fn run_target(programs: &Path, target: &str, seconds: u64) -> Result<Report, String> {
    let failed = |error: std::io::Error| format!("cannot run the fuzz target {target}: {error}");
    let corpus = folder().join("corpus").join(target);
    let artifacts = folder().join("artifacts").join(target);
    fs::create_dir_all(&corpus).map_err(failed)?;
    fs::create_dir_all(&artifacts).map_err(failed)?;
    let log_file = folder().join(format!("{target}.log"));
    let program = programs.join(target);
    let status = Command::new(&program)
        .arg(corpus)
        .arg(root().join("fuzz/corpus").join(target))
        .args([MAX_INPUT, HANGS_AFTER, MEMORY, "-print_final_stats=1"])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .stderr(File::create(&log_file).map_err(failed)?)
        .status()
        .map_err(failed)?;
    let log = fs::read(&log_file).map_err(failed)?;
    Ok(Report {
        failed: !status.success(),
        log: String::from_utf8_lossy(&log).into_owned(),
        log_file,
        program,
    })
}

impl Report {
    fn shown(&self, target: &str) -> String {
        let told = |number: Option<&str>| number.unwrap_or("?").to_owned();
        let executions = self.after("stat::number_of_executed_units:").next_back();
        let covered = self.after(" cov: ").next_back();
        let branches = self.after("inline 8-bit counters): ").next();
        let done = format!(
            "{target}: {} executions, {} of {} branches covered",
            told(executions),
            told(covered),
            told(branches),
        );
        if !self.failed {
            return format!("{done}, nothing found");
        }
        let input = self
            .after("Test unit written to ")
            .next_back()
            .unwrap_or("?");
        format!(
            "{done}, FOUND SOMETHING\n{}\n  \
             reproduce: {} {input}\n  \
             keep:      cp {input} fuzz/corpus/{target}/ && cargo test --package miniapp-fuzz\n  \
             log:       {}",
            self.panic(),
            self.program.display(),
            self.log_file.display(),
        )
    }

    /// The words that follow `label` in the log.
    fn after<'l>(&'l self, label: &'l str) -> impl DoubleEndedIterator<Item = &'l str> {
        let rests = self
            .log
            .lines()
            .filter_map(move |line| line.split_once(label));
        rests.filter_map(|(_, rest)| rest.split([' ', ',']).find(|word| !word.is_empty()))
    }

    /// What the check said, or what libFuzzer did.
    fn panic(&self) -> String {
        let lines = || self.log.lines();
        let begins =
            |line: &&str| line.contains("panicked at") || line.contains("ERROR: libFuzzer");
        let from = lines().position(|line| begins(&line)).unwrap_or(0);
        let said = lines()
            .skip(from)
            .take_while(|line| !line.starts_with("NOTE: "));
        said.take(12).map(|line| format!("  | {line}\n")).collect()
    }
}
