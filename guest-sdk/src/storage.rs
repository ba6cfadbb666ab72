//! Keys and values that last, per user and mini-app, under the permission `storage:local`; must not know
//! where they are kept.

use crate::error::{Context, Result};
use crate::host;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the storage holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Number of keys.
    pub keys: u32,
    /// Bytes of keys and values.
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
