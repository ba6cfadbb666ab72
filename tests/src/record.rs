//! A record of what a host has reported.

use std::sync::{Mutex, MutexGuard, PoisonError};

use miniapp_host::{AppId, Denial, EndReason, Observer, Report, StorageError, Turn};

/// One report, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A change of data: path and value.
    Data(String, String),
    /// A line of the log.
    Log(String),
    /// A denial.
    Denied(Denial),
    /// A turn.
    Turn(Turn),
    /// An error left uncaught: callback and error.
    Uncaught(String, String),
    /// The stack of pages: their paths.
    Pages(Vec<String>),
    /// Suspended, or not any more.
    Suspended(bool),
    /// A storage that cannot be used.
    Storage(StorageError),
    /// What a store of consents could not do.
    Consents(String),
    /// The end.
    Ended(EndReason),
}

/// Records what is reported.
#[derive(Debug, Default)]
pub struct Record {
    lines: Mutex<Vec<(String, Line)>>,
}

impl Record {
    fn lock(&self) -> MutexGuard<'_, Vec<(String, Line)>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything so far.
    pub fn lines(&self) -> Vec<Line> {
        self.lock().iter().map(|(_, line)| line.clone()).collect()
    }

    /// The log so far.
    pub fn log(&self) -> Vec<String> {
        self.pick(|line| match line {
            Line::Log(message) => Some(message),
            _ => None,
        })
    }

    /// The denials so far.
    pub fn denied(&self) -> Vec<Denial> {
        self.pick(|line| match line {
            Line::Denied(denial) => Some(denial),
            _ => None,
        })
    }

    /// The turns so far.
    pub fn turns(&self) -> Vec<Turn> {
        self.pick(|line| match line {
            Line::Turn(turn) => Some(turn),
            _ => None,
        })
    }

    /// The stacks of pages so far.
    pub fn stacks(&self) -> Vec<Vec<String>> {
        self.pick(|line| match line {
            Line::Pages(pages) => Some(pages),
            _ => None,
        })
    }

    /// The errors left uncaught so far.
    pub fn uncaught(&self) -> Vec<(String, String)> {
        self.pick(|line| match line {
            Line::Uncaught(callback, error) => Some((callback, error)),
            _ => None,
        })
    }

    /// What was told of storages so far.
    pub fn storage(&self) -> Vec<StorageError> {
        self.pick(|line| match line {
            Line::Storage(error) => Some(error),
            _ => None,
        })
    }

    fn pick<T>(&self, pick: impl Fn(Line) -> Option<T>) -> Vec<T> {
        self.lines().into_iter().filter_map(pick).collect()
    }
}

impl Observer for Record {
    fn report(&self, app: &AppId, report: Report<'_>) {
        let add = |line| self.lock().push((app.to_string(), line));
        match report {
            Report::Data { changes, .. } => {
                for change in changes {
                    add(Line::Data(change.path.clone(), change.value.clone()));
                }
            }
            Report::Log { message, .. } => add(Line::Log(message.to_owned())),
            Report::Denied(denial) => add(Line::Denied(denial.clone())),
            Report::Turn(turn) => add(Line::Turn(turn)),
            Report::Uncaught {
                callback, error, ..
            } => {
                let callback = callback.map(|callback| callback.to_string());
                add(Line::Uncaught(
                    callback.unwrap_or_default(),
                    error.to_string(),
                ));
            }
            Report::Pages(pages) => {
                add(Line::Pages(
                    pages.iter().map(|page| page.path.clone()).collect(),
                ));
            }
            Report::Suspended(suspended) => add(Line::Suspended(suspended)),
            Report::Storage { error, .. } => add(Line::Storage(error.clone())),
            Report::Consents(error) => add(Line::Consents(error.to_string())),
            Report::Ended(reason) => add(Line::Ended(reason.clone())),
            other => panic!("a report that the suites do not know: {other:?}"),
        }
    }
}
