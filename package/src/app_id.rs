//! Owns what identifies a mini-app and a partner. Must not know where the ids are written.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use crate::quote::quoted;

/// Identifies a mini-app, such as `miniapp_acme_rewards`.
///
/// 1 to [`AppId::MAX_BYTES`] bytes of `A-Z a-z 0-9 _ . -`, the first one a letter or a digit, so that
/// an id is safe as a part of a file name, of a URL and of a log line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(Arc<str>);

impl AppId {
    /// Longest app id in bytes.
    pub const MAX_BYTES: usize = 128;

    /// Takes `text` as an app id, exactly as it stands.
    ///
    /// # Errors
    ///
    /// [`InvalidAppId`] if the text is empty, too long, or has another character.
    pub fn parse(text: &str) -> Result<Self, InvalidAppId> {
        let problem = if text.is_empty() {
            AppIdProblem::Empty
        } else if text.len() > Self::MAX_BYTES {
            AppIdProblem::TooLong(text.len())
        } else if let Some(ch) = text.chars().find(|&ch| !is_id_char(ch)) {
            AppIdProblem::Character(ch)
        } else if !text.starts_with(|ch: char| ch.is_ascii_alphanumeric()) {
            AppIdProblem::FirstCharacter
        } else {
            return Ok(Self(text.into()));
        };
        Err(InvalidAppId {
            given: quoted(text),
            problem,
        })
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether an app id may hold `ch`.
fn is_id_char(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || matches!(ch, '_' | '.' | '-')
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for AppId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for AppId {
    type Err = InvalidAppId;

    fn from_str(text: &str) -> Result<Self, InvalidAppId> {
        Self::parse(text)
    }
}

/// A text that is not an app id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{given} is not an app id: {problem}; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, \
     the first one a letter or a digit"
)]
pub struct InvalidAppId {
    given: String,
    problem: AppIdProblem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum AppIdProblem {
    #[error("it is empty")]
    Empty,
    #[error("it has {0} bytes")]
    TooLong(usize),
    #[error("it has the character {}", quoted(.0.encode_utf8(&mut [0; 4])))]
    Character(char),
    #[error("it begins with a sign")]
    FirstCharacter,
}

/// Longest partner id in bytes.
pub const MAX_PARTNER_ID_BYTES: usize = 64;

/// Whether `text` is a partner id: 1 to [`MAX_PARTNER_ID_BYTES`] bytes of `a-z 0-9 -`, the first and
/// the last one not a hyphen.
pub(crate) fn is_partner_id(text: &str) -> bool {
    (1..=MAX_PARTNER_ID_BYTES).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_id_has_its_limit() {
        assert!(is_partner_id("acme-lifestyle"));
        assert!(is_partner_id(&"a".repeat(MAX_PARTNER_ID_BYTES)));
        for bad in ["", "-a", "a-", "A", "a_b", "ä"] {
            assert!(!is_partner_id(bad), "{bad}");
        }
        assert!(!is_partner_id(&"a".repeat(MAX_PARTNER_ID_BYTES + 1)));
    }
}
