//! Targets: what was measured, what is the most that it may be, and whether that
//! is met. Kept in files, so that a summary can show them all.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The benchmarks that have targets, in the order in which they are shown.
pub const BENCHMARKS: [&str; 12] = [
    "launch",
    "javascript",
    "scripts",
    "dispatch",
    "memory",
    "fuel",
    "set_data",
    "pages",
    "policy",
    "requests",
    "consent",
    "storage",
];

/// One target.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Target {
    /// What was measured and beside what.
    pub what: String,
    /// The measured figure, if it was measured.
    pub measured: Option<f64>,
    /// The most that it may be.
    pub limit: f64,
    /// The unit of both.
    pub unit: String,
}

impl Target {
    /// A target for a ratio.
    pub fn ratio(what: &str, measured: Option<f64>, limit: f64) -> Self {
        Self {
            what: what.to_owned(),
            measured,
            limit,
            unit: "x".to_owned(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what, limit, unit, ..
        } = self;
        let Some(measured) = self.measured else {
            return write!(f, "{what:<64} not measured");
        };
        let verdict = if measured <= *limit { "met" } else { "MISSED" };
        let (measured, limit) = (format!("{measured:.2}{unit}"), format!("{limit}{unit}"));
        write!(f, "{what:<64} {measured:>9} of {limit:>6}  {verdict}")
    }
}

/// Where results are kept.
pub struct Results {
    folder: PathBuf,
}

impl Results {
    /// `temporary` is Cargo's `CARGO_TARGET_TMPDIR`, which only benchmark programs are told.
    pub fn new(temporary: &str) -> Self {
        let target = Path::new(temporary).parent().unwrap();
        Self {
            folder: target.join("miniapp-benches"),
        }
    }

    /// Prints the targets of a benchmark and keeps them, if they were measured.
    pub fn tell(&self, benchmark: &str, targets: &[Target]) {
        println!();
        targets.iter().for_each(|target| println!("{target}"));
        println!();
        if targets.iter().any(|target| target.measured.is_some()) {
            fs::create_dir_all(&self.folder).unwrap();
            fs::write(
                self.file(benchmark),
                serde_json::to_string(targets).unwrap(),
            )
            .unwrap();
        }
    }

    /// The targets of a benchmark as they were measured last.
    pub fn told(&self, benchmark: &str) -> Vec<Target> {
        let text = fs::read_to_string(self.file(benchmark)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn file(&self, benchmark: &str) -> PathBuf {
        self.folder.join(benchmark).with_extension("json")
    }
}
