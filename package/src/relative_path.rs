//! Owns paths inside a package: of its component and of its pages. Must not know whether a file is
//! there.

use thiserror::Error;

use crate::manifest_error::{Complaint, ManifestError};
use crate::quote::quoted;
use crate::value::Value;

/// Longest path inside a package, in bytes.
pub const MAX_PATH_BYTES: usize = 256;

/// The value as a path inside the package.
pub(crate) fn relative_path(value: Value<'_>, example: &str) -> Result<String, ManifestError> {
    let path = value.text()?;
    match check(path) {
        Ok(()) => Ok(path.to_owned()),
        Err(Fault { problem, .. }) => {
            let message = format!(
                "{} is not a path inside the package: {problem}",
                quoted(path)
            );
            Err(value.error(Complaint::new(message).help(format!("write it as in `{example}`"))))
        }
    }
}

/// Checks that `path` has segments of `A-Z a-z 0-9 _ . -`, divided by `/`, none of them empty, `.` or
/// `..`. Such a path cannot lead out of the package, and means the same on every system and in an
/// address.
pub(crate) fn check(path: &str) -> Result<(), Fault> {
    let fault = |at, problem| Err(Fault { at, problem });
    if path.is_empty() {
        return fault(0, PathProblem::Empty);
    }
    if path.len() > MAX_PATH_BYTES {
        return fault(0, PathProblem::TooLong(path.len()));
    }
    if path.starts_with('/') {
        return fault(0, PathProblem::LeadingSlash);
    }
    if let Some((at, ch)) = path.char_indices().find(|&(_, ch)| !is_path_char(ch)) {
        return fault(at, PathProblem::Character(ch));
    }
    let mut at = 0;
    for segment in path.split('/') {
        match segment {
            "" => return fault(at, PathProblem::EmptySegment),
            "." | ".." => return fault(at, PathProblem::DotSegment),
            _ => at += segment.len() + 1,
        }
    }
    Ok(())
}

fn is_path_char(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || matches!(ch, '_' | '.' | '-' | '/')
}

/// Why a text is not a path inside a package.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where it is wrong, in bytes.
    pub(crate) at: usize,
    pub(crate) problem: PathProblem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum PathProblem {
    #[error("it is empty")]
    Empty,
    #[error("it has {0} bytes, more than {MAX_PATH_BYTES}")]
    TooLong(usize),
    #[error("it begins with `/`")]
    LeadingSlash,
    #[error("it has the character {}", quoted(.0.encode_utf8(&mut [0; 4])))]
    Character(char),
    #[error("a segment of it is empty")]
    EmptySegment,
    #[error("it has a segment `.` or `..`")]
    DotSegment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_has_its_place() {
        let faulty = |path| check(path).map_err(|fault| fault.at);
        assert_eq!(faulty("pages/index"), Ok(()));
        assert_eq!(faulty("pages/in dex"), Err(8));
        assert_eq!(faulty("pages//index"), Err(6));
        assert_eq!(faulty("pages/"), Err(6));
        assert_eq!(faulty("pages/../index"), Err(6));
    }
}
