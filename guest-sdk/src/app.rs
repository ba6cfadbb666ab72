//! The life of the app as a whole; must not know its pages.

use crate::error::{Context, Result};
use crate::host;
use crate::query::Query;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::any::type_name;
use std::future::{Future, ready};
use std::rc::Rc;

/// A mini-app as a whole. Its state is a value of this type, made by [`Default`] at the launch, that pages
/// reach through [`current`].
pub trait App: Default + 'static {
    /// Called once, before everything else. An error ends the launch.
    fn on_launch(&self, launch: Launch) -> impl Future<Output = Result<()>> {
        let _ = launch;
        ready(Ok(()))
    }

    /// The app came to the foreground.
    fn on_show(&self, launch: Launch) -> impl Future<Output = Result<()>> {
        let _ = launch;
        ready(Ok(()))
    }

    /// The app went to the background, or is about to be closed.
    fn on_hide(&self) -> impl Future<Output = Result<()>> {
        ready(Ok(()))
    }

    /// The app is about to be ended to make room for others: what it returns, at most 256 KiB of JSON, it
    /// gets back by [`on_restore`](App::on_restore) when the user comes back to it.
    ///
    /// ```
    /// # use miniapp_guest::{prelude::*, testing::Host};
    /// # use std::cell::RefCell;
    /// #[derive(Default)]
    /// struct Notes {
    ///     draft: RefCell<String>,
    /// }
    ///
    /// impl App for Notes {
    ///     async fn on_save(&self) -> Result<Option<Value>> {
    ///         Ok(Some(json!({ "draft": *self.draft.borrow() })))
    ///     }
    ///
    ///     async fn on_restore(&self, state: Value) -> Result<()> {
    ///         *self.draft.borrow_mut() = state["draft"].as_str().unwrap_or_default().to_owned();
    ///         Ok(())
    ///     }
    /// }
    /// # let host = Host::new();
    /// # let notes = Notes::default();
    /// # host.block_on(notes.on_restore(json!({ "draft": "Dear" }))).unwrap();
    /// # assert_eq!(host.block_on(notes.on_save()).unwrap(), Some(json!({ "draft": "Dear" })));
    /// ```
    fn on_save(&self) -> impl Future<Output = Result<Option<Value>>> {
        ready(Ok(None))
    }

    /// What an earlier life of the app has saved. Called after [`on_launch`](App::on_launch); the page that
    /// was on top then is opened first.
    fn on_restore(&self, state: Value) -> impl Future<Output = Result<()>> {
        let _ = state;
        ready(Ok(()))
    }
}

/// An app that keeps nothing and does nothing.
impl App for () {}

/// The running app, for its pages.
///
/// # Errors
/// Fails if the running app is of another type.
pub fn current<A: App>() -> Result<Rc<A>> {
    let app = host::current_app().and_then(|app| app.downcast().ok());
    app.context(format_args!("the running app is no {}", type_name::<A>()))
}

/// How a mini-app was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launch {
    /// The page that is opened first.
    pub path: String,
    /// The query of the address.
    pub query: Query,
    /// The part of the address after `#`.
    pub fragment: Option<String>,
    /// The app id of the mini-app that opened this one.
    pub referrer: Option<String>,
    /// What the opener handed over, as JSON text.
    pub extra: Option<String>,
}

impl Launch {
    /// What the opener handed over, if anything.
    ///
    /// # Errors
    /// Fails if it is of another shape.
    pub fn extra<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.extra
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .context("what the opener handed over")
    }
}
