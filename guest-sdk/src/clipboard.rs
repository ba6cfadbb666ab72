//! The clipboard, under the permission `device:clipboard`; must not know what lies in it.
//!
//! It is for the mini-app that the user looks at: in the background both calls fail with the code
//! `unavailable`.
//!
//! ```
//! use miniapp_guest::prelude::*;
//! use miniapp_guest::testing::Host;
//!
//! let host = Host::new().clipboard("CODE-7");
//! assert_eq!(host.block_on(clipboard::read()).unwrap().as_deref(), Some("CODE-7"));
//! host.block_on(clipboard::write("CODE-8")).unwrap();
//! assert_eq!(host.copied().as_deref(), Some("CODE-8"));
//! ```

use crate::error::Result;
use crate::host;

/// The text in the clipboard, if there is one. The user is asked.
///
/// # Errors
/// Fails if the manifests or the user do not allow it, the text has more than 1 MiB, or the mini-app is in
/// the background.
pub async fn read() -> Result<Option<String>> {
    host::read_clipboard().await
}

/// Puts a text of at most 1 MiB into the clipboard. The user is not asked.
///
/// # Errors
/// Fails if the manifests do not allow it, the text is too large, or the mini-app is in the background.
pub async fn write(text: impl Into<String>) -> Result<()> {
    host::write_clipboard(text.into()).await
}
