//! Why there is no code, or no id for one.

use crate::store::StoreError;
use crate::{MAX_BODY_BYTES, MAX_ID_BYTES};

/// A code cannot be issued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The id of user or app.
    #[error("an id of a user or an app has 1 to {MAX_ID_BYTES} bytes, came {bytes}")]
    Id {
        /// Its bytes.
        bytes: usize,
    },
    /// The app.
    #[error("the platform has no app {0:?}; a code is issued for an app that is registered")]
    UnknownApp(String),
    /// As many codes are open as may be.
    #[error("the store of codes is full; try again when some have been exchanged or expired")]
    Full,
    /// The operating system gives no random bytes.
    #[error("the system gives no random bytes; there can be no code without")]
    Random,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A code is not exchanged. The text is what the partner's server is told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The body is too large.
    #[error("the body has more than {MAX_BODY_BYTES} bytes")]
    TooLarge,
    /// The body makes no sense.
    #[error(
        "the body is not of the form {{\"code\": \"…\", \"appId\": \"…\", \"appSecret\": \"…\"}}: {0}"
    )]
    Request(String),
    /// App and secret do not belong together. The code is used up all the same, so that
    /// nobody who has got hold of one can try secrets with it.
    #[error(
        "there is no app of this id with this secret, check both with the platform; a code that was sent is used up, let the mini-app log in again"
    )]
    Client,
    /// The code.
    #[error(
        "the code was not issued for this app, was used before, or has expired; let the mini-app log in again"
    )]
    Code,
    /// A store has failed. What it says is not for the partner.
    #[error("codes cannot be exchanged at the moment; try again later")]
    Store(#[from] StoreError),
}

impl ExchangeError {
    /// What happened, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::Request(_) => "invalid-request",
            Self::Client => "invalid-client",
            Self::Code => "invalid-code",
            Self::Store(_) => "unavailable",
        }
    }

    /// The HTTP status to answer with.
    pub fn status(&self) -> u16 {
        match self {
            Self::TooLarge => 413,
            Self::Request(_) | Self::Code => 400,
            Self::Client => 401,
            Self::Store(_) => 503,
        }
    }
}
