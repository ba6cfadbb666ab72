//! A page that a test has opened, and the calls that the real host would make; must not know what they do.

use super::Host;
use crate::error::Result;
use crate::event::Event;
use crate::page::{Page, PageHandle};
use crate::query::Query;
use serde_json::Value;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

/// A page that a test has opened. It dereferences to the page's value.
pub struct OpenPage<P> {
    pub(super) host: Host,
    pub(super) handle: PageHandle,
    pub(super) query: Query,
    pub(super) page: Rc<P>,
}

impl<P: Page> OpenPage<P> {
    /// Calls [`Page::on_load`] with the query that the page was opened with.
    ///
    /// # Errors
    /// Fails if the call does.
    pub fn load(&self) -> Result<()> {
        self.host
            .block_on(self.page.on_load(self.handle, self.query.clone()))
    }

    /// Calls [`Page::on_ready`].
    ///
    /// # Errors
    /// Fails if the call does.
    pub fn ready(&self) -> Result<()> {
        self.host.block_on(self.page.on_ready(self.handle))
    }

    /// Calls [`Page::on_show`].
    ///
    /// # Errors
    /// Fails if the call does.
    pub fn show(&self) -> Result<()> {
        self.host.block_on(self.page.on_show(self.handle))
    }

    /// Calls [`Page::on_hide`].
    ///
    /// # Errors
    /// Fails if the call does.
    pub fn hide(&self) -> Result<()> {
        self.host.block_on(self.page.on_hide(self.handle))
    }

    /// Closes the page and calls [`Page::on_unload`]; setting data fails from here on.
    ///
    /// # Errors
    /// Fails if the call does.
    pub fn unload(&self) -> Result<()> {
        self.host.state.borrow_mut().close_page(self.handle.id());
        self.host.block_on(self.page.on_unload(self.handle))
    }

    /// Calls [`Page::on_event`] with what happened.
    ///
    /// # Errors
    /// Fails if the call does.
    pub fn event(&self, handler: &str, detail: Value) -> Result<()> {
        self.event_on(handler, detail, Value::Object(serde_json::Map::new()))
    }

    /// Calls [`Page::on_event`] with what happened and the `data-*` attributes of the element.
    ///
    /// # Errors
    /// Fails if the call does.
    pub fn event_on(&self, handler: &str, detail: Value, dataset: Value) -> Result<()> {
        let event = Event::new(handler.into(), detail.to_string(), dataset.to_string());
        self.host.block_on(self.page.on_event(self.handle, event))
    }

    /// The value that was last set at exactly this path; null if there is none.
    pub fn data(&self, path: &str) -> Value {
        self.host.state.borrow().data(self.handle.id(), path)
    }

    /// The page's handle, as its calls get it.
    pub fn handle(&self) -> PageHandle {
        self.handle
    }
}

impl<P> Deref for OpenPage<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.page
    }
}

impl<P> fmt::Debug for OpenPage<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenPage")
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}
