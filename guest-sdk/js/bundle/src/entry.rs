//! Owns the modules that fix the order in which files run: the entry, which imports all, and one for each
//! page's statement. Must not know what is in the files.

use std::collections::HashMap;

use miniapp_package::AppManifest;

use crate::diagnostic::Diagnostic;
use crate::pages::{app_file, page_file};
use crate::resolve::{Located, Resolver};

/// What the bundler knows the entry by. It begins with a zero byte, as no file's name does.
pub(crate) const ENTRY: &str = "\0miniapp";

/// What the bundler knows a page's statement by, before the page.
const PAGE: &str = "\0page:";

/// Where a mini-app begins.
pub(crate) struct Entry {
    /// The entry's text.
    text: String,
    /// The files that it imports, by name.
    files: HashMap<String, Located>,
}

impl Entry {
    /// The entry that imports the app's file and those of `pages`, and what is wrong with `pages`.
    pub(crate) fn new(resolver: &Resolver, pages: &[String]) -> (Self, Vec<Diagnostic>) {
        let mut entry = Self {
            text: String::new(),
            files: HashMap::new(),
        };
        let mut faults = Vec::new();
        let app = app_file(resolver.folder()).map(|file| (None, Ok(file)));
        let pages = pages
            .iter()
            .map(|page| (Some(page), page_file(resolver.folder(), page)));
        for (page, file) in app.into_iter().chain(pages) {
            match file.and_then(|file| own(resolver, &file)) {
                Ok(located) => {
                    if let Some(page) = page {
                        entry.import(&format!("{PAGE}{page}"));
                    }
                    entry.import(&located.name);
                    entry.files.insert(located.name.clone(), located);
                }
                Err(fault) => faults.push(fault),
            }
        }
        (entry, faults)
    }

    fn import(&mut self, specifier: &str) {
        self.text
            .push_str(&format!("import {};\n", literal(specifier)));
    }

    /// The file that the entry imports as `specifier`.
    pub(crate) fn file(&self, specifier: &str) -> Option<&Located> {
        self.files.get(specifier)
    }

    /// The text of the module that the bundler knows by `id`, if it is one of these.
    pub(crate) fn text(&self, id: &str) -> Option<String> {
        if id == ENTRY {
            return Some(self.text.clone());
        }
        let page = page_of(id)?;
        Some(format!("__page({});", literal(page)))
    }
}

/// The page whose statement the bundler knows by `id`.
pub(crate) fn page_of(id: &str) -> Option<&str> {
    id.strip_prefix(PAGE)
}

/// The app's or a page's file.
fn own(resolver: &Resolver, file: &str) -> Result<Located, Diagnostic> {
    resolver.own(file).map_err(|why| {
        let message = why.message(file);
        Diagnostic::of_file(why.problem(), AppManifest::FILE_NAME, message)
            .with_help(why.help(file))
    })
}

/// `text` as a literal of JavaScript, which those of JSON are.
fn literal(text: &str) -> serde_json::Value {
    text.into()
}
