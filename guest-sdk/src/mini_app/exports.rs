//! The exports of a component: one app, and the open pages by their ids; must not know their types.

use super::{AppCalls, Definition, PageCalls, PageDefinition};
use crate::app::Launch;
use crate::bindings::exports::miniapp::host::{lifecycle, page, state};
use crate::bindings::miniapp::host::event::PageEvent;
use crate::bindings::miniapp::host::launch::LaunchOptions;
use crate::bindings::miniapp::host::types;
use crate::error::{Context, Error, Result, code};
use crate::event::Event;
use crate::host;
use crate::log::Level;
use crate::page::PageHandle;
use crate::query::Query;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::rc::Rc;

type OpenPage = (PageHandle, Rc<dyn PageCalls>);

thread_local! {
    static APP: RefCell<Option<Rc<dyn AppCalls>>> = const { RefCell::new(None) };
    static PAGES: RefCell<Vec<OpenPage>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn current_app() -> Option<Rc<dyn Any>> {
    APP.with_borrow(|app| app.clone().map(|app| app as Rc<dyn Any>))
}

/// The app. The first call of a mini-app makes it, and arranges for panics to be logged.
fn app<D: Definition>() -> Rc<dyn AppCalls> {
    if let Some(app) = APP.with_borrow(Clone::clone) {
        return app;
    }
    panic::set_hook(Box::new(log_panic));
    let app = (D::APP.make)();
    APP.set(Some(app.clone()));
    app
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("a value that is no text");
    let line = match panic.location() {
        Some(location) => format!("panicked at {location}: {message}"),
        None => format!("panicked: {message}"),
    };
    host::log(Level::Error, &line);
}

fn open<D: Definition>(id: u32, path: &str) -> Result<OpenPage> {
    let Some(definition) = D::PAGES.iter().find(|definition| definition.path == path) else {
        let paths: Vec<_> = D::PAGES
            .iter()
            .map(|PageDefinition { path, .. }| *path)
            .collect();
        let message = format!(
            "there is no page `{path}`; the pages are {}",
            paths.join(", ")
        );
        return Err(Error::new(code::NOT_FOUND, message));
    };
    let page = (PageHandle::new(id, definition.path), (definition.make)());
    PAGES.with_borrow_mut(|pages| pages.push(page.clone()));
    Ok(page)
}

fn opened(id: u32) -> Result<OpenPage> {
    let page = PAGES.with_borrow(|pages| pages.iter().find(|(page, _)| page.id() == id).cloned());
    page.ok_or_else(|| Error::new(code::NOT_FOUND, format!("page {id} is not open")))
}

impl From<LaunchOptions> for Launch {
    fn from(options: LaunchOptions) -> Self {
        let LaunchOptions {
            path,
            query,
            fragment,
            referrer,
            extra,
        } = options;
        Self {
            path,
            query: query.into(),
            fragment,
            referrer,
            extra,
        }
    }
}

impl<D: Definition> lifecycle::Guest for D {
    async fn on_launch(options: LaunchOptions) -> Result<(), types::Error> {
        app::<D>()
            .launch(options.into())
            .await
            .map_err(crate::host::guest_error)
    }

    async fn on_show(options: LaunchOptions) -> Result<(), types::Error> {
        app::<D>()
            .show(options.into())
            .await
            .map_err(crate::host::guest_error)
    }

    async fn on_hide() -> Result<(), types::Error> {
        app::<D>().hide().await.map_err(crate::host::guest_error)
    }
}

impl<D: Definition> state::Guest for D {
    async fn save() -> Result<Option<String>, types::Error> {
        let state = app::<D>().save().await.map_err(crate::host::guest_error)?;
        Ok(state.map(|state| state.to_string()))
    }

    async fn restore(kept: String) -> Result<(), types::Error> {
        let kept = serde_json::from_str(&kept)
            .context("the state that was saved")
            .map_err(crate::host::guest_error)?;
        app::<D>()
            .restore(kept)
            .await
            .map_err(crate::host::guest_error)
    }
}

impl<D: Definition> page::Guest for D {
    async fn on_load(
        id: u32,
        path: String,
        query: Vec<(String, String)>,
    ) -> Result<(), types::Error> {
        app::<D>();
        let (page, calls) = open::<D>(id, &path).map_err(crate::host::guest_error)?;
        calls
            .load(page, Query::from(query))
            .await
            .map_err(crate::host::guest_error)
    }

    async fn on_ready(id: u32) -> Result<(), types::Error> {
        let (page, calls) = opened(id).map_err(crate::host::guest_error)?;
        calls.ready(page).await.map_err(crate::host::guest_error)
    }

    async fn on_show(id: u32) -> Result<(), types::Error> {
        let (page, calls) = opened(id).map_err(crate::host::guest_error)?;
        calls.show(page).await.map_err(crate::host::guest_error)
    }

    async fn on_hide(id: u32) -> Result<(), types::Error> {
        let (page, calls) = opened(id).map_err(crate::host::guest_error)?;
        calls.hide(page).await.map_err(crate::host::guest_error)
    }

    async fn on_unload(id: u32) -> Result<(), types::Error> {
        let (page, calls) = opened(id).map_err(crate::host::guest_error)?;
        PAGES.with_borrow_mut(|pages| pages.retain(|(page, _)| page.id() != id));
        calls.unload(page).await.map_err(crate::host::guest_error)
    }

    async fn on_event(id: u32, event: PageEvent) -> Result<(), types::Error> {
        let (page, calls) = opened(id).map_err(crate::host::guest_error)?;
        let PageEvent {
            handler,
            detail,
            dataset,
        } = event;
        calls
            .event(page, Event::new(handler, detail, dataset))
            .await
            .map_err(crate::host::guest_error)
    }
}
