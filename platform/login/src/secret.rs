//! Secrets: the platform's own, and those that partners' servers prove themselves with.
//! None of them is ever printed.

use std::fmt;

use aws_lc_rs::{constant_time, digest, hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The secret under which users' ids are made. It is never changed: with another one, every
/// user is a stranger to every partner.
#[derive(Clone)]
pub struct PlatformSecret(hmac::Key);

/// A platform's secret is too short.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a platform's secret has {} bytes or more, came {bytes}; make one with `openssl rand 32`",
    PlatformSecret::MIN_BYTES
)]
pub struct ShortSecret {
    /// Its bytes.
    pub bytes: usize,
}

impl PlatformSecret {
    /// Fewest bytes: as many as the digest has.
    pub const MIN_BYTES: usize = 32;

    /// Takes random bytes as the secret.
    ///
    /// # Errors
    ///
    /// [`ShortSecret`] below [`Self::MIN_BYTES`].
    pub fn new(bytes: &[u8]) -> Result<Self, ShortSecret> {
        if bytes.len() < Self::MIN_BYTES {
            return Err(ShortSecret { bytes: bytes.len() });
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    pub(crate) fn key(&self) -> &hmac::Key {
        &self.0
    }
}

impl fmt::Debug for PlatformSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlatformSecret(…)")
    }
}

/// The secret of one app, for its partner's server: shown once, when it is made.
#[derive(Clone)]
pub struct AppSecret(String);

impl AppSecret {
    /// Makes one of 256 random bits, as 43 characters; nothing if the system has no random
    /// bytes.
    #[must_use]
    pub fn generate() -> Option<Self> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).ok()?;
        Some(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the platform keeps of it.
    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of(&self.0)
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(…)")
    }
}

/// The SHA-256 of an app's secret. A slow hash is for what people make up; what is random
/// cannot be guessed from its digest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// Takes the digest as it was kept.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest, to be kept.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    fn of(secret: &str) -> Self {
        Self(sha256(secret))
    }

    /// Whether this is the secret; takes the same time whatever is wrong with it.
    pub(crate) fn fits(&self, secret: &str) -> bool {
        let other = sha256(secret);
        constant_time::verify_slices_are_equal(&self.0, &other).is_ok()
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

/// The SHA-256 of a text.
pub(crate) fn sha256(text: &str) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let mut bytes = [0; 32];
    // Both have 32 bytes; `zip` needs no proof of that.
    for (to, from) in bytes.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    bytes
}
