//! What an attack is, and what came of it. Knows no attack.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use miniapp_host::{EndReason, TrapKind};

use crate::arena::Arena;

/// An attack that is being played.
pub type Played<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Plays an attack once.
pub type Play = Box<dyn for<'a> Fn(&'a Arena) -> Played<'a> + Send + Sync>;

/// One way to harm a host.
pub struct Attack {
    /// Its name, unique in its class.
    pub name: String,
    /// The class of bugs that it looks for.
    pub class: &'static str,
    /// What holds against it.
    pub against: &'static str,
    /// The guest written by hand that plays it, if one does: app id and component.
    pub guest: Option<(String, Arc<Vec<u8>>)>,
    /// Whether it may be played again and again while latencies are taken.
    pub repeats: bool,
    /// Plays it.
    pub play: Play,
}

impl Attack {
    /// An attack that the suites' own guests play.
    pub fn new(
        class: &'static str,
        name: impl Into<String>,
        against: &'static str,
        play: impl for<'a> Fn(&'a Arena) -> Played<'a> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            class,
            against,
            guest: None,
            repeats: true,
            play: Box::new(play),
        }
    }

    /// The same, played once: it takes long enough by itself.
    pub fn once(mut self) -> Self {
        self.repeats = false;
        self
    }
}

/// How a mini-app has come out of what it tried.
#[derive(Debug, Clone)]
pub enum End {
    /// It was not installed, or not launched.
    Refused(String),
    /// It ended.
    Ended(Arc<EndReason>),
    /// It was told an error, and lives on.
    Told(String, String),
    /// It waits for ever and ends when it is closed.
    Waits(Arc<EndReason>),
    /// What it did is harmless, and it lives on.
    Lives,
}

impl End {
    /// The same in a few words, for the table.
    pub fn label(&self) -> String {
        match self {
            Self::Refused(_) => "refused".to_owned(),
            Self::Ended(reason) => reason_label(reason),
            Self::Told(code, _) => format!("told `{code}`"),
            Self::Waits(reason) => format!("waits; {}", reason_label(reason)),
            Self::Lives => "lives".to_owned(),
        }
    }

    /// Whether it ended of a trap whose message contains `words`.
    pub fn trapped(&self, words: &str) -> bool {
        let Self::Ended(reason) = self else {
            return false;
        };
        matches!(&**reason, EndReason::Trap { kind, .. } if kind.to_string().contains(words))
    }

    /// Whether it burnt its fuel.
    pub fn out_of_fuel(&self) -> bool {
        self.ended(|reason| matches!(reason, EndReason::OutOfFuel { .. }))
    }

    /// Whether it burnt its fuel, or kept a thread busy for too long: whichever
    /// limit was reached first.
    pub fn computed_too_much(&self) -> bool {
        self.out_of_fuel() || self.ended(|reason| matches!(reason, EndReason::TurnTooLong { .. }))
    }

    /// Whether it ended of a reason.
    pub fn ended(&self, expected: impl Fn(&EndReason) -> bool) -> bool {
        matches!(self, Self::Ended(reason) if expected(reason))
    }

    /// Whether it was told an error of a code.
    pub fn told(&self, expected: &str) -> bool {
        matches!(self, Self::Told(code, _) if code == expected)
    }

    /// Whether it waits until it is closed.
    pub fn waits(&self) -> bool {
        self.waited(|reason| matches!(reason, EndReason::Closed | EndReason::ClosedByForce { .. }))
    }

    /// Whether it waited, and burnt its fuel before it was closed.
    pub fn waited_out_of_fuel(&self) -> bool {
        self.waited(|reason| matches!(reason, EndReason::OutOfFuel { .. }))
    }

    fn waited(&self, expected: impl Fn(&EndReason) -> bool) -> bool {
        matches!(self, Self::Waits(reason) if expected(reason))
    }

    /// Whether it lives on.
    pub fn lives(&self) -> bool {
        matches!(self, Self::Lives)
    }
}

fn reason_label(reason: &EndReason) -> String {
    match reason {
        EndReason::Closed => "closed".to_owned(),
        EndReason::ClosedByForce { .. } => "closed by force".to_owned(),
        EndReason::LaunchRefused(_) => "launch refused".to_owned(),
        EndReason::LaunchTooLong { .. } => "launch too long".to_owned(),
        EndReason::Trap { kind, .. } => match kind {
            TrapKind::Other(message) => {
                format!("trap: {}", message.chars().take(48).collect::<String>())
            }
            TrapKind::Unreachable => "trap: unreachable".to_owned(),
            TrapKind::StackOverflow => "trap: stack overflow".to_owned(),
            TrapKind::MemoryOutOfBounds => "trap: memory out of bounds".to_owned(),
            TrapKind::Deadlock => "trap: deadlock".to_owned(),
            other => format!("trap: {other}"),
        },
        EndReason::OutOfFuel { .. } => "out of fuel".to_owned(),
        EndReason::TurnTooLong { .. } => "turn too long".to_owned(),
        EndReason::OutOfMemory { .. } => "out of memory".to_owned(),
        EndReason::PoolExhausted(_) => "pool exhausted".to_owned(),
        EndReason::Host(message) => format!("host: {message}"),
        other => other.to_string(),
    }
}

/// What came of playing an attack.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How often it was tried.
    pub attempts: usize,
    /// How often it was contained.
    pub contained: usize,
    /// How the attempts ended, and how many did so.
    pub ends: BTreeMap<String, usize>,
    /// What was not contained, in words.
    pub faults: Vec<String>,
}

impl Outcome {
    /// Counts one attempt.
    pub fn count(
        &mut self,
        label: impl Into<String>,
        contained: bool,
        what: impl FnOnce() -> String,
    ) {
        self.attempts += 1;
        *self.ends.entry(label.into()).or_default() += 1;
        if contained {
            self.contained += 1;
        } else {
            self.faults.push(what());
        }
    }

    /// Counts one attempt by how the mini-app came out of it.
    pub fn end(mut self, end: &End, contained: impl FnOnce(&End) -> bool) -> Self {
        self.count(end.label(), contained(end), || format!("{end:?}"));
        self
    }

    /// Adds what came of playing it again.
    pub fn add(&mut self, other: Self) {
        self.attempts += other.attempts;
        self.contained += other.contained;
        for (label, count) in other.ends {
            *self.ends.entry(label).or_default() += count;
        }
        self.faults.extend(other.faults);
    }

    /// Whether every attempt was contained, and there was one.
    pub fn is_contained(&self) -> bool {
        self.attempts > 0 && self.attempts == self.contained
    }
}
