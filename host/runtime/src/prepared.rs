//! A mini-app that is ready to be launched: granted, compiled and linked, once
//! for each version and grant.

use std::fmt;
use std::sync::Arc;

use miniapp_package::{AppId, Package, PartnerManifest, Version, World};
use tokio::sync::{TryAcquireError, mpsc};
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::capability::FilesError;
use crate::consent::Opened;
use crate::contract::exports;
use crate::end::EndReason;
use crate::engine::{CompileError, Engine};
use crate::grant::{self, Grant, GrantError};
use crate::instance::{self, Control, Inbox, Opening, Phase, Start, State};
use crate::lifecycle::{Exports, GuestLaunchOptions};
use crate::limits::{self, Limits};
use crate::mini_app::{Mailbox, MiniApp};
use crate::page::Routes;
use crate::runtime::{Runtime, Services};
use crate::saved_state::SavedState;
use crate::tenant::{Tenant, UserId};

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

/// A mini-app cannot be launched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// The launch names a page that the app manifest does not.
    #[error("the mini-app has no page `{page}`; its pages are {}", .known.join(", "))]
    UnknownPage {
        /// The page.
        page: String,
        /// The pages of the manifest.
        known: Vec<String>,
    },
    /// What was handed over is too large.
    #[error(
        "the launch carries {bytes} bytes of `extra` and query, {} are allowed",
        limits::EVENT_BYTES
    )]
    TooLarge {
        /// Its bytes.
        bytes: usize,
    },
    /// As many mini-apps live as may.
    #[error(
        "{limit} mini-apps are live, which is the limit; close one, or raise `EngineOptions::live_apps`"
    )]
    TooManyLive {
        /// The limit.
        limit: u32,
    },
    /// There is no tokio runtime to run it on.
    #[error(
        "a mini-app runs on a tokio runtime, and the caller is not on one; launch from within `Runtime::block_on` or an async task"
    )]
    NoTokio,
    /// Its files cannot be opened.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// It ended before its first page.
    #[error("{0}")]
    Ended(Arc<EndReason>),
}

/// Bytes that any pair of a query counts beyond its text.
const PAIR_BYTES: usize = 16;

/// How a mini-app is opened. `Default` opens its first page with an empty query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaunchOptions {
    /// The page to open, one of the app manifest's; the first one if absent.
    pub page: Option<String>,
    /// The decoded pairs of the query.
    pub query: Vec<(String, String)>,
    /// The part of the address after `#`.
    pub fragment: Option<String>,
    /// The app id of the mini-app that opens this one.
    pub referrer: Option<AppId>,
    /// The user that it runs for. What a mini-app keeps is kept for each user apart;
    /// the device's only user if absent. The mini-app is not told.
    pub user: Option<UserId>,
    /// What the opener hands over: a JSON text. With the query at most 64 KiB.
    pub extra: Option<String>,
    /// What an earlier life has saved. Where the mini-app can restore it and `page` is
    /// not given, it opens the page that was on top then.
    pub restore: Option<SavedState>,
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

    /// Brings a live mini-app, of any version, to the foreground as if it was launched
    /// with `options`: where they name a page that is not on top, all pages are closed and
    /// it is opened; and `on-show` of the app is told of them, unless it is in the
    /// foreground already. Waits until that was handled, but no longer than
    /// [`Limits::close`].
    ///
    /// # Errors
    ///
    /// Where `options` name no page of the mini-app or carry too much, as for a launch;
    /// nothing has changed then. [`LaunchError::Ended`] for one that has ended, or is just
    /// ending, and for one that ended in its `on-show`.
    pub async fn reopen(&self, app: &MiniApp, options: LaunchOptions) -> Result<(), LaunchError> {
        let names_page = options.page.is_some();
        let options = LaunchOptions {
            restore: None,
            ..options
        };
        let (launch, _) = self.guest_options(app.routes(), options)?;
        let opening = Opening { launch, names_page };
        app.reopen(opening).await.map_err(LaunchError::Ended)
    }

    /// Launches the mini-app and waits until `on-launch` and `on-show` have
    /// returned. Its first page loads from then on; see [`MiniApp::ready`].
    ///
    /// Dropping the returned handle closes the mini-app.
    ///
    /// # Errors
    ///
    /// Where it cannot be launched, or ends before its first page. One that ends
    /// has left nothing behind.
    pub async fn launch(&self, options: LaunchOptions) -> Result<MiniApp, LaunchError> {
        let tenant = Arc::new(self.tenant(options.user.as_ref()));
        let (options, restore) = self.guest_options(self.routes(), options)?;
        let tokio = tokio::runtime::Handle::try_current().map_err(|_| LaunchError::NoTokio)?;
        let limit = self.engine().options().live_apps;
        let permit =
            self.inner
                .runtime
                .places()
                .try_acquire_owned()
                .map_err(|error| match error {
                    TryAcquireError::NoPermits | TryAcquireError::Closed => {
                        LaunchError::TooManyLive { limit }
                    }
                })?;
        let folder = match &self.services().files {
            Some(files) if self.grant().files() => Some(files.of(&tenant).await?),
            _ => None,
        };
        let consent = Opened::open(&self.services().consent, &tenant, self.grant()).await;
        let (deliveries, incoming) = mpsc::channel(limits::MAILBOX);
        let (requests, asked) = mpsc::channel(limits::REQUESTS);
        let mailbox = Mailbox {
            deliveries,
            requests,
        };
        let inbox = Inbox {
            deliveries: incoming,
            requests: asked,
        };
        let control = Arc::new(Control::new(self.limits()));
        let mut phase = control.phase();
        tokio.spawn(instance::run(
            self.clone(),
            Start {
                tenant: Arc::clone(&tenant),
                options,
                restore,
                consent,
                folder,
            },
            inbox,
            Arc::clone(&control),
            permit,
        ));
        self.inner.runtime.lives().enrol(&tenant, &control);
        let app = MiniApp::new(tenant, mailbox, control, self.routes(), self.limits());
        // The sender lives in the handle's control, so the wait cannot fail.
        let reached = phase
            .wait_for(|phase| !matches!(phase, Phase::Launching))
            .await;
        match reached.as_deref() {
            Ok(Phase::Ended(reason)) => Err(LaunchError::Ended(Arc::clone(reason))),
            _ => Ok(app),
        }
    }

    fn guest_options(
        &self,
        routes: &Routes,
        options: LaunchOptions,
    ) -> Result<(GuestLaunchOptions, Option<String>), LaunchError> {
        let known = &routes.pages;
        let restore = options.restore.filter(|_| self.inner.exports.has_state());
        let (page, query, state) = match (options.page, restore) {
            (None, Some(SavedState { page, query, state })) if known.contains(&page) => {
                (Some(page), query, Some(state))
            }
            (page, restore) => (page, options.query, restore.map(|saved| saved.state)),
        };
        let page = match page {
            Some(page) if known.contains(&page) => page,
            Some(page) => {
                return Err(LaunchError::UnknownPage {
                    page,
                    known: known.clone(),
                });
            }
            None => known.first().cloned().unwrap_or_default(),
        };
        let pairs: usize = query
            .iter()
            .map(|(name, value)| PAIR_BYTES + name.len() + value.len())
            .sum();
        let fragment = options.fragment.as_ref().map_or(0, String::len);
        let bytes = pairs + fragment + options.extra.as_ref().map_or(0, String::len);
        if bytes > limits::EVENT_BYTES {
            return Err(LaunchError::TooLarge { bytes });
        }
        let options = GuestLaunchOptions {
            path: page,
            query,
            fragment: options.fragment,
            referrer: options.referrer.map(|app| app.to_string()),
            extra: options.extra,
        };
        Ok((options, state))
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
