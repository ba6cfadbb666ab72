//! Owns how a faulty manifest is reported: message, place, excerpt and mend, in the shape that
//! compilers made familiar. Must not know what a manifest may say.

use std::fmt;
use std::sync::Arc;

use crate::snippet::Snippet;
use crate::source::{Source, shown_file};

/// Why a manifest was refused.
///
/// Shown as
///
/// ```text
/// unknown key `permisions`
///  --> partner.yaml:5:7
///   |
/// 5 |       permisions: ["user:readProfile"]
///   |       ^^^^^^^^^^
///   = help: did you mean `permissions`?
/// ```
///
/// The text has no control characters but line breaks of its own, whatever the manifest holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestError(Box<Report>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Report {
    file: Arc<str>,
    place: Option<(u32, u32)>,
    snippet: Option<Snippet>,
    complaint: Complaint,
}

impl ManifestError {
    /// An error about the file as a whole, such as one that cannot be read.
    pub(crate) fn of_file(file: &str, complaint: Complaint) -> Self {
        Self(Box::new(Report {
            file: file.into(),
            place: None,
            snippet: None,
            complaint,
        }))
    }

    /// An error about what stands at `source`.
    pub(crate) fn at(source: Source, snippet: Option<Snippet>, complaint: Complaint) -> Self {
        Self(Box::new(Report {
            file: source.file,
            place: Some((source.line, source.column)),
            snippet,
            complaint,
        }))
    }

    /// The name of the manifest.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// The line, counted from 1; `None` if the error is about the file as a whole.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        self.0.place.map(|(line, _)| line)
    }

    /// The column in characters, counted from 1; `None` if the error is about the file as a whole.
    #[must_use]
    pub fn column(&self) -> Option<u32> {
        self.0.place.map(|(_, column)| column)
    }

    /// What was expected and what came, in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.complaint.message
    }

    /// How to mend it, in one line, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.0.complaint.help.as_deref()
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report {
            file,
            place,
            snippet,
            complaint,
        } = &*self.0;
        let margin = snippet.as_ref().map_or(1, Snippet::margin);
        write!(
            f,
            "{}\n{:margin$}--> {}",
            complaint.message,
            "",
            shown_file(file)
        )?;
        if let Some((line, column)) = place {
            write!(f, ":{line}:{column}")?;
        }
        if let Some(snippet) = snippet {
            write!(f, "\n{snippet}")?;
        }
        if let Some(help) = &complaint.help {
            write!(f, "\n{:margin$} = help: {help}", "")?;
        }
        Ok(())
    }
}

impl std::error::Error for ManifestError {}

/// What is wrong with a value, before it is known where the value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    message: String,
    help: Option<String>,
}

impl Complaint {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
