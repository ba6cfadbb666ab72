//! Lines of the mini-app's log, for its developer; must not know where they are shown.
//!
//! ```
//! # use miniapp_guest::{prelude::*, testing::Host};
//! # let host = Host::new();
//! # let offers = [1, 2];
//! # host.block_on(async {
//! log::info!("{} offers", offers.len());
//! # Ok(()) }).unwrap();
//! # assert_eq!(host.logs(), [(log::Level::Info, "2 offers".to_owned())]);
//! ```

use crate::host;

#[doc(inline)]
pub use crate::{debug, error, info, trace, warn};

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Each step.
    Trace,
    /// For finding a fault.
    Debug,
    /// What happened.
    Info,
    /// What may be wrong.
    Warn,
    /// What is wrong.
    Error,
}

/// Writes one line.
pub fn write(level: Level, message: &str) {
    host::log(level, message);
}

/// Writes a line of [`Level::Trace`].
#[macro_export]
macro_rules! trace {
    ($($message:tt)+) => { $crate::log::write($crate::log::Level::Trace, &::std::format!($($message)+)) };
}

/// Writes a line of [`Level::Debug`].
#[macro_export]
macro_rules! debug {
    ($($message:tt)+) => { $crate::log::write($crate::log::Level::Debug, &::std::format!($($message)+)) };
}

/// Writes a line of [`Level::Info`].
#[macro_export]
macro_rules! info {
    ($($message:tt)+) => { $crate::log::write($crate::log::Level::Info, &::std::format!($($message)+)) };
}

/// Writes a line of [`Level::Warn`].
#[macro_export]
macro_rules! warn {
    ($($message:tt)+) => { $crate::log::write($crate::log::Level::Warn, &::std::format!($($message)+)) };
}

/// Writes a line of [`Level::Error`].
#[macro_export]
macro_rules! error {
    ($($message:tt)+) => { $crate::log::write($crate::log::Level::Error, &::std::format!($($message)+)) };
}
