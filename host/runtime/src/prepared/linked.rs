//! A component linked for a grant: what its instances are made of, and where its callbacks are.

use miniapp_package::{ComponentInfo, World};
use wasmtime::Store;
use wasmtime::component::{Component, InstancePre};

use crate::contract::exports;
use crate::grant::{self, Grant};
use crate::instance::State;
use crate::lifecycle::Exports;

/// A component, linked.
pub(crate) struct Linked {
    instance: InstancePre<State>,
    exports: Indices,
}

enum Indices {
    Async {
        lifecycle: exports::lifecycle::GuestIndices,
        page: exports::page::GuestIndices,
        state: Option<exports::state::GuestIndices>,
    },
    Sync {
        lifecycle: exports::lifecycle_sync::GuestIndices,
        page: exports::page_sync::GuestIndices,
        state: Option<exports::state_sync::GuestIndices>,
    },
}

impl Linked {
    /// Links `component`, of which `info` and `world` tell, as it was granted.
    pub(crate) fn new(
        grant: &Grant,
        component: &Component,
        info: &ComponentInfo,
        world: World,
    ) -> wasmtime::Result<Self> {
        let linker = grant::link(grant, component)?;
        let instance = linker.instantiate_pre(component)?;
        let exports = Indices::find(&instance, info, world)?;
        Ok(Self { instance, exports })
    }

    /// Makes an instance in `store`.
    pub(crate) async fn instantiate(&self, store: &mut Store<State>) -> wasmtime::Result<Exports> {
        let instance = self.instance.instantiate_async(&mut *store).await?;
        Ok(match &self.exports {
            Indices::Async {
                lifecycle,
                page,
                state,
            } => Exports::Async {
                lifecycle: lifecycle.load(&mut *store, &instance)?,
                page: page.load(&mut *store, &instance)?,
                state: match state {
                    Some(state) => Some(state.load(&mut *store, &instance)?),
                    None => None,
                },
            },
            Indices::Sync {
                lifecycle,
                page,
                state,
            } => Exports::Sync {
                lifecycle: lifecycle.load(&mut *store, &instance)?,
                page: page.load(&mut *store, &instance)?,
                state: match state {
                    Some(state) => Some(state.load(&mut *store, &instance)?),
                    None => None,
                },
            },
        })
    }

    /// Whether the mini-app saves a state and restores it.
    pub(crate) fn has_state(&self) -> bool {
        matches!(
            self.exports,
            Indices::Async { state: Some(_), .. } | Indices::Sync { state: Some(_), .. }
        )
    }
}

impl Indices {
    fn find(
        instance: &InstancePre<State>,
        info: &ComponentInfo,
        world: World,
    ) -> wasmtime::Result<Self> {
        let has = |name: &str| info.exports_contract(name);
        Ok(match world {
            World::Async => Self::Async {
                lifecycle: exports::lifecycle::GuestIndices::new(instance)?,
                page: exports::page::GuestIndices::new(instance)?,
                state: match has("state") {
                    true => Some(exports::state::GuestIndices::new(instance)?),
                    false => None,
                },
            },
            World::Sync => Self::Sync {
                lifecycle: exports::lifecycle_sync::GuestIndices::new(instance)?,
                page: exports::page_sync::GuestIndices::new(instance)?,
                state: match has("state-sync") {
                    true => Some(exports::state_sync::GuestIndices::new(instance)?),
                    false => None,
                },
            },
        })
    }
}
