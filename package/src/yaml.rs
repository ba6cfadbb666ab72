//! Owns reading YAML text into a tree of nodes that know where they stand, within limits. Must not
//! know what a manifest says.
//!
//! A manifest is read by people who decide what a stranger's program may do, so whatever makes a
//! YAML text mean something else than it seems to say is refused: anchors, aliases, merge keys,
//! tags, repeated keys, further documents. With anchors go the bombs that are built of them.

use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{
    Error, Location, MergeKeyPolicy, MessageFormatter, NonFiniteFloatPolicy, Spanned,
    UserMessageFormatter,
};

use crate::manifest_error::{Complaint, ManifestError};
use crate::quote::{quoted, shortened};
use crate::snippet::Snippet;
use crate::source::Source;

/// Largest manifest in bytes: a hundred times the ones we have seen.
pub const MAX_MANIFEST_BYTES: usize = 64 * 1024;

/// Deepest nesting of lists and mappings; the manifests themselves need 6.
pub const MAX_MANIFEST_DEPTH: usize = 16;

/// Most characters of a message of the YAML reader that are repeated.
const MAX_READER_MESSAGE_CHARS: usize = 200;

/// A manifest's text under its name.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) file: Arc<str>,
    pub(crate) text: Arc<str>,
}

/// Where a node or a key stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Counted from 1.
    pub(crate) line: u32,
    /// In characters, counted from 1.
    pub(crate) column: u32,
    /// The first byte in the document's text.
    pub(crate) start: usize,
    /// One past the last byte for a scalar or a key; `start` or one past it for a collection.
    pub(crate) end: usize,
}

/// A value and its place.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) content: Content,
}

/// A value.
#[derive(Debug)]
pub(crate) enum Content {
    Nothing,
    Boolean(bool),
    Number,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping and its place.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) place: Place,
}

impl Document {
    /// Reads `text` as one YAML document.
    pub(crate) fn parse(file: &str, text: &str) -> Result<(Self, Node), ManifestError> {
        if text.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::of_file(file, too_large(text.len() as u64)));
        }
        let document = Self {
            file: file.into(),
            text: text.strip_prefix('\u{feff}').unwrap_or(text).into(),
        };
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_anchors: 0,
                max_aliases: 0,
                max_documents: 1,
                max_depth: MAX_MANIFEST_DEPTH,
            },
            emit_comments: false,
            ignore_binary_tag_for_string: true,
            merge_keys: MergeKeyPolicy::Error,
            non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
            reject_unsupported_tags: true,
            strict_booleans: true,
            with_snippet: false,
        };
        match serde_saphyr::from_str_with_options::<Node>(&document.text, options) {
            Ok(node) if matches!(node.content, Content::Nothing) => {
                let complaint = Complaint::new("the manifest is empty");
                Err(ManifestError::of_file(
                    file,
                    complaint.help("is this the right file?"),
                ))
            }
            Ok(node) => Ok((document, node)),
            Err(error) => {
                let complaint = explain(&error);
                Err(match error.location() {
                    Some(location) if location != Location::UNKNOWN => {
                        document.error(location.into(), complaint)
                    }
                    _ => ManifestError::of_file(file, complaint),
                })
            }
        }
    }

    /// An error about what stands at `place`.
    pub(crate) fn error(&self, place: Place, complaint: Complaint) -> ManifestError {
        let width = self
            .slice(place)
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        let snippet = Snippet::cut(&self.text, place.line, place.column, width);
        ManifestError::at(self.source(place), snippet, complaint)
    }

    /// The public form of a place.
    pub(crate) fn source(&self, place: Place) -> Source {
        Source {
            file: Arc::clone(&self.file),
            line: place.line,
            column: place.column,
        }
    }

    /// What is written at `place`; empty for a collection.
    pub(crate) fn slice(&self, place: Place) -> &str {
        self.text.get(place.start..place.end).unwrap_or_default()
    }
}

/// What is said of a manifest of `size` bytes that is too large.
pub(crate) fn too_large(size: u64) -> Complaint {
    Complaint::new(format!(
        "the manifest has {size} bytes, more than {MAX_MANIFEST_BYTES}"
    ))
    .help("a manifest names hosts and permissions only: is this the right file?")
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        let byte = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok());
        let span = location.span();
        let start = byte(span.byte_offset()).unwrap_or(usize::MAX);
        Self {
            line: number(location.line()),
            column: number(location.column()),
            start,
            end: start.saturating_add(byte(span.byte_len()).unwrap_or(0)),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Content>::deserialize(deserializer)?;
        Ok(Self {
            place: spanned.referenced.into(),
            content: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<String>::deserialize(deserializer)?;
        Ok(Self {
            place: spanned.referenced.into(),
            name: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text, a number, a boolean, a list or a mapping")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Content, E> {
        Ok(Content::Nothing)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Content, E> {
        Ok(Content::Boolean(value))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Content, E> {
        Ok(Content::Number)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Content, E> {
        Ok(Content::Number)
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<Content, E> {
        Ok(Content::Number)
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<Content, E> {
        Ok(Content::Number)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Content, E> {
        Ok(Content::Number)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Content, E> {
        Ok(Content::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Content::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Content::Map(entries))
    }
}

/// The YAML reader's error in the words of the manifests.
fn explain(error: &Error) -> Complaint {
    match error {
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().map_or_else(|| "key".to_owned(), quoted);
            Complaint::new(format!("{key} is given twice")).help("keep one of them")
        }
        Error::MergeKeyNotAllowed { .. } => {
            Complaint::new("a merge key (`<<`) is not accepted in a manifest")
                .help("write the entries out")
        }
        Error::UnsupportedTag { tag, .. } => Complaint::new(format!(
            "the tag {} is not accepted in a manifest",
            quoted(tag)
        ))
        .help("write the value without a tag, in double quotes if it is text"),
        Error::NullIntoString { .. } | Error::Unexpected { .. } => {
            Complaint::new("expected a text as the key")
        }
        Error::MultipleDocuments { .. }
        | Error::Budget {
            breach: BudgetBreach::Documents { .. },
            ..
        } => Complaint::new("a second document begins here")
            .help("a manifest is one document: remove `---` and what follows"),
        Error::UnknownAnchor { .. }
        | Error::Budget {
            breach: BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. },
            ..
        } => Complaint::new("an anchor (`&`) or alias (`*`) is not accepted in a manifest").help(
            "write the value out where it is used, in double quotes if it begins with a sign",
        ),
        Error::Budget {
            breach: BudgetBreach::Depth { .. },
            ..
        } => Complaint::new(format!(
            "lists and mappings are nested more than {MAX_MANIFEST_DEPTH} deep"
        )),
        other => {
            let message = UserMessageFormatter.format_message(other);
            let complaint = Complaint::new(format!(
                "not valid YAML: {}",
                shortened(&message, MAX_READER_MESSAGE_CHARS)
            ));
            if message.contains("tabs ") {
                complaint.help("indent with spaces")
            } else {
                complaint
            }
        }
    }
}
