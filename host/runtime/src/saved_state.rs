//! What a mini-app wants to find again when it begins anew. Knows neither who keeps
//! it nor for how long.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::contract::{GuestError, code};

/// What outlives a mini-app that was ended to make room: the state that it saved
/// itself, and the page that was on top. A native app may write it down with serde, to keep
/// it beyond its own end; what is read back is checked as what a mini-app saves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct SavedState {
    pub(crate) page: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) state: String,
}

impl SavedState {
    /// Bytes of a state: what a page of a form or a game in progress takes, and little
    /// enough to be kept in memory for a few mini-apps.
    pub const MAX_BYTES: usize = 256 << 10;

    /// The path of the page that was on top.
    pub fn page(&self) -> &str {
        &self.page
    }

    /// The query of that page, in its order.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The state, a JSON text.
    pub fn json(&self) -> &str {
        &self.state
    }

    /// What the guest has handed over, if it may be kept.
    pub(crate) fn check(state: String) -> Result<String, GuestError> {
        let (bytes, limit) = (state.len(), Self::MAX_BYTES);
        if bytes > limit {
            let message = format!("the state has {bytes} bytes, {limit} are allowed; keep less");
            return Err(GuestError::new(code::TOO_LARGE, message));
        }
        match serde_json::from_str::<IgnoredAny>(&state) {
            Ok(_) => Ok(state),
            Err(error) => {
                let message = format!("the state is no JSON text: {error}");
                Err(GuestError::new(code::INVALID_ARGUMENT, message))
            }
        }
    }
}

/// A saved state as it was written down, by whomever.
#[derive(Deserialize)]
struct Written {
    page: String,
    query: Vec<(String, String)>,
    state: String,
}

impl TryFrom<Written> for SavedState {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { page, query, state } = written;
        let state = Self::check(state).map_err(|error| error.message)?;
        Ok(Self { page, query, state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_down_is_read_back_and_checked() {
        let saved = SavedState {
            page: "pages/a".to_owned(),
            query: vec![("k".to_owned(), "v".to_owned())],
            state: "[1]".to_owned(),
        };
        let written = serde_json::to_string(&saved).unwrap();
        assert_eq!(serde_json::from_str::<SavedState>(&written).unwrap(), saved);
        let broken = written.replace("[1]", "[1");
        let error = serde_json::from_str::<SavedState>(&broken).unwrap_err();
        assert!(
            error.to_string().starts_with("the state is no JSON text"),
            "{error}"
        );
    }

    #[test]
    fn a_state_at_the_limit_and_one_past_and_none() {
        let text = |bytes: usize| format!("\"{}\"", "a".repeat(bytes - 2));
        assert!(SavedState::check(text(SavedState::MAX_BYTES)).is_ok());
        let error = SavedState::check(text(SavedState::MAX_BYTES + 1)).unwrap_err();
        assert_eq!(error.code, code::TOO_LARGE);
        for broken in ["", "{", "1 2", "\u{0}"] {
            let error = SavedState::check(broken.to_owned()).unwrap_err();
            assert_eq!(error.code, code::INVALID_ARGUMENT, "{broken}");
        }
    }
}
