//! Owns walking a manifest's tree with errors that point into its text: a value is asked for the
//! type it should have, a mapping for its keys. Must not know which keys a manifest has.

use crate::manifest_error::{Complaint, ManifestError};
use crate::nearest::nearest;
use crate::quote::{MAX_QUOTED_CHARS, is_deceptive, listed, quoted, shortened};
use crate::source::Source;
use crate::yaml::{Content, Document, Key, Node, Place};

/// A node of a manifest's tree.
#[derive(Clone, Copy)]
pub(crate) struct Value<'d> {
    document: &'d Document,
    node: &'d Node,
}

/// The entries of a mapping, whose keys are known to be valid.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'d> {
    document: &'d Document,
    place: Place,
    entries: &'d [(Key, Node)],
}

impl<'d> Value<'d> {
    pub(crate) fn new(document: &'d Document, node: &'d Node) -> Self {
        Self { document, node }
    }

    pub(crate) fn document(&self) -> &'d Document {
        self.document
    }

    pub(crate) fn place(&self) -> Place {
        self.node.place
    }

    pub(crate) fn source(&self) -> Source {
        self.document.source(self.node.place)
    }

    /// An error about this value.
    pub(crate) fn error(&self, complaint: impl Into<Complaint>) -> ManifestError {
        self.document.error(self.node.place, complaint.into())
    }

    /// The value as text.
    pub(crate) fn text(&self) -> Result<&'d str, ManifestError> {
        match &self.node.content {
            Content::Text(text) => Ok(text),
            Content::Number | Content::Boolean(_) => {
                let written = self.document.slice(self.node.place);
                let escaped = written.escape_default().to_string();
                Err(self.error(self.unexpected("a text").help(format!(
                    "write it in quotes: \"{}\"",
                    shortened(&escaped, MAX_QUOTED_CHARS)
                ))))
            }
            _ => Err(self.error(self.unexpected("a text"))),
        }
    }

    /// The value as it is written, be it a text or a number that should have been one.
    pub(crate) fn scalar(&self, expected: &str) -> Result<&'d str, ManifestError> {
        match &self.node.content {
            Content::Text(text) => Ok(text),
            Content::Number => Ok(self.document.slice(self.node.place)),
            _ => Err(self.error(self.unexpected(expected))),
        }
    }

    /// The value as a text for people: of 1 to `most` characters, all of them visible.
    pub(crate) fn prose(&self, most: usize) -> Result<&'d str, ManifestError> {
        let text = self.text()?;
        let length = text.chars().count();
        if text.trim().is_empty() {
            Err(self.error(Complaint::new("expected a text, came an empty one")))
        } else if length > most {
            Err(self.error(Complaint::new(format!(
                "the text has {length} characters, more than {most}"
            ))))
        } else if let Some(ch) = text.chars().find(|&ch| is_deceptive(ch)) {
            Err(self.error(
                Complaint::new(format!(
                    "the text has the invisible character {}",
                    quoted(ch.encode_utf8(&mut [0; 4]))
                ))
                .help("remove it: the text is shown to people, on one line"),
            ))
        } else {
            Ok(text)
        }
    }

    /// The value as `true` or `false`.
    pub(crate) fn boolean(&self) -> Result<bool, ManifestError> {
        match &self.node.content {
            Content::Boolean(value) => Ok(*value),
            _ => Err(self.error(
                self.unexpected("a boolean")
                    .help("write `true` or `false`, without quotes"),
            )),
        }
    }

    /// The value as one of the texts of `choices`.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, ManifestError> {
        let names = || choices.iter().map(|(name, _)| *name);
        let Content::Text(text) = &self.node.content else {
            return Err(self.error(self.unexpected(&listed(names()))));
        };
        if let Some((_, choice)) = choices.iter().find(|(name, _)| name == text) {
            return Ok(*choice);
        }
        let help = match (nearest(text, names()), choices.len()) {
            (Some(name), _) => format!("did you mean `{name}`?"),
            (None, 1) => "it is the only valid value".to_owned(),
            (None, _) => "choose one of them".to_owned(),
        };
        Err(self.error(
            Complaint::new(format!(
                "expected {}, came {}",
                listed(names()),
                quoted(text)
            ))
            .help(help),
        ))
    }

    /// The value as a list of at most `most` items.
    pub(crate) fn list(
        self,
        most: usize,
    ) -> Result<impl ExactSizeIterator<Item = Value<'d>>, ManifestError> {
        let Content::List(items) = &self.node.content else {
            return Err(self.error(self.unexpected("a list").help("write it as `[one, two]`")));
        };
        if let Some(extra) = items.get(most) {
            let complaint = format!("the list has {} items, more than {most}", items.len());
            return Err(Value::new(self.document, extra).error(Complaint::new(complaint)));
        }
        Ok(items
            .iter()
            .map(move |item| Value::new(self.document, item)))
    }

    /// The value as a mapping that has no keys but `valid`.
    pub(crate) fn fields(self, valid: &[&str]) -> Result<Fields<'d>, ManifestError> {
        let Content::Map(entries) = &self.node.content else {
            let expected = format!("a mapping with {}", listed(valid.iter().copied()));
            return Err(self.error(self.unexpected(&expected)));
        };
        for (key, _) in entries {
            if !valid.contains(&key.name.as_str()) {
                let help = match nearest(&key.name, valid.iter().copied()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("the valid keys are {}", listed(valid.iter().copied())),
                };
                let complaint = Complaint::new(format!("unknown key {}", quoted(&key.name)));
                return Err(self.document.error(key.place, complaint.help(help)));
            }
        }
        Ok(Fields {
            document: self.document,
            place: self.node.place,
            entries,
        })
    }

    /// Says that `expected` was expected, and what came instead.
    pub(crate) fn unexpected(&self, expected: &str) -> Complaint {
        let written = || quoted(self.document.slice(self.node.place));
        let came = match &self.node.content {
            Content::Nothing => {
                return Complaint::new(format!("expected {expected}, came nothing"))
                    .help("give a value, or remove the key if it is optional");
            }
            Content::Boolean(_) => format!("the boolean {}", written()),
            Content::Number => format!("the number {}", written()),
            Content::Text(text) => format!("the text {}", quoted(text)),
            Content::List(_) => "a list".to_owned(),
            Content::Map(_) => "a mapping".to_owned(),
        };
        Complaint::new(format!("expected {expected}, came {came}"))
    }

    /// Whether the value is a list or a mapping.
    pub(crate) fn is_collection(&self) -> bool {
        matches!(self.node.content, Content::List(_) | Content::Map(_))
    }

    /// The last item of a list; none for anything else.
    pub(crate) fn last_item(self) -> Option<Value<'d>> {
        match &self.node.content {
            Content::List(items) => items.last().map(|item| Value::new(self.document, item)),
            _ => None,
        }
    }
}

impl<'d> Fields<'d> {
    /// The value of the key `name`, if it is given.
    pub(crate) fn optional(&self, name: &str) -> Option<Value<'d>> {
        let (_, node) = self.entries.iter().find(|(key, _)| key.name == name)?;
        Some(Value::new(self.document, node))
    }

    /// The value of the key `name`; `example` is a line that would give it.
    pub(crate) fn required(&self, name: &str, example: &str) -> Result<Value<'d>, ManifestError> {
        self.optional(name).ok_or_else(|| {
            let complaint = Complaint::new(format!("the key `{name}` is missing"));
            let help = format!("add `{example}`");
            self.document.error(self.place, complaint.help(help))
        })
    }
}
