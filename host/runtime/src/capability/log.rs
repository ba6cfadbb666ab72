//! `log`: lines for the mini-app's developer, bounded in size and in number.

use std::time::{Duration, Instant};

use miniapp_package::Permission;
use wasmtime::component::{Access, HasSelf};

use super::{Capability, lacks_nothing};
use crate::contract::imports::log::{self, Host, HostWithStore, Level};
use crate::contract::{GuestError, code};
use crate::instance::State;
use crate::meter::{Meter, price};
use crate::report::{Denial, Report, truncate};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/log",
    lacks: lacks_nothing,
    link: |linker| log::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

/// Bytes of one message.
pub(super) const MESSAGE_BYTES: usize = 8 << 10;

/// Bytes of messages in one second: a developer reads no more, and a disk that
/// they are written to is not filled by a loop.
const BYTES_PER_SECOND: usize = 256 << 10;

/// Bytes that any line counts beyond its message: an empty one is a line too.
const LINE_BYTES: usize = 64;

/// What one mini-app has logged in the current second.
#[derive(Default)]
pub(crate) struct LogMeter {
    since: Option<Instant>,
    bytes: usize,
    dropped: usize,
}

impl LogMeter {
    /// Counts a message. Tells whether it may be written, and how many before it
    /// were dropped and not yet reported.
    fn admit(&mut self, bytes: usize, now: Instant) -> (bool, usize) {
        let mut dropped = 0;
        let current = self
            .since
            .is_some_and(|since| now - since < Duration::from_secs(1));
        if !current {
            dropped = std::mem::take(&mut self.dropped);
            *self = Self {
                since: Some(now),
                ..Self::default()
            };
        }
        let admitted = self.bytes.saturating_add(bytes) <= BYTES_PER_SECOND;
        if admitted {
            self.bytes += bytes;
        } else {
            self.dropped += 1;
        }
        (admitted, dropped)
    }
}

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    fn write(mut host: Access<State, Self>, level: Level, message: String) -> wasmtime::Result<()> {
        Meter::charge(&mut host, price::call(message.len(), 0))?;
        host.data_mut().log(level, message);
        Ok(())
    }
}

impl State {
    /// Reports a line of the log, within what may be reported in a second.
    pub(super) fn log(&mut self, level: Level, mut message: String) {
        if !self.admit_report(message.len().min(MESSAGE_BYTES)) {
            return;
        }
        const MARK: &str = "… (cut)";
        if truncate(&mut message, MESSAGE_BYTES) {
            truncate(&mut message, MESSAGE_BYTES - MARK.len());
            message.push_str(MARK);
        }
        self.report(Report::Log {
            level,
            message: &message,
        });
    }

    /// Reports what was dropped and not told yet, now that nothing more will come.
    pub(crate) fn finish_log(&mut self) {
        if let Some(told) = self.drawn.finish() {
            self.report(Report::Log {
                level: Level::Warn,
                message: &told,
            });
        }
        let dropped = std::mem::take(&mut self.log.dropped);
        self.report_dropped(dropped);
    }

    fn report_dropped(&self, dropped: usize) {
        if dropped > 0 {
            let message = format!("{dropped} lines were dropped: more than 256 KiB in a second");
            self.report(Report::Log {
                level: Level::Warn,
                message: &message,
            });
        }
    }

    /// Whether a report that the guest has caused may be made now. Those that may
    /// not are counted, and their number is reported later.
    pub(super) fn admit_report(&mut self, bytes: usize) -> bool {
        let (admitted, dropped) = self
            .log
            .admit(bytes.saturating_add(LINE_BYTES), Instant::now());
        self.report_dropped(dropped);
        admitted
    }

    /// Reports an error of code `denied` that a [`crate::consent::Gate`] has answered to a
    /// call of `interface`, as [`Self::deny`] does. Others are the mini-app's alone.
    pub(crate) fn report_refusal(&mut self, interface: &str, error: &GuestError) {
        if error.code != code::DENIED {
            return;
        }
        let permission = error.permission.as_deref();
        let permission = permission.and_then(|id| Permission::parse(id).ok());
        let denial = match permission {
            Some(permission) if error.line.is_some() => self.grant.deny(interface, permission),
            permission => Denial {
                interface: interface.to_owned(),
                message: error.message.clone(),
                permission,
                line: None,
            },
        };
        self.deny(&denial);
    }

    /// Reports a denied call, within what may be reported in a second.
    pub(crate) fn deny(&mut self, denial: &Denial) {
        if self.admit_report(denial.message.len()) {
            self.report(Report::Denied(denial));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_at_the_limit_and_one_past() {
        let now = Instant::now();
        let mut meter = LogMeter::default();
        assert_eq!(meter.admit(BYTES_PER_SECOND, now), (true, 0));
        assert_eq!(meter.admit(1, now), (false, 0));
        assert_eq!(meter.admit(1, now), (false, 0));
        assert_eq!(meter.admit(1, now + Duration::from_secs(1)), (true, 2));
    }
}
