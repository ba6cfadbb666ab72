//! Owns the address of a mini-app, after the W3C draft [MiniApp Addressing]. Must not know which
//! mini-apps there are, nor who hands out addresses.
//!
//! ```text
//! miniappuri    = uri-prefix uri-infix "/" identify path-abempty [ "?" query ] [ "#" fragment ]
//! uri-prefix    = ( custom-scheme "://" ) / ( "https://" host "/" )
//! custom-scheme = 1*unreserved
//! uri-infix     = "miniapp"
//! identify      = id [ ";version=" version ]
//! id            = 1*unreserved
//! version       = *unreserved
//! ```
//!
//! with `host`, `path-abempty`, `query`, `fragment` and `unreserved` of RFC 3986. Three things are
//! narrower here: a custom scheme is also a scheme of RFC 3986, as the draft's text demands; an id is an
//! [`AppId`], which has no `~`; and a path is one of a page. Literals are compared without regard to
//! case, as ABNF has it.
//!
//! [MiniApp Addressing]: https://www.w3.org/TR/miniapp-addressing/

use std::fmt;
use std::str::FromStr;

use url::{Position, Url};

use crate::address_error::{Fault, InvalidAddress, Kind, Problem};
use crate::app_id::AppId;
use crate::app_manifest::MAX_VERSION_BYTES;
use crate::quote::quoted;
use crate::{query, relative_path};

/// Longest address in bytes, its prefix not counted: long enough for what a QR code holds (2,953
/// bytes), short enough to be shown, stored and handed on.
pub const MAX_ADDRESS_BYTES: usize = 4_096;

/// Longest prefix of addresses in bytes: `https`, the longest host name, a port.
pub const MAX_PREFIX_BYTES: usize = 270;

const SEPARATOR: &str = "://";
const INFIX: &str = "miniapp/";
const VERSION: &str = "version=";

/// Names a mini-app, and perhaps what of it is opened:
/// `platform://miniapp/foo;version=1.0.1-trial/pages/index?k=v#bar`.
///
/// [`Display`](fmt::Display) writes it under the prefix `platform://` of the draft's examples,
/// [`Address::under`] under another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// The mini-app, as it was written. The draft's ids are compared without regard to case, see
    /// [`Address::is_of`].
    pub app: AppId,
    /// The version, 1 to [`MAX_VERSION_BYTES`] bytes of `A-Z a-z 0-9 - . _ ~`, if one is asked for. The
    /// draft recommends not to.
    pub version: Option<String>,
    /// The path of the page that is opened; the mini-app's first one if absent.
    pub page: Option<String>,
    /// The decoded pairs of the query, as in [`PageAddress`](crate::PageAddress).
    pub query: Vec<(String, String)>,
    /// The decoded part after `#`, without it.
    pub fragment: Option<String>,
}

impl Address {
    /// Reads `text`, an address under the prefix `platform://`.
    ///
    /// # Errors
    ///
    /// As for [`Address::parse_under`].
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        Self::parse_under(&AddressPrefix::default(), text)
    }

    /// Reads `text`, an address under `prefix`, which is the one that the native app has registered. An
    /// address under another one is another app's.
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] if the text has another prefix, is none after the grammar, or has more than
    /// [`MAX_ADDRESS_BYTES`] after the prefix.
    pub fn parse_under(prefix: &AddressPrefix, text: &str) -> Result<Self, InvalidAddress> {
        read(prefix, text).map_err(|fault| InvalidAddress::new(text, Kind::App, fault))
    }

    /// This address under `prefix`.
    pub fn under(&self, prefix: &AddressPrefix) -> impl fmt::Display {
        fmt::from_fn(move |f| write!(f, "{prefix}{INFIX}{}", self.rest()))
    }

    /// Whether `app` is the mini-app that is meant: the draft has ids that differ in case alone mean
    /// one mini-app.
    #[must_use]
    pub fn is_of(&self, app: &AppId) -> bool {
        self.app.as_str().eq_ignore_ascii_case(app.as_str())
    }

    /// What follows the infix.
    fn rest(&self) -> impl fmt::Display {
        fmt::from_fn(move |f| {
            write!(f, "{}", self.app)?;
            if let Some(version) = &self.version {
                write!(f, ";{VERSION}{version}")?;
            }
            if let Some(page) = &self.page {
                write!(f, "/{page}")?;
            }
            query::write(f, &self.query)?;
            match &self.fragment {
                Some(fragment) => query::write_fragment(f, fragment),
                None => Ok(()),
            }
        })
    }
}

fn read(prefix: &AddressPrefix, text: &str) -> Result<Address, Fault> {
    let bound = MAX_PREFIX_BYTES + MAX_ADDRESS_BYTES;
    if text.len() > bound {
        return Err(Fault::new(0, Problem::TooLong(text.len())));
    }
    let other = || Fault::new(0, Problem::OtherPrefix(prefix.to_string()));
    let after_prefix = prefix.strip(text).ok_or_else(other)?;
    if after_prefix.len() > MAX_ADDRESS_BYTES {
        return Err(Fault::new(0, Problem::TooLong(after_prefix.len())));
    }
    let place = |part: &str| text.len() - part.len();
    let rest = strip_prefix(after_prefix, INFIX)
        .ok_or_else(|| Fault::new(place(after_prefix), Problem::NoInfix))?;
    let at = place(rest);

    let (rest, fragment) = halves(rest, '#');
    let (rest, query) = halves(rest, '?');
    let (identify, page) = halves(rest, '/');
    let (app, parameter) = halves(identify, ';');

    let version = match parameter {
        Some(parameter) => version(parameter, at + app.len() + 1)?,
        None => None,
    };
    let app = AppId::parse(app).map_err(|error| Fault::new(at, Problem::App(error)))?;
    let page = page.filter(|page| !page.is_empty());
    if let Some(page) = page {
        let page_at = at + identify.len() + 1;
        relative_path::check(page).map_err(|fault| Fault::of_path(page_at, fault))?;
    }
    let query_at = at + rest.len() + 1;
    let fragment_at = query.map_or(query_at, |query| query_at + query.len() + 1);
    let address = Address {
        app,
        version,
        page: page.map(str::to_owned),
        query: query::read(query.unwrap_or_default(), query_at)?,
        fragment: fragment
            .map(|fragment| query::decoded(fragment, fragment_at))
            .transpose()?,
    };
    let bytes = INFIX.len() + address.rest().to_string().len();
    if bytes > MAX_ADDRESS_BYTES {
        return Err(Fault::new(0, Problem::TooLongEscaped(bytes)));
    }
    Ok(address)
}

/// The version that stands at `at`. An empty one asks for none.
fn version(parameter: &str, at: usize) -> Result<Option<String>, Fault> {
    let Some(version) = strip_prefix(parameter, VERSION) else {
        return Err(Fault::new(at, Problem::Parameter(quoted(parameter))));
    };
    let unreserved = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '-' | '.' | '_' | '~');
    if version.len() > MAX_VERSION_BYTES || !version.chars().all(unreserved) {
        let problem = Problem::Version(quoted(version));
        return Err(Fault::new(at + VERSION.len(), problem));
    }
    Ok(Some(version.to_owned()).filter(|version| !version.is_empty()))
}

/// What stands before the first `divider`, and what after it.
fn halves(text: &str, divider: char) -> (&str, Option<&str>) {
    match text.split_once(divider) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// `text` without `prefix`, which is compared without regard to case.
fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.under(&AddressPrefix::default()))
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Self::parse(text)
    }
}

/// How the addresses begin for which the operating system calls a native app: a scheme of its own
/// (`platform://`), or a host whose links it may open (`https://platform.org/`).
///
/// The draft leaves the choice to the native app. [`Default`] is `platform://`, which the draft's
/// examples have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AddressPrefix(Prefix);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Prefix {
    /// In lower case.
    Scheme(String),
    /// With the port, if it is not the default, as the URL standard writes it.
    Host(String),
}

impl AddressPrefix {
    /// Reads `text`: a custom scheme with `://`, or `https://` with a host, perhaps a port, and `/`.
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] if it is neither, or has more than [`MAX_PREFIX_BYTES`].
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        read_prefix(text).map_err(|fault| InvalidAddress::new(text, Kind::Prefix, fault))
    }

    /// `text` without this prefix.
    fn strip<'t>(&self, text: &'t str) -> Option<&'t str> {
        match &self.0 {
            Prefix::Scheme(scheme) => strip_prefix(strip_prefix(text, scheme)?, SEPARATOR),
            Prefix::Host(host) => {
                let (written, rest) = strip_prefix(text, "https://")?.split_once('/')?;
                (normal(written)? == *host).then_some(rest)
            }
        }
    }
}

fn read_prefix(text: &str) -> Result<AddressPrefix, Fault> {
    if text.len() > MAX_PREFIX_BYTES {
        return Err(Fault::new(0, Problem::TooLongPrefix(text.len())));
    }
    let Some((scheme, rest)) = text.split_once(SEPARATOR) else {
        return Err(Fault::new(0, Problem::NoScheme));
    };
    let rest_at = text.len() - rest.len();
    if scheme.eq_ignore_ascii_case("https") {
        let host = rest.strip_suffix('/').and_then(normal);
        let host = host.ok_or_else(|| Fault::new(rest_at, Problem::NoHost))?;
        return Ok(AddressPrefix(Prefix::Host(host)));
    }
    let of_scheme = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '-' | '.');
    let own = scheme.starts_with(|ch: char| ch.is_ascii_alphabetic())
        && scheme.chars().all(of_scheme)
        && !scheme.eq_ignore_ascii_case("http");
    if !own {
        return Err(Fault::new(0, Problem::Scheme(quoted(scheme))));
    }
    if !rest.is_empty() {
        return Err(Fault::new(rest_at, Problem::MoreThanScheme));
    }
    Ok(AddressPrefix(Prefix::Scheme(scheme.to_ascii_lowercase())))
}

/// A host and perhaps a port, as the URL standard writes them; `None` if it is not that alone.
fn normal(authority: &str) -> Option<String> {
    // The URL parser would pass over a tabulator, take `\` for `/`, and cut off what follows `?` or `#`.
    let delimits = |ch: char| matches!(ch, '/' | '\\' | '?' | '#' | '@');
    if authority.contains(|ch: char| ch.is_control() || ch.is_whitespace() || delimits(ch)) {
        return None;
    }
    let url = Url::parse(&format!("https://{authority}/")).ok()?;
    Some(url[Position::BeforeHost..Position::AfterPort].to_owned())
}

impl Default for AddressPrefix {
    fn default() -> Self {
        Self(Prefix::Scheme("platform".to_owned()))
    }
}

impl fmt::Display for AddressPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Prefix::Scheme(scheme) => write!(f, "{scheme}{SEPARATOR}"),
            Prefix::Host(host) => write!(f, "https{SEPARATOR}{host}/"),
        }
    }
}

impl FromStr for AddressPrefix {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Self::parse(text)
    }
}
