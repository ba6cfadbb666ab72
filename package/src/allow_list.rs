//! Owns the network allow-list: to which hosts a mini-app may send requests. Must not know how a
//! request is sent, nor which address a name resolves to; that is checked where the connection is
//! made.
//!
//! This text is the specification.
//!
//! # Grammar
//!
//! ```text
//! entry  = [ scheme "://" ] host [ ":" port ]
//! scheme = "http" | "https"                     default: https
//! host   = name | "*." name
//! name   = label *( "." label )                 at least two labels
//! port   = 1 to 65535, without leading zeros    default: 443 for https, 80 for http
//! ```
//!
//! | entry | permits | does not permit |
//! |---|---|---|
//! | `api.acme.com` | `https://api.acme.com` | `http://api.acme.com`, `https://api.acme.com:8443`, `https://acme.com`, `https://x.api.acme.com` |
//! | `api.acme.com:8443` | `https://api.acme.com:8443` | `https://api.acme.com` |
//! | `http://api.acme.com` | `http://api.acme.com` | `https://api.acme.com` |
//! | `*.acme.com` | `https://api.acme.com`, `https://a.b.acme.com` | `https://acme.com`, `https://evilacme.com` |
//!
//! # Rules
//!
//! - An empty list denies everything. There is no entry that permits every host.
//! - Scheme, host and port must all match; no scheme and no port is implied by another one.
//! - A name is compared in lower case and, if it has other letters than ASCII, in its ASCII form
//!   (`bücher.example` is `xn--bcher-kva.example`). A label has 1 to 63 bytes of `a-z 0-9 -` and no
//!   hyphen at either end, a name at most 253 bytes. A name does not end in a dot.
//! - `*.` stands for one or more whole labels, never for none, only at the beginning and only in front
//!   of two labels or more: `*.com` would give away a whole registry.
//! - An address is not a name: `1.2.3.4`, `[::1]`, `2130706433`, `0x7f.1`, `0177.0.0.1` are refused.
//! - `localhost`, and names under `.localhost`, `.local` and `.internal`, are refused: they belong to
//!   the device and its network.
//! - A path, a query, a fragment, a user name and white space are refused: an entry names a host, not
//!   a page.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::allow_entry::{InvalidAllowEntry, Target};
use crate::source::Source;

/// Most entries in one allow-list.
pub const MAX_ALLOW_ENTRIES: usize = 256;

/// How a request is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// HTTP in the clear.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Scheme {
    /// The port of a URL that names none: 80 or 443.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    /// `http` or `https`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which hosts an entry names, in lower-case ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostPattern {
    /// This host and no other one.
    Exact(Box<str>),
    /// Every host under this one, at any depth, but not itself.
    Subdomains(Box<str>),
}

impl HostPattern {
    /// Whether the pattern names `host`, which is in lower-case ASCII.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => **name == *host,
            Self::Subdomains(parent) => is_under(host, parent),
        }
    }

    /// Whether every host that `other` names is also named by this pattern.
    fn covers(&self, other: &HostPattern) -> bool {
        match (self, other) {
            (_, Self::Exact(host)) => self.matches(host),
            (Self::Exact(_), Self::Subdomains(_)) => false,
            (Self::Subdomains(wide), Self::Subdomains(narrow)) => {
                wide == narrow || is_under(narrow, wide)
            }
        }
    }
}

/// Whether `host` is `parent` with one or more labels in front.
fn is_under(host: &str, parent: &str) -> bool {
    host.strip_suffix(parent)
        .and_then(|head| head.strip_suffix('.'))
        .is_some_and(|labels| labels.split('.').all(|label| !label.is_empty()))
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Subdomains(parent) => write!(f, "*.{parent}"),
        }
    }
}

/// One entry of an allow-list. Shown in its shortest form, which parses to an equal entry.
#[derive(Debug, Clone)]
pub struct AllowEntry {
    /// The scheme that is permitted.
    pub scheme: Scheme,
    /// The hosts that are permitted.
    pub host: HostPattern,
    /// The port that is permitted.
    pub port: u16,
    /// The entry as it was written.
    pub text: Arc<str>,
    /// Where the entry stands, if it comes from a manifest.
    pub source: Option<Source>,
}

impl AllowEntry {
    /// Longest entry in bytes: a name of 253, with room for scheme, wildcard, port and for letters
    /// whose ASCII form is shorter.
    pub const MAX_BYTES: usize = 1024;

    /// Takes `text` as an entry.
    ///
    /// # Errors
    ///
    /// [`InvalidAllowEntry`] if the text is outside the grammar; it says what is wrong and how to
    /// mend it.
    pub fn parse(text: &str) -> Result<Self, InvalidAllowEntry> {
        let Target { scheme, host, port } = Target::parse(text)?;
        Ok(Self {
            scheme,
            host,
            port,
            text: text.into(),
            source: None,
        })
    }

    /// Whether the entry permits a request to `host`, which is in lower-case ASCII.
    #[must_use]
    pub fn permits(&self, scheme: Scheme, host: &str, port: u16) -> bool {
        self.scheme == scheme && self.port == port && self.host.matches(host)
    }

    /// Whether the entry permits all that `other` permits.
    #[must_use]
    pub fn covers(&self, other: &AllowEntry) -> bool {
        self.scheme == other.scheme && self.port == other.port && self.host.covers(&other.host)
    }
}

/// Entries are equal if they permit the same, however and wherever they are written.
impl PartialEq for AllowEntry {
    fn eq(&self, other: &Self) -> bool {
        (self.scheme, self.port, &self.host) == (other.scheme, other.port, &other.host)
    }
}

impl Eq for AllowEntry {}

impl fmt::Display for AllowEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scheme == Scheme::Http {
            f.write_str("http://")?;
        }
        fmt::Display::fmt(&self.host, f)?;
        if self.port != self.scheme.default_port() {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

impl FromStr for AllowEntry {
    type Err = InvalidAllowEntry;

    fn from_str(text: &str) -> Result<Self, InvalidAllowEntry> {
        Self::parse(text)
    }
}

/// The hosts to which requests may go. An empty list denies everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList {
    /// The entries in their order.
    pub entries: Vec<AllowEntry>,
}

impl AllowList {
    /// Takes each text as an entry. Meant for lists that do not come from a manifest, such as a
    /// native app's own policy.
    ///
    /// # Errors
    ///
    /// [`InvalidAllowEntry`] for the first text that is outside the grammar.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidAllowEntry> {
        let entries = texts
            .into_iter()
            .map(AllowEntry::parse)
            .collect::<Result<_, _>>()?;
        Ok(Self { entries })
    }

    /// Whether the list denies everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a request to `host`, which is in lower-case ASCII, may be sent. Does not allocate.
    #[must_use]
    pub fn permits(&self, scheme: Scheme, host: &str, port: u16) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.permits(scheme, host, port))
    }

    /// Whether one entry of the list permits all that `asked` permits.
    #[must_use]
    pub fn covers(&self, asked: &AllowEntry) -> bool {
        self.entries.iter().any(|entry| entry.covers(asked))
    }

    /// The entries of this list that `granted` covers: what is both asked for and granted.
    #[must_use]
    pub fn narrow(&self, granted: &AllowList) -> AllowList {
        let entries = self.entries.iter().filter(|asked| granted.covers(asked));
        AllowList {
            entries: entries.cloned().collect(),
        }
    }
}

/// The shortest entry that would permit a request, such as `api.other.com` or `http://x.com:8080`.
#[must_use]
pub fn entry_for(scheme: Scheme, host: &str, port: u16) -> String {
    let mut entry = match scheme {
        Scheme::Http => format!("http://{host}"),
        Scheme::Https => host.to_owned(),
    };
    if port != scheme.default_port() {
        entry.push_str(&format!(":{port}"));
    }
    entry
}
