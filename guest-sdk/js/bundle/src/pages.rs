//! Owns which file is a page's and which the app's. Must not know what is in them.

use miniapp_package::{AppManifest, quoted};

use crate::diagnostic::{Diagnostic, Problem};
use crate::folder::Folder;

/// The extensions of files that can be a page's or the app's, in the order in which they are looked for.
const EXTENSIONS: [&str; 4] = ["js", "ts", "mjs", "cjs"];

/// The name that the app's file has without its extension.
const APP: &str = "app";

/// The app's file, from the mini-app's folder, if there is one.
pub(crate) fn app_file(folder: &Folder) -> Option<String> {
    first(folder, with_extensions(APP))
}

/// The file of the page `page`, from the mini-app's folder.
pub(crate) fn page_file(folder: &Folder, page: &str) -> Result<String, Diagnostic> {
    let index = format!("{page}/index");
    let candidates = with_extensions(page).chain(with_extensions(&index));
    first(folder, candidates).ok_or_else(|| {
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

fn first(folder: &Folder, mut candidates: impl Iterator<Item = String>) -> Option<String> {
    candidates.find(|candidate| folder.root().join(candidate).is_file())
}
