//! Owns how foreign text is shown in messages: on one line, shortened, and with every character
//! escaped that could steer a terminal or hide what is written. Must not know what the text is.

use std::path::Path;

/// Most characters that a message shows of a foreign text; the rest becomes `…`.
pub(crate) const MAX_QUOTED_CHARS: usize = 64;

/// `text` between backticks, made visible and cut to 64 characters; `""` if it is empty.
#[must_use]
pub fn quoted(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    format!("`{}`", shortened(text, MAX_QUOTED_CHARS))
}

/// `text` made visible and cut to `most` characters, as they are shown.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let mut shown = String::new();
    let mut count = 0;
    for ch in text.chars() {
        count += if is_deceptive(ch) {
            ch.escape_default().len()
        } else {
            1
        };
        if count > most {
            shown.push('…');
            break;
        }
        push_visible(&mut shown, ch);
    }
    shown
}

/// Most characters of a path or a file name that a message shows.
const MAX_SHOWN_PATH_CHARS: usize = 256;

/// A path or a file name, made visible and cut to 256 characters.
#[must_use]
pub fn shown_path(path: &Path) -> String {
    shortened(&path.to_string_lossy(), MAX_SHOWN_PATH_CHARS)
}

/// Every name between backticks, joined by commas: `` `a`, `b` ``.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(quoted).collect();
    names.join(", ")
}

/// Appends `ch`, escaped if it is a control or an invisible character.
pub(crate) fn push_visible(shown: &mut String, ch: char) {
    if is_deceptive(ch) {
        shown.extend(ch.escape_default());
    } else {
        shown.push(ch);
    }
}

/// Whether `ch` is a control character, or changes or hides what the reader sees: line separators,
/// characters without width, and marks that turn the direction of writing. The two joiners U+200C and
/// U+200D are left: Persian, Hindi and emoji need them.
pub(crate) fn is_deceptive(ch: char) -> bool {
    ch.is_control()
        || matches!(
            ch,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_at_the_limit_is_whole_and_one_past_it_is_cut() {
        let full = "x".repeat(MAX_QUOTED_CHARS);
        assert_eq!(quoted(&full), format!("`{full}`"));
        assert_eq!(quoted(&format!("{full}x")), format!("`{full}…`"));
    }

    #[test]
    fn a_path_at_the_limit_is_whole_and_one_past_it_is_cut() {
        let full = "x".repeat(MAX_SHOWN_PATH_CHARS);
        assert_eq!(shown_path(Path::new(&full)), full);
        assert_eq!(
            shown_path(Path::new(&format!("{full}x"))),
            format!("{full}…")
        );
    }

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(
            quoted("\u{1b}[31m\r\n\u{202e}é"),
            "`\\u{1b}[31m\\r\\n\\u{202e}é`"
        );
    }
}
