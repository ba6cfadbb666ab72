//! The callbacks of a mini-app, and how each is called in either world. Knows neither
//! who asks for them nor what they do.
//!
//! ```text
//! app    on-launch ─ on-show ─ … on-hide, on-show … ── on-hide
//! page                └ on-load ─ on-show ─ on-ready … on-hide ─── on-unload
//! ```
//!
//! Each callback is awaited before the next one in its row, but those that hide and close,
//! which wait for nothing; how the rows of several pages go together is the page stack's. A
//! launch whose `on-launch` fails opens no page, and one that takes its time opens it later
//! (W3C MiniApp Lifecycle; the peers start the page while the launch still runs, and users
//! complain).

use std::fmt;

use wasmtime::component::Accessor;

use crate::contract::{GuestError, exports, imports};
use crate::instance::State;
use crate::page::PageId;

/// One callback that a mini-app exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Callback {
    /// `lifecycle.on-launch`
    Launch,
    /// `lifecycle.on-show`
    AppShow,
    /// `lifecycle.on-hide`
    AppHide,
    /// `page.on-load`
    PageLoad,
    /// `page.on-show`
    PageShow,
    /// `page.on-ready`
    PageReady,
    /// `page.on-hide`
    PageHide,
    /// `page.on-unload`
    PageUnload,
    /// `page.on-event`
    PageEvent,
    /// `state.save`
    Save,
    /// `state.restore`
    Restore,
}

impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Launch => "on-launch",
            Self::AppShow => "on-show of the app",
            Self::AppHide => "on-hide of the app",
            Self::PageLoad => "on-load",
            Self::PageShow => "on-show",
            Self::PageReady => "on-ready",
            Self::PageHide => "on-hide",
            Self::PageUnload => "on-unload",
            Self::PageEvent => "on-event",
            Self::Save => "save",
            Self::Restore => "restore",
        })
    }
}

pub(crate) use imports::event::PageEvent;
pub(crate) use imports::launch::LaunchOptions as GuestLaunchOptions;

/// The exports of a mini-app, of either world.
pub(crate) enum Exports {
    Async {
        lifecycle: exports::lifecycle::Guest,
        page: exports::page::Guest,
        state: Option<exports::state::Guest>,
    },
    Sync {
        lifecycle: exports::lifecycle_sync::Guest,
        page: exports::page_sync::Guest,
        state: Option<exports::state_sync::Guest>,
    },
}

type Answer = wasmtime::Result<Result<(), GuestError>>;

/// Calls one export, whichever world it is of.
macro_rules! call {
    ($exports:expr, $interface:ident . $function:ident ( $($argument:expr),* )) => {
        match $exports {
            Exports::Async { $interface, .. } => $interface.$function($($argument),*).await,
            Exports::Sync { $interface, .. } => $interface.$function($($argument),*).await,
        }
    };
}

impl Exports {
    /// Whether the mini-app takes one call at a time, and those that wait in any order.
    pub(crate) fn are_one_at_a_time(&self) -> bool {
        matches!(self, Self::Sync { .. })
    }

    pub(crate) async fn on_launch(
        &self,
        store: &Accessor<State>,
        options: GuestLaunchOptions,
    ) -> Answer {
        call!(self, lifecycle.call_on_launch(store, options))
    }

    pub(crate) async fn on_app_show(
        &self,
        store: &Accessor<State>,
        options: GuestLaunchOptions,
    ) -> Answer {
        call!(self, lifecycle.call_on_show(store, options))
    }

    pub(crate) async fn on_app_hide(&self, store: &Accessor<State>) -> Answer {
        call!(self, lifecycle.call_on_hide(store))
    }

    pub(crate) async fn on_load(
        &self,
        store: &Accessor<State>,
        id: PageId,
        path: String,
        query: Vec<(String, String)>,
    ) -> Answer {
        call!(self, page.call_on_load(store, id.0, path, query))
    }

    pub(crate) async fn on_show(&self, store: &Accessor<State>, id: PageId) -> Answer {
        call!(self, page.call_on_show(store, id.0))
    }

    pub(crate) async fn on_ready(&self, store: &Accessor<State>, id: PageId) -> Answer {
        call!(self, page.call_on_ready(store, id.0))
    }

    pub(crate) async fn on_hide(&self, store: &Accessor<State>, id: PageId) -> Answer {
        call!(self, page.call_on_hide(store, id.0))
    }

    pub(crate) async fn on_unload(&self, store: &Accessor<State>, id: PageId) -> Answer {
        call!(self, page.call_on_unload(store, id.0))
    }

    /// The state to be kept; nothing where the mini-app keeps none.
    pub(crate) async fn save(
        &self,
        store: &Accessor<State>,
    ) -> wasmtime::Result<Option<Result<Option<String>, GuestError>>> {
        Ok(match self {
            Self::Async {
                state: Some(state), ..
            } => Some(state.call_save(store).await?),
            Self::Sync {
                state: Some(state), ..
            } => Some(state.call_save(store).await?),
            Self::Async { state: None, .. } | Self::Sync { state: None, .. } => None,
        })
    }

    pub(crate) async fn restore(&self, store: &Accessor<State>, kept: String) -> Answer {
        match self {
            Self::Async {
                state: Some(state), ..
            } => state.call_restore(store, kept).await,
            Self::Sync {
                state: Some(state), ..
            } => state.call_restore(store, kept).await,
            // Another version of it has kept a state; this one begins anew.
            Self::Async { state: None, .. } | Self::Sync { state: None, .. } => Ok(Ok(())),
        }
    }

    pub(crate) async fn on_event(
        &self,
        store: &Accessor<State>,
        id: PageId,
        event: PageEvent,
    ) -> Answer {
        call!(self, page.call_on_event(store, id.0, event))
    }
}
