//! The user's profile, under the permission `user:readProfile`; must not know how consent is asked.
//!
//! It is not a proof of identity.

use crate::error::Result;
use crate::host;

/// Reads fields of the profile, such as `nickname` or `avatar-url`; all that are granted for none.
///
/// # Errors
/// Fails if the manifests or the user do not allow it.
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

    /// All fields that were read.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
