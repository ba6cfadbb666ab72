//! HTTP to the hosts that the partner manifest names; must not know how requests travel.
//!
//! ```
//! # use miniapp_guest::{prelude::*, testing::Host};
//! # use std::time::Duration;
//! # let host = Host::new().respond("https://api.acme.com/orders?rush=1", 201, json!({"id": 7}));
//! # #[derive(serde::Deserialize)] struct Order { id: u32 }
//! # let order: Order = host.block_on(async {
//! let order: Order = request::post("https://api.acme.com/orders")
//!     .query("rush", "1")
//!     .header("accept-language", "de")
//!     .json(&json!({ "article": "mug" }))?
//!     .timeout(Duration::from_secs(5))
//!     .await?
//!     .error_for_status()?
//!     .json()?;
//! # Ok(order) }).unwrap();
//! # assert_eq!(order.id, 7);
//! # assert_eq!(host.requests()[0].header_value("content-type"), Some("application/json"));
//! ```

use crate::error::{Context, Error, Result, code};
use crate::{host, query};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

/// A `GET` request; `.await` sends it.
pub fn get(url: impl Into<String>) -> Request {
    Request::new("GET", url)
}

/// A `POST` request; `.await` sends it.
pub fn post(url: impl Into<String>) -> Request {
    Request::new("POST", url)
}

/// A `PUT` request; `.await` sends it.
pub fn put(url: impl Into<String>) -> Request {
    Request::new("PUT", url)
}

/// A `DELETE` request; `.await` sends it.
pub fn delete(url: impl Into<String>) -> Request {
    Request::new("DELETE", url)
}

/// A request in the making; `.await` sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a request is sent by `.await`"]
pub struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) timeout: Option<u32>,
}

impl Request {
    /// A request of any method: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            timeout: None,
        }
    }

    /// Adds a pair to the query of the URL, escaped.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        query::append(&mut self.url, name, value);
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    /// Sets the body to a value as JSON, and its content type.
    ///
    /// # Errors
    /// Fails if the value cannot be written as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Result<Self> {
        let body = serde_json::to_vec(value)?;
        Ok(self.header("content-type", "application/json").body(body))
    }

    /// Limits the whole exchange. By default, and at most, it is a minute.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(u32::try_from(limit.as_millis()).unwrap_or(u32::MAX));
        self
    }

    /// Sends the request and waits for the whole answer.
    ///
    /// # Errors
    /// Fails if the host is not allowed, with the manifest line that would allow it, or not reached in
    /// time. Every status is an answer.
    pub async fn send(self) -> Result<Response> {
        host::fetch(self).await
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The URL, with its query.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The first value of a header. Names are compared without regard to case.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The body.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }
}

impl IntoFuture for Request {
    type Output = Result<Response>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is one of success, 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Where the answer came from, after redirects.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The first value of a header. Names are compared without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// All headers.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    ///
    /// # Errors
    /// Fails if it is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        str::from_utf8(&self.body).context(format_args!("the answer of {}", self.url))
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// Fails if it is of another shape; the message names the URL and the status.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let tried = format_args!("the answer of {} (status {})", self.url, self.status);
        serde_json::from_slice(&self.body).context(tried)
    }

    /// The answer, unless its status is one of failure.
    ///
    /// # Errors
    /// Fails for status codes from 400 with the code [`network`](code::NETWORK).
    pub fn error_for_status(self) -> Result<Self> {
        if self.status < 400 {
            return Ok(self);
        }
        Err(Error::new(
            code::NETWORK,
            format!("{} answered with status {}", self.url, self.status),
        ))
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
