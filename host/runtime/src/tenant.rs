//! For whom a mini-app runs: one app, for one user. Two tenants share nothing.
//!
//! Knows nothing of what is kept for a tenant, nor where.

use std::fmt;
use std::sync::Arc;

use miniapp_package::{AppId, Digest};

/// A user of the native app, under whatever name the native app has for them.
///
/// Not shown to mini-apps. 1 to [`UserId::MAX_BYTES`] bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(Arc<str>);

/// A text is no user id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a user id has 1 to {} bytes, came {bytes}; use the id that the app's own accounts have",
    UserId::MAX_BYTES
)]
pub struct InvalidUserId {
    /// The text's bytes.
    pub bytes: usize,
}

impl UserId {
    /// Longest user id in bytes.
    pub const MAX_BYTES: usize = 256;

    /// Takes `text` as a user id, exactly as it stands.
    ///
    /// # Errors
    ///
    /// [`InvalidUserId`] if the text is empty or too long.
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidUserId> {
        let text = text.as_ref();
        if text.is_empty() || text.len() > Self::MAX_BYTES {
            return Err(InvalidUserId { bytes: text.len() });
        }
        Ok(Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name for files: a user id may hold anything, and names on a disk may not tell
    /// large letters from small ones.
    pub(crate) fn digest(&self) -> String {
        let digest = Digest::of(self.0.as_bytes());
        let bytes = digest.as_bytes().iter().take(16);
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }
}

/// An id may be an address or a telephone number, and does not belong into logs.
impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserId(…)")
    }
}

/// For whom a mini-app runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Tenant {
    /// The mini-app.
    pub app: AppId,
    /// The user that [`crate::LaunchOptions::user`] names; the device's only one
    /// if absent.
    pub user: Option<UserId>,
}

impl Tenant {
    /// A mini-app, for a user; `None` is the device's only one.
    pub fn new(app: AppId, user: Option<UserId>) -> Self {
        Self { app, user }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_at_the_limit_and_one_past() {
        let id = |bytes: usize| UserId::new("u".repeat(bytes));
        assert_eq!(id(0), Err(InvalidUserId { bytes: 0 }));
        assert!(id(UserId::MAX_BYTES).is_ok());
        assert_eq!(id(257), Err(InvalidUserId { bytes: 257 }));
    }

    #[test]
    fn a_user_id_is_not_printed() {
        assert_eq!(
            format!("{:?}", UserId::new("mia@example.com")),
            "Ok(UserId(…))"
        );
    }
}
