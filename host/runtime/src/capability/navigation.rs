//! `navigation`: what a mini-app asks of its own stack of pages. Knows neither
//! callbacks nor data.

use std::time::Instant;

use wasmtime::component::{Accessor, HasSelf};
use wasmtime::{AsContextMut, StoreContextMut};

use super::{Capability, lacks_nothing};
use crate::contract::imports::navigation;
use crate::contract::{GuestError, NAVIGATION_SYNC, code};
use crate::instance::State;
use crate::meter::{Meter, price};
use crate::page::{Navigation, NavigationError};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/navigation",
    lacks: lacks_nothing,
    link: |linker| navigation::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/navigation-sync",
    lacks: lacks_nothing,
    link: |linker| {
        let mut instance = linker.instance(NAVIGATION_SYNC)?;
        let mut link = |name, make: fn(String) -> Navigation| {
            instance.func_wrap(
                name,
                move |store: StoreContextMut<'_, State>, (address,): (String,)| {
                    Ok((navigate(store, make(address))?,))
                },
            )
        };
        link("open", Navigation::Open)?;
        link("redirect", Navigation::Redirect)?;
        link("switch-tab", Navigation::SwitchTab)?;
        link("reload", Navigation::Reload)?;
        instance.func_wrap(
            "back",
            |store: StoreContextMut<'_, State>, (pages,): (u32,)| {
                Ok((navigate(store, Navigation::Back(pages))?,))
            },
        )
    },
};

type Answer = Result<(), GuestError>;

fn navigate(
    mut store: impl AsContextMut<Data = State>,
    navigation: Navigation,
) -> wasmtime::Result<Answer> {
    let bytes = match &navigation {
        Navigation::Back(_) => 0,
        Navigation::Open(address)
        | Navigation::Redirect(address)
        | Navigation::SwitchTab(address)
        | Navigation::Reload(address) => address.len(),
    };
    let fuel = price::call(bytes, 0).saturating_add(price::NAVIGATION);
    Meter::charge(&mut store, fuel)?;
    let mut store = store.as_context_mut();
    let state = store.data_mut();
    let paced = state.pages.pace.take(Instant::now());
    Ok(paced
        .and_then(|()| state.navigate(&navigation))
        .map_err(told))
}

fn told(error: NavigationError) -> GuestError {
    let code = match error {
        NavigationError::Address(_) | NavigationError::NotATab { .. } => code::INVALID_ARGUMENT,
        NavigationError::UnknownPage { .. } | NavigationError::Lowest => code::NOT_FOUND,
        NavigationError::TooManyPages { .. } => code::TOO_LARGE,
        NavigationError::TooFast => code::BUSY,
        NavigationError::Ended(_) => code::UNAVAILABLE,
    };
    GuestError::new(code, error.to_string())
}

impl navigation::Host for State {}

impl navigation::HostWithStore<State> for HasSelf<State> {
    async fn open(accessor: &Accessor<State, Self>, address: String) -> wasmtime::Result<Answer> {
        accessor.with(|store| navigate(store, Navigation::Open(address)))
    }

    async fn redirect(
        accessor: &Accessor<State, Self>,
        address: String,
    ) -> wasmtime::Result<Answer> {
        accessor.with(|store| navigate(store, Navigation::Redirect(address)))
    }

    async fn back(accessor: &Accessor<State, Self>, pages: u32) -> wasmtime::Result<Answer> {
        accessor.with(|store| navigate(store, Navigation::Back(pages)))
    }

    async fn switch_tab(
        accessor: &Accessor<State, Self>,
        address: String,
    ) -> wasmtime::Result<Answer> {
        accessor.with(|store| navigate(store, Navigation::SwitchTab(address)))
    }

    async fn reload(accessor: &Accessor<State, Self>, address: String) -> wasmtime::Result<Answer> {
        accessor.with(|store| navigate(store, Navigation::Reload(address)))
    }
}
