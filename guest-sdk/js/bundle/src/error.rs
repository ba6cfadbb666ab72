//! Owns why a mini-app could not be bundled. Must not know where each error comes from.

use std::fmt;
use std::io;
use std::path::PathBuf;

use miniapp_package::{quoted, shown_path};
use thiserror::Error;

use crate::bundle::ModuleSize;
use crate::diagnostic::Diagnostic;
use crate::limits::{MAX_BUNDLE_BYTES, MAX_DIAGNOSTICS, MAX_MODULES, MAX_SOURCE_BYTES};

/// Why a mini-app could not be bundled.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The mini-app's folder cannot be opened.
    #[error("cannot open the folder {}: {source}", shown_path(path))]
    Folder {
        /// The folder, as it was given.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The sources have faults.
    #[error(transparent)]
    Sources(#[from] Faults),
    /// The mini-app has more than [`MAX_MODULES`] modules.
    #[error(
        "the mini-app has more than {MAX_MODULES} modules\n  = help: import the parts of a package that are used, and not the package as a whole"
    )]
    TooManyModules,
    /// The sources have more than [`MAX_SOURCE_BYTES`] bytes together.
    #[error("the sources have more than {MAX_SOURCE_BYTES} bytes together; the largest are{}", Listed(.largest))]
    TooManySources {
        /// The five largest that were read, the largest first.
        largest: Vec<ModuleSize>,
    },
    /// The script has more than [`MAX_BUNDLE_BYTES`] bytes.
    #[error("the script has {bytes} bytes, more than {MAX_BUNDLE_BYTES}; the largest modules are{}", Listed(.largest))]
    TooLarge {
        /// How many it has.
        bytes: usize,
        /// The five largest modules, the largest first.
        largest: Vec<ModuleSize>,
    },
    /// The bundler itself failed, which is not the fault of the sources.
    #[error("the bundler failed: {0}")]
    Failed(String),
}

/// The faults of a mini-app's sources, sorted by file and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// The first of them, 1 to [`MAX_DIAGNOSTICS`].
    pub diagnostics: Vec<Diagnostic>,
    /// How many there are beside these; where there are very many, not all of them are counted.
    pub more: usize,
}

impl Faults {
    /// All of `diagnostics`, sorted and bounded; `None` if there are none.
    pub(crate) fn new(diagnostics: Vec<Diagnostic>) -> Option<Self> {
        let mut diagnostics = sorted(diagnostics);
        let more = diagnostics.len().saturating_sub(MAX_DIAGNOSTICS);
        diagnostics.truncate(MAX_DIAGNOSTICS);
        (!diagnostics.is_empty()).then_some(Self { diagnostics, more })
    }

    /// These and `others`, bounded as one.
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.diagnostics.extend(others.diagnostics);
        self.diagnostics = sorted(self.diagnostics);
        self.more += others.more + self.diagnostics.len().saturating_sub(MAX_DIAGNOSTICS);
        self.diagnostics.truncate(MAX_DIAGNOSTICS);
        self
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (rank, diagnostic) in self.diagnostics.iter().enumerate() {
            let gap = if rank == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{diagnostic}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\n\nand {more} more"),
        }
    }
}

impl std::error::Error for Faults {}

/// `diagnostics` in the order in which they are reported, each once.
pub(crate) fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|one, other| one.rank().cmp(&other.rank()));
    diagnostics.dedup();
    diagnostics
}

/// Modules with their sizes, each on a line of its own.
struct Listed<'a>(&'a [ModuleSize]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ModuleSize { name, bytes } in self.0 {
            write!(f, "\n  {bytes:>9}  {}", quoted(name))?;
        }
        Ok(())
    }
}
