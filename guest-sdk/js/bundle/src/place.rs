//! Owns where something stands in a source: line, column and length, from offsets of a parser. Must not
//! know what stands there.

use std::ops::Range;

/// Where something stands, and how much of its line it takes, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Counted from 1.
    pub(crate) line: u32,
    /// Counted from 1.
    pub(crate) column: u32,
    pub(crate) width: usize,
}

impl Place {
    /// The place of the bytes `range` in `text`, as far as they are on one line. What lies past the end
    /// is at the end.
    pub(crate) fn of(text: &str, range: Range<usize>) -> Self {
        let (before, rest) = split(text, range.start);
        let (marked, _) = split(rest, range.len());
        let line_start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let (lines, on_line) = split(before, line_start);
        let breaks = lines.matches('\n').count() + lines.matches('\r').count()
            - lines.matches("\r\n").count();
        Self {
            line: counted(breaks),
            column: counted(on_line.chars().count()),
            width: marked
                .chars()
                .take_while(|ch| !matches!(ch, '\n' | '\r'))
                .count(),
        }
    }

    /// The place of the word or the character that stands `units` UTF-16 code units into `text`.
    pub(crate) fn of_word(text: &str, units: usize) -> Self {
        let mut passed = 0;
        let start = text
            .char_indices()
            .find(|(_, ch)| {
                let here = passed >= units;
                passed += ch.len_utf16();
                here
            })
            .map_or(text.len(), |(at, _)| at);
        let (_, rest) = split(text, start);
        let word = rest
            .find(|ch: char| !(ch.is_alphanumeric() || matches!(ch, '_' | '$')))
            .unwrap_or(rest.len());
        Self::of(text, start..start + word.max(1))
    }
}

/// `text` before and from the byte `at`, or the end of the character that this byte is in.
fn split(text: &str, at: usize) -> (&str, &str) {
    let at = (at..text.len()).find(|at| text.is_char_boundary(*at));
    text.split_at(at.unwrap_or(text.len()))
}

fn counted(from_zero: usize) -> u32 {
    u32::try_from(from_zero)
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, range: Range<usize>) -> (u32, u32, usize) {
        let place = Place::of(text, range);
        (place.line, place.column, place.width)
    }

    #[test]
    fn lines_end_with_either_break_or_both() {
        assert_eq!(of("ab", 1..2), (1, 2, 1));
        assert_eq!(of("a\nbc", 3..4), (2, 2, 1));
        assert_eq!(of("a\r\nb\rc", 5..6), (3, 1, 1));
    }

    #[test]
    fn columns_and_widths_are_characters_of_one_line() {
        assert_eq!(of("é = 'ü'", 5..9), (1, 5, 3));
        assert_eq!(of("ab\ncd", 1..5), (1, 2, 1));
    }

    #[test]
    fn what_lies_past_the_end_is_at_the_end() {
        assert_eq!(of("ab", 7..9), (1, 3, 0));
        assert_eq!(of("é", 1..2), (1, 2, 0));
    }

    #[test]
    fn a_word_is_found_by_code_units() {
        let place = Place::of_word("/*😀*/ $name(1)", 7);
        assert_eq!((place.column, place.width), (7, 5));
        let place = Place::of_word("a\n(", 2);
        assert_eq!((place.line, place.column, place.width), (2, 1, 1));
    }
}
