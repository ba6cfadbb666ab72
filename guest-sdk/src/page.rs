//! A page: what its author implements and the handle to its data; must not know how it is called.

use crate::error::Result;
use crate::event::Event;
use crate::host;
use crate::query::Query;
use serde::Serialize;
use std::future::{Future, ready};

/// A page of a mini-app. Its state is a value of this type, made by [`Default`] for each opened page.
///
/// Several calls may be under way at once: an event may come while [`on_load`](Page::on_load) still waits.
/// Therefore they get `&self`; what changes lives in a [`Cell`](std::cell::Cell) or
/// [`RefCell`](std::cell::RefCell), borrowed only between two `.await`s.
///
/// What a call waits for must come from the host: a request, a timer. For calls that wait for one another,
/// through a channel for instance, turn on this crate's feature `wake-across-calls`; without it such a
/// call traps.
///
/// An error that a call returns is reported as uncaught; the mini-app lives on.
pub trait Page: Default + 'static {
    /// The page was opened.
    fn on_load(&self, page: PageHandle, query: Query) -> impl Future<Output = Result<()>> {
        let _ = (page, query);
        ready(Ok(()))
    }

    /// The page was rendered for the first time.
    fn on_ready(&self, page: PageHandle) -> impl Future<Output = Result<()>> {
        let _ = page;
        ready(Ok(()))
    }

    /// The page is visible.
    fn on_show(&self, page: PageHandle) -> impl Future<Output = Result<()>> {
        let _ = page;
        ready(Ok(()))
    }

    /// The page is covered by another one, or the app went to the background.
    fn on_hide(&self, page: PageHandle) -> impl Future<Output = Result<()>> {
        let _ = page;
        ready(Ok(()))
    }

    /// The page is gone, and its data with it. The value is dropped after the last call returns.
    fn on_unload(&self, page: PageHandle) -> impl Future<Output = Result<()>> {
        let _ = page;
        ready(Ok(()))
    }

    /// Something happened that the page's template binds a handler to.
    fn on_event(&self, page: PageHandle, event: Event) -> impl Future<Output = Result<()>> {
        let _ = (page, event);
        ready(Ok(()))
    }
}

/// An opened page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageHandle {
    id: u32,
    path: &'static str,
}

impl PageHandle {
    pub(crate) fn new(id: u32, path: &'static str) -> Self {
        Self { id, path }
    }

    /// Names the page for as long as it is open.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Its path in the app manifest.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Sets one value of the page's data, of which its view is made. The path is a data path, such as
    /// `offers`, `user.name` or `offers[0].title`.
    ///
    /// # Errors
    /// Fails if the path or the value is refused, or the page no longer open.
    pub fn set_data(
        &self,
        path: impl Into<String>,
        value: &(impl Serialize + ?Sized),
    ) -> Result<()> {
        self.update().set(path, value)?.apply()
    }

    /// Collects changes to be made together, all or none.
    pub fn update(&self) -> Update {
        Update {
            page: self.id,
            changes: Vec::new(),
        }
    }
}

/// Changes of a page's data that are made together.
///
/// ```
/// # use miniapp_guest::{prelude::*, testing::Host};
/// # #[derive(Default)] struct Index;
/// # impl Page for Index {
/// # async fn on_ready(&self, page: PageHandle) -> Result<()> {
/// page.update().set("title", "Offers")?.set("offers[0].claimed", &true)?.apply()
/// # }}
/// # let page = Host::new().open::<Index>("pages/index", []);
/// # page.ready().unwrap();
/// # assert_eq!(page.data("offers[0].claimed"), true);
/// ```
#[derive(Debug)]
#[must_use = "changes are made by `apply`"]
pub struct Update {
    page: u32,
    changes: Vec<(String, String)>,
}

impl Update {
    /// Sets a value.
    ///
    /// # Errors
    /// Fails if the value cannot be written as JSON.
    pub fn set(self, path: impl Into<String>, value: &(impl Serialize + ?Sized)) -> Result<Self> {
        let text = serde_json::to_string(value)?;
        Ok(self.set_json(path, text))
    }

    /// Sets a value that is JSON text already.
    pub fn set_json(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.changes.push((path.into(), text.into()));
        self
    }

    /// Makes the changes in their order.
    ///
    /// # Errors
    /// Fails, and changes nothing, if a path or value is refused, or the page no longer open.
    pub fn apply(self) -> Result<()> {
        host::set_data(self.page, self.changes)
    }
}
