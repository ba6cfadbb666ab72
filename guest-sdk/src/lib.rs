//! What mini-apps are written with in Rust: the contract's types, capabilities and exports in the shape an
//! author expects; must not know which host runs them.
//!
//! ```
//! use miniapp_guest::prelude::*;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Offer {
//!     title: String,
//! }
//!
//! #[derive(Default)]
//! struct Index;
//!
//! impl Page for Index {
//!     async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
//!         let url = "https://api.your-platform.com/campaigns/summer";
//!         let offers: Vec<Offer> = request::get(url).await?.json()?;
//!         page.set_data("offers", &offers)
//!     }
//!
//!     async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
//!         let typed: Value = event.detail()?;
//!         page.update().set("last", event.handler())?.set("search", &typed["value"])?.apply()
//!     }
//! }
//!
//! mini_app! {
//!     pages: { "pages/index" => Index }
//! }
//!
//! // In a test, with a host in memory:
//! # fn main() -> Result<()> {
//! use miniapp_guest::testing::Host;
//!
//! let host = Host::new()
//!     .respond("https://api.your-platform.com/campaigns/summer", 200, json!([{ "title": "Ice" }]));
//! let page = host.open::<Index>("pages/index", []);
//! page.load()?;
//! assert_eq!(page.data("offers"), json!([{ "title": "Ice" }]));
//! page.event("onInput", json!({ "value": "ice" }))?;
//! assert_eq!(page.data("search"), "ice");
//! # Ok(())
//! # }
//! ```
//!
//! The component that `miniapp build` makes of the crate imports only what the code uses, and nothing of
//! any operating system: `std::fs`, `std::net` and the clocks of `std::time` fail at run time.
//!
//! Several requests at once are a matter of joining futures, with `futures_util::join!` for instance.
//!
//! A panic is written to the mini-app's log and ends the mini-app.

pub mod app;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod bindings;
pub mod clipboard;
pub mod clock;
pub mod consent;
pub mod device;
pub mod dialog;
pub mod error;
pub mod event;
pub mod extension;
pub mod health;
mod host;
pub mod locale;
pub mod log;
pub mod login;
mod mini_app;
pub mod navigation;
pub mod page;
pub mod profile;
pub mod query;
pub mod random;
pub mod request;
pub mod storage;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
pub mod timer;
pub mod ui;

pub use app::{App, Launch};
pub use error::{Context, Error, Result};
pub use event::Event;
pub use page::{Page, PageHandle};
pub use query::Query;
pub use serde_json;

/// All that a page's code usually names.
pub mod prelude {
    pub use crate::app::{self, App, Launch};
    pub use crate::error::{Context, Error, Result};
    pub use crate::event::Event;
    pub use crate::mini_app;
    pub use crate::page::{Page, PageHandle};
    pub use crate::query::Query;
    pub use crate::{
        clipboard, clock, consent, device, dialog, extension, health, locale, log, login,
        navigation, profile, random, request, storage, timer, ui,
    };
    pub use serde_json::{Value, json};
}

/// What [`mini_app!`] expands to.
#[doc(hidden)]
pub mod __private {
    #[cfg(not(target_family = "wasm"))]
    pub use crate::mini_app::declared;
    pub use crate::mini_app::{AppDefinition, Definition, PageDefinition};
}

/// The README's mini-app compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
