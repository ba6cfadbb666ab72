//! What sends a request that the policy has let through: a trait, so that a
//! native app can bring its own HTTP stack. Knows nothing of grants.

use std::future::Future;
use std::pin::Pin;

use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Bytes;
use hyper::{Request, Response};

use crate::tenant::Tenant;

/// An HTTP stack: makes a client for each live mini-app.
pub trait HttpStack: Send + Sync {
    /// A client for one live mini-app. What it keeps — connections, TLS sessions,
    /// cookies — must be shared with no other client: a mini-app could learn of
    /// another one's doings by it, and one user of another's.
    fn client(&self, tenant: &Tenant) -> Box<dyn HttpClient>;
}

/// Sends the requests of one live mini-app, several at once. Dropped when the
/// mini-app ends; what it has under way must end with it.
pub trait HttpClient: Send + Sync {
    /// Sends one request and answers with head and body. The request is complete:
    /// absolute URI, headers but for `host` and those of the body's length. It
    /// must **not** follow redirects, since each hop is for the policy to decide.
    /// The call is dropped when its time is up or nobody waits for it any more.
    fn send(&self, request: Request<Bytes>) -> HttpAnswer<'_>;
}

/// What a client's call returns.
pub type HttpAnswer<'a> =
    Pin<Box<dyn Future<Output = Result<Response<HttpBody>, HttpError>> + Send + 'a>>;

/// The body of an answer, read piece by piece up to the host's limit.
pub type HttpBody = UnsyncBoxBody<Bytes, HttpError>;

/// Why there is no answer, in words that the mini-app may see.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The stack does not go there: reported as a denial.
    #[error("{0}")]
    Refused(String),
    /// It took too long.
    #[error("{0}")]
    Timeout(String),
    /// No connection, or one that broke off.
    #[error("{0}")]
    Network(String),
}
