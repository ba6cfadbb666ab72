//! Owns the query of an address: reading it as `application/x-www-form-urlencoded`, and writing it.
//! Must not know what is addressed.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::address_error::{Fault, Problem};

/// Most pairs of a query: more than a page can need, few enough to be listed for people.
pub const MAX_QUERY_PAIRS: usize = 64;

/// What is escaped in a fragment: all that RFC 3986 does not let stand there.
const FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'?');

/// What is escaped in a value: also what has a meaning in a query.
const VALUE: &AsciiSet = &FRAGMENT.add(b'&').add(b'+');

/// What is escaped in a name: also what ends it.
const NAME: &AsciiSet = &VALUE.add(b'=');

/// The pairs of the query that stands at `at` in an address.
pub(crate) fn read(query: &str, at: usize) -> Result<Vec<(String, String)>, Fault> {
    let mut pairs = Vec::new();
    let mut place = at;
    for pair in query.split('&') {
        if !pair.is_empty() {
            if pairs.len() == MAX_QUERY_PAIRS {
                return Err(Fault::new(place, Problem::TooManyPairs));
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let spaced = |text: &str, at| decoded(&text.replace('+', " "), at);
            pairs.push((spaced(name, place)?, spaced(value, place + name.len() + 1)?));
        }
        place += pair.len() + 1;
    }
    Ok(pairs)
}

/// The text that stands percent-encoded at `at` in an address.
pub(crate) fn decoded(text: &str, at: usize) -> Result<String, Fault> {
    if let Some((place, ch)) = text.char_indices().find(|(_, ch)| ch.is_control()) {
        return Err(Fault::new(at + place, Problem::Control(ch)));
    }
    for (place, _) in text.match_indices('%') {
        let digits = text.as_bytes().get(place + 1..place + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(Fault::new(at + place, Problem::Percent));
        }
    }
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(Cow::into_owned(text)),
        Err(_) => Err(Fault::new(at, Problem::NotUtf8)),
    }
}

/// Writes `?` and the pairs, if there are any.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, pairs: &[(String, String)]) -> fmt::Result {
    for (place, (name, value)) in pairs.iter().enumerate() {
        f.write_char(if place == 0 { '?' } else { '&' })?;
        let name = utf8_percent_encode(name, NAME);
        write!(f, "{name}={}", utf8_percent_encode(value, VALUE))?;
    }
    Ok(())
}

/// Writes `#` and the fragment.
pub(crate) fn write_fragment(f: &mut fmt::Formatter<'_>, fragment: &str) -> fmt::Result {
    write!(f, "#{}", utf8_percent_encode(fragment, FRAGMENT))
}
