//! Owns reading a source's text, and what can be told of it before it is parsed. Must not know who asks
//! for it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::limits::MAX_NESTING;
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

/// What is wrong with a text, and where.
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) place: Place,
}

/// Makes sure that no more than [`MAX_NESTING`] brackets are open at once. Those in strings and comments
/// are counted too: they close again, or are few.
pub(crate) fn check_nesting(text: &str) -> Result<(), Fault> {
    let mut open = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > MAX_NESTING {
            return Err(Fault {
                message: format!("more than {MAX_NESTING} brackets are open at once"),
                place: Place::of(text, at..at + 1),
            });
        }
    }
    Ok(())
}

/// Makes sure that `text` is JSON.
pub(crate) fn check_json(text: &str) -> Result<(), Fault> {
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
    Err(Fault {
        message: format!("the file is not JSON: {reason}"),
        place: Place::of(text, at..at + 1),
    })
}
