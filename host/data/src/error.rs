//! Why a set-data call is refused, told to whoever wrote it. Knows no tree.

use crate::path::InvalidPath;
use crate::tree::{MAX_CHANGES, MAX_GAP, MAX_SET_DATA_BYTES};

/// Why a set-data call is refused. Nothing of it was applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// See [`MAX_SET_DATA_BYTES`].
    #[error(
        "set-data carries {bytes} bytes, {MAX_SET_DATA_BYTES} are allowed; the largest change is `{path}` with {largest} bytes: set less at once, such as only the elements that changed (`list[7].title`)"
    )]
    TooLarge {
        /// Bytes of all paths and values.
        bytes: usize,
        /// The path of the largest change, shortened.
        path: String,
        /// Its bytes.
        largest: usize,
    },
    /// See [`MAX_CHANGES`].
    #[error(
        "set-data carries {0} changes, {MAX_CHANGES} are allowed; set a shallower member to a whole value"
    )]
    TooMany(usize),
    /// A path that cannot be read.
    #[error("set-data path `{path}`: {reason}")]
    Path {
        /// The path, shortened.
        path: String,
        /// What is wrong with it.
        reason: InvalidPath,
    },
    /// A value that is not JSON.
    #[error("set-data value of `{path}` is not JSON: {reason}")]
    Value {
        /// The path, shortened.
        path: String,
        /// What is wrong with the value, with line and column.
        reason: serde_json::Error,
    },
    /// An index too far past the end of its array.
    #[error(
        "set-data path `{path}`: index {index} of an array of {length} elements; an index may lie at most {MAX_GAP} past the end"
    )]
    Gap {
        /// The path, shortened.
        path: String,
        /// The index.
        index: usize,
        /// Elements that the array has.
        length: usize,
    },
    /// The mini-app's memory limit.
    #[error(
        "set-data of `{path}` does not fit: the page's data and the mini-app's memory together may grow by {left} more bytes; keep less in the data"
    )]
    Memory {
        /// The path, shortened.
        path: String,
        /// Bytes that were left before the call.
        left: usize,
    },
}

impl DataError {
    /// Whether a size was the reason.
    #[must_use]
    pub fn is_size(&self) -> bool {
        matches!(
            self,
            Self::TooLarge { .. } | Self::TooMany(_) | Self::Memory { .. }
        )
    }
}

/// At most 64 bytes of a path, for a message.
pub(crate) fn shorten(path: &str) -> String {
    const SHOWN: usize = 64;
    if path.len() <= SHOWN {
        return path.to_owned();
    }
    let mut end = SHOWN;
    while !path.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", path.get(..end).unwrap_or_default())
}
