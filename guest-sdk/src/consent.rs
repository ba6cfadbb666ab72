//! What the user has agreed to; must not know what for.
//!
//! What needs the user's consent asks by itself when it is first used. Here a mini-app learns how that
//! stands, or asks when the moment is good: say first what is gained, and ask when the user wants it.
//!
//! Nothing is on the screen before the app's `on_launch` has returned: ask from a page rather than there,
//! although the time that the user takes is not the launch's. What is asked from the background waits until the
//! mini-app is shown.
//!
//! ```
//! use miniapp_guest::consent::Status;
//! use miniapp_guest::prelude::*;
//! use miniapp_guest::testing::Host;
//!
//! #[derive(Default)]
//! struct Index;
//!
//! impl Page for Index {
//!     async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
//!         page.set_data("offered", &(consent::status("user:phone")? != Status::Denied))
//!     }
//!
//!     async fn on_event(&self, page: PageHandle, _event: Event) -> Result<()> {
//!         match consent::ask("user:phone").await {
//!             Ok(()) => page.set_data("text", "Thank you"),
//!             Err(error) if error.is_denied() => page.set_data("text", "We will write instead"),
//!             Err(error) => Err(error),
//!         }
//!     }
//! }
//!
//! let host = Host::new().consent("user:phone", false);
//! let page = host.open::<Index>("pages/index", []);
//! page.load().unwrap();
//! assert_eq!(page.data("offered"), true);
//! page.event("onCall", json!({})).unwrap();
//! assert_eq!(page.data("text"), "We will write instead");
//! assert_eq!(host.asked(), ["user:phone"]);
//! ```

use crate::error::Result;
use crate::host;

/// How a permission stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It may be used.
    Allowed,
    /// The user has refused it.
    Refused,
    /// The next use asks.
    NotAsked,
    /// Each use asks.
    EachTime,
    /// It is not granted to this mini-app.
    Denied,
}

impl Status {
    /// A word of the contract; an unknown one is to be treated like `not-asked`.
    fn of(word: &str) -> Self {
        match word {
            "allowed" => Self::Allowed,
            "refused" => Self::Refused,
            "each-time" => Self::EachTime,
            "denied" => Self::Denied,
            _ => Self::NotAsked,
        }
    }
}

/// How a permission of the app manifest stands, such as `user:readProfile`. Asks nobody.
///
/// # Errors
/// Fails with the code `invalid-argument` for a permission that the app manifest lacks.
pub fn status(permission: &str) -> Result<Status> {
    Ok(Status::of(&host::consent_status(permission)?))
}

/// Asks the user, if it is open whether they agree. Returned means allowed.
///
/// # Errors
/// Fails with the code `denied` if the manifests or the user do not allow it, `timeout` if nobody answers –
/// and at once from then on, until the mini-app is shown anew –, and `invalid-argument` as [`status`] does.
pub async fn ask(permission: &str) -> Result<()> {
    host::ask_consent(permission.to_owned()).await
}
