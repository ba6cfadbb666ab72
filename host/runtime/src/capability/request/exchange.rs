//! One HTTP exchange: sends a checked request, takes each redirect back to the
//! policy, and reads the answer up to its limit.

use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use super::super::awake::{Late, within};
use super::super::in_flight::Share;
use super::body;
use super::network::Wire;
use super::pace::Pace;
use super::policy::{self, Checked, Target};
use super::stack::{HttpBody, HttpClient, HttpError};
use super::{Failed, Redirects};
use crate::contract::imports::http;
use crate::contract::{GuestError, code};
use crate::grant::Grant;
use crate::instance::Slept;
use crate::meter::{Owed, price};

/// Redirects that are followed: half as many as the Fetch standard's.
const MAX_REDIRECTS: usize = 10;

/// Headers that are not carried over to another origin. What the embedder injects
/// is added for each hop anew and never carried over.
const CREDENTIALS: [header::HeaderName; 2] = [header::AUTHORIZATION, header::COOKIE];

/// Headers that describe a body, dropped with it.
const ABOUT_BODY: [header::HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LOCATION,
];

/// What an exchange goes through.
pub(super) struct Exchange<'a> {
    pub(super) grant: &'a Grant,
    pub(super) wire: &'a Wire,
    pub(super) client: &'a dyn HttpClient,
    pub(super) pace: &'a Pace,
    pub(super) owed: &'a Owed,
    pub(super) slept: &'a Slept,
}

impl Exchange<'_> {
    /// Sends a request and reads the whole answer; `held` counts its bytes.
    pub(super) async fn run(
        &self,
        mut request: Checked,
        redirects: Redirects,
        held: &mut Share,
    ) -> Result<http::Response, Failed> {
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.send(&request).await?;
            let location = match redirects {
                Redirects::Follow => location(&answer),
                Redirects::Return => None,
            };
            let Some(location) = location else {
                return self.read(request.target, answer, held).await;
            };
            let url = policy::parse(&location?, Some(&request.target.url)).map_err(|error| {
                network(format!(
                    "the server redirects to a URL that cannot be read: {error}"
                ))
            })?;
            let next = policy::check_target(self.grant, self.wire, url)?;
            follow(&mut request, next, answer.status());
        }
        Err(network(format!(
            "the server redirects more than {MAX_REDIRECTS} times"
        )))
    }

    async fn send(&self, request: &Checked) -> Result<Response<HttpBody>, Failed> {
        let target = &request.target;
        let mut outgoing = Request::new(request.body.clone());
        *outgoing.method_mut() = request.method.clone();
        *outgoing.uri_mut() = target.uri.clone();
        let headers = outgoing.headers_mut();
        *headers = request.headers.clone();
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static(body::ENCODING),
        );
        let host = target.uri.host().unwrap_or_default();
        let injected = &self.wire.injected;
        injected.apply(headers, target.scheme, host, target.port);
        // Owed from here on: a guest that has called it off pays as well.
        self.owed.add(price::request(request.body.len()));
        let limit = self.wire.timeouts.first_byte;
        match within(limit, self.slept, self.client.send(outgoing)).await {
            Ok(answer) => Ok(answer?),
            Err(Late) => Err(GuestError::new(
                code::TIMEOUT,
                format!("no answer has begun within {} ms", limit.as_millis()),
            )
            .into()),
        }
    }

    async fn read(
        &self,
        target: Target,
        answer: Response<HttpBody>,
        held: &mut Share,
    ) -> Result<http::Response, Failed> {
        let (mut head, body) = answer.into_parts();
        let body = body::read(&mut head.headers, body, held, self.pace, self.owed).await?;
        Ok(http::Response {
            status: head.status.as_u16(),
            url: target.url.into(),
            headers: texts(&head.headers),
            body,
        })
    }
}

impl From<HttpError> for Failed {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Refused(message) => Self::Denied(Box::new(Grant::refused(message))),
            HttpError::Timeout(message) => GuestError::new(code::TIMEOUT, message).into(),
            HttpError::Network(message) => network(message),
        }
    }
}

fn network(message: impl Into<String>) -> Failed {
    GuestError::new(code::NETWORK, message).into()
}

fn location(answer: &Response<HttpBody>) -> Option<Result<String, Failed>> {
    let redirects = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = answer
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

/// Header bytes as the contract's text: one character for each.
fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text =
        |value: &header::HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect()
}
