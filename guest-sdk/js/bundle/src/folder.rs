//! Owns the mini-app's folder: which files belong to it, and what they are called. Must not know what is
//! in them.

use std::io;
use std::path::{Component, Path, PathBuf};

/// The folder in which npm keeps packages.
const PACKAGES: &str = "node_modules";

/// Why a file has no name in the mini-app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misplaced {
    /// It lies neither in the mini-app's folder nor among packages of a folder above.
    Outside,
    /// Its path is not UTF-8.
    NotUnicode,
}

/// A mini-app's folder.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Without symbolic links.
    root: PathBuf,
}

impl Folder {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let root = path.canonicalize()?;
        root.read_dir()?;
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// What the file at `real`, a path without symbolic links, is called: its path from the folder, with
    /// `/` between its parts. A package of a folder above is called as if it were in this one; where there
    /// is such a file too, `../` says that it is another.
    pub(crate) fn name_of(&self, real: &Path) -> Result<String, Misplaced> {
        if let Ok(inside) = real.strip_prefix(&self.root) {
            return slashed(inside);
        }
        for (above, folder) in self.root.ancestors().enumerate().skip(1) {
            let Ok(package) = real.strip_prefix(folder.join(PACKAGES)) else {
                continue;
            };
            let name = format!("{PACKAGES}/{}", slashed(package)?);
            let mut nearer = self.root.ancestors().take(above);
            if nearer.any(|folder| folder.join(&name).exists()) {
                return Ok(format!("{}{name}", "../".repeat(above)));
            }
            return Ok(name);
        }
        Err(Misplaced::Outside)
    }

    /// Whether a package called `name` is installed where files in `from` find it.
    pub(crate) fn has_package(from: &Path, name: &str) -> bool {
        from.ancestors()
            .any(|folder| folder.join(PACKAGES).join(name).is_dir())
    }
}

/// Whether the file called `name` belongs to a package of npm, and not to the mini-app itself.
pub(crate) fn is_in_package(name: &str) -> bool {
    name.split('/').any(|part| part == PACKAGES)
}

fn slashed(path: &Path) -> Result<String, Misplaced> {
    let mut name = String::new();
    for part in path.components() {
        let Component::Normal(part) = part else {
            return Err(Misplaced::Outside);
        };
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(part.to_str().ok_or(Misplaced::NotUnicode)?);
    }
    Ok(name)
}
