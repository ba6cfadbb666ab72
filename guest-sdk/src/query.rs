//! The decoded pairs of an address, and how pairs are encoded into one; must not know whose address.

use crate::error::{Context, Result};
use std::fmt::Write as _;
use std::str::FromStr;

/// How a page or the app was addressed: names and values in their order, names possibly repeated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| value)
    }

    /// All values of a name.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(own, _)| *own == name)
            .map(|(_, value)| value)
    }

    /// The first value of a name, parsed.
    ///
    /// # Errors
    /// Fails if there is none or if it does not parse; the message names it.
    pub fn parse<T: FromStr<Err: std::error::Error>>(&self, name: &str) -> Result<T> {
        let value = self
            .get(name)
            .context(format_args!("the query has no `{name}`"))?;
        value.parse().context(format_args!("`{name}` of the query"))
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl From<Vec<(String, String)>> for Query {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Query {
    fn from(pairs: [(&str, &str); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Query {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// Appends a pair to an address, with everything escaped that has a meaning there.
pub(crate) fn append(address: &mut String, name: &str, value: &str) {
    address.push(if address.contains('?') { '&' } else { '?' });
    encode(address, name);
    address.push('=');
    encode(address, value);
}

fn encode(address: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            address.push(byte.into());
        } else {
            // Formatting into a String does not fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_keep_their_order() {
        let query = Query::from([("tag", "a"), ("id", "7"), ("tag", "b")]);
        assert_eq!(query.get("tag"), Some("a"));
        assert_eq!(query.get_all("tag").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(query.parse::<u32>("id"), Ok(7));
    }

    #[test]
    fn a_value_that_does_not_parse_is_named() {
        let query = Query::from([("id", "seven")]);
        let message = query.parse::<u32>("id").unwrap_err().to_string();
        assert_eq!(message, "`id` of the query: invalid digit found in string");
        assert_eq!(
            query.parse::<u32>("page").unwrap_err().to_string(),
            "the query has no `page`"
        );
    }

    #[test]
    fn what_has_a_meaning_in_an_address_is_escaped() {
        let mut address = String::from("pages/offer");
        append(&mut address, "q", "a&b=ü +");
        append(&mut address, "id", "7");
        assert_eq!(address, "pages/offer?q=a%26b%3D%C3%BC%20%2B&id=7");
    }
}
