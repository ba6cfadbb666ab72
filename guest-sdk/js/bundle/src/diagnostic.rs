//! Owns how a fault in a source is reported: message, place, excerpt and mend, in the shape that errors
//! in manifests have. Must not know what may be wrong with a source.

use std::fmt;
use std::path::Path;

use miniapp_package::{Snippet, shown_path};

use crate::place::Place;

/// What kind of thing a [`Diagnostic`] tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Problem {
    /// A page of the manifest has no file.
    MissingPage,
    /// The text is not JavaScript, TypeScript or JSON.
    Syntax,
    /// What is imported is not there.
    Unresolved,
    /// What is imported is a module of Node.js.
    NodeBuiltin,
    /// What is imported lies outside the mini-app's folder.
    Outside,
    /// What is imported is of a type that has no place in a script.
    FileType,
    /// `await` outside any function.
    TopLevelAwait,
    /// `import(…)` of a name that only the running script knows.
    DynamicImport,
    /// The file cannot be read, or is not text in UTF-8.
    Unreadable,
    /// The modules do not fit together, such as where an export is missing.
    Linking,
    /// `eval(…)`, which mini-apps do not have. A warning.
    Eval,
    /// `require(…)` of a name that only the running script knows, which throws. A warning.
    DynamicRequire,
    /// Something that is likely not meant so. A warning.
    Suspicious,
}

/// An error or a warning about a source.
///
/// Shown as
///
/// ```text
/// cannot find the package `dayjs`
///  --> pages/index.js:1:19
///   |
/// 1 | import dayjs from "dayjs";
///   |                   ^^^^^^^
///   = help: if it comes from npm, run `npm install dayjs` in the mini-app's folder
/// ```
///
/// The text has no control characters but line breaks of its own, whatever the source holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic(Box<Report>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Report {
    problem: Problem,
    file: String,
    place: Option<(u32, u32)>,
    snippet: Option<Snippet>,
    message: String,
    help: Option<String>,
}

impl Diagnostic {
    /// What is to be said of the file `file` as a whole.
    pub(crate) fn of_file(
        problem: Problem,
        file: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self(Box::new(Report {
            problem,
            file: file.into(),
            place: None,
            snippet: None,
            message: message.into(),
            help: None,
        }))
    }

    /// Marks `place` of the file, whose text is `text`.
    pub(crate) fn at(mut self, text: &str, place: Place) -> Self {
        self.0.place = Some((place.line, place.column));
        self.0.snippet = Snippet::cut(text, place.line, place.column, place.width);
        self
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// What kind of thing this tells of.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.0.problem
    }

    /// The file, relative to the mini-app's folder, with `/` between its parts.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// The line, counted from 1; `None` if this is about the file as a whole.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        self.0.place.map(|(line, _)| line)
    }

    /// The column in characters, counted from 1; `None` if this is about the file as a whole.
    #[must_use]
    pub fn column(&self) -> Option<u32> {
        self.0.place.map(|(_, column)| column)
    }

    /// What is the matter, in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// How to mend it, in one line, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// What diagnostics are sorted by: the manifest first, then file by file.
    pub(crate) fn rank(&self) -> (bool, &str, Option<(u32, u32)>, Problem, &str) {
        let Report {
            problem,
            file,
            place,
            message,
            ..
        } = &*self.0;
        let of_source = *problem != Problem::MissingPage;
        (of_source, file, *place, *problem, message)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report {
            file,
            place,
            snippet,
            message,
            help,
            ..
        } = &*self.0;
        let margin = snippet.as_ref().map_or(1, Snippet::margin);
        let file = shown_path(Path::new(file));
        write!(f, "{message}\n{:margin$}--> {file}", "")?;
        if let Some((line, column)) = place {
            write!(f, ":{line}:{column}")?;
        }
        if let Some(snippet) = snippet {
            write!(f, "\n{snippet}")?;
        }
        if let Some(help) = help {
            write!(f, "\n{:margin$} = help: {help}", "")?;
        }
        Ok(())
    }
}
