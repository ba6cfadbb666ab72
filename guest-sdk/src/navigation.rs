//! The stack of pages; must not know what the pages are.
//!
//! An address is a page's path with an optional query, see [`address`]. What returns was accepted; the
//! pages' own calls follow.
//!
//! ```
//! # use miniapp_guest::{navigation::Navigation, prelude::*, testing::Host};
//! # #[derive(Default)] struct Offers;
//! impl Page for Offers {
//!     async fn on_event(&self, _page: PageHandle, event: Event) -> Result<()> {
//!         match event.handler() {
//!             "onOffer" => navigation::open(navigation::address("pages/offer", [("id", "7")])).await,
//!             _ => navigation::switch_tab("pages/me").await,
//!         }
//!     }
//! }
//! # let host = Host::new();
//! # host.open::<Offers>("pages/index", []).event("onOffer", json!({})).unwrap();
//! # assert_eq!(host.navigations(), [Navigation::Open("pages/offer?id=7".into())]);
//! ```

use crate::error::Result;
use crate::{host, query};

/// An address of a page with a query, escaped.
///
/// ```
/// # use miniapp_guest::navigation;
/// assert_eq!(navigation::address("pages/offer", [("q", "a & b")]), "pages/offer?q=a%20%26%20b");
/// ```
pub fn address<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = path.to_owned();
    for (name, value) in pairs {
        query::append(&mut address, name, value);
    }
    address
}

/// Opens a page on top.
///
/// # Errors
/// Fails if there is no such page or no room for it.
pub async fn open(address: impl Into<String>) -> Result<()> {
    host::navigate(Navigation::Open(address.into())).await
}

/// Replaces the page on top.
///
/// # Errors
/// Fails if there is no such page.
pub async fn redirect(address: impl Into<String>) -> Result<()> {
    host::navigate(Navigation::Redirect(address.into())).await
}

/// Closes so many pages, at least one; the lowest one stays.
///
/// # Errors
/// Fails if there is nothing to close.
pub async fn back(pages: u32) -> Result<()> {
    host::navigate(Navigation::Back(pages)).await
}

/// Closes all pages and opens one of the tab bar.
///
/// # Errors
/// Fails if there is no such page in the tab bar.
pub async fn switch_tab(address: impl Into<String>) -> Result<()> {
    host::navigate(Navigation::SwitchTab(address.into())).await
}

/// Closes all pages and opens one.
///
/// # Errors
/// Fails if there is no such page.
pub async fn reload(address: impl Into<String>) -> Result<()> {
    host::navigate(Navigation::Reload(address.into())).await
}

/// A change of the stack of pages, as tests see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Navigation {
    /// Opens a page on top.
    Open(String),
    /// Replaces the page on top.
    Redirect(String),
    /// Closes so many pages.
    Back(u32),
    /// Closes all pages and opens one of the tab bar.
    SwitchTab(String),
    /// Closes all pages and opens one.
    Reload(String),
}
