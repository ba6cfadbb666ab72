//! Headers that the embedder adds for a destination. Knows secrets, and hands
//! them to nothing but a request that goes there.

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use miniapp_package::{AllowEntry, InvalidAllowEntry, Scheme};

use super::policy::is_of_host;

/// The headers to add, by destination.
#[derive(Default)]
pub(super) struct Injected(Vec<(AllowEntry, HeaderName, HeaderValue)>);

/// A header that cannot be added.
#[derive(Debug)]
pub(super) enum InjectError {
    Destination(InvalidAllowEntry),
    Header {
        entry: String,
        name: String,
        reason: &'static str,
    },
}

impl Injected {
    /// Reads entries, names and values.
    pub(super) fn parse(texts: &[(String, String, String)]) -> Result<Self, InjectError> {
        let parsed = texts.iter().map(|(entry, name, value)| {
            let bad = |reason| InjectError::Header {
                entry: entry.clone(),
                name: name.clone(),
                reason,
            };
            let destination = AllowEntry::parse(entry).map_err(InjectError::Destination)?;
            let header = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| bad("its name holds a character that is not allowed"))?;
            if is_of_host(&header) {
                return Err(bad("it belongs to the connection"));
            }
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| bad("its value holds a character that is not allowed"))?;
            value.set_sensitive(true);
            Ok((destination, header, value))
        });
        Ok(Self(parsed.collect::<Result<_, _>>()?))
    }

    /// Adds what belongs to a destination, in place of what is there.
    pub(super) fn apply(&self, headers: &mut HeaderMap, scheme: Scheme, host: &str, port: u16) {
        for (entry, name, value) in &self.0 {
            if entry.permits(scheme, host, port) {
                headers.insert(name.clone(), value.clone());
            }
        }
    }
}
