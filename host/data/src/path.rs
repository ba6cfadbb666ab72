//! Data paths: where in a page's data a set-data call assigns.
//!
//! | in a path | means |
//! |---|---|
//! | `a.b` | the member `b` of the object `a`; empty segments between dots are skipped |
//! | `a[7]` | the eighth element of the array `a`; digits only |
//! | `\.` `\[` `\]` `\\` | the character itself; a backslash before anything else is a backslash |
//!
//! These are the semantics of WeChat's glass-easel. Unlike it, we refuse the
//! names through which JavaScript prototypes are reached, a path that begins
//! with an index, and whatever is longer or deeper than a person would write.

/// Bytes of a path.
pub const MAX_PATH_BYTES: usize = 4_096;

/// Segments of a path. With 128 levels of a value, data is at most 192 deep,
/// which is safe to walk and to drop recursively.
pub const MAX_SEGMENTS: usize = 64;

const REFUSED_NAMES: [&str; 3] = ["__proto__", "constructor", "prototype"];

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A member of an object.
    Name(String),
    /// An element of an array.
    Index(usize),
}

/// Why a path is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPath {
    /// No segment at all.
    #[error("the path is empty; name a member such as `offers`")]
    Empty,
    /// See [`MAX_PATH_BYTES`].
    #[error(
        "the path is {0} bytes long, {MAX_PATH_BYTES} are allowed; set a shallower member to a whole value"
    )]
    TooLong(usize),
    /// See [`MAX_SEGMENTS`].
    #[error(
        "the path has more than {MAX_SEGMENTS} segments; set a shallower member to a whole value"
    )]
    TooDeep,
    /// The data of a page is an object.
    #[error(
        "the path begins with an index, but the data of a page is an object; begin with a name, as in `list[0]`"
    )]
    LeadingIndex,
    /// Brackets hold digits only.
    #[error(
        "at byte {at}: expected `[digits]`; write `\\[` for a bracket in a name, or `.name` for a member"
    )]
    Bracket {
        /// Offset in the path.
        at: usize,
    },
    /// After `]` comes `.`, `[` or the end.
    #[error("at byte {at}: expected `.`, `[` or the end after an index")]
    AfterIndex {
        /// Offset in the path.
        at: usize,
    },
    /// A name through which JavaScript prototypes are reached.
    #[error("the name `{0}` is reserved; use another one")]
    Reserved(&'static str),
}

/// Reads a path. The first segment is a name: the data of a page is an object.
///
/// # Errors
///
/// [`InvalidPath`], which says what is wrong and how to mend it.
pub fn parse(path: &str) -> Result<Vec<Segment>, InvalidPath> {
    if path.len() > MAX_PATH_BYTES {
        return Err(InvalidPath::TooLong(path.len()));
    }
    let mut segments = Vec::new();
    let mut name = String::new();
    let mut after_index = false;
    let mut rest = path.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        if after_index && !matches!(character, '.' | '[') {
            return Err(InvalidPath::AfterIndex { at });
        }
        match character {
            '.' => {
                push_name(&mut segments, &mut name)?;
                after_index = false;
            }
            '[' => {
                push_name(&mut segments, &mut name)?;
                let mut digits = String::new();
                loop {
                    match rest.next() {
                        Some((_, digit)) if digit.is_ascii_digit() => digits.push(digit),
                        Some((_, ']')) if !digits.is_empty() => break,
                        _ => return Err(InvalidPath::Bracket { at }),
                    }
                }
                // Digits that do not fit are an index past every array.
                push(
                    &mut segments,
                    Segment::Index(digits.parse().unwrap_or(usize::MAX)),
                )?;
                after_index = true;
            }
            ']' => return Err(InvalidPath::Bracket { at }),
            '\\' => match rest.next_if(|(_, next)| matches!(next, '.' | '[' | ']' | '\\')) {
                Some((_, escaped)) => name.push(escaped),
                None => name.push('\\'),
            },
            other => name.push(other),
        }
    }
    push_name(&mut segments, &mut name)?;
    match segments.first() {
        None => Err(InvalidPath::Empty),
        Some(Segment::Index(_)) => Err(InvalidPath::LeadingIndex),
        Some(Segment::Name(_)) => Ok(segments),
    }
}

fn push_name(segments: &mut Vec<Segment>, name: &mut String) -> Result<(), InvalidPath> {
    if name.is_empty() {
        return Ok(());
    }
    if let Some(reserved) = REFUSED_NAMES.iter().find(|reserved| *reserved == name) {
        return Err(InvalidPath::Reserved(reserved));
    }
    push(segments, Segment::Name(std::mem::take(name)))
}

fn push(segments: &mut Vec<Segment>, segment: Segment) -> Result<(), InvalidPath> {
    if segments.len() == MAX_SEGMENTS {
        return Err(InvalidPath::TooDeep);
    }
    segments.push(segment);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The text of one segment, to follow others.
    fn written(segment: &Segment) -> String {
        match segment {
            Segment::Index(index) => format!("[{index}]"),
            Segment::Name(name) => format!(".{}", escaped(name)),
        }
    }

    fn escaped(name: &str) -> String {
        let signs = |ch: char| matches!(ch, '.' | '[' | ']' | '\\').then_some('\\');
        name.chars()
            .flat_map(|ch| signs(ch).into_iter().chain([ch]))
            .collect()
    }

    fn name(text: &str) -> Segment {
        Segment::Name(text.to_owned())
    }

    #[test]
    fn the_semantics_of_glass_easel() {
        for (path, expected) in [
            ("a", vec![name("a")]),
            ("a.b", vec![name("a"), name("b")]),
            ("a..b.", vec![name("a"), name("b")]),
            (".a", vec![name("a")]),
            ("a[0].b", vec![name("a"), Segment::Index(0), name("b")]),
            (
                "a[1][2]",
                vec![name("a"), Segment::Index(1), Segment::Index(2)],
            ),
            ("a[007]", vec![name("a"), Segment::Index(7)]),
            (r"a\.b", vec![name("a.b")]),
            (r"a\[0\]", vec![name("a[0]")]),
            (r"a\\.b", vec![name(r"a\"), name("b")]),
            (r"a\b", vec![name(r"a\b")]),
            (r"a\", vec![name(r"a\")]),
            ("ä.日本", vec![name("ä"), name("日本")]),
        ] {
            assert_eq!(parse(path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn what_is_refused() {
        use InvalidPath::*;
        for (path, expected) in [
            ("", Empty),
            ("...", Empty),
            ("[0].a", LeadingIndex),
            ("a[", Bracket { at: 1 }),
            ("a[]", Bracket { at: 1 }),
            ("a[b]", Bracket { at: 1 }),
            ("a[-1]", Bracket { at: 1 }),
            ("a]", Bracket { at: 1 }),
            ("a[0]b", AfterIndex { at: 4 }),
            ("__proto__.x", Reserved("__proto__")),
            ("a.constructor", Reserved("constructor")),
            ("a.prototype.b", Reserved("prototype")),
        ] {
            assert_eq!(parse(path), Err(expected), "{path}");
        }
        assert_eq!(
            parse("a[99999999999999999999999]").unwrap()[1],
            Segment::Index(usize::MAX)
        );
    }

    #[test]
    fn length_and_depth_at_the_limit_and_one_past() {
        let longest = "a".repeat(MAX_PATH_BYTES);
        assert!(parse(&longest).is_ok());
        assert_eq!(
            parse(&(longest + "a")),
            Err(InvalidPath::TooLong(MAX_PATH_BYTES + 1))
        );
        let deepest = vec!["a"; MAX_SEGMENTS].join(".");
        assert!(parse(&deepest).is_ok());
        assert_eq!(parse(&(deepest + "[0]")), Err(InvalidPath::TooDeep));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(path in "\\PC{0,80}") {
            let _ = parse(&path);
        }

        #[test]
        fn brackets_and_dots_in_any_order(path in r"[a.\[\]\\0-9]{0,40}") {
            if let Ok(segments) = parse(&path) {
                prop_assert!(matches!(segments.first(), Some(Segment::Name(_))));
            }
        }

        #[test]
        fn a_path_written_out_is_read_alike(path in r"[ab.\[\]\\0-9ä]{0,40}") {
            if let Ok(segments) = parse(&path) {
                let written: String = segments.iter().map(written).collect();
                prop_assert_eq!(parse(&written), Ok(segments));
            }
        }

        #[test]
        fn no_reserved_name_gets_through(
            reserved in prop::sample::select(&REFUSED_NAMES[..]),
            signs in prop::collection::vec((0_usize..12, prop::sample::select(vec![".", "\\", "\\\\", "\\.", "[0]", "..", "[", "]"])), 0..3),
            before in prop::sample::select(vec!["", "a.", ".", "a[0].", "a[0]", "\\"]),
            after in prop::sample::select(vec!["", ".a", ".", "[0]", "\\"]),
        ) {
            let mut path = reserved.to_owned();
            for (place, sign) in signs {
                path.insert_str(place.min(path.len()), sign);
            }
            path = format!("{before}{path}{after}");
            for segment in parse(&path).unwrap_or_default() {
                if let Segment::Name(name) = segment {
                    prop_assert!(!REFUSED_NAMES.contains(&name.as_str()), "{path}");
                }
            }
        }

        #[test]
        fn an_escaped_name_is_one_segment(text in "[a-z.\\[\\]\\\\]{1,20}") {
            prop_assert_eq!(parse(&escaped(&text)), Ok(vec![Segment::Name(text)]));
        }
    }
}
