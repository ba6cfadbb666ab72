//! A mini-app that is ready to be launched: granted, compiled and linked, once
//! for each version and grant.

mod launch;
mod linked;

use std::fmt;
use std::sync::Arc;

use miniapp_package::{
    AppId, Component, Digest, Import, Package, PartnerManifest, Program, Script, Version,
};
use wasmtime::Store;

use crate::engine::{CompileError, Engine};
use crate::grant::{Asking, Grant, GrantError};
use crate::instance::State;
use crate::lifecycle::Exports;
use crate::limits::Limits;
use crate::page::Routes;
use crate::runtime::{Runtime, Services};
use crate::tenant::{Tenant, UserId};

pub use launch::{LaunchError, LaunchOptions};
pub(crate) use linked::Linked;

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
    /// Its script is for an engine that this app does not have.
    #[error(
        "the script is for the engine {engine}, which this app does not have{}; add it with `Host::add_script_engine`, or build the script for one that is there", having(.known)
    )]
    NoEngine {
        /// The digest of the engine's component.
        engine: Digest,
        /// The engines that there are.
        known: Vec<Digest>,
    },
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
    linked: Arc<Linked>,
    /// What its engine runs, where it shares one.
    script: Option<Script>,
    runtime: Runtime,
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
        let (grant, linked) = match &package.program {
            Program::Component(component) => of_component(runtime, package, partner, component)?,
            Program::Script(script) => of_script(runtime, package, partner, script)?,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                app: package.manifest.app_id.clone(),
                version: package.manifest.version.clone(),
                routes: Arc::new(Routes {
                    pages: package.manifest.pages.clone(),
                    tabs: package.manifest.tabs.clone(),
                }),
                grant: Arc::new(grant),
                linked,
                script: match &package.program {
                    Program::Component(_) => None,
                    Program::Script(script) => Some(script.clone()),
                },
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
        self.inner.linked.instantiate(store).await
    }

    /// The script that its engine is to run, where it shares one.
    pub(crate) fn script(&self) -> Option<&Script> {
        self.inner.script.as_ref()
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

/// The engines that there are, for the end of a sentence.
fn having(known: &[Digest]) -> String {
    if known.is_empty() {
        return " (it has none)".to_owned();
    }
    let known: Vec<String> = known.iter().map(Digest::to_string).collect();
    format!(" (it has {})", known.join(", "))
}

/// Grants and links a component that is the mini-app's own.
fn of_component(
    runtime: &Runtime,
    package: &Package,
    partner: &PartnerManifest,
    component: &Component,
) -> Result<(Grant, Arc<Linked>), PrepareError> {
    let grant = resolve(runtime, package, partner, &component.info.imports, false)?;
    let compiled = runtime.engine().compile(&component.bytes)?;
    let linked = Linked::new(&grant, &compiled, &component.info, component.world);
    let linked = linked.map_err(|error| unfit(&grant, &error))?;
    Ok((grant, Arc::new(linked)))
}

/// Grants a script, and links its engine.
fn of_script(
    runtime: &Runtime,
    package: &Package,
    partner: &PartnerManifest,
    script: &Script,
) -> Result<(Grant, Arc<Linked>), PrepareError> {
    let engines = runtime.script_engines();
    let engine = engines.find(&script.engine());
    let engine = engine.ok_or_else(|| PrepareError::NoEngine {
        engine: script.engine(),
        known: engines.digests(),
    })?;
    let grant = resolve(runtime, package, partner, engine.imports(), true)?;
    let linked = engine.link(&grant);
    let linked = linked.map_err(|error| unfit(&grant, &error))?;
    Ok((grant, linked))
}

fn resolve(
    runtime: &Runtime,
    package: &Package,
    partner: &PartnerManifest,
    imports: &[Import],
    is_shared: bool,
) -> Result<Grant, GrantError> {
    let asking = Asking {
        manifest: &package.manifest,
        imports,
        is_shared,
    };
    Grant::resolve(asking, partner, runtime.governance(), runtime.services())
}

/// What the engine says of a component that does not fit.
fn unfit(grant: &Grant, error: &wasmtime::Error) -> PrepareError {
    let reason = format!("{error:#}");
    match grant.own_interface_in(&reason) {
        Some(interface) => PrepareError::Interface {
            interface,
            reason: what_differs(&reason),
        },
        None => PrepareError::Link(reason),
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
