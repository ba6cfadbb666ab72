//! UTF-8 as the Encoding Standard reads it, in one piece or in several.

/// The text of so many of the bytes, and how many they are: all, but for a character at the
/// end of which the rest is still to come, where there is more to come. Nothing where bytes
/// are none and that is `fatal`; else they are U+FFFD.
pub(super) fn decode(bytes: &[u8], fatal: bool, more_to_come: bool) -> Option<(String, usize)> {
    let whole = if more_to_come { complete(bytes) } else { bytes };
    let text = if fatal {
        std::str::from_utf8(whole).ok()?.to_owned()
    } else {
        String::from_utf8_lossy(whole).into_owned()
    };
    Some((text, whole.len()))
}

/// The bytes without a character at the end that is not complete.
fn complete(bytes: &[u8]) -> &[u8] {
    (1..=3_usize)
        .filter_map(|tail| bytes.split_at_checked(bytes.len().checked_sub(tail)?))
        .find(|(_, tail)| {
            let read = std::str::from_utf8(tail);
            read.is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .map_or(bytes, |(whole, _)| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_may_come_in_pieces() {
        let text = "aé€😀";
        for cut in 0..=text.len() {
            let (first, rest) = text.as_bytes().split_at(cut);
            let (mut told, read) = decode(first, true, true).unwrap();
            let rest = [&first[read..], rest].concat();
            told.push_str(&decode(&rest, true, false).unwrap().0);
            assert_eq!(told, text, "cut at {cut}");
        }
    }

    #[test]
    fn what_is_no_character_is_replaced_or_refused() {
        for (bytes, lossy) in [
            (&b"\xff"[..], "\u{fffd}"),
            (b"\xc3", "\u{fffd}"),
            (b"\xe2\x82x", "\u{fffd}x"),
            (b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
            (b"\xf0\x9f\x98", "\u{fffd}"),
        ] {
            assert_eq!(decode(bytes, false, false).unwrap().0, lossy);
            assert_eq!(decode(bytes, true, false), None);
        }
        assert_eq!(decode(b"\xff", true, true), None);
        assert_eq!(
            decode(b"a\x80", false, true).unwrap(),
            ("a\u{fffd}".to_owned(), 2)
        );
    }
}
