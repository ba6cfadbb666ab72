//! The HTTP stack that is used where the embedder brings none: hyper over
//! connections of our own dialling, a client for each mini-app. What a hostile
//! server can make it hold is bounded here.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::rt::Executor;
use hyper::{Request, Response};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::TokioTimer;
use tokio::task::JoinSet;

use super::dial::{DialError, Dialer};
use super::pace::{Pace, Paced};
use super::resolve::{Names, ResolveError};
use super::stack::{HttpAnswer, HttpBody, HttpClient, HttpError, HttpStack};
use super::tls::Tls;
use crate::tenant::Tenant;

/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(15);

/// Connections that are kept for one host of one mini-app.
const IDLE_PER_HOST: usize = 2;

/// Bytes of an answer's head, and of what is read ahead of a body.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// Headers of an answer.
const MAX_HEADERS: usize = 100;

/// Hyper, with names and certificates as the embedder sets them up.
pub(super) struct HyperStack {
    names: Arc<Names>,
    tls: Tls,
    connect: Duration,
}

impl HyperStack {
    /// `connect` is how long a connection may take to stand.
    pub(super) fn new(names: Names, tls: Tls, connect: Duration) -> Self {
        Self {
            names: Arc::new(names),
            tls,
            connect,
        }
    }
}

impl HttpStack for HyperStack {
    fn client(&self, tenant: &Tenant) -> Box<dyn HttpClient> {
        let connections = Connections {
            tasks: Arc::default(),
            pace: Arc::new(Pace::connections()),
        };
        let dialer = Dialer::new(
            tenant.app.clone(),
            Arc::clone(&self.names),
            self.tls.clone(),
            self.connect,
            Arc::clone(&connections.pace),
        );
        let hyper = Client::builder(connections.clone())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .http1_max_buf_size(MAX_HEAD_BYTES)
            .http1_max_headers(MAX_HEADERS)
            .build(dialer);
        Box::new(HyperClient { hyper, connections })
    }
}

/// The HTTP client of one mini-app. Its connections end with it.
struct HyperClient {
    hyper: Client<Dialer, Full<Bytes>>,
    connections: Connections,
}

impl HttpClient for HyperClient {
    fn send(&self, request: Request<Bytes>) -> HttpAnswer<'_> {
        let sent = self.hyper.request(request.map(Full::new));
        Box::pin(async move {
            let answer: Response<_> = sent.await.map_err(|error| read(&error))?;
            Ok(answer.map(|body| {
                let broken = |error: hyper::Error| {
                    HttpError::Network(format!("the answer broke off: {error}"))
                };
                HttpBody::new(body.map_err(broken))
            }))
        })
    }
}

impl Drop for HyperClient {
    fn drop(&mut self) {
        self.connections.abort();
    }
}

/// The tasks of one client's connections. A server that never lets go of one
/// must not keep it beyond the mini-app, nor keep a core busy with it.
#[derive(Clone)]
struct Connections {
    tasks: Arc<Mutex<JoinSet<()>>>,
    pace: Arc<Pace>,
}

impl Connections {
    fn abort(&self) {
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Connections {
    fn execute(&self, connection: F) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that are over are forgotten here, so that they do not pile up.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(Paced::new(connection, Arc::clone(&self.pace)));
    }
}

/// The innermost cause says what happened; the outer ones say "client error".
fn read(error: &legacy::Error) -> HttpError {
    let mut cause: &(dyn Error + 'static) = error;
    while let Some(source) = cause.source() {
        cause = source;
        if let Some(dial) = cause.downcast_ref::<DialError>() {
            let text = dial.to_string();
            return match dial {
                DialError::Resolve(ResolveError::NotPublic) => HttpError::Refused(text),
                DialError::Timeout(_) => HttpError::Timeout(text),
                _ => HttpError::Network(text),
            };
        }
    }
    HttpError::Network(cause.to_string())
}
