//! How the mini-app is doing: errors that no callback returns, and what it may still burn. Must not
//! know who hears of it.

use crate::Error;
use crate::host;

/// Reports an error that nothing has handled and no callback returns, such as one of work that goes on
/// by itself. The native app hears of it as of an error that a callback returns.
pub fn uncaught(error: Error) {
    host::uncaught(error);
}

/// The fuel that is left. At nought the mini-app is ended; [`u64::MAX`] where nothing is metered.
pub fn fuel() -> u64 {
    host::fuel()
}
