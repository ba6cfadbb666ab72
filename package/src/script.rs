//! Owns the delivery form of a mini-app that is a script for an engine: the file, its engine's digest,
//! and when it is read. Must not know the language, nor what the engine makes of it.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;

use crate::digest::{Digest, InvalidDigest};
use crate::quote::{quoted, shown_path};

/// Largest file of a script in bytes: a text that a device compiles at every launch.
pub const MAX_SCRIPT_BYTES: usize = 4 << 20;

/// A mini-app's script, and the engine that it is for.
///
/// Its file is one JSON object. Under `engine` it has the [`Digest`] of the engine's component; the
/// rest is for that engine to understand. The same bytes stand in the component that is reviewed,
/// which is engine and script together.
#[derive(Debug, Clone)]
pub struct Script {
    engine: Digest,
    digest: Digest,
    size: usize,
    source: Source,
}

/// Where the bytes are.
#[derive(Debug, Clone)]
enum Source {
    Memory(Arc<str>),
    File(PathBuf),
}

/// What is read of the file here.
#[derive(Deserialize)]
struct Head<'t> {
    #[serde(borrow)]
    engine: Cow<'t, str>,
}

impl Script {
    /// The file's name in a package's folder.
    pub const FILE_NAME: &'static str = "app.script";

    /// A script that stays in memory.
    ///
    /// # Errors
    ///
    /// Where the text is too large, or is no script.
    pub fn new(text: impl Into<Arc<str>>) -> Result<Self, ScriptError> {
        let text = text.into();
        Self::check(&text, Source::Memory(Arc::clone(&text)))
    }

    /// A script that stays on the disk. It is read now to be checked, and again at each launch.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, is too large, or is no script.
    pub fn open(path: &Path) -> Result<Self, ScriptError> {
        Self::check(&read(path)?, Source::File(path.to_owned()))
    }

    fn check(text: &str, source: Source) -> Result<Self, ScriptError> {
        let size = text.len();
        if size > MAX_SCRIPT_BYTES {
            return Err(ScriptError::TooLarge { size });
        }
        let head: Head<'_> =
            serde_json::from_str(text).map_err(|error| ScriptError::Malformed {
                message: error.to_string(),
            })?;
        let engine = head.engine.parse().map_err(|error| ScriptError::Engine {
            text: quoted(&head.engine),
            error,
        })?;
        Ok(Self {
            engine,
            digest: Digest::of(text.as_bytes()),
            size,
            source,
        })
    }

    /// The digest of the engine's component.
    #[must_use]
    pub const fn engine(&self) -> Digest {
        self.engine
    }

    /// The digest of the file.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The size of the file in bytes.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Whether reading it takes no time.
    #[must_use]
    pub const fn is_in_memory(&self) -> bool {
        matches!(self.source, Source::Memory(_))
    }

    /// What is in the file. It blocks while a file is read.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read any more, or is another one by now.
    pub fn read(&self) -> Result<String, ScriptError> {
        let path = match &self.source {
            Source::Memory(text) => return Ok(text.as_ref().to_owned()),
            Source::File(path) => path,
        };
        let text = read(path)?;
        if Digest::of(text.as_bytes()) != self.digest {
            return Err(ScriptError::Changed {
                path: shown_path(path),
            });
        }
        Ok(text)
    }
}

fn read(path: &Path) -> Result<String, ScriptError> {
    let failed = |error| ScriptError::Io {
        path: shown_path(path),
        error,
    };
    let file = File::open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("it is not a file")));
    }
    let mut text = String::new();
    // One more than is allowed tells that there is too much.
    file.take(MAX_SCRIPT_BYTES as u64 + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    Ok(text)
}

/// Why a script was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The file is missing or cannot be read.
    #[error("cannot read the script `{path}`: {error}; build it with `miniapp build --script`")]
    Io {
        /// The path.
        path: String,
        /// The system's answer.
        error: io::Error,
    },
    /// There is too much of it.
    #[error(
        "the script has {size} bytes or more, and {MAX_SCRIPT_BYTES} are allowed; leave out what is not needed"
    )]
    TooLarge {
        /// Its size, as far as it was read.
        size: usize,
    },
    /// It is not the JSON that a script is.
    #[error("the script is not what `miniapp build --script` writes: {message}")]
    Malformed {
        /// What is wrong.
        message: String,
    },
    /// Its engine is not named by a digest.
    #[error("the script is for the engine {text}, which is no digest: {error}")]
    Engine {
        /// What stands there.
        text: String,
        /// What was expected.
        error: InvalidDigest,
    },
    /// The file is not the one that was checked.
    #[error("the script `{path}` has changed since it was installed; install it again")]
    Changed {
        /// The path.
        path: String,
    },
}
