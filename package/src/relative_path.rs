//! Owns paths inside a package: of its component and of its pages. Must not know whether a file is
//! there.

use crate::manifest_error::{Complaint, ManifestError};
use crate::quote::quoted;
use crate::value::Value;

/// Longest path inside a package, in bytes.
pub const MAX_PATH_BYTES: usize = 256;

/// The value as a path inside the package: segments of `A-Z a-z 0-9 _ . -`, divided by `/`, none of
/// them `.` or `..`. Such a path cannot lead out of the package, and means the same on every system
/// and in an address.
pub(crate) fn relative_path(value: Value<'_>, example: &str) -> Result<String, ManifestError> {
    let path = value.text()?;
    let complaint = |problem: &str| {
        let message = format!(
            "{} is not a path inside the package: {problem}",
            quoted(path)
        );
        value.error(Complaint::new(message).help(format!("write it as in `{example}`")))
    };
    let problem = if path.is_empty() {
        "it is empty".to_owned()
    } else if path.len() > MAX_PATH_BYTES {
        format!("it has {} bytes, more than {MAX_PATH_BYTES}", path.len())
    } else if path.starts_with('/') {
        "it begins with `/`".to_owned()
    } else if let Some(ch) = path.chars().find(|&ch| !is_path_char(ch)) {
        format!(
            "it has the character {}",
            quoted(ch.encode_utf8(&mut [0; 4]))
        )
    } else if path.split('/').any(str::is_empty) {
        "a segment of it is empty".to_owned()
    } else if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        "it has a segment `.` or `..`".to_owned()
    } else {
        return Ok(path.to_owned());
    };
    Err(complaint(&problem))
}

fn is_path_char(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || matches!(ch, '_' | '.' | '-' | '/')
}
