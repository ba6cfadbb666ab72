//! The table that the suite prints: one line for each attack, and the neighbour's
//! latencies by class. Knows nothing of how anything was measured.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::attack::Outcome;
use crate::neighbour::Latencies;

/// How many times the quiet latency is flagged.
const FLAGGED: f64 = 2.0;

/// Latencies fewer than this are too few for a 99th percentile.
const ENOUGH: usize = 20;

/// One line.
pub struct Row {
    /// The class of bugs.
    pub class: &'static str,
    /// The attack.
    pub name: String,
    /// What holds against it.
    pub against: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// The neighbour's latencies meanwhile.
    pub latencies: Latencies,
    /// Bytes of the heap that it took at most.
    pub heap: usize,
}

/// The whole table.
pub struct Table {
    /// How mini-apps were executed.
    pub execution: String,
    /// The neighbour's latencies before any attack.
    pub quiet: Latencies,
    /// The lines.
    pub rows: Vec<Row>,
}

impl Table {
    /// Whether every attempt was contained.
    pub fn is_contained(&self) -> bool {
        self.rows.iter().all(|row| row.outcome.is_contained())
    }

    /// The table as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        let attempts: usize = self.rows.iter().map(|row| row.outcome.attempts).sum();
        let contained: usize = self.rows.iter().map(|row| row.outcome.contained).sum();
        let _ = writeln!(
            text,
            "# Hostile suite, {}\n\n{} attacks, {attempts} attempts, {contained} contained.\n",
            self.execution,
            self.rows.len(),
        );
        let _ = writeln!(
            text,
            "| class | attack | attempts | contained | how it ended | what holds | heap | neighbour p99 quiet | under attack | ratio |\n|---|---|--:|--:|---|---|--:|--:|--:|--:|"
        );
        for row in &self.rows {
            let ends: Vec<String> = row
                .outcome
                .ends
                .iter()
                .map(|(label, count)| format!("{label} ×{count}"))
                .collect();
            let flag = if row.outcome.is_contained() {
                ""
            } else {
                " **NOT CONTAINED**"
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {}{flag} | {} | {} | {:.1} MiB | {} |",
                row.class,
                row.name,
                row.outcome.attempts,
                row.outcome.contained,
                ends.join(", ").replace('|', "/").replace('\n', " "),
                row.against,
                mebibytes(row.heap),
                self.compared(&row.latencies),
            );
        }
        self.neighbour(&mut text);
        text
    }

    fn neighbour(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "\n## The neighbour\n\n| under | answers | p50 | p99 quiet | p99 | ratio |\n|---|--:|--:|--:|--:|--:|"
        );
        let mut classes: BTreeMap<&str, Latencies> = BTreeMap::new();
        for row in &self.rows {
            let class = classes.entry(row.class).or_default();
            *class = class.with(&row.latencies);
        }
        let all = classes
            .values()
            .fold(Latencies::default(), |all, class| all.with(class));
        for (name, latencies) in [("nothing (quiet)", &self.quiet)]
            .into_iter()
            .chain(classes.iter().map(|(name, class)| (*name, class)))
            .chain([("all attacks", &all)])
        {
            let _ = writeln!(
                text,
                "| {name} | {} | {} | {} |",
                latencies.count(),
                milliseconds(latencies.percentile(50)),
                self.compared(latencies),
            );
        }
    }

    /// Quiet, under attack and how many times that is, as three cells.
    fn compared(&self, latencies: &Latencies) -> String {
        let (quiet, under) = (self.quiet.percentile(99), latencies.percentile(99));
        let ratio = match (quiet, under) {
            (Some(quiet), Some(under)) if latencies.count() >= ENOUGH && !quiet.is_zero() => {
                let ratio = under.as_secs_f64() / quiet.as_secs_f64();
                let flag = if ratio > FLAGGED { " ⚠" } else { "" };
                format!("{ratio:.1}{flag}")
            }
            _ => "too few".to_owned(),
        };
        format!(
            "{} | {} | {ratio}",
            milliseconds(quiet),
            milliseconds(under)
        )
    }
}

#[allow(clippy::cast_precision_loss)]
fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn milliseconds(duration: Option<Duration>) -> String {
    duration.map_or_else(
        || "–".to_owned(),
        |duration| format!("{:.2} ms", duration.as_secs_f64() * 1e3),
    )
}
