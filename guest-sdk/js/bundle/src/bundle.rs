//! Owns what a bundle is, and how one is asked for from code that knows no runtime. Must not know how
//! modules are linked.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::entry::Entry;
use crate::error::{BundleError, Faults};
use crate::folder::Folder;
use crate::link::link;
use crate::loader::Loader;
use crate::resolve::Resolver;
use crate::source_map::SourceMap;
use crate::threads;

/// A mini-app in one script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The text of an ES module without imports and exports, at most
    /// [`MAX_BUNDLE_BYTES`](crate::MAX_BUNDLE_BYTES).
    pub script: String,
    /// Where what stands in the script comes from.
    pub map: SourceMap,
    /// What is likely not meant so, sorted by file and place, at most
    /// [`MAX_DIAGNOSTICS`](crate::MAX_DIAGNOSTICS).
    pub warnings: Vec<Diagnostic>,
    pub(crate) modules: Vec<ModuleSize>,
}

impl Bundle {
    /// The modules that are in the script, in the order in which they stand there.
    #[must_use]
    pub fn modules(&self) -> &[ModuleSize] {
        &self.modules
    }
}

/// How much of a script is one module's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleSize {
    /// The module's file, named as in [`SourceMap::sources`].
    pub name: String,
    /// Its bytes in the script, or, where there is no script yet, of its source.
    pub bytes: usize,
}

/// The five largest of `modules`, the largest first.
pub(crate) fn largest(mut modules: Vec<ModuleSize>) -> Vec<ModuleSize> {
    modules.sort_by(|one, other| {
        let by_size = other.bytes.cmp(&one.bytes);
        by_size.then_with(|| one.name.cmp(&other.name))
    });
    modules.truncate(5);
    modules
}

/// Bundles the mini-app in `folder`, whose manifest names `pages`, each once.
///
/// Blocks until it is done, and runs on threads of its own: it may be called wherever blocking is
/// allowed, within a runtime too.
///
/// # Errors
///
/// [`BundleError`], where the sources have faults with all of them, up to
/// [`MAX_DIAGNOSTICS`](crate::MAX_DIAGNOSTICS).
pub fn bundle(folder: &Path, pages: &[impl AsRef<str>]) -> Result<Bundle, BundleError> {
    let opened = Folder::open(folder).map_err(|source| BundleError::Folder {
        path: folder.to_owned(),
        source,
    })?;
    let pages: Vec<String> = pages.iter().map(|page| page.as_ref().to_owned()).collect();
    let resolver = Resolver::new(opened);
    let (entry, missing) = Entry::new(&resolver, &pages);
    let loader = Loader::new(resolver, entry);
    if let Some(faults) = Faults::new(missing) {
        // What the other pages import is looked at all the same, so that one run tells everything.
        return Err(match linked(loader) {
            Err(BundleError::Sources(others)) => faults.and(others).into(),
            _ => faults.into(),
        });
    }
    linked(loader)
}

/// What comes of linking what `loader` loads.
fn linked(loader: Loader) -> Result<Bundle, BundleError> {
    threads::run(|| link(loader))
        .unwrap_or_else(|stopped| Err(BundleError::Failed(stopped.to_string())))
}
