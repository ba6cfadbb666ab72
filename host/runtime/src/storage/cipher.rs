//! What makes rows of a tenant's storage unreadable to whoever has its file. Knows neither
//! files nor the database.
//!
//! Two keys are derived from the embedder's with HKDF-SHA-256, for each tenant anew: one
//! seals names and values with AES-256-GCM, each time with a random nonce, and one tells
//! with HMAC-SHA-256 in which row a key lies. What is sealed is bound to its row and its
//! part there: moved elsewhere, it does not open. Random nonces are safe for 2^32 writes of
//! one tenant; at the price of a write that is weeks without a pause.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use aws_lc_rs::{error::Unspecified, hmac};

use super::StorageKey;
use crate::tenant::Tenant;

/// Bytes of a row's name in the file.
pub(super) const ROW_BYTES: usize = 16;

/// Where a key lies, without telling which one it is.
pub(super) type Row = [u8; ROW_BYTES];

/// What a sealed text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Header,
    Name,
    Value,
}

/// What was sealed does not open, or nothing can be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotOpened;

impl From<Unspecified> for NotOpened {
    fn from(_: Unspecified) -> Self {
        Self
    }
}

/// The embedder's key, ready to derive others from.
pub(super) fn extract(key: &StorageKey) -> Prk {
    Salt::new(HKDF_SHA256, b"miniapp storage 1").extract(&key.0)
}

/// The keys of one tenant.
pub(super) struct Cipher {
    sealing: RandomizedNonceKey,
    rows: hmac::Key,
}

impl Cipher {
    pub(super) fn new(secret: &Prk, tenant: &Tenant) -> Result<Self, NotOpened> {
        Ok(Self {
            sealing: RandomizedNonceKey::new(&AES_256_GCM, &derive(secret, b"seal", tenant)?)?,
            rows: hmac::Key::new(hmac::HMAC_SHA256, &derive(secret, b"rows", tenant)?),
        })
    }

    /// The row of a key.
    pub(super) fn row(&self, name: &str) -> Row {
        let tag = hmac::sign(&self.rows, name.as_bytes());
        let mut row = Row::default();
        for (to, from) in row.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        row
    }

    /// Seals a text: its nonce, what cannot be read, and a tag.
    pub(super) fn seal(&self, part: Part, row: &Row, text: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let mut sealed = vec![0; NONCE_LEN];
        let mut rest = Vec::with_capacity(text.len() + AES_256_GCM.tag_len());
        rest.extend_from_slice(text);
        let nonce = self
            .sealing
            .seal_in_place_append_tag(bound_to(part, row), &mut rest)?;
        sealed.copy_from_slice(nonce.as_ref());
        sealed.append(&mut rest);
        Ok(sealed)
    }

    /// Opens what was sealed for this part of this row.
    pub(super) fn open(&self, part: Part, row: &Row, sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(NotOpened)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce)?;
        let mut rest = rest.to_vec();
        let text = self
            .sealing
            .open_in_place(nonce, bound_to(part, row), &mut rest)?;
        let bytes = text.len();
        rest.truncate(bytes);
        Ok(rest)
    }
}

fn bound_to(part: Part, row: &Row) -> Aad<[u8; ROW_BYTES + 1]> {
    let mut bound = [0; ROW_BYTES + 1];
    let part = match part {
        Part::Header => 0,
        Part::Name => 1,
        Part::Value => 2,
    };
    for (to, from) in bound.iter_mut().zip([part].iter().chain(row)) {
        *to = *from;
    }
    Aad::from(bound)
}

/// Derives a key. Whatever tells tenants apart has its length before it, so that no two
/// of them come to the same text.
fn derive(secret: &Prk, label: &[u8; 4], tenant: &Tenant) -> Result<[u8; 32], NotOpened> {
    let app = tenant.app.as_str().as_bytes();
    let user = tenant.user.as_ref().map(|user| user.as_str().as_bytes());
    let bytes = u32::try_from(app.len()).map_err(|_| NotOpened)?;
    let mut key = [0; 32];
    secret
        .expand(
            &[
                label,
                &bytes.to_be_bytes(),
                app,
                &[u8::from(user.is_some())],
                user.unwrap_or_default(),
            ],
            HKDF_SHA256,
        )?
        .fill(&mut key)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher(app: &str, user: Option<&str>) -> Cipher {
        let tenant = Tenant {
            app: app.parse().unwrap(),
            user: user.map(|user| crate::UserId::new(user).unwrap()),
        };
        Cipher::new(&extract(&StorageKey([7; 32])), &tenant).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_where_it_belongs_and_nowhere_else() {
        let cipher = cipher("rewards", None);
        let (row, other) = (cipher.row("a"), cipher.row("b"));
        let sealed = cipher.seal(Part::Value, &row, b"secret").unwrap();
        assert_eq!(cipher.open(Part::Value, &row, &sealed).unwrap(), b"secret");
        assert_eq!(cipher.open(Part::Value, &other, &sealed), Err(NotOpened));
        assert_eq!(cipher.open(Part::Name, &row, &sealed), Err(NotOpened));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(cipher.open(Part::Value, &row, &changed), Err(NotOpened));
            let cut = cipher.open(Part::Value, &row, &sealed[..at]);
            assert_eq!(cut, Err(NotOpened));
        }
    }

    #[test]
    fn nothing_is_sealed_alike_twice() {
        let cipher = cipher("rewards", None);
        let row = cipher.row("a");
        let seal = || cipher.seal(Part::Value, &row, b"same").unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn tenants_have_keys_of_their_own() {
        let ciphers = [
            cipher("rewards", None),
            cipher("reward", None),
            cipher("rewards", Some("mia")),
            cipher("reward", Some("smia")),
        ];
        let sealed = ciphers[0].seal(Part::Value, &Row::default(), b"x").unwrap();
        for other in &ciphers[1..] {
            let opened = other.open(Part::Value, &Row::default(), &sealed);
            assert_eq!(opened, Err(NotOpened));
        }
        let mut rows: Vec<Row> = ciphers.iter().map(|cipher| cipher.row("a")).collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), ciphers.len());
    }
}
