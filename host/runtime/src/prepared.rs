//! A mini-app that is ready to be launched: granted, compiled and linked, once
//! for each version and grant.

use std::fmt;
use std::sync::Arc;

use miniapp_package::{AppId, Package, PartnerManifest, World};
use tokio::sync::{TryAcquireError, mpsc};
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::capability::FilesError;
use crate::consent::Opened;
use crate::contract::exports;
use crate::end::EndReason;
use crate::engine::{CompileError, Engine};
use crate::grant::{self, Grant, GrantError};
use crate::instance::{self, Control, Inbox, Phase, Start, State};
use crate::lifecycle::{Exports, GuestLaunchOptions};
use crate::limits::{self, Limits};
use crate::mini_app::{Mailbox, MiniApp};
use crate::runtime::{Runtime, Services};
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
}

/// A mini-app that is ready to be launched, any number of times. Cheap to clone.
#[derive(Clone)]
pub struct Prepared {
    inner: Arc<Inner>,
}

struct Inner {
    app: AppId,
    pages: Vec<String>,
    grant: Arc<Grant>,
    instance: InstancePre<State>,
    exports: Indices,
    runtime: Runtime,
}

enum Indices {
    Async {
        lifecycle: exports::lifecycle::GuestIndices,
        page: exports::page::GuestIndices,
    },
    Sync {
        lifecycle: exports::lifecycle_sync::GuestIndices,
        page: exports::page_sync::GuestIndices,
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
        let exports = Indices::find(&instance, package.world).map_err(unfit)?;
        Ok(Self {
            inner: Arc::new(Inner {
                app: package.manifest.app_id.clone(),
                pages: package.manifest.pages.clone(),
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
        let tenant = Arc::new(Tenant {
            app: self.app_id().clone(),
            user: options.user.clone(),
        });
        let options = self.guest_options(options)?;
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
                consent,
                folder,
            },
            inbox,
            Arc::clone(&control),
            permit,
        ));
        let app = MiniApp::new(tenant, mailbox, control, self.limits());
        // The sender lives in the handle's control, so the wait cannot fail.
        let reached = phase
            .wait_for(|phase| !matches!(phase, Phase::Launching))
            .await;
        match reached.as_deref() {
            Ok(Phase::Ended(reason)) => Err(LaunchError::Ended(Arc::clone(reason))),
            _ => Ok(app),
        }
    }

    fn guest_options(&self, options: LaunchOptions) -> Result<GuestLaunchOptions, LaunchError> {
        let known = &self.inner.pages;
        let page = match options.page {
            Some(page) if known.contains(&page) => page,
            Some(page) => {
                return Err(LaunchError::UnknownPage {
                    page,
                    known: known.clone(),
                });
            }
            None => known.first().cloned().unwrap_or_default(),
        };
        let query: usize = options
            .query
            .iter()
            .map(|(name, value)| PAIR_BYTES + name.len() + value.len())
            .sum();
        let fragment = options.fragment.as_ref().map_or(0, String::len);
        let bytes = query + fragment + options.extra.as_ref().map_or(0, String::len);
        if bytes > limits::EVENT_BYTES {
            return Err(LaunchError::TooLarge { bytes });
        }
        Ok(GuestLaunchOptions {
            path: page,
            query: options.query,
            fragment: options.fragment,
            referrer: options.referrer.map(|app| app.to_string()),
            extra: options.extra,
        })
    }

    pub(crate) async fn instantiate(&self, store: &mut Store<State>) -> wasmtime::Result<Exports> {
        let instance = self.inner.instance.instantiate_async(&mut *store).await?;
        Ok(match &self.inner.exports {
            Indices::Async { lifecycle, page } => Exports::Async {
                lifecycle: lifecycle.load(&mut *store, &instance)?,
                page: page.load(&mut *store, &instance)?,
            },
            Indices::Sync { lifecycle, page } => Exports::Sync {
                lifecycle: lifecycle.load(&mut *store, &instance)?,
                page: page.load(&mut *store, &instance)?,
            },
        })
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
    fn find(instance: &InstancePre<State>, world: World) -> wasmtime::Result<Self> {
        Ok(match world {
            World::Async => Self::Async {
                lifecycle: exports::lifecycle::GuestIndices::new(instance)?,
                page: exports::page::GuestIndices::new(instance)?,
            },
            World::Sync => Self::Sync {
                lifecycle: exports::lifecycle_sync::GuestIndices::new(instance)?,
                page: exports::page_sync::GuestIndices::new(instance)?,
            },
        })
    }
}
