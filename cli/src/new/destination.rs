//! The folder that a project is made in: that nothing is overwritten, and nothing left behind half
//! done. Must not know what is written.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::text::{counted, escape};

/// What a folder may hold and yet be empty: a repository with nothing in it.
const NOTHING: &str = ".git";

/// How many of the things in the way are named.
const NAMED: usize = 3;

/// A folder that is empty or not there.
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) folder: PathBuf,
    /// The folder's own name, also where it was given as `.`; empty for the root.
    pub(super) name: String,
}

impl Destination {
    pub(super) fn find(folder: &Path) -> Result<Self, Failure> {
        let shown = escape(&folder.display().to_string());
        match fs::read_dir(folder) {
            Ok(entries) => {
                let mut in_the_way = Vec::new();
                for entry in entries {
                    let entry = entry.map_err(|error| format!("cannot read {shown}: {error}"))?;
                    let name = escape(&entry.file_name().to_string_lossy());
                    if name != NOTHING {
                        in_the_way.push(name);
                    }
                }
                refuse(&shown, in_the_way)?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // Made on the way, what comes before `..` would lead into a folder nobody looked at.
                let mut missing = folder.ancestors().take_while(|folder| !folder.exists());
                if missing.any(|folder| folder.ends_with("..")) {
                    return Err(format!("{shown} leads back out of a folder that is not there; leave the way there out").into());
                }
            }
            Err(error) if error.kind() == ErrorKind::NotADirectory && folder.exists() => {
                return Err(
                    format!("{shown} is there, and is no folder; choose another name").into(),
                );
            }
            Err(error) => return Err(format!("cannot read {shown}: {error}").into()),
        }
        // `.` and `..` have no name of their own.
        let named = match folder.canonicalize() {
            Ok(real) => real,
            Err(_) => folder.to_owned(),
        };
        let name = match named.file_name() {
            None => "",
            Some(name) => name
                .to_str()
                .ok_or_else(|| format!("the name of {shown} is not Unicode; choose another one"))?,
        };
        Ok(Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
        })
    }

    /// Writes the files, by their paths in the folder. If one cannot be written, what was made
    /// is taken away again.
    pub(super) fn write(&self, files: &[(&str, String)]) -> Result<(), Failure> {
        let mut made = Made::default();
        for (path, text) in files {
            let path = self.folder.join(path);
            let written = made
                .folder(path.parent().unwrap_or(&self.folder))
                .and_then(|()| made.file(&path, text));
            if let Err((path, error)) = written {
                let path = escape(&path.display().to_string());
                return Err(match made.take_away() {
                    Ok(()) => format!("cannot make {path}: {error}; nothing was left behind"),
                    Err(left) => format!(
                        "cannot make {path}: {error}; {} is left half done",
                        escape(&left.display().to_string())
                    ),
                }
                .into());
            }
        }
        Ok(())
    }
}

fn refuse(folder: &str, mut in_the_way: Vec<String>) -> Result<(), Failure> {
    if in_the_way.is_empty() {
        return Ok(());
    }
    in_the_way.sort();
    let further = in_the_way.len().saturating_sub(NAMED);
    in_the_way.truncate(NAMED);
    let mut names = in_the_way.join(", ");
    if further > 0 {
        names.push_str(&format!(" and {}", counted(further, "other")));
    }
    Err(format!("{folder} is not empty: {names}; choose another folder, or empty this one; nothing was written").into())
}

/// What was made so far, in this order.
#[derive(Default)]
struct Made {
    paths: Vec<PathBuf>,
}

impl Made {
    fn folder(&mut self, folder: &Path) -> Result<(), (PathBuf, io::Error)> {
        let mut missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .collect();
        while let Some(next) = missing.pop() {
            match fs::create_dir(next) {
                Ok(()) => self.paths.push(next.to_owned()),
                // `a/..` is there once `a` is.
                Err(_) if next.is_dir() => {}
                Err(error) => return Err((next.to_owned(), error)),
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, text: &str) -> Result<(), (PathBuf, io::Error)> {
        let failed = |error| (path.to_owned(), error);
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(failed)?;
        self.paths.push(path.to_owned());
        file.write_all(text.as_bytes()).map_err(failed)
    }

    /// Takes away what was made, and tells what could not be.
    fn take_away(self) -> Result<(), PathBuf> {
        for path in self.paths.into_iter().rev() {
            let gone = if path.is_dir() {
                fs::remove_dir(&path)
            } else {
                fs::remove_file(&path)
            };
            gone.map_err(|_| path)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_that_cannot_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let destination = Destination::find(&folder.path().join("a/b")).unwrap();
        let text = String::new;
        let files = [("x/one", text()), ("two", text()), ("x/one", text())];
        let error = destination.write(&files).unwrap_err().to_string();
        assert!(error.ends_with("; nothing was left behind"), "{error}");
        assert!(error.contains("a/b/x/one: "), "{error}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        assert!(folder.path().is_dir());
    }

    #[test]
    fn a_repository_with_nothing_in_it_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        let destination = Destination::find(folder.path()).unwrap();
        destination.write(&[("one", "1".to_owned())]).unwrap();
        let error = Destination::find(folder.path()).unwrap_err().to_string();
        assert!(error.contains(" is not empty: one; "), "{error}");
    }
}
