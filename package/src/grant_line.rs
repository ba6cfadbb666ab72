//! Owns which line of a manifest to edit, and how, so that a list there gains an entry. Must not know
//! what the lists mean.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::quote::{push_visible, shortened};
use crate::snippet::line_of;
use crate::source::shown_file;
use crate::value::Value;

/// Most characters of a line that are repeated on either side of the new entry; a longer line (a
/// manifest on a single line) is cut, and the cut marked with `…`.
pub const MAX_GRANT_CONTEXT_CHARS: usize = 256;

/// One edit of a manifest that would grant something.
///
/// Shown as `partner.yaml:5: permissions: ["user:readProfile", "storage:local"]`; a line to be
/// inserted has `(new line)` at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantLine {
    /// The name of the manifest.
    pub file: Arc<str>,
    /// The line to edit, counted from 1.
    pub line: u32,
    /// Whether the text replaces that line or is inserted before it.
    pub edit: Edit,
    /// The blanks in front of the text.
    pub indent: usize,
    /// The whole line without its indentation, invisible characters escaped.
    pub text: String,
}

/// How a [`GrantLine`] is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// The text takes the place of the line.
    Replace,
    /// The text becomes a line of its own, before the one that has the number now.
    Insert,
}

impl fmt::Display for GrantLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", shown_file(&self.file), self.line, self.text)?;
        match self.edit {
            Edit::Replace => Ok(()),
            Edit::Insert => f.write_str(" (new line)"),
        }
    }
}

/// A place in a manifest where a list can gain an entry. Finding it is cheap; the line is made up only
/// when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    file: Arc<str>,
    text: Arc<str>,
    spot: Spot,
    before: Cow<'static, str>,
    after: &'static str,
}

/// Where in the text a [`Slot`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    /// Within a line, in front of this byte.
    Within(usize),
    /// On a new line below the one that holds this byte, with this indentation.
    Below(usize, usize),
    /// On a new line above the first item of the block list that begins on this line.
    AboveItem(u32),
}

impl Slot {
    /// A place for one more item of `list`.
    pub(crate) fn in_list(list: Value<'_>) -> Self {
        let place = list.place();
        let (spot, before, after) = if !is_flow(list) {
            (Spot::AboveItem(place.line), "- ", "")
        } else {
            match list.last_item() {
                Some(last) if !last.is_collection() => (Spot::Within(last.place().end), ", ", ""),
                Some(_) => (Spot::Within(place.start + 1), "", ", "),
                None => (Spot::Within(place.start + 1), "", ""),
            }
        };
        Self::new(list, spot, before.into(), after)
    }

    /// A place for a new key in `map`, after the one whose value is the scalar `previous`; `before`
    /// and `after` are what encloses the entry.
    pub(crate) fn in_map(
        map: Value<'_>,
        previous: Option<Value<'_>>,
        before: &'static str,
        after: &'static str,
    ) -> Self {
        let place = map.place();
        let (spot, before) = match previous.map(|previous| previous.place().end) {
            Some(end) if is_flow(map) => (Spot::Within(end), format!(", {before}").into()),
            Some(end) => {
                let indent = place.column.saturating_sub(1) as usize;
                (Spot::Below(end, indent), before.into())
            }
            None => (Spot::Within(place.start + 1), before.into()),
        };
        Self::new(map, spot, before, after)
    }

    fn new(
        collection: Value<'_>,
        spot: Spot,
        before: Cow<'static, str>,
        after: &'static str,
    ) -> Self {
        let document = collection.document();
        Self {
            file: Arc::clone(&document.file),
            text: Arc::clone(&document.text),
            spot,
            before,
            after,
        }
    }

    /// The edit that puts `entry` there.
    pub(crate) fn line_for(&self, entry: &str) -> GrantLine {
        let text = format!("{}{entry}{}", self.before, self.after);
        let (line, edit, indent, text) = match self.spot {
            Spot::Within(at) => {
                let (head, tail) = around(&self.text, at);
                let trimmed = head.trim_start();
                let indent = head.len() - trimmed.len();
                let (head, tail) = (
                    last_chars(trimmed),
                    shortened(tail, MAX_GRANT_CONTEXT_CHARS),
                );
                let line = line_at(&self.text, at);
                (line, Edit::Replace, indent, format!("{head}{text}{tail}"))
            }
            Spot::Below(at, indent) => (line_at(&self.text, at) + 1, Edit::Insert, indent, text),
            Spot::AboveItem(line) => {
                let (line, indent) = first_dash(&self.text, line).unwrap_or((line, 0));
                (line, Edit::Insert, indent, text)
            }
        };
        GrantLine {
            file: Arc::clone(&self.file),
            line,
            edit,
            indent,
            text,
        }
    }
}

/// Whether a list or mapping is written with brackets.
fn is_flow(collection: Value<'_>) -> bool {
    let start = collection.place().start;
    let written = collection.document().text.as_bytes().get(start);
    matches!(written, Some(b'[' | b'{'))
}

/// The line and the indentation of the first dash of a block list that begins on `line`, or above it:
/// where the dashes stand below the list's own key, the reader gives the place behind the first dash.
fn first_dash(text: &str, line: u32) -> Option<(u32, usize)> {
    (1..=line).rev().find_map(|line| {
        let whole = line_of(text, line)?;
        let trimmed = whole.trim_start();
        let indent = whole.len() - trimmed.len();
        trimmed.starts_with('-').then_some((line, indent))
    })
}

/// The line that holds the byte `at`, split in front of it, without blanks at its end.
fn around(text: &str, at: usize) -> (&str, &str) {
    let (head, tail) = text.split_at_checked(at).unwrap_or((text, ""));
    let head = head.rsplit(['\n', '\r']).next().unwrap_or_default();
    let tail = tail.split(['\n', '\r']).next().unwrap_or_default();
    (head, tail.trim_end())
}

/// The number of the line that holds the byte `at`, counted from 1.
fn line_at(text: &str, at: usize) -> u32 {
    let head = text.get(..at).unwrap_or(text);
    let breaks = head.matches('\n').count() + head.matches('\r').count();
    let pairs = head.matches("\r\n").count();
    u32::try_from(breaks - pairs + 1).unwrap_or(u32::MAX)
}

/// The end of `text`, made visible and cut to [`MAX_GRANT_CONTEXT_CHARS`].
fn last_chars(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(MAX_GRANT_CONTEXT_CHARS);
    let mut shown = String::new();
    if skipped > 0 {
        shown.push('…');
    }
    for ch in text.chars().skip(skipped) {
        push_visible(&mut shown, ch);
    }
    shown
}
