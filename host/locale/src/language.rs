//! Owns languages as they are handed over. Must not know what is written in one.

use std::fmt;

use icu_locale_core::{Locale, locale};

use crate::error::FormatError;

/// Longest language in bytes: a tag with script, region, a variant and a few preferences.
pub const MAX_LANGUAGE_BYTES: usize = 64;

/// A language with its region and preferences: a BCP 47 tag, such as `de-CH`.
///
/// The extension `u` is understood where it says how something is written: `nu` (digits), `ca`
/// (calendar), `hc` (hours), as in `ar-EG-u-nu-latn`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language(Locale);

impl Language {
    /// Reads a tag, of 1 to [`MAX_LANGUAGE_BYTES`] bytes. Case does not matter, and `_` stands for `-`,
    /// as operating systems have it.
    ///
    /// # Errors
    ///
    /// [`FormatError::LanguageLength`] or [`FormatError::Language`] if it is too long or no tag. A
    /// language that nobody knows is none.
    pub fn parse(tag: &str) -> Result<Self, FormatError> {
        if tag.len() > MAX_LANGUAGE_BYTES {
            return Err(FormatError::LanguageLength(tag.len()));
        }
        let read = Locale::try_from_str(&tag.replace('_', "-"));
        read.map(Self)
            .map_err(|_| FormatError::Language(tag.to_owned()))
    }

    pub(crate) fn locale(&self) -> &Locale {
        &self.0
    }
}

/// English.
impl Default for Language {
    fn default() -> Self {
        Self(locale!("en"))
    }
}

/// Writes the tag as BCP 47 has it: `de_ch` as `de-CH`.
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
