//! Owns the permissions and their ids. Must not know which interface needs which one; that is the
//! catalogue's.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::manifest_error::Complaint;
use crate::nearest::nearest;
use crate::quote::quoted;

/// Something that an operator grants a mini-app by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Permission {
    /// `user:readProfile`: reading the user's profile, once the user has agreed.
    ReadProfile,
    /// `user:phone`: reading the user's telephone number, once the user has agreed.
    Phone,
    /// `user:email`: reading the user's e-mail address, once the user has agreed.
    Email,
    /// `user:login`: proving to the partner's server who the user is, under a name of its own.
    Login,
    /// `storage:local`: keeping data on the device.
    LocalStorage,
    /// `storage:files`: keeping files on the device, in a folder of its own.
    Files,
    /// `ext:<name>`: an extension that the native app registers under this name.
    Extension(String),
    /// `device:<name>`: a capability of the device that the native app registers under this name.
    Device(String),
}

const READ_PROFILE: &str = "user:readProfile";
const PHONE: &str = "user:phone";
const EMAIL: &str = "user:email";
const LOGIN: &str = "user:login";
const LOCAL_STORAGE: &str = "storage:local";
const FILES: &str = "storage:files";
const KNOWN: [&str; 6] = [READ_PROFILE, PHONE, EMAIL, LOGIN, LOCAL_STORAGE, FILES];
const EXTENSION: &str = "ext:";
const DEVICE: &str = "device:";

impl Permission {
    /// Longest name behind `ext:` and `device:`, in bytes. A name is of `A-Z a-z 0-9 . _ -` and
    /// begins with a letter.
    pub const MAX_NAME_BYTES: usize = 64;

    /// Takes `id` as a permission's id, exactly as it stands.
    ///
    /// # Errors
    ///
    /// [`InvalidPermission`] if there is no such permission; it names the one that is meant, if one
    /// is near.
    pub fn parse(id: &str) -> Result<Self, InvalidPermission> {
        let name = |name: &str| is_name(name).then(|| name.to_owned());
        let found = match id {
            READ_PROFILE => Some(Self::ReadProfile),
            PHONE => Some(Self::Phone),
            EMAIL => Some(Self::Email),
            LOGIN => Some(Self::Login),
            LOCAL_STORAGE => Some(Self::LocalStorage),
            FILES => Some(Self::Files),
            _ => match (id.strip_prefix(EXTENSION), id.strip_prefix(DEVICE)) {
                (Some(extension), _) => name(extension).map(Self::Extension),
                (_, Some(device)) => name(device).map(Self::Device),
                (None, None) => None,
            },
        };
        found.ok_or_else(|| InvalidPermission {
            given: quoted(id),
            help: help_for(id),
        })
    }

    /// The id that manifests use, such as `user:readProfile`.
    #[must_use]
    pub fn id(&self) -> Cow<'static, str> {
        match self {
            Self::ReadProfile => READ_PROFILE.into(),
            Self::Phone => PHONE.into(),
            Self::Email => EMAIL.into(),
            Self::Login => LOGIN.into(),
            Self::LocalStorage => LOCAL_STORAGE.into(),
            Self::Files => FILES.into(),
            Self::Extension(name) => format!("{EXTENSION}{name}").into(),
            Self::Device(name) => format!("{DEVICE}{name}").into(),
        }
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= Permission::MAX_NAME_BYTES
        && name.starts_with(|ch: char| ch.is_ascii_alphabetic())
        && name
            .chars()
            .all(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '.' | '_' | '-'))
}

fn help_for(id: &str) -> String {
    if id.starts_with(EXTENSION) || id.starts_with(DEVICE) {
        return format!(
            "the name after the colon has 1 to {} of the characters `A-Z a-z 0-9 . _ -` and begins \
             with a letter",
            Permission::MAX_NAME_BYTES
        );
    }
    match nearest(id, KNOWN) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!(
            "the permissions are `{}`, `{EXTENSION}<name>` and `{DEVICE}<name>`",
            KNOWN.join("`, `")
        ),
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id())
    }
}

impl FromStr for Permission {
    type Err = InvalidPermission;

    fn from_str(id: &str) -> Result<Self, InvalidPermission> {
        Self::parse(id)
    }
}

/// A text that is not a permission's id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown permission {given}; {help}")]
pub struct InvalidPermission {
    given: String,
    help: String,
}

impl From<InvalidPermission> for Complaint {
    fn from(error: InvalidPermission) -> Self {
        Complaint::new(format!("unknown permission {}", error.given)).help(error.help)
    }
}
