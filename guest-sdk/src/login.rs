//! Proving to the partner's own server who the user is, under the permission `user:login`; must not know
//! what a code is made of.
//!
//! ```
//! use miniapp_guest::prelude::*;
//! use miniapp_guest::testing::Host;
//!
//! const SESSIONS: &str = "https://api.acme.com/sessions";
//!
//! #[derive(Default)]
//! struct Account;
//!
//! impl Page for Account {
//!     async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
//!         let code = login::code().await?;
//!         let session: Value = request::post(SESSIONS).json(&json!({ "code": code }))?.await?.json()?;
//!         page.set_data("points", &session["points"])
//!     }
//! }
//!
//! let host = Host::new().login("a-code").respond(SESSIONS, 200, json!({ "points": 7 }));
//! let page = host.open::<Account>("pages/account", []);
//! page.load().unwrap();
//! assert_eq!(page.data("points"), 7);
//! ```

use crate::error::Result;
use crate::host;

/// A code that the partner's server exchanges, once and within five minutes, for an id of the user: the
/// same for all mini-apps of the partner, and another one for every other partner.
///
/// The code alone says nothing. What the profile says is no proof of who somebody is; this is.
///
/// # Errors
/// Fails if the manifests or the user do not allow it, or there is no code to be had.
pub async fn code() -> Result<String> {
    host::login_code().await
}
