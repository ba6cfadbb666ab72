//! What happened in a page; must not know what handles it.

use crate::error::{Error, Result, code};
use serde::de::DeserializeOwned;

/// An event that the page's template binds to a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    handler: String,
    detail: String,
    dataset: String,
}

impl Event {
    pub(crate) fn new(handler: String, detail: String, dataset: String) -> Self {
        Self {
            handler,
            detail,
            dataset,
        }
    }

    /// The handler's name in the template, such as `onTap`.
    pub fn handler(&self) -> &str {
        &self.handler
    }

    /// What happened, such as `{"value": "typed text"}`.
    ///
    /// # Errors
    /// Fails if it is of another shape.
    pub fn detail<T: DeserializeOwned>(&self) -> Result<T> {
        self.read("detail", &self.detail)
    }

    /// The `data-*` attributes of the element, an object.
    ///
    /// # Errors
    /// Fails if it is of another shape.
    pub fn dataset<T: DeserializeOwned>(&self) -> Result<T> {
        self.read("dataset", &self.dataset)
    }

    fn read<T: DeserializeOwned>(&self, part: &str, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|error| {
            Error::new(
                code::INVALID_ARGUMENT,
                format!("{part} of {}: {error}", self.handler),
            )
        })
    }
}
