//! Owns the excerpt of a text under an error: one source line and a mark below it. Must not know
//! what is wrong with the line, nor what the text is.

use std::fmt;

use crate::quote::push_visible;

/// Most characters of a source line that an excerpt shows; a longer line is cut to a window around
/// the marked place.
pub(crate) const MAX_SHOWN_CHARS: usize = 100;

/// Characters that stay visible in front of the marked place where a long line is cut.
const CHARS_BEFORE_MARK: usize = 40;

/// One line of a text, made visible, with a mark below it. Shown as
///
/// ```text
///   |
/// 5 |       permisions: ["user:readProfile"]
///   |       ^^^^^^^^^^
/// ```
///
/// A line of more than 100 characters is cut to a window around the mark, and characters that steer a
/// terminal are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    line: u32,
    shown: String,
    /// Blanks in front of the mark.
    indent: usize,
    /// Length of the mark.
    width: usize,
}

impl Snippet {
    /// The line `line` of `text` with a mark of `width` characters at `column`, both counted from 1,
    /// if the text has such a line. A line ends with `\n`, `\r\n` or `\r`.
    #[must_use]
    pub fn cut(text: &str, line: u32, column: u32, width: usize) -> Option<Self> {
        let source = line_of(text, line)?;
        let start = (column.max(1) - 1) as usize;
        let long = source.chars().count() > MAX_SHOWN_CHARS;
        let skipped = if long {
            start.saturating_sub(CHARS_BEFORE_MARK)
        } else {
            0
        };

        let mut shown = String::new();
        if skipped > 0 {
            shown.push('…');
        }
        let (mut indent, mut end) = (None, None);
        for (place, ch) in source.chars().enumerate().skip(skipped) {
            if place == start {
                indent = Some(shown.chars().count());
            }
            if place == start.saturating_add(width) {
                end = Some(shown.chars().count());
            }
            if place - skipped == MAX_SHOWN_CHARS {
                shown.push('…');
                break;
            }
            push_visible(&mut shown, ch);
        }
        let whole = shown.chars().count();
        let indent = indent.unwrap_or(whole);
        Some(Self {
            line,
            indent,
            width: end.unwrap_or(whole).saturating_sub(indent).max(1),
            shown,
        })
    }

    /// The width of the margin in characters, which the number of the line gives.
    #[must_use]
    pub fn margin(&self) -> usize {
        self.line.to_string().len()
    }
}

impl fmt::Display for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let margin = self.margin();
        writeln!(f, "{:margin$} |", "")?;
        writeln!(f, "{} | {}", self.line, self.shown)?;
        write!(
            f,
            "{:margin$} | {:indent$}{}",
            "",
            "",
            "^".repeat(self.width),
            indent = self.indent
        )
    }
}

/// The line `line` of `text`, counted from 1, without its line break (`\n`, `\r\n` or `\r`).
pub(crate) fn line_of(text: &str, line: u32) -> Option<&str> {
    let rank = usize::try_from(line).ok()?.checked_sub(1)?;
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
        .nth(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_at_the_limit_is_whole_and_one_past_it_is_cut() {
        let full = "x".repeat(MAX_SHOWN_CHARS);
        assert_eq!(Snippet::cut(&full, 1, 1, 1).unwrap().shown, full);
        let cut = Snippet::cut(&format!("{full}x"), 1, 1, 1).unwrap();
        assert_eq!(cut.shown, format!("{full}…"));
    }

    #[test]
    fn a_long_line_is_cut_around_its_mark() {
        let text = format!("{}NO{}", "x".repeat(1000), "y".repeat(1000));
        let snippet = Snippet::cut(&text, 1, 1001, 2).unwrap();
        assert_eq!(snippet.shown.chars().count(), MAX_SHOWN_CHARS + 2);
        assert_eq!((snippet.indent, snippet.width), (CHARS_BEFORE_MARK + 1, 2));
    }

    #[test]
    fn the_mark_follows_escaped_characters() {
        let snippet = Snippet::cut("\u{1b}ab", 1, 2, 1).unwrap();
        assert_eq!((snippet.shown.as_str(), snippet.indent), ("\\u{1b}ab", 6));
    }

    #[test]
    fn every_line_break_of_yaml_counts() {
        let text = "one\rtwo\r\nthree\nfour";
        let lines: Vec<_> = (0..=5).map(|line| line_of(text, line)).collect();
        let expected = [
            None,
            Some("one"),
            Some("two"),
            Some("three"),
            Some("four"),
            None,
        ];
        assert_eq!(lines, expected);
    }
}
