//! The user's profile; must not know how consent is asked.
//!
//! The field `phone-number` needs the permission `user:phone`, `email` needs `user:email`, all others need
//! `user:readProfile`. The user is asked once for each permission, when a field is first read. It is not a
//! proof of identity; that is [`login`](crate::login).
//!
//! ```
//! use miniapp_guest::prelude::*;
//! use miniapp_guest::testing::Host;
//!
//! #[derive(Default)]
//! struct Index;
//!
//! impl Page for Index {
//!     async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
//!         let profile = profile::read(&["nickname", "phone-number"]).await?;
//!         page.set_data("call", &profile.phone_number())
//!     }
//! }
//!
//! let host = Host::new().profile("phone-number", "+41 44 668 18 00").consent("user:phone", true);
//! let page = host.open::<Index>("pages/index", []);
//! page.load().unwrap();
//! assert_eq!(page.data("call"), "+41 44 668 18 00");
//! ```

use crate::error::Result;
use crate::host;

/// Reads fields of the profile, such as `nickname` or `avatar-url`; all that manifests and user allow for
/// none.
///
/// # Errors
/// Fails if the manifests or the user do not allow one of the fields, and for none if they allow nothing.
pub async fn read(fields: &[&str]) -> Result<Profile> {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Ok(Profile(host::read_profile(fields).await?))
}

/// What the user's profile says. A field that the user has not filled in is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile(Vec<(String, String)>);

impl Profile {
    /// A field, if the user has filled it in.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.iter()
            .find(|(name, _)| *name == field)
            .map(|(_, value)| value)
    }

    /// How the user wants to be called.
    pub fn nickname(&self) -> Option<&str> {
        self.get("nickname")
    }

    /// Where the user's picture is.
    pub fn avatar_url(&self) -> Option<&str> {
        self.get("avatar-url")
    }

    /// The user's gender, in the native app's words.
    pub fn gender(&self) -> Option<&str> {
        self.get("gender")
    }

    /// Where the user lives, a code of ISO 3166 such as `CH`.
    pub fn country(&self) -> Option<&str> {
        self.get("country")
    }

    /// The user's language, as the profile says; what the device speaks is
    /// [`locale::language`](crate::locale::language).
    pub fn language(&self) -> Option<&str> {
        self.get("language")
    }

    /// The user's telephone number, under `user:phone`.
    pub fn phone_number(&self) -> Option<&str> {
        self.get("phone-number")
    }

    /// The user's e-mail address, under `user:email`.
    pub fn email(&self) -> Option<&str> {
        self.get("email")
    }

    /// All fields that were read.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
