//! What the native app adds, each under a permission of its own (`ext:…`); must not know what that is.

use crate::error::{Context, Result};
use crate::host;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Calls an extension by name, such as `loyalty.points`.
///
/// # Errors
/// Fails if the extension is denied, is not there, fails itself, or answers in another shape.
pub async fn invoke<Q: Serialize + ?Sized, A: DeserializeOwned>(
    name: &str,
    question: &Q,
) -> Result<A> {
    let answer = host::invoke(name.to_owned(), serde_json::to_string(question)?).await?;
    serde_json::from_str(&answer).context(format_args!("the answer of {name}"))
}
