//! What the native app adds, each under a permission of its own (`ext:…`); must not know what that is.
//!
//! By name and in JSON here. A native app may also add interfaces in WIT, which a mini-app imports with
//! bindings of its own: `wit_bindgen::generate!` with the native app's WIT beside the contract's.

use crate::error::{Context, Result};
use crate::host;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Calls an extension by name, such as `loyalty.points`, which needs the permission `ext:loyalty.points`;
/// or something of the device, such as `device:lamp`, under the permission of that name. Question and
/// answer are at most 1 MiB of JSON.
///
/// ```
/// use miniapp_guest::prelude::*;
/// use miniapp_guest::testing::Host;
///
/// let host = Host::new().extension("loyalty.points", |question| Ok(json!({ "of": question, "points": 120 })));
/// let answer: Value = host.block_on(extension::invoke("loyalty.points", "mia")).unwrap();
/// assert_eq!(answer, json!({ "of": "mia", "points": 120 }));
/// ```
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
