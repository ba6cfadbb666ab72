//! Paths of files as a mini-app writes them, taken apart before the system is asked
//! anything. Knows nothing of what lies there.
//!
//! The threats: a path that leads out of the folder, and folders nested so deeply
//! that nobody can delete them any more. There are no links in a mini-app's folder,
//! so `..` means what it says, and a path is made plain without looking.

use wasmtime_wasi::p2::bindings::filesystem::types::ErrorCode;

/// Bytes of a path.
const PATH_BYTES: usize = 1_024;

/// Bytes of one name, as in most file systems.
const NAME_BYTES: usize = 255;

/// How deep files and folders may lie below the mini-app's folder. Their names stay
/// within what systems take for a whole path.
pub(super) const MAX_DEPTH: usize = 8;

/// A path made plain.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Names with one slash between them; `.` for the folder itself.
    pub(super) path: String,
    /// How deep it lies below the mini-app's folder, which is 0.
    pub(super) depth: usize,
    /// Whether it was written as that of a folder: it ends with a slash or a dot.
    pub(super) as_folder: bool,
}

impl Place {
    /// `path` as seen from a folder that lies at `depth`.
    pub(super) fn of(path: &str, depth: usize) -> Result<Self, ErrorCode> {
        if path.len() > PATH_BYTES {
            return Err(ErrorCode::NameTooLong);
        }
        if path.is_empty() {
            return Err(ErrorCode::NoEntry);
        }
        if path.starts_with('/') {
            return Err(ErrorCode::NotPermitted);
        }
        // What other systems take for a separator, a drive or a stream of a file.
        if path.contains(['\0', '\\', ':']) {
            return Err(ErrorCode::Invalid);
        }
        let mut names = Vec::new();
        for name in path.split('/') {
            match name {
                "" | "." => {}
                ".." => {
                    names.pop().ok_or(ErrorCode::NotPermitted)?;
                }
                name if name.len() > NAME_BYTES => return Err(ErrorCode::NameTooLong),
                name => names.push(name),
            }
        }
        let depth = depth.saturating_add(names.len());
        if depth > MAX_DEPTH {
            return Err(ErrorCode::NameTooLong);
        }
        let last = path.rsplit('/').next().unwrap_or_default();
        Ok(Self {
            path: if names.is_empty() {
                ".".to_owned()
            } else {
                names.join("/")
            },
            depth,
            as_folder: matches!(last, "" | "." | ".."),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(path: &str) -> Result<(String, usize, bool), String> {
        Place::of(path, 1)
            .map(|place| (place.path, place.depth, place.as_folder))
            .map_err(|error| error.name().to_owned())
    }

    #[test]
    fn a_path_is_made_plain() {
        let made =
            |path: &str, depth: usize, as_folder: bool| Ok((path.to_owned(), depth, as_folder));
        assert_eq!(plain("a"), made("a", 2, false));
        assert_eq!(plain("a/b"), made("a/b", 3, false));
        assert_eq!(plain("./a//b/."), made("a/b", 3, true));
        assert_eq!(plain("a/"), made("a", 2, true));
        assert_eq!(plain("a/../b"), made("b", 2, false));
        assert_eq!(plain("."), made(".", 1, true));
        assert_eq!(plain("a/.."), made(".", 1, true));
        assert_eq!(plain("..."), made("...", 2, false));
        assert_eq!(plain("ä/日本"), made("ä/日本", 3, false));
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for (path, error) in [
            ("", "no-entry"),
            ("/", "not-permitted"),
            ("/etc/passwd", "not-permitted"),
            ("..", "not-permitted"),
            ("a/../..", "not-permitted"),
            ("../a", "not-permitted"),
            ("a\0b", "invalid"),
            ("a\\..\\..\\b", "invalid"),
            ("C:/a", "invalid"),
            ("a:stream", "invalid"),
        ] {
            assert_eq!(plain(path), Err(error.to_owned()), "{path:?}");
        }
    }

    #[test]
    fn lengths_and_depths_at_the_limit_and_one_past() {
        let too_long = Err("name-too-long".to_owned());
        assert!(plain(&"n".repeat(NAME_BYTES)).is_ok());
        assert_eq!(plain(&"n".repeat(NAME_BYTES + 1)), too_long);
        let deep = |names: usize| vec!["d"; names].join("/");
        assert!(plain(&deep(MAX_DEPTH - 1)).is_ok());
        assert_eq!(plain(&deep(MAX_DEPTH)), too_long);
        let long = |bytes: usize| format!("a{}", "/".repeat(bytes - 1));
        assert!(plain(&long(PATH_BYTES)).is_ok());
        assert_eq!(plain(&long(PATH_BYTES + 1)), too_long);
    }

    proptest! {
        #[test]
        fn a_plain_path_stays_inside(path in "[a./\\\\:b\u{0}é-]{0,40}", depth in 0_usize..10) {
            if let Ok(place) = Place::of(&path, depth) {
                prop_assert!(place.depth <= MAX_DEPTH);
                if place.path != "." {
                    let names: Vec<_> = place.path.split('/').collect();
                    prop_assert_eq!(place.depth, depth + names.len());
                    for name in names {
                        prop_assert!(!matches!(name, "" | "." | ".."), "{}", place.path);
                    }
                }
                let again = Place::of(&place.path, depth).unwrap();
                prop_assert_eq!(again.path, place.path);
            }
        }
    }
}
