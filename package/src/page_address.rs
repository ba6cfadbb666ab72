//! Owns the address of a page within its mini-app. Must not know which pages there are.

use std::fmt;
use std::str::FromStr;

use crate::address::MAX_ADDRESS_BYTES;
use crate::address_error::{Fault, InvalidAddress, Kind, Problem};
use crate::{query, relative_path};

/// Where a page is within its mini-app, and what it is told: `pages/offer?id=7`.
///
/// The query is read as `application/x-www-form-urlencoded`, as the URL standard's `URLSearchParams`
/// reads it: `&` divides pairs, empty ones are passed over, the first `=` divides name and value, and
/// `+` is a space (`%2B` is a plus). Other than there, nothing is guessed: a `%` without two digits and
/// escaped bytes that are not UTF-8 are errors. Characters that a URI would have to escape may stand
/// as they are, other than control characters; escaped, those may be there too.
///
/// [`Display`](fmt::Display) writes a URI reference (RFC 3986), a space as `%20`, which every reader
/// understands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageAddress {
    /// The page's path, as in the app manifest: without a `/` at the beginning.
    pub path: String,
    /// The decoded pairs of the query in their order, at most
    /// [`MAX_QUERY_PAIRS`](crate::MAX_QUERY_PAIRS); names possibly repeated.
    pub query: Vec<(String, String)>,
}

impl PageAddress {
    /// Reads `text`, at most [`MAX_ADDRESS_BYTES`] as it stands and as it is written out; one `/` at
    /// the beginning is passed over.
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] if the text is too long, its path is none of a page, its query is faulty or
    /// has too many pairs, or it has a fragment.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        read(text).map_err(|fault| InvalidAddress::new(text, Kind::Page, fault))
    }
}

fn read(text: &str) -> Result<PageAddress, Fault> {
    if text.len() > MAX_ADDRESS_BYTES {
        return Err(Fault::new(0, Problem::TooLong(text.len())));
    }
    if let Some(at) = text.find('#') {
        return Err(Fault::new(at, Problem::Fragment));
    }
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let query_at = path.len() + 1;
    let (path, path_at) = path.strip_prefix('/').map_or((path, 0), |path| (path, 1));
    relative_path::check(path).map_err(|fault| Fault::of_path(path_at, fault))?;
    let address = PageAddress {
        path: path.to_owned(),
        query: query::read(query, query_at)?,
    };
    match address.to_string().len() {
        bytes if bytes > MAX_ADDRESS_BYTES => Err(Fault::new(0, Problem::TooLongEscaped(bytes))),
        _ => Ok(address),
    }
}

impl fmt::Display for PageAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        query::write(f, &self.query)
    }
}

impl FromStr for PageAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Self::parse(text)
    }
}
