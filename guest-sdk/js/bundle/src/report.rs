//! Owns what is made of the bundler's own errors and warnings. Must not know what loads the sources.

use std::path::PathBuf;
use std::sync::Arc;

use rolldown_error::{BuildDiagnostic, DiagnosticOptions, EventKind};

use crate::diagnostic::{Diagnostic, Problem};
use crate::loader::ROOT;
use crate::place::Place;

/// `told` as this crate reports it, with the text of the file from `source`; nothing where it is not
/// about a source.
pub(crate) fn report(
    told: &BuildDiagnostic,
    source: impl Fn(&str) -> Option<Arc<str>>,
) -> Option<Diagnostic> {
    let options = options();
    let (file, _, _, units) = told.to_diagnostic_with(&options).get_primary_location()?;
    let text = source(&file)?;
    let (problem, message, help) = match told.kind() {
        EventKind::ParseError | EventKind::TransformError | EventKind::JsonParseError => {
            (Problem::Syntax, None, None)
        }
        EventKind::Eval => (
            Problem::Eval,
            Some("mini-apps have no `eval`, and this will throw".to_owned()),
            Some("call a function instead; for data there is `JSON.parse`"),
        ),
        EventKind::CommonJsVariableInEsm
        | EventKind::ImportIsUndefined
        | EventKind::CannotCallNamespace
        | EventKind::ToleratedTransform => (Problem::Suspicious, None, None),
        _ => (Problem::Linking, None, None),
    };
    let message = message.unwrap_or_else(|| message_of(told));
    let diagnostic =
        Diagnostic::of_file(problem, file, message).at(&text, Place::of_word(&text, units));
    Some(match help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    })
}

/// The first line of what the bundler says, as this crate writes messages: without a full stop, and
/// names between backticks.
pub(crate) fn message_of(told: &BuildDiagnostic) -> String {
    let message = told.to_message_with(&options());
    let line = message.lines().next().unwrap_or_default();
    line.trim_end_matches('.').replace(['"', '\''], "`")
}

fn options() -> DiagnosticOptions {
    DiagnosticOptions {
        cwd: PathBuf::from(ROOT),
    }
}
