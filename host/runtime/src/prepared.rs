//! A mini-app that is ready to be launched: granted, compiled and linked, once
//! for each version and grant.

mod launch;

use std::fmt;
use std::sync::Arc;

use miniapp_package::{AppId, Package, PartnerManifest, Version, World};
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::contract::exports;
use crate::engine::{CompileError, Engine};
use crate::grant::{self, Grant, GrantError};
use crate::instance::State;
use crate::lifecycle::Exports;
use crate::limits::Limits;
use crate::page::Routes;
use crate::runtime::{Runtime, Services};
use crate::tenant::{Tenant, UserId};

pub use launch::{LaunchError, LaunchOptions};

/// A mini-app cannot be prepared. Nothing of it was run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// Its grant does not cover it.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// Its component does not compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// Its component does not fit the contract, although the names do.
    #[error(
        "the component does not fit the contract: {0}; rebuild it against the contract that this host serves"
    )]
    Link(String),
    /// It does not fit an interface of the native app's own, although the names do.
    #[error(
        "the component does not fit `{interface}` as this app has it: {reason}; rebuild it against the WIT of this app"
    )]
    Interface {
        /// The interface.
        interface: String,
        /// What does not fit.
        reason: String,
    },
}

/// A mini-app that is ready to be launched, any number of times. Cheap to clone.
#[derive(Clone)]
pub struct Prepared {
    inner: Arc<Inner>,
}

struct Inner {
    app: AppId,
    version: Version,
    routes: Arc<Routes>,
    grant: Arc<Grant>,
    instance: InstancePre<State>,
    exports: Indices,
    runtime: Runtime,
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

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("app", &self.inner.app)
            .finish_non_exhaustive()
    }
}

impl Prepared {
    /// See [`Runtime::prepare`].
    pub(crate) fn new(
        runtime: &Runtime,
        package: &Package,
        partner: &PartnerManifest,
    ) -> Result<Self, PrepareError> {
        let grant = Grant::resolve(package, partner, runtime.governance(), runtime.services())?;
        let component = runtime.engine().compile(&package.component)?;
        let unfit = |error: wasmtime::Error| {
            let reason = format!("{error:#}");
            match grant.own_interface_in(&reason) {
                Some(interface) => PrepareError::Interface {
                    interface,
                    reason: what_differs(&reason),
                },
                None => PrepareError::Link(reason),
            }
        };
        let linker = grant::link(&grant, &component).map_err(unfit)?;
        let instance = linker.instantiate_pre(&component).map_err(unfit)?;
        let exports = Indices::find(&instance, package).map_err(unfit)?;
        Ok(Self {
            inner: Arc::new(Inner {
                app: package.manifest.app_id.clone(),
                version: package.manifest.version.clone(),
                routes: Arc::new(Routes {
                    pages: package.manifest.pages.clone(),
                    tabs: package.manifest.tabs.clone(),
                }),
                grant: Arc::new(grant),
                instance,
                exports,
                runtime: runtime.clone(),
            }),
        })
    }

    /// The app's id.
    pub fn app_id(&self) -> &AppId {
        &self.inner.app
    }

    /// The version of its package.
    pub fn version(&self) -> &Version {
        &self.inner.version
    }

    /// The paths of its pages; the first one is opened unless another is named.
    pub fn pages(&self) -> &[String] {
        &self.inner.routes.pages
    }

    /// For whom it runs if it is launched for `user`.
    pub fn tenant(&self, user: Option<&UserId>) -> Tenant {
        Tenant {
            app: self.app_id().clone(),
            user: user.cloned(),
        }
    }

    pub(crate) async fn instantiate(&self, store: &mut Store<State>) -> wasmtime::Result<Exports> {
        let instance = self.inner.instance.instantiate_async(&mut *store).await?;
        Ok(match &self.inner.exports {
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

    pub(crate) fn routes(&self) -> &Arc<Routes> {
        &self.inner.routes
    }

    pub(crate) fn grant(&self) -> &Arc<Grant> {
        &self.inner.grant
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.inner.runtime.engine()
    }

    pub(crate) fn limits(&self) -> &Limits {
        self.inner.runtime.limits()
    }

    pub(crate) fn services(&self) -> &Arc<Services> {
        self.inner.runtime.services()
    }
}

/// What a component has of another shape than an interface of the native app's own, out
/// of what the engine says to those who use it.
fn what_differs(error: &str) -> String {
    let (_, rest) = error.split_once("in the linker: ").unwrap_or(("", error));
    match rest.split_once("type mismatch with async") {
        Some((place, _)) => format!(
            "{place}it is asynchronous on one side only; see `Interface::function` and `Interface::sync_function`"
        ),
        None => rest.to_owned(),
    }
}

impl Indices {
    fn find(instance: &InstancePre<State>, package: &Package) -> wasmtime::Result<Self> {
        let has = |name: &str| package.info.exports_contract(name);
        Ok(match package.world {
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

    /// Whether the mini-app saves a state and restores it.
    fn has_state(&self) -> bool {
        matches!(
            self,
            Self::Async { state: Some(_), .. } | Self::Sync { state: Some(_), .. }
        )
    }
}
