//! Text for a terminal: escapes what a mini-app wrote, shortens what is long,
//! groups digits.

/// Bytes of a value that a line shows.
const SHOWN: usize = 160;

/// Makes text of a mini-app safe to print: a terminal obeys control characters.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => escaped.push(character),
            _ if character.is_control() || is_bidirectional(character) => {
                escaped.extend(character.escape_default());
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Characters that turn around the order in which others are shown.
fn is_bidirectional(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line of text, shortened.
pub(crate) fn line(text: &str) -> String {
    let mut line = escape(text).replace('\n', "\\n");
    if line.len() > SHOWN {
        let bytes = text.len();
        let mut end = SHOWN;
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        line.truncate(end);
        line.push_str(&format!(
            "… ({} bytes)",
            grouped(u64::try_from(bytes).unwrap_or(u64::MAX))
        ));
    }
    line
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count and its noun.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_mini_app_reaches_the_terminal_raw() {
        assert_eq!(
            escape("a\x1b[2Jb\u{202e}\u{9b}"),
            "a\\u{1b}[2Jb\\u{202e}\\u{9b}"
        );
        assert_eq!(line("a\nb"), "a\\nb");
        assert!(line(&"ä".repeat(1_000)).ends_with("… (2,000 bytes)"));
    }

    #[test]
    fn digits_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
