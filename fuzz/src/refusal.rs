//! What every refusal must be: short, and safe to show on a terminal or in a console.

use miniapp_package::ManifestError;

/// Most bytes of a refusal in one line: a few quoted texts of 64 characters, each of which may be
/// escaped to nine.
const MAX_LINE_BYTES: usize = 4_096;

/// Most lines of a manifest's refusal: message, place, excerpt of three lines, help.
const MAX_LINES: usize = 6;

/// Checks a refusal in one line.
pub(crate) fn check(shown: &str) {
    assert!(!shown.is_empty());
    assert!(shown.len() <= MAX_LINE_BYTES, "{} bytes", shown.len());
    assert!(!shown.contains(steers), "{shown:?}");
}

/// Checks a manifest's refusal: every line of it, and that its place lies within the text.
pub(crate) fn check_manifest(error: &ManifestError, text: &str) {
    let shown = error.to_string();
    assert!(shown.split('\n').count() <= MAX_LINES, "{shown}");
    shown.split('\n').for_each(check);
    check(error.message());
    error.help().into_iter().for_each(check);
    assert_eq!(error.line().is_some(), error.column().is_some());
    if let Some(line) = error.line() {
        assert!(line >= 1 && line <= lines_of(text) + 1, "line {line}");
    }
}

/// The lines of a manifest, by any line break that YAML knows.
pub(crate) fn lines_of(text: &str) -> u32 {
    u32::try_from(text.split(['\n', '\r']).count()).unwrap()
}

/// Whether `ch` changes what a terminal does, or the order in which a reader sees the rest.
fn steers(ch: char) -> bool {
    ch.is_control() || matches!(ch, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
