//! Keys and values that last, per user and mini-app, under the permission `storage:local`; must not know
//! where they are kept.
//!
//! What was set is there in the next life of the mini-app, too, until the user logs out of the native
//! app. Calls take effect in the order in which they were made, whether or not they were awaited. Calls
//! that are made at once share the work on the disk: many small values are set fastest with
//! [`join_all`](https://docs.rs/futures-util) and 50 at a time.
//!
//! ```
//! use miniapp_guest::prelude::*;
//! use miniapp_guest::testing::Host;
//!
//! async fn visit() -> Result<u32> {
//!     let visits = storage::get("visits").await?.unwrap_or(0) + 1;
//!     storage::set("visits", &visits).await?;
//!     Ok(visits)
//! }
//!
//! let host = Host::new();
//! assert_eq!(host.block_on(visit()).unwrap(), 1);
//! assert_eq!(host.block_on(visit()).unwrap(), 2);
//! assert_eq!(host.stored("visits"), 2);
//! ```

use crate::error::{Context, Result};
use crate::host;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of a key, at least one.
pub const MAX_KEY_BYTES: usize = 1 << 10;

/// Bytes of a value.
pub const MAX_VALUE_BYTES: usize = 1 << 20;

/// Number of keys.
pub const MAX_KEYS: usize = 10_000;

/// Bytes that each key counts beyond its own and its value's.
pub const KEY_BYTES: usize = 64;

/// Bytes of everything, where the native app sets no other limit; [`usage`] tells.
pub const MAX_BYTES: usize = 10 << 20;

/// What the storage holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Number of keys.
    pub keys: u32,
    /// Bytes of keys and values, and [`KEY_BYTES`] for each key.
    pub bytes: u64,
    /// Bytes that may be held at most.
    pub limit: u64,
}

/// The value of a key, if it has one, read as JSON.
///
/// # Errors
/// Fails if storage is denied or the value of another shape.
pub async fn get<T: DeserializeOwned>(key: &str) -> Result<Option<T>> {
    let bytes = get_bytes(key).await?;
    bytes
        .as_deref()
        .map(serde_json::from_slice)
        .transpose()
        .context(format_args!("the stored `{key}`"))
}

/// The bytes of a key, if it has a value.
///
/// # Errors
/// Fails if storage is denied.
pub async fn get_bytes(key: &str) -> Result<Option<Vec<u8>>> {
    host::storage_get(key.to_owned()).await
}

/// Sets the value of a key, as JSON. Returned means written.
///
/// # Errors
/// Fails if storage is denied or full.
pub async fn set(key: &str, value: &(impl Serialize + ?Sized)) -> Result<()> {
    set_bytes(key, serde_json::to_vec(value)?).await
}

/// Sets the bytes of a key. Returned means written.
///
/// # Errors
/// Fails if storage is denied or full.
pub async fn set_bytes(key: &str, value: impl Into<Vec<u8>>) -> Result<()> {
    host::storage_set(key.to_owned(), value.into()).await
}

/// Removes a key; a missing one is no error.
///
/// # Errors
/// Fails if storage is denied.
pub async fn remove(key: &str) -> Result<()> {
    host::storage_remove(key.to_owned()).await
}

/// All keys in ascending order of their bytes.
///
/// # Errors
/// Fails if storage is denied.
pub async fn keys() -> Result<Vec<String>> {
    host::storage_keys().await
}

/// Removes everything.
///
/// # Errors
/// Fails if storage is denied.
pub async fn clear() -> Result<()> {
    host::storage_clear().await
}

/// How much is held.
///
/// # Errors
/// Fails if storage is denied.
pub async fn usage() -> Result<Usage> {
    host::storage_usage().await
}
