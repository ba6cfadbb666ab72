//! Owns which file is a page's and which the app's. Must not know what is in them.

use std::path::Path;

use miniapp_package::{AppManifest, quoted};

use crate::diagnostic::{Diagnostic, Problem};
use crate::folder::Folder;

/// The extensions of files that can be a page's or the app's, in the order in which they are looked for.
const EXTENSIONS: [&str; 4] = ["js", "ts", "mjs", "cjs"];

/// The name that the app's file has without its extension.
const APP: &str = "app";

/// Whether a folder holds a mini-app in JavaScript or TypeScript: the app's file, or the file of
/// one of its pages. Whether it can be bundled is told by [`bundle`](crate::bundle).
#[must_use]
pub fn has_scripts(folder: &Path, pages: &[impl AsRef<str>]) -> bool {
    let is_there = |candidates| first(folder, candidates).is_some();
    is_there(with_extensions(APP).collect())
        || pages.iter().any(|page| is_there(page_files(page.as_ref())))
}

/// The app's file, from the mini-app's folder, if there is one.
pub(crate) fn app_file(folder: &Folder) -> Option<String> {
    first(folder.root(), with_extensions(APP).collect())
}

/// The file of the page `page`, from the mini-app's folder.
pub(crate) fn page_file(folder: &Folder, page: &str) -> Result<String, Diagnostic> {
    first(folder.root(), page_files(page)).ok_or_else(|| {
        let index = index_of(page);
        let message = format!("the page {} has no file", quoted(page));
        let extensions = EXTENSIONS.map(|extension| format!("`.{extension}`"));
        let help = format!(
            "it stands in `pages`, and is looked for as {} and {}, each with {}: write one of these, or remove the page from `pages`",
            quoted(page),
            quoted(&index),
            extensions.join(", "),
        );
        Diagnostic::of_file(Problem::MissingPage, AppManifest::FILE_NAME, message).with_help(help)
    })
}

fn with_extensions(stem: &str) -> impl Iterator<Item = String> {
    EXTENSIONS
        .into_iter()
        .map(move |extension| format!("{stem}.{extension}"))
}

/// The files that can be a page's, in the order in which they are looked for.
fn page_files(page: &str) -> Vec<String> {
    let index = index_of(page);
    with_extensions(page)
        .chain(with_extensions(&index))
        .collect()
}

fn index_of(page: &str) -> String {
    format!("{page}/index")
}

fn first(folder: &Path, candidates: Vec<String>) -> Option<String> {
    let mut candidates = candidates.into_iter();
    candidates.find(|candidate| folder.join(candidate).is_file())
}
