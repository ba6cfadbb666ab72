//! Owns reading a source's text, and whether it is JSON where it must be. Must not know who asks for it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::place::Place;

/// Why a file's text cannot be had.
pub(crate) enum Unreadable {
    TooLarge,
    /// In words.
    Broken(String),
}

/// The text of the file, at most `most` bytes, without the mark that says it is UTF-8.
pub(crate) fn read_text(path: &Path, most: usize) -> Result<Arc<str>, Unreadable> {
    let broken = |error: io::Error| Unreadable::Broken(format!("cannot be read: {error}"));
    let file = File::open(path).map_err(broken)?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(broken)?;
    if bytes.len() > most {
        return Err(Unreadable::TooLarge);
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Unreadable::Broken("the file is not text in UTF-8".to_owned()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).into())
}

/// What is wrong with a text that should be JSON.
pub(crate) struct BrokenJson {
    pub(crate) message: String,
    pub(crate) place: Place,
}

pub(crate) fn check_json(text: &str) -> Result<(), BrokenJson> {
    let error = match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let told = error.to_string();
    let (reason, _) = told.split_once(" at line ").unwrap_or((&told, ""));
    let before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = before + error.column().saturating_sub(1);
    Err(BrokenJson {
        message: format!("the file is not JSON: {reason}"),
        place: Place::of(text, at..at + 1),
    })
}
