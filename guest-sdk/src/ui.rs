//! What the native app draws over a page: toasts, waits, titles; must not know how they look.
//!
//! Where the native app draws none of it, the calls succeed and nothing is seen. Of more than 20 in a
//! second, the rest is not shown, nor are toasts and waits while the mini-app is in the background, then or
//! later; they are counted in the log. What is to be hidden always is.
//!
//! ```
//! use miniapp_guest::prelude::*;
//! use miniapp_guest::testing::Host;
//!
//! #[derive(Default)]
//! struct Cart;
//!
//! impl Page for Cart {
//!     async fn on_event(&self, page: PageHandle, _event: Event) -> Result<()> {
//!         ui::show_loading("Ordering")?;
//!         let ordered = request::get("https://api.example.com/order").await;
//!         ui::hide_loading();
//!         ordered?;
//!         ui::set_title(page, "Thank you")?;
//!         ui::show_toast_with("Ordered", ui::Icon::Success, 2_000)
//!     }
//! }
//!
//! let host = Host::new().respond("https://api.example.com/order", 200, json!({}));
//! let page = host.open::<Cart>("pages/cart", []);
//! page.event("onOrder", json!({})).unwrap();
//! assert_eq!(host.toasts(), ["Ordered"]);
//! assert_eq!(host.title(page.handle()).as_deref(), Some("Thank you"));
//! assert_eq!(host.loading(), None);
//! ```

use crate::error::Result;
use crate::host;
use crate::page::PageHandle;

/// The picture in a toast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Icon {
    /// None.
    #[default]
    None,
    /// Something has worked.
    Success,
    /// Something has not.
    Error,
    /// Something is under way.
    Loading,
}

/// Shows a short message for a moment, in place of one that is shown. At most 256 bytes.
///
/// # Errors
/// Fails if the text is too large.
pub fn show_toast(text: &str) -> Result<()> {
    show_toast_with(text, Icon::None, 0)
}

/// The same with a picture, for so many milliseconds: at most 10,000, and 1,500 for nought.
///
/// # Errors
/// Fails if the text is too large.
pub fn show_toast_with(text: &str, icon: Icon, milliseconds: u32) -> Result<()> {
    host::show_toast(text, icon, milliseconds)
}

/// Takes the toast away.
pub fn hide_toast() {
    host::hide_toast();
}

/// Shows that the user has to wait, until [`hide_loading`]. At most 256 bytes.
///
/// # Errors
/// Fails if the text is too large.
pub fn show_loading(text: &str) -> Result<()> {
    host::show_loading(text)
}

/// Takes it away.
pub fn hide_loading() {
    host::hide_loading();
}

/// Sets the title of a page, of at most 256 bytes.
///
/// # Errors
/// Fails if the title is too large or the page not open.
pub fn set_title(page: PageHandle, title: &str) -> Result<()> {
    host::set_title(page.id(), title)
}
