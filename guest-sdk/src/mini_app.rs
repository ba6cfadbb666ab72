//! The way from the host's calls to the author's types: which value answers for which page; must not know
//! what the calls do.

use crate::app::{App, Launch};
use crate::error::Result;
use crate::event::Event;
use crate::page::{Page, PageHandle};
use crate::query::Query;
use serde_json::Value;
use std::any::Any;
use std::pin::Pin;
use std::rc::Rc;

#[cfg(target_family = "wasm")]
mod exports;
#[cfg(target_family = "wasm")]
pub(crate) use exports::current_app;

/// What [`mini_app!`](crate::mini_app!) declares.
pub trait Definition: 'static {
    /// The app and its calls.
    const APP: AppDefinition;
    /// The pages by their paths.
    const PAGES: &'static [PageDefinition];
}

/// Nothing; but what the definition names counts as used, also where nothing is exported.
#[cfg(not(target_family = "wasm"))]
pub const fn declared<D: Definition>() {
    let _ = (D::APP, D::PAGES);
}

/// How an app's value is made.
#[derive(Clone, Copy, Debug)]
pub struct AppDefinition {
    #[cfg_attr(
        not(target_family = "wasm"),
        expect(dead_code, reason = "only a component launches")
    )]
    make: fn() -> Rc<dyn AppCalls>,
}

impl AppDefinition {
    /// An app of a type.
    pub const fn of<A: App>() -> Self {
        Self {
            make: || Rc::new(A::default()),
        }
    }
}

/// How the values of a page are made.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(target_family = "wasm"),
    expect(dead_code, reason = "only a component opens pages by path")
)]
pub struct PageDefinition {
    path: &'static str,
    make: fn() -> Rc<dyn PageCalls>,
}

impl PageDefinition {
    /// A page of a type at a path.
    pub const fn of<P: Page>(path: &'static str) -> Self {
        Self {
            path,
            make: || Rc::new(P::default()),
        }
    }
}

type Call<T = ()> = Pin<Box<dyn Future<Output = Result<T>>>>;

/// [`App`] without its type.
#[cfg_attr(
    not(target_family = "wasm"),
    expect(dead_code, reason = "only a component is called by the host")
)]
trait AppCalls: Any {
    fn launch(self: Rc<Self>, launch: Launch) -> Call;
    fn show(self: Rc<Self>, launch: Launch) -> Call;
    fn hide(self: Rc<Self>) -> Call;
    fn save(self: Rc<Self>) -> Call<Option<Value>>;
    fn restore(self: Rc<Self>, state: Value) -> Call;
}

impl<A: App> AppCalls for A {
    fn launch(self: Rc<Self>, launch: Launch) -> Call {
        Box::pin(async move { self.on_launch(launch).await })
    }

    fn show(self: Rc<Self>, launch: Launch) -> Call {
        Box::pin(async move { self.on_show(launch).await })
    }

    fn hide(self: Rc<Self>) -> Call {
        Box::pin(async move { self.on_hide().await })
    }

    fn save(self: Rc<Self>) -> Call<Option<Value>> {
        Box::pin(async move { self.on_save().await })
    }

    fn restore(self: Rc<Self>, state: Value) -> Call {
        Box::pin(async move { self.on_restore(state).await })
    }
}

/// [`Page`] without its type.
#[cfg_attr(
    not(target_family = "wasm"),
    expect(dead_code, reason = "only a component is called by the host")
)]
trait PageCalls {
    fn load(self: Rc<Self>, page: PageHandle, query: Query) -> Call;
    fn ready(self: Rc<Self>, page: PageHandle) -> Call;
    fn show(self: Rc<Self>, page: PageHandle) -> Call;
    fn hide(self: Rc<Self>, page: PageHandle) -> Call;
    fn unload(self: Rc<Self>, page: PageHandle) -> Call;
    fn event(self: Rc<Self>, page: PageHandle, event: Event) -> Call;
}

impl<P: Page> PageCalls for P {
    fn load(self: Rc<Self>, page: PageHandle, query: Query) -> Call {
        Box::pin(async move { self.on_load(page, query).await })
    }

    fn ready(self: Rc<Self>, page: PageHandle) -> Call {
        Box::pin(async move { self.on_ready(page).await })
    }

    fn show(self: Rc<Self>, page: PageHandle) -> Call {
        Box::pin(async move { self.on_show(page).await })
    }

    fn hide(self: Rc<Self>, page: PageHandle) -> Call {
        Box::pin(async move { self.on_hide(page).await })
    }

    fn unload(self: Rc<Self>, page: PageHandle) -> Call {
        Box::pin(async move { self.on_unload(page).await })
    }

    fn event(self: Rc<Self>, page: PageHandle, event: Event) -> Call {
        Box::pin(async move { self.on_event(page, event).await })
    }
}

/// Declares a mini-app: the type of each page by its path in the app manifest, and the type of the app
/// where it has one.
///
/// ```
/// use miniapp_guest::prelude::*;
///
/// #[derive(Default)]
/// struct Campaign;
/// impl App for Campaign {}
///
/// #[derive(Default)]
/// struct Index;
/// impl Page for Index {}
///
/// mini_app! {
///     app: Campaign,
///     pages: {
///         "pages/index" => Index,
///     }
/// }
/// # fn main() {}
/// ```
///
/// It belongs once into a crate of the type `cdylib`. Compiled for WebAssembly it makes the crate's
/// exports; elsewhere it makes nothing, so that the crate can be tested.
#[macro_export]
macro_rules! mini_app {
    (pages: { $($pages:tt)* } $(,)?) => {
        $crate::mini_app! { app: (), pages: { $($pages)* } }
    };
    (app: $app:ty, pages: { $($path:literal => $page:ty),+ $(,)? } $(,)?) => {
        const _: () = {
            struct MiniApp;

            impl $crate::__private::Definition for MiniApp {
                const APP: $crate::__private::AppDefinition = $crate::__private::AppDefinition::of::<$app>();
                const PAGES: &'static [$crate::__private::PageDefinition] =
                    &[$($crate::__private::PageDefinition::of::<$page>($path)),+];
            }

            $crate::__export!(MiniApp);
        };
    };
}

#[cfg(target_family = "wasm")]
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($definition:ident) => {
        $crate::bindings::export_mini_app!($definition with_types_in $crate::bindings);
    };
}

#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($definition:ident) => {
        const _: () = $crate::__private::declared::<$definition>();
    };
}
