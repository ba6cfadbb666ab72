//! Owns the position of a value in a manifest. Must not know what stands there.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::quote::shown_path;

/// Where something stands in a manifest. Shown as `partner.yaml:5:20`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The name of the file, as the manifest's reader was given it.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            shown_file(&self.file),
            self.line,
            self.column
        )
    }
}

/// A file name as messages show it.
pub(crate) fn shown_file(file: &str) -> String {
    shown_path(Path::new(file))
}
