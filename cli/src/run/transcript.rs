//! What a mini-app does, line by line as it happens, and the sum of it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use miniapp_host::{
    AppId, EndReason, EventError, Level, Observer, Package, PartnerManifest, Report,
};
use serde_json::Value;

use crate::text::{counted, escape, grouped, line};

use super::expectation::Expectation;

/// Writes down what is reported, and counts it.
#[derive(Default)]
pub(crate) struct Transcript {
    sum: Mutex<Sum>,
}

#[derive(Default)]
struct Sum {
    changes: usize,
    lines: usize,
    denied: usize,
    uncaught: usize,
    refused: usize,
    unmet: usize,
    turns: usize,
    fuel: u64,
    busy: Duration,
    data: Option<Value>,
    opened: bool,
}

pub(super) fn say(label: &str, text: &str) {
    // What follows a line break stands under what comes before it.
    println!("{label:>9}  {}", text.replace('\n', "\n           "));
}

impl Transcript {
    fn sum(&self) -> MutexGuard<'_, Sum> {
        self.sum.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what is about to run.
    pub(crate) fn introduce(&self, package: &Package, partner: &PartnerManifest) {
        let manifest = &package.manifest;
        let size = u64::try_from(package.program.size()).unwrap_or(u64::MAX);
        println!(
            "{} {} by {} ({} bytes, {})",
            manifest.app_id,
            manifest.version,
            escape(&partner.id),
            grouped(size),
            package.program.digest()
        );
        let Some(app) = partner.app(&manifest.app_id) else {
            return;
        };
        for (permission, _) in &app.permissions {
            say("granted", &permission.id());
        }
        for entry in &app.network.allow.entries {
            say("granted", &format!("network {entry}"));
        }
    }

    /// Says which event is delivered.
    pub(crate) fn deliver(&self, handler: &str) {
        say("event", &line(handler));
    }

    /// Says why an event was not delivered.
    pub(crate) fn refuse(&self, refused: &EventError) {
        self.sum().refused += 1;
        say("refused", &refused.to_string());
    }

    /// Keeps the page's last data for the conclusion.
    pub(crate) fn keep(&self, data: Value) {
        self.sum().data = Some(data);
    }

    /// Says which expectations the page's last data meets. Without a page none is met.
    pub(crate) fn judge(&self, expectations: &[Expectation]) {
        let mut sum = self.sum();
        for expectation in expectations {
            let unmet = match &sum.data {
                Some(data) => expectation.unmet_by(data),
                None => Some("there is no page".to_owned()),
            };
            let expected = line(&expectation.to_string());
            match unmet {
                None => say("met", &expected),
                Some(why) => {
                    sum.unmet += 1;
                    say("unmet", &format!("{expected}: {why}"));
                }
            }
        }
    }

    /// Whether everything was delivered, no error was left uncaught, and all is as expected.
    pub(crate) fn is_clean(&self) -> bool {
        let sum = self.sum();
        sum.uncaught == 0 && sum.refused == 0 && sum.unmet == 0
    }

    /// Says how it ended and what it came to.
    pub(crate) fn conclude(&self, reason: &EndReason) {
        let sum = self.sum();
        if let Some(data) = &sum.data {
            println!("\nThe page's data:\n{}", escape(&format!("{data:#}")));
        }
        println!("\n{}", escape(&format!("Ended: {reason}")));
        println!(
            "{}, {}, {}, {}; {} fuel in {}, {:.1} ms busy",
            counted(sum.changes, "data change"),
            counted(sum.lines, "log line"),
            counted(sum.denied, "denied call"),
            counted(sum.uncaught, "uncaught error"),
            grouped(sum.fuel),
            counted(sum.turns, "turn"),
            sum.busy.as_secs_f64() * 1e3,
        );
    }
}

impl Observer for Transcript {
    fn report(&self, _app: &AppId, report: Report<'_>) {
        let mut sum = self.sum();
        match report {
            Report::Data { page, changes } => {
                sum.changes += changes.len();
                for change in changes {
                    say(
                        "data",
                        &format!("{page}  {} = {}", line(&change.path), line(&change.value)),
                    );
                }
            }
            Report::Log { level, message } => {
                sum.lines += 1;
                say("log", &format!("{}  {}", name(level), line(message)));
            }
            Report::Denied(denial) => {
                sum.denied += 1;
                say("denied", &escape(&denial.to_string()));
            }
            Report::Turn(turn) => {
                sum.turns += 1;
                sum.fuel = sum.fuel.saturating_add(turn.fuel);
                sum.busy = sum.busy.saturating_add(turn.busy);
                let busy = turn.busy.as_secs_f64() * 1e3;
                say(
                    "turn",
                    &format!(
                        "{:?}: {} fuel, {busy:.2} ms",
                        turn.trigger,
                        grouped(turn.fuel)
                    ),
                );
            }
            Report::Uncaught {
                callback,
                page,
                error,
            } => {
                sum.uncaught += 1;
                let page = page.map(|page| format!(" of {page}")).unwrap_or_default();
                let place = match callback {
                    Some(callback) => format!("{callback}{page}: "),
                    None => String::new(),
                };
                say(
                    "uncaught",
                    &format!("{place}{}", escape(&error.to_string())),
                );
            }
            // The page of the launch goes without saying.
            Report::Pages(pages) => {
                if std::mem::replace(&mut sum.opened, true) {
                    let paths: Vec<String> = pages.iter().map(|page| line(&page.path)).collect();
                    say("pages", &paths.join(" > "));
                }
            }
            Report::Suspended(suspended) => {
                say("state", if suspended { "suspended" } else { "goes on" });
            }
            Report::Storage { error, .. } => say("storage", &escape(&error.to_string())),
            // The conclusion says it.
            Report::Ended(_) => {}
            other => say("report", &line(&format!("{other:?}"))),
        }
    }
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}
