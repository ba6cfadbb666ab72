//! What the native app adds, each under a permission of its own (`ext:…`); must not know what that is.
//!
//! By name and in JSON here. A native app may also add interfaces in WIT, which a mini-app imports with
//! bindings of its own: `wit_bindgen::generate!` with the native app's WIT beside the contract's. They are
//! there in the component alone, and not for a [host in memory](crate::testing): keep what calls them small,
//! and under `#[cfg(target_family = "wasm")]`.
//!
//! ```ignore
//! use acme::loyalty::points;
//!
//! wit_bindgen::generate!({
//!     // The contract, and what the native app adds to it.
//!     path: ["../../../wit", "wit"],
//!     world: "acme:loyalty/guest",
//!     generate_all,
//! });
//!
//! /// With `?` alone, the error would have the code `app`, and no permission.
//! fn own(error: miniapp::host::types::Error) -> Error {
//!     Error::from_contract(error.code, error.message, error.permission, error.line)
//! }
//!
//! /// What a member has; [`Error::is_denied`] tells whether it is the manifests that do not allow it.
//! async fn balance(member: String) -> Result<points::Account> {
//!     points::balance(member).await.map_err(own)
//! }
//! ```

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
