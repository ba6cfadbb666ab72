//! The decision whether a request may be sent, and the request rebuilt from its
//! parsed parts: nothing that goes over the wire is the guest's own framing.
//!
//! | part | rule |
//! |---|---|
//! | URL | absolute, `http` or `https`, at most 8,192 bytes, no user or password |
//! | host | a name that `network.allow` permits with this scheme and port; an address only where the embedder has opened it |
//! | method | one of [`METHODS`] |
//! | headers | valid names and values, at most 64 of 16 KiB in all, none of [`FORBIDDEN`] or [`FORBIDDEN_PREFIXES`] |
//! | body | at most 8 MiB |
//!
//! Knows nothing of connections.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri};
use miniapp_package::{Refusal, Scheme};
use url::Url;

use super::Failed;
use super::network::Wire;
use crate::contract::imports::http::Request;
use crate::contract::{GuestError, code};
use crate::grant::Grant;

const MAX_URL_BYTES: usize = 8_192;

/// Bytes of a URL's host, with user and port: a name has 253 at most, each of which may
/// be written in four.
const MAX_HOST_BYTES: usize = 1_024;
const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 << 10;

/// Bytes of a body, sent or received.
pub(crate) const MAX_BODY_BYTES: usize = 8 << 20;

const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// Headers that belong to the connection, to the host's framing of it, or to what
/// the host unpacks.
const FORBIDDEN: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// How the names of further such headers begin, as in the Fetch standard.
const FORBIDDEN_PREFIXES: [&str; 2] = ["proxy-", "sec-"];

/// A request that may be sent.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) timeout: Duration,
}

/// Where a request may go.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) scheme: Scheme,
    pub(super) port: u16,
    /// Without a fragment.
    pub(super) url: Url,
    /// The same, rebuilt from scheme, host, port, path and query.
    pub(super) uri: Uri,
}

fn invalid(message: impl Into<String>) -> Failed {
    GuestError::new(code::INVALID_ARGUMENT, message).into()
}

fn too_large(what: &str, came: usize, allowed: usize) -> Failed {
    let message = format!("{what} {came}, {allowed} are allowed");
    GuestError::new(code::TOO_LARGE, message).into()
}

/// Decides on a request of the guest's.
pub(super) fn check(grant: &Grant, wire: &Wire, request: Request) -> Result<Checked, Failed> {
    if request.url.len() > MAX_URL_BYTES {
        return Err(too_large(
            "bytes of the URL:",
            request.url.len(),
            MAX_URL_BYTES,
        ));
    }
    let url = parse(&request.url, None).map_err(|error| {
        invalid(format!("the URL cannot be read: {error}; write an absolute one such as `https://api.example.com/path`"))
    })?;
    let target = check_target(grant, wire, url)?;
    let method = METHODS
        .into_iter()
        .find(|known| known.as_str() == request.method)
        .ok_or_else(|| {
            invalid("the method is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        })?;
    let headers = check_headers(&request.headers)?;
    let body = request.body.unwrap_or_default();
    if body.len() > MAX_BODY_BYTES {
        return Err(too_large("bytes of the body:", body.len(), MAX_BODY_BYTES));
    }
    let timeout = request
        .timeout
        .map(|milliseconds| Duration::from_millis(milliseconds.into()))
        .map_or(wire.timeouts.total, |asked| asked.min(wire.timeouts.total));
    Ok(Checked {
        method,
        target,
        headers,
        body: body.into(),
        timeout,
    })
}

/// Why a text is no URL.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoUrl {
    #[error(transparent)]
    Syntax(#[from] url::ParseError),
    #[error("it has more than {MAX_URL_BYTES} bytes")]
    Long,
    #[error("its host has more than {MAX_HOST_BYTES} bytes")]
    Host,
}

/// Reads a URL, relative to another one if that is given. A host that is too long for
/// any name is refused unread: reading a name takes time with the square of its length.
pub(super) fn parse(text: &str, base: Option<&Url>) -> Result<Url, NoUrl> {
    if text.len() > MAX_URL_BYTES {
        return Err(NoUrl::Long);
    }
    if host_bytes(text) > MAX_HOST_BYTES {
        return Err(NoUrl::Host);
    }
    Ok(Url::options().base_url(base).parse(text)?)
}

/// Bytes of a URL's text in which its host stands, with user and port: from behind the
/// scheme and the slashes to where the path begins.
fn host_bytes(text: &str) -> usize {
    // The parser takes either slash, and skips blanks before, tabs and new lines anywhere.
    let blank = |c: char| c <= ' ';
    let slash = |c: char| matches!(c, '/' | '\\');
    let in_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.') || blank(c);
    let text = text.trim_start_matches(blank);
    let after_scheme = text.trim_start_matches(in_scheme).strip_prefix(':');
    let rest = after_scheme.unwrap_or(text);
    let host = rest.trim_start_matches(|c| slash(c) || blank(c));
    let slashes = rest.len() - host.len();
    let scheme = text.split(':').next().unwrap_or_default();
    let scheme = scheme.replace(blank, "").to_ascii_lowercase();
    let of_web = after_scheme.is_some() && matches!(scheme.as_str(), "http" | "https");
    if !of_web && slashes < 2 {
        return 0;
    }
    host.find(['/', '\\', '?', '#']).unwrap_or(host.len())
}

/// Decides on a URL, the guest's own or one that it was redirected to.
pub(super) fn check_target(grant: &Grant, wire: &Wire, mut url: Url) -> Result<Target, Failed> {
    let (scheme, port) = match grant.network().destination(&url) {
        Ok(destination) => (destination.scheme, destination.port),
        Err(Refusal::Address {
            scheme,
            address,
            port,
        }) if wire
            .literals
            .contains(&(scheme, SocketAddr::new(address, port))) =>
        {
            (scheme, port)
        }
        Err(Refusal::Address { .. }) => {
            return Err(Failed::Denied(Box::new(
                grant.deny_address(url.host_str().unwrap_or_default()),
            )));
        }
        Err(Refusal::NotListed(to)) => {
            return Err(Failed::Denied(Box::new(
                grant.deny_host(to.scheme, to.host, to.port),
            )));
        }
        Err(refusal) => return Err(invalid(refusal.to_string())),
    };
    url.set_fragment(None);
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = url.host_str().unwrap_or_default();
    let authority = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let uri = Uri::builder()
        .scheme(url.scheme())
        .authority(authority)
        .path_and_query(path)
        .build()
        .map_err(|error| invalid(format!("the URL cannot be sent: {error}")))?;
    Ok(Target {
        scheme,
        port,
        url,
        uri,
    })
}

/// Whether a header is for the host to set.
pub(super) fn is_of_host(name: &HeaderName) -> bool {
    let name = name.as_str();
    FORBIDDEN.contains(&name)
        || FORBIDDEN_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

fn check_headers(headers: &[(String, String)]) -> Result<HeaderMap, Failed> {
    if headers.len() > MAX_HEADERS {
        return Err(too_large("headers:", headers.len(), MAX_HEADERS));
    }
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes > MAX_HEADER_BYTES {
        return Err(too_large("bytes of the headers:", bytes, MAX_HEADER_BYTES));
    }
    let mut checked = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| invalid("a header's name holds a character that is not allowed"))?;
        if is_of_host(&name) {
            return Err(invalid(format!(
                "the header `{name}` is set by the host; leave it out"
            )));
        }
        let value = latin1(value)
            .and_then(|bytes| HeaderValue::from_bytes(&bytes).ok())
            .ok_or_else(|| {
                invalid(format!(
                    "the value of header `{name}` holds a character that is not allowed"
                ))
            })?;
        checked.append(name, value);
    }
    Ok(checked)
}

/// The contract's text form of a header's bytes: one character U+0000 to U+00FF for each.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_at_the_limit_and_one_past() {
        let too_long = |url: String| matches!(parse(&url, None), Err(NoUrl::Host));
        let name = |bytes: usize| "ü".repeat(bytes / 2);
        for before in [
            "https://",
            "https:",
            "https:\\\\",
            " ht\ttps:////",
            "http:/\t/",
        ] {
            for after in ["", "/", "?q", "#f", "\\"] {
                let url = |bytes: usize| format!("{before}{}{after}", name(bytes));
                assert!(!too_long(url(MAX_HOST_BYTES)), "{before:?} {after:?}");
                assert!(too_long(url(MAX_HOST_BYTES + 2)), "{before:?} {after:?}");
            }
        }
        let long = "x".repeat(5_000);
        assert!(
            parse(&format!("data:{long}"), None).is_ok(),
            "refused for its scheme"
        );
        for fine in [
            format!("https://a.example/{long}"),
            format!("https://a.example?{long}"),
            format!("https://a.example#{long}"),
        ] {
            assert!(parse(&fine, None).is_ok());
        }
    }

    #[test]
    fn a_redirect_is_read_relative_to_where_it_comes_from() {
        let base = Url::parse("https://a.example/b/c").unwrap();
        let to = |text: &str| parse(text, Some(&base)).map(String::from).ok();
        assert_eq!(to("d").as_deref(), Some("https://a.example/b/d"));
        assert_eq!(to("//e.example").as_deref(), Some("https://e.example/"));
        assert_eq!(to(&format!("//{}", "ü".repeat(600))), None);
        assert_eq!(to(&format!("\\\t/{}", "ü".repeat(600))), None);
        assert_eq!(to(&"x".repeat(5_000)).map(|url| url.len()), Some(5_020));
        assert_eq!(
            to(&format!("/p/{}", "x".repeat(5_000))).map(|url| url.len()),
            Some(5_020)
        );
    }
}
