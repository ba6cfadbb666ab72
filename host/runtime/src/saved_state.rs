//! What a mini-app wants to find again when it begins anew. Knows neither who keeps
//! it nor for how long.

use serde::de::IgnoredAny;

use crate::contract::{GuestError, code};

/// What outlives a mini-app that was ended to make room: the state that it saved
/// itself, and the page that was on top.
#[derive(Debug, Clone, PartialEq, Eq)]
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

#[cfg(test)]
mod tests {
    use super::*;

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
