//! One HTTP exchange: sends a checked request, takes each redirect back to the
//! policy, and reads the answer up to its limit.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap};
use hyper::rt::Executor;
use hyper::{Method, StatusCode};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{self, Client as HyperClient};
use hyper_util::rt::TokioTimer;
use tokio::task::JoinSet;

use super::super::in_flight::Share;
use super::dial::{DialError, Dialer, Wire};
use super::policy::{self, Checked, MAX_BODY_BYTES, Target};
use super::{Failed, MAX_BODIES, Redirects, too_many_bodies};
use crate::contract::imports::http::Response;
use crate::contract::{GuestError, code};
use crate::grant::Grant;

/// Redirects that are followed, as in the Fetch standard's spirit and half its number.
const MAX_REDIRECTS: usize = 10;

/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(15);

/// Connections that are kept for one host of one mini-app.
const IDLE_PER_HOST: usize = 2;

/// Headers that are not carried over to another origin.
const CREDENTIALS: [header::HeaderName; 2] = [header::AUTHORIZATION, header::COOKIE];

/// Headers that describe a body, dropped with it.
const ABOUT_BODY: [header::HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LOCATION,
];

/// The HTTP client of one mini-app. Its connections end with it.
pub(super) struct Client {
    hyper: HyperClient<HttpsConnector<Dialer>, Full<Bytes>>,
    connections: Connections,
}

impl Client {
    pub(super) fn new(wire: &Wire) -> Self {
        let connections = Connections::default();
        let hyper = HyperClient::builder(connections.clone())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .build(wire.connector());
        Self { hyper, connections }
    }

    pub(super) async fn exchange(
        &self,
        grant: &Grant,
        mut request: Checked,
        redirects: Redirects,
        bodies: &mut Share,
    ) -> Result<Response, Failed> {
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&request).await?;
            let location = match redirects {
                Redirects::Follow => redirect(&response),
                Redirects::Return => None,
            };
            let Some(location) = location else {
                return read(request.target, response, bodies).await;
            };
            let location = location?;
            let url = request.target.url.join(&location).map_err(|error| {
                network(format!(
                    "the server redirects to a URL that cannot be read: {error}"
                ))
            })?;
            let next = policy::check_target(grant, url)?;
            follow(&mut request, next, response.status());
        }
        Err(network(format!(
            "the server redirects more than {MAX_REDIRECTS} times"
        )))
    }

    async fn send(&self, request: &Checked) -> Result<hyper::Response<Incoming>, Failed> {
        let mut outgoing = hyper::Request::new(Full::new(request.body.clone()));
        *outgoing.method_mut() = request.method.clone();
        *outgoing.uri_mut() = request.target.uri.clone();
        *outgoing.headers_mut() = request.headers.clone();
        self.hyper
            .request(outgoing)
            .await
            .map_err(|error| network(describe(&error)))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.connections.abort();
    }
}

/// The tasks of one client's connections. A server that never lets go of one
/// must not keep it beyond the mini-app.
#[derive(Clone, Default)]
struct Connections(Arc<Mutex<JoinSet<()>>>);

impl Connections {
    fn abort(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Connections {
    fn execute(&self, connection: F) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that are over are forgotten here, so that they do not pile up.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(connection);
    }
}

fn network(message: impl Into<String>) -> Failed {
    GuestError::new(code::NETWORK, message).into()
}

/// The innermost cause says what happened; the outer ones say "client error".
fn describe(error: &legacy::Error) -> String {
    let mut cause: &(dyn Error + 'static) = error;
    while let Some(source) = cause.source() {
        cause = source;
        if let Some(dial) = cause.downcast_ref::<DialError>() {
            return dial.to_string();
        }
    }
    cause.to_string()
}

fn redirect(response: &hyper::Response<Incoming>) -> Option<Result<String, Failed>> {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response
        .headers()
        .get(header::LOCATION)
        .filter(|_| redirects)?;
    Some(
        location.to_str().map(str::to_owned).map_err(|_| {
            network("the server redirects to a URL with characters that are not allowed")
        }),
    )
}

/// Turns a request into the one that a redirect asks for (Fetch standard, HTTP-redirect fetch).
fn follow(request: &mut Checked, next: Target, status: StatusCode) {
    let post_becomes_get = matches!(status.as_u16(), 301 | 302) && request.method == Method::POST;
    let becomes_get = status == StatusCode::SEE_OTHER
        && request.method != Method::GET
        && request.method != Method::HEAD;
    if post_becomes_get || becomes_get {
        request.method = Method::GET;
        request.body = Bytes::new();
        for name in &ABOUT_BODY {
            request.headers.remove(name);
        }
    }
    if next.url.origin() != request.target.url.origin() {
        for name in &CREDENTIALS {
            request.headers.remove(name);
        }
    }
    request.target = next;
}

async fn read(
    target: Target,
    response: hyper::Response<Incoming>,
    bodies: &mut Share,
) -> Result<Response, Failed> {
    let (head, mut incoming) = response.into_parts();
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| network(format!("the answer broke off: {error}")))?;
        // Trailers are of no use to a mini-app.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if body.len().saturating_add(data.len()) > MAX_BODY_BYTES {
            let message = format!(
                "the answer's body is larger than {MAX_BODY_BYTES} bytes; ask for it in parts"
            );
            return Err(GuestError::new(code::TOO_LARGE, message).into());
        }
        if !bodies.grow(data.len(), MAX_BODIES) {
            return Err(too_many_bodies().into());
        }
        body.extend_from_slice(&data);
    }
    Ok(Response {
        status: head.status.as_u16(),
        url: target.url.into(),
        headers: texts(&head.headers),
        body,
    })
}

/// Header bytes as the contract's text: one character for each.
fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text =
        |value: &header::HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect()
}
