//! Owns the names of interfaces as components import and export them. Must not know any interface.

use std::fmt;
use std::str::FromStr;

use semver::Version;
use thiserror::Error;

use crate::quote::quoted;

/// The name of an interface, such as `miniapp:host/request@1.0.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceName {
    /// `miniapp` in `miniapp:host/request@1.0.0`.
    pub namespace: String,
    /// `host` in `miniapp:host/request@1.0.0`.
    pub package: String,
    /// `request` in `miniapp:host/request@1.0.0`.
    pub interface: String,
    /// `1.0.0` in `miniapp:host/request@1.0.0`.
    pub version: Option<Version>,
}

impl InterfaceName {
    /// Longest name in bytes.
    pub const MAX_BYTES: usize = 256;

    /// Takes `text` as `namespace:package/interface`, with or without `@version`.
    ///
    /// # Errors
    ///
    /// [`InvalidInterfaceName`] if the text has another shape or more than
    /// [`InterfaceName::MAX_BYTES`] bytes.
    pub fn parse(text: &str) -> Result<Self, InvalidInterfaceName> {
        Self::split(text).ok_or_else(|| InvalidInterfaceName {
            given: quoted(text),
        })
    }

    /// Whether the interface belongs to the package `namespace:package`, in any version.
    #[must_use]
    pub fn is_of(&self, namespace: &str, package: &str) -> bool {
        self.namespace == namespace && self.package == package
    }

    /// The name without its version, such as `miniapp:host/request`.
    #[must_use]
    pub fn unversioned(&self) -> String {
        format!("{}:{}/{}", self.namespace, self.package, self.interface)
    }

    fn split(text: &str) -> Option<Self> {
        if text.len() > Self::MAX_BYTES {
            return None;
        }
        let (path, version) = match text.split_once('@') {
            Some((path, version)) => (path, Some(Version::parse(version).ok()?)),
            None => (text, None),
        };
        let (namespace, rest) = path.split_once(':')?;
        let (package, interface) = rest.split_once('/')?;
        let word = |word: &str| is_word(word).then(|| word.to_owned());
        Some(Self {
            namespace: word(namespace)?,
            package: word(package)?,
            interface: word(interface)?,
            version,
        })
    }
}

/// Whether `text` is made of letters, digits and hyphens and begins with a letter.
fn is_word(text: &str) -> bool {
    text.starts_with(|ch: char| ch.is_ascii_alphabetic())
        && text
            .chars()
            .all(|ch| ch.is_ascii_alphanumeric() || ch == '-')
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.namespace, self.package, self.interface)?;
        match &self.version {
            Some(version) => write!(f, "@{version}"),
            None => Ok(()),
        }
    }
}

impl FromStr for InterfaceName {
    type Err = InvalidInterfaceName;

    fn from_str(text: &str) -> Result<Self, InvalidInterfaceName> {
        Self::parse(text)
    }
}

/// A text that is not the name of an interface.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{given} is not the name of an interface; expected `namespace:package/interface@version`, such as \
     `miniapp:host/request@1.0.0`"
)]
pub struct InvalidInterfaceName {
    given: String,
}
