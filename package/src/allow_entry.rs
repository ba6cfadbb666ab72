//! Owns taking the text of an allow-list entry apart, after the grammar in `allow_list`. Must not
//! know what is permitted in the end.

use thiserror::Error;
use url::Host;

use crate::allow_list::{AllowEntry, HostPattern, Scheme};
use crate::manifest_error::Complaint;
use crate::quote::quoted;

/// Longest label of a host name in bytes (RFC 1035).
pub const MAX_LABEL_BYTES: usize = 63;

/// Longest host name in bytes (RFC 1035, without the dot at the end).
pub const MAX_HOST_BYTES: usize = 253;

/// Names of the device itself and of its network, with everything under them.
const LOCAL_NAMES: [&str; 3] = ["localhost", "local", "internal"];

/// What an entry permits.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) scheme: Scheme,
    pub(crate) host: HostPattern,
    pub(crate) port: u16,
}

impl Target {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidAllowEntry> {
        split(text).map_err(|problem| InvalidAllowEntry {
            given: quoted(text),
            problem,
        })
    }
}

fn split(text: &str) -> Result<Target, Problem> {
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    if text.len() > AllowEntry::MAX_BYTES {
        return Err(Problem::TooLong);
    }
    if text.contains(|ch: char| ch.is_whitespace() || ch.is_control()) {
        return Err(Problem::Blank);
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
        Some((scheme, _)) => return Err(Problem::Scheme(quoted(scheme))),
        None => (Scheme::Https, text),
    };
    if rest.contains(['/', '?', '#', '\\']) {
        return Err(Problem::Path);
    }
    if rest.contains('@') {
        return Err(Problem::UserInfo);
    }
    if rest.starts_with('[') || rest.matches(':').count() > 1 {
        return Err(Problem::Address);
    }
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, port_of(port)?),
        None => (rest, scheme.default_port()),
    };
    Ok(Target {
        scheme,
        host: pattern_of(host)?,
        port,
    })
}

fn port_of(text: &str) -> Result<u16, Problem> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    plain
        .then(|| text.parse().ok())
        .flatten()
        .ok_or_else(|| Problem::Port(quoted(text)))
}

fn pattern_of(host: &str) -> Result<HostPattern, Problem> {
    match host {
        "" => Err(Problem::NoHost),
        "*" => Err(Problem::Everything),
        _ => match host.strip_prefix("*.") {
            Some(parent) if parent.contains('*') => Err(Problem::Wildcard),
            Some(parent) => match name_of(parent) {
                Err(Problem::SingleLabel) => Err(Problem::WildcardTooWide),
                name => name.map(HostPattern::Subdomains),
            },
            None if host.contains('*') => Err(Problem::Wildcard),
            None => name_of(host).map(HostPattern::Exact),
        },
    }
}

/// The host name that `text` stands for, in lower-case ASCII.
fn name_of(text: &str) -> Result<Box<str>, Problem> {
    // The URL parser would decode `%2e`; what is written is what is meant here.
    check_ascii(text)?;
    if text.ends_with('.') {
        return Err(Problem::TrailingDot);
    }
    let name = match Host::parse(text) {
        Ok(Host::Domain(name)) => name,
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(Problem::Address),
        Err(url::ParseError::InvalidIpv4Address) => return Err(Problem::Address),
        Err(_) => return Err(Problem::Name),
    };
    // The parser maps wide letters and signs to plain ones (`＊` to `*`, `。` to `.`), so all that
    // follows looks at what it returned.
    check_ascii(&name)?;
    if name.ends_with('.') {
        return Err(Problem::TrailingDot);
    }
    if name.len() > MAX_HOST_BYTES {
        return Err(Problem::HostTooLong(name.len()));
    }
    for label in name.split('.') {
        check_label(label)?;
    }
    let last = name.rsplit('.').next();
    if let Some(local) = LOCAL_NAMES.into_iter().find(|local| last == Some(*local)) {
        return Err(Problem::Local(local));
    }
    if !name.contains('.') {
        return Err(Problem::SingleLabel);
    }
    Ok(name.into())
}

/// Checks that those characters of `text` that are of ASCII are of a host name, too.
fn check_ascii(text: &str) -> Result<(), Problem> {
    let fits = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '.' | '-') || !ch.is_ascii();
    match text.chars().find(|&ch| !fits(ch)) {
        Some(ch) => Err(Problem::Character(quoted(ch.encode_utf8(&mut [0; 4])))),
        None => Ok(()),
    }
}

fn check_label(label: &str) -> Result<(), Problem> {
    if label.is_empty() {
        Err(Problem::EmptyLabel)
    } else if label.len() > MAX_LABEL_BYTES {
        Err(Problem::LabelTooLong(label.len()))
    } else if label.starts_with('-') || label.ends_with('-') {
        Err(Problem::Hyphen)
    } else {
        Ok(())
    }
}

/// A text that is not an entry of an allow-list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{given} cannot be allowed: {problem}; {}", .problem.help())]
pub struct InvalidAllowEntry {
    given: String,
    problem: Problem,
}

impl From<InvalidAllowEntry> for Complaint {
    fn from(error: InvalidAllowEntry) -> Self {
        let message = format!("{} cannot be allowed: {}", error.given, error.problem);
        Complaint::new(message).help(error.problem.help())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("the entry is empty")]
    Empty,
    #[error("the entry has more than {} bytes", AllowEntry::MAX_BYTES)]
    TooLong,
    #[error("it has white space or a control character")]
    Blank,
    #[error("the scheme {0} is neither `http` nor `https`")]
    Scheme(String),
    #[error("it has a path, a query or a fragment")]
    Path,
    #[error("it has a user name")]
    UserInfo,
    #[error("it is an address, not a host name")]
    Address,
    #[error("the port {0} is not a number from 1 to 65535")]
    Port(String),
    #[error("it has no host name")]
    NoHost,
    #[error("`*` would permit every host")]
    Everything,
    #[error("`*` stands only for whole labels at the beginning")]
    Wildcard,
    #[error("the wildcard leaves only one label, a whole registry of names")]
    WildcardTooWide,
    #[error("the host name has the character {0}")]
    Character(String),
    #[error("the host name ends in a dot")]
    TrailingDot,
    #[error("it is not a host name")]
    Name,
    #[error("the host name has an empty label")]
    EmptyLabel,
    #[error("a label of the host name has {0} bytes, more than {MAX_LABEL_BYTES}")]
    LabelTooLong(usize),
    #[error("the host name has {0} bytes, more than {MAX_HOST_BYTES}")]
    HostTooLong(usize),
    #[error("a label of the host name begins or ends with a hyphen")]
    Hyphen,
    #[error("`{0}` names the device itself or its network")]
    Local(&'static str),
    #[error("the host name has only one label")]
    SingleLabel,
}

impl Problem {
    fn help(&self) -> &'static str {
        match self {
            Self::Empty | Self::NoHost | Self::SingleLabel | Self::Name | Self::EmptyLabel => {
                "write a whole host name, such as `api.acme.com`"
            }
            Self::Scheme(_) => "write `api.acme.com` for HTTPS or `http://api.acme.com` for HTTP",
            Self::Path => "write the host only: `api.acme.com` permits all its paths",
            Self::UserInfo => "write the host only, and send credentials in a header",
            Self::Address | Self::Local(_) => {
                "write the public host name of the service, such as `api.acme.com`"
            }
            Self::Port(_) => "write it as in `api.acme.com:8443`, or leave it out for 443",
            Self::Everything => "list each host, or the subdomains of one as in `*.acme.com`",
            Self::Wildcard | Self::WildcardTooWide => {
                "write it as in `*.acme.com`, which permits every host under `acme.com`"
            }
            Self::TrailingDot => "remove the dot at the end",
            Self::TooLong
            | Self::Blank
            | Self::Character(_)
            | Self::LabelTooLong(_)
            | Self::HostTooLong(_)
            | Self::Hyphen => {
                "a host name has labels of `a-z 0-9 -`, each of 1 to 63 bytes, divided by dots"
            }
        }
    }
}
