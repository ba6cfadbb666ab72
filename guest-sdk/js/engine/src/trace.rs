//! From the places of the engine's stacks to those of the files that people wrote. Knows the
//! form of a stack and of a source map, and nothing of what runs.

use std::fmt::Write as _;

use crate::{Script, prelude};

/// The name of the bundled script in stacks.
pub(crate) const APP: &str = "miniapp:app";

/// Frames that are told of one stack.
const MAX_FRAMES: usize = 32;

/// Where the lines of a script come from.
#[derive(Debug, Default)]
pub(crate) struct Map {
    sources: Vec<String>,
    mappings: String,
}

/// A place in a file: its name, line and column, both from 1.
type Place = (String, u32, u32);

impl Map {
    pub(crate) fn of(script: &Script) -> Self {
        Self {
            sources: script.sources.clone(),
            mappings: script.mappings.clone(),
        }
    }

    /// The place in the original files of a place in the script.
    fn original(&self, line: u32, column: u32) -> Option<Place> {
        if self.mappings.is_empty() {
            let source = self.sources.first()?;
            return Some((source.clone(), line, column));
        }
        let mut found = None;
        // What a segment says is relative to the one before, over all lines.
        let (mut source, mut from_line, mut from_column) = (0_i64, 0_i64, 0_i64);
        for (at, segments) in self.mappings.split(';').enumerate() {
            let at = u32::try_from(at).ok()?.checked_add(1)?;
            if at > line {
                break;
            }
            let mut start = 0_i64;
            for segment in segments.split(',').filter(|segment| !segment.is_empty()) {
                let mut values = Values(segment.bytes());
                start = start.checked_add(values.next()?)?;
                if let (Some(a), Some(b), Some(c)) = (values.next(), values.next(), values.next()) {
                    source = source.checked_add(a)?;
                    from_line = from_line.checked_add(b)?;
                    from_column = from_column.checked_add(c)?;
                    if at == line && start < i64::from(column) {
                        found = Some((source, from_line, from_column));
                    }
                }
            }
        }
        let (source, line, column) = found?;
        let name = self.sources.get(usize::try_from(source).ok()?)?;
        let from_one = |value: i64| u32::try_from(value).ok()?.checked_add(1);
        Some((name.clone(), from_one(line)?, from_one(column)?))
    }

    /// A stack as people read it: places of the original files, without the engine's own.
    pub(crate) fn translate(&self, stack: &str) -> String {
        let mut told = String::new();
        let frames = stack.lines().filter_map(|frame| self.frame(frame));
        for frame in frames.take(MAX_FRAMES) {
            if !told.is_empty() {
                told.push('\n');
            }
            told.push_str(&frame);
        }
        told
    }

    fn frame(&self, frame: &str) -> Option<String> {
        let said = frame.trim().strip_prefix("at ")?;
        let (function, place) = match said
            .strip_suffix(')')
            .and_then(|said| said.rsplit_once(" ("))
        {
            Some((function, place)) => (Some(function), place),
            None => (None, said),
        };
        if place == "native" || place.starts_with(prelude::NAME) {
            return None;
        }
        let mut parts = place.rsplitn(3, ':');
        let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
        let (line, column) = (line.parse().ok()?, column.parse().ok()?);
        let (file, line, column) = match file {
            APP => self.original(line, column)?,
            other => (other.to_owned(), line, column),
        };
        let mut told = String::from("    at ");
        // Writing to a text does not fail.
        let _ = match function.filter(|function| *function != "<anonymous>") {
            Some(function) => write!(told, "{function} ({file}:{line}:{column})"),
            None => write!(told, "{file}:{line}:{column}"),
        };
        Some(told)
    }
}

/// The numbers of a segment: base 64, least significant digit first, sign last.
struct Values<I>(I);

impl<I: Iterator<Item = u8>> Iterator for Values<I> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        let (mut value, mut shift) = (0_i64, 0_u32);
        loop {
            let digit = match self.0.next()? {
                byte @ b'A'..=b'Z' => byte - b'A',
                byte @ b'a'..=b'z' => byte - b'a' + 26,
                byte @ b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            if shift > 30 {
                return None;
            }
            value |= i64::from(digit & 31) << shift;
            shift += 5;
            if digit & 32 == 0 {
                break;
            }
        }
        let size = value >> 1;
        Some(if value & 1 == 1 { -size } else { size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_name_the_original_files() {
        let map = Map {
            sources: vec!["pages/index.js".to_owned(), "utils.js".to_owned()],
            // Line 2: column 0 is utils.js 1:1, column 10 is pages/index.js 5:3.
            mappings: ";ACAA,UDIE".to_owned(),
        };
        let stack = "    at boom (miniapp:app:2:3)\n    at onLoad (miniapp:app:2:12)\n    at forEach (native)\n    at open (miniapp:prelude:9:1)\n    at <anonymous> (miniapp:app:2:11)\n";
        assert_eq!(
            map.translate(stack),
            "    at boom (utils.js:1:1)\n    at onLoad (pages/index.js:5:3)\n    at pages/index.js:5:3"
        );
    }

    #[test]
    fn without_mappings_there_is_one_file() {
        let map = Map {
            sources: vec!["campaign.js".to_owned()],
            mappings: String::new(),
        };
        assert_eq!(
            map.translate("    at f (miniapp:app:7:4)"),
            "    at f (campaign.js:7:4)"
        );
        assert_eq!(
            map.translate("nonsense\n    at x (miniapp:app:99999999999:1)"),
            ""
        );
    }

    #[test]
    fn mappings_that_are_none_are_no_place() {
        for mappings in ["!", "gggggggggg", ";;AAAA", "A,A,A", "D", "ADDD"] {
            let map = Map {
                sources: vec!["a.js".to_owned()],
                mappings: mappings.to_owned(),
            };
            let _ = map.translate("    at f (miniapp:app:1:1)");
        }
    }
}
