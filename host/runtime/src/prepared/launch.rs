//! From what the embedder opens to a life: options, a place, a task; and a live mini-app
//! that is opened again. Knows nothing of what a life does.

use std::sync::Arc;

use miniapp_package::{AppId, ScriptError};
use serde::de::IgnoredAny;
use serde_json::from_str;
use tokio::sync::{OwnedSemaphorePermit, TryAcquireError, mpsc, oneshot};

use super::Prepared;
use crate::capability::{FilesError, Locale, UserLocale};
use crate::end::EndReason;
use crate::instance::{self, Control, Inbox, Opening, Phase, Start};
use crate::lifecycle::GuestLaunchOptions;
use crate::limits;
use crate::lives::LoggedOut;
use crate::mini_app::{Mailbox, MiniApp};
use crate::page::Routes;
use crate::saved_state::SavedState;
use crate::tenant::{Tenant, UserId};

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
    /// What was handed over as `extra` is no JSON text.
    #[error("the launch's `extra` is no JSON text: {reason}; hand over what a serializer writes")]
    InvalidExtra {
        /// What is wrong, and where.
        reason: String,
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
    /// The user logged out before it was live. Nothing of it is left.
    #[error("the user logged out meanwhile; launch it again for who is logged in now")]
    LoggedOut,
    /// Its files cannot be opened.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// Its script cannot be read any more.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// It ended before its first page.
    #[error("{0}")]
    Ended(Arc<EndReason>),
    /// It ended before its first page, after it was handed what an earlier life has saved,
    /// which may be the reason.
    #[error("{0}; it was to restore what it has saved before")]
    NotRestored(Arc<EndReason>),
}

impl From<LoggedOut> for LaunchError {
    fn from(LoggedOut: LoggedOut) -> Self {
        Self::LoggedOut
    }
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
    /// The user's language and time zone, for this life; the host's if absent. A mini-app
    /// that is open already keeps those that it was launched with.
    pub locale: Option<Locale>,
    /// What the opener hands over: a JSON text, which is checked. With the query at most 64 KiB.
    pub extra: Option<String>,
    /// What an earlier life has saved. Where the mini-app can restore it and `page` is
    /// not given, it opens the page that was on top then.
    pub restore: Option<SavedState>,
}

impl Prepared {
    /// Brings a live mini-app, of any version, to the foreground as if it was launched
    /// with `options`: where they name a page that is not on top, all pages are closed and
    /// it is opened; and `on-show` of the app is told of them, unless it is in the
    /// foreground already. Waits until that was handled, but no longer than
    /// [`Limits::close`](crate::Limits::close).
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
    /// Dropping the returned handle closes the mini-app. Where its user logs out between
    /// this call and its end, nothing of it stays; see [`crate::Runtime::log_out`].
    ///
    /// # Errors
    ///
    /// Where it cannot be launched, or ends before its first page. One that ends
    /// has left nothing behind.
    pub fn launch(
        &self,
        options: LaunchOptions,
    ) -> impl Future<Output = Result<MiniApp, LaunchError>> + Send + use<> {
        let tenant = Arc::new(self.tenant(options.user.as_ref()));
        let control = Arc::new(Control::new(self.limits()));
        // From here on, and not from when it is first polled.
        self.inner.runtime.lives().enrol(&tenant, &control);
        let this = self.clone();
        async move { this.begin(tenant, control, options)?.live().await }
    }

    /// Begins a life of its own task: what the host has kept is opened there, so that nobody
    /// waits for it in vain who waits for the life to end.
    fn begin(
        &self,
        tenant: Arc<Tenant>,
        control: Arc<Control>,
        options: LaunchOptions,
    ) -> Result<Launching, LaunchError> {
        let locale = match &options.locale {
            Some(locale) => Arc::new(UserLocale::new(locale)),
            None => self.services().locale(),
        };
        let (options, restore) = self.guest_options(self.routes(), options)?;
        let tokio = tokio::runtime::Handle::try_current().map_err(|_| LaunchError::NoTokio)?;
        let permit = self.place()?;
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
        let start = Start {
            tenant: Arc::clone(&tenant),
            locale,
            options,
            restore,
        };
        let (refuse, refused) = oneshot::channel();
        let (ours, lives) = (Arc::clone(&control), self.inner.runtime.lives());
        let life = instance::run(self.clone(), start, inbox, ours, permit, refuse);
        lives.begin(&control, || drop(tokio.spawn(life)))?;
        Ok(Launching {
            app: MiniApp::new(
                tenant,
                mailbox,
                Arc::clone(&control),
                self.routes(),
                self.limits(),
            ),
            control,
            refused,
        })
    }

    /// Takes a place among the live ones.
    fn place(&self) -> Result<OwnedSemaphorePermit, LaunchError> {
        let limit = self.engine().options().live_apps;
        let places = self.inner.runtime.places();
        places.try_acquire_owned().map_err(|error| match error {
            TryAcquireError::NoPermits | TryAcquireError::Closed => {
                LaunchError::TooManyLive { limit }
            }
        })
    }

    fn guest_options(
        &self,
        routes: &Routes,
        options: LaunchOptions,
    ) -> Result<(GuestLaunchOptions, Option<String>), LaunchError> {
        let known = &routes.pages;
        let restore = options.restore.filter(|_| self.inner.linked.has_state());
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
        if let Some(Err(error)) = options.extra.as_deref().map(from_str::<IgnoredAny>) {
            let reason = error.to_string();
            return Err(LaunchError::InvalidExtra { reason });
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
}

/// A mini-app on its way to its first page. Dropped, it is closed.
struct Launching {
    app: MiniApp,
    control: Arc<Control>,
    refused: oneshot::Receiver<LaunchError>,
}

impl Launching {
    async fn live(mut self) -> Result<MiniApp, LaunchError> {
        let mut phase = self.control.phase();
        // The sender lives in the handle's control, so the wait cannot fail.
        let reached = phase
            .wait_for(|phase| !matches!(phase, Phase::Launching))
            .await;
        if self.control.is_logged_out() {
            return Err(LaunchError::LoggedOut);
        }
        if let Ok(error) = self.refused.try_recv() {
            return Err(error);
        }
        match reached.as_deref() {
            Ok(Phase::Ended(reason)) => {
                let reason = Arc::clone(reason);
                Err(if self.control.has_restored() {
                    LaunchError::NotRestored(reason)
                } else {
                    LaunchError::Ended(reason)
                })
            }
            _ => Ok(self.app),
        }
    }
}
