//! The embedder's handle to one live mini-app.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use miniapp_package::AppId;
use tokio::sync::{mpsc, oneshot};

use crate::end::EndReason;
use crate::instance::{Control, Delivery, Opening, Parting, Phase, Request, Waits};
use crate::lifecycle::PageEvent;
use crate::limits::{self, Limits};
use crate::page::{Navigation, NavigationError, OpenPage, PageId, Routes};
use crate::report::AppError;
use crate::saved_state::SavedState;
use crate::tenant::Tenant;

/// An event for a page of a mini-app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The handler's name in the template, such as `onTap`; at most 256 bytes.
    pub handler: String,
    /// What happened: a JSON text of at most 64 KiB.
    pub detail: String,
    /// The `data-*` attributes of the element: a JSON object of at most 64 KiB.
    pub dataset: String,
}

impl Event {
    /// An event without detail or dataset.
    pub fn new(handler: impl Into<String>) -> Self {
        Self {
            handler: handler.into(),
            detail: "{}".to_owned(),
            dataset: "{}".to_owned(),
        }
    }

    /// Sets what happened, a JSON text.
    #[must_use]
    pub fn detail(mut self, detail: impl ToString) -> Self {
        self.detail = detail.to_string();
        self
    }

    /// Sets the attributes of the element, a JSON object.
    #[must_use]
    pub fn dataset(mut self, dataset: impl ToString) -> Self {
        self.dataset = dataset.to_string();
        self
    }
}

/// An event was not handled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The handler returned an error. It was also reported as uncaught.
    #[error("the handler failed: {0}")]
    App(AppError),
    /// Too many events wait for the mini-app.
    #[error(
        "{} events wait for the mini-app already; deliver this one later",
        limits::MAILBOX
    )]
    Busy,
    /// The event is larger than the contract allows.
    #[error("the event's {part} has {bytes} bytes, {limit} are allowed")]
    TooLarge {
        /// Which part.
        part: &'static str,
        /// Its bytes.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// The page is not open, or no longer.
    #[error("{page} is not open")]
    NotOpen {
        /// The page.
        page: PageId,
    },
    /// The mini-app has ended, before or while it handled the event.
    #[error("the mini-app has ended: {0}")]
    Ended(Arc<EndReason>),
}

/// A live mini-app. Cheap to clone; the mini-app is closed when the last clone
/// is dropped.
#[derive(Clone)]
pub struct MiniApp {
    tenant: Arc<Tenant>,
    mailbox: Mailbox,
    control: Arc<Control>,
    routes: Arc<Routes>,
    patience: Duration,
    _last_clone: Arc<LastClone>,
}

/// The embedder's end of the mailbox.
#[derive(Clone)]
pub(crate) struct Mailbox {
    pub(crate) deliveries: mpsc::Sender<Box<Delivery>>,
    pub(crate) requests: mpsc::Sender<Request>,
}

/// Closes the mini-app when the last handle is dropped, whatever it is doing.
struct LastClone(Arc<Control>);

impl Drop for LastClone {
    fn drop(&mut self) {
        self.0.part(Parting::Close);
    }
}

impl fmt::Debug for MiniApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MiniApp")
            .field("app", &self.tenant.app)
            .finish_non_exhaustive()
    }
}

impl MiniApp {
    pub(crate) fn new(
        tenant: Arc<Tenant>,
        mailbox: Mailbox,
        control: Arc<Control>,
        routes: &Arc<Routes>,
        limits: &Limits,
    ) -> Self {
        let _last_clone = Arc::new(LastClone(Arc::clone(&control)));
        Self {
            tenant,
            mailbox,
            control,
            routes: Arc::clone(routes),
            patience: limits.close,
            _last_clone,
        }
    }

    /// The app's id.
    pub fn app_id(&self) -> &AppId {
        &self.tenant.app
    }

    /// For whom it runs.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Waits until the first page's `on-load`, `on-show` and `on-ready` have
    /// returned. An error of theirs is reported and does not end the wait.
    ///
    /// # Errors
    ///
    /// Why the mini-app ended, where it does before that.
    pub async fn ready(&self) -> Result<(), Arc<EndReason>> {
        let mut phase = self.control.phase();
        let reached = phase
            .wait_for(|phase| matches!(phase, Phase::Live { ready: true } | Phase::Ended(_)))
            .await;
        match reached.as_deref() {
            Ok(Phase::Ended(reason)) => Err(Arc::clone(reason)),
            _ => Ok(()),
        }
    }

    /// Delivers an event to a page and waits until it was handled. Events are
    /// delivered in their order and may be handled side by side; a mini-app that
    /// takes one call at a time may take those that wait in any order. In the background
    /// the mini-app is awake for [`Limits::suspend`] from when it was last asked; what it
    /// has not handled by then waits until it is awake again.
    ///
    /// # Errors
    ///
    /// See [`EventError`]; an event that is too large or finds the mailbox full
    /// was not delivered.
    pub async fn event(&self, page: PageId, event: Event) -> Result<(), EventError> {
        for (part, bytes, limit) in [
            ("handler", event.handler.len(), limits::HANDLER_BYTES),
            ("detail", event.detail.len(), limits::EVENT_BYTES),
            ("dataset", event.dataset.len(), limits::EVENT_BYTES),
        ] {
            if bytes > limit {
                return Err(EventError::TooLarge { part, bytes, limit });
            }
        }
        let event = PageEvent {
            handler: event.handler,
            detail: event.detail,
            dataset: event.dataset,
        };
        let _awake = self.control.ask(Waits::ForMiniApp);
        let (reply, answer) = oneshot::channel();
        match self
            .mailbox
            .deliveries
            .try_send(Box::new(Delivery { page, event, reply }))
        {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => return Err(EventError::Busy),
            Err(mpsc::error::TrySendError::Closed(_)) => {
                return Err(EventError::Ended(self.ended().await));
            }
        }
        match answer.await {
            Ok(handled) => handled,
            Err(_) => Err(EventError::Ended(self.ended().await)),
        }
    }

    /// Tells the mini-app that it came to the foreground, and waits for the host to take
    /// that up and until it was handled, but no longer than [`Limits::close`]. Does nothing
    /// for one that is in the foreground already, or has ended. Of several calls at once, of
    /// [`Self::hide`] too, one is the last for everybody; one that is dropped before the host
    /// has taken it up has changed nothing.
    pub async fn show(&self) {
        self.set_visible(true).await;
    }

    /// The same for one that is opened again, see [`crate::Prepared::reopen`]. Waits for
    /// the mini-app as long, and for the host to take it up: one that is just ending is
    /// not opened.
    pub(crate) async fn reopen(&self, opening: Opening) -> Result<(), Arc<EndReason>> {
        let _awake = self.control.ask(Waits::Briefly);
        let handled = match self.ask_visible(true, Some(Box::new(opening))).await {
            Some(answer) => tokio::time::timeout(self.patience, answer).await,
            None => return Err(self.ended().await),
        };
        let is_gone = matches!(handled, Ok(Err(_)));
        if is_gone || self.control.is_parting() {
            return Err(self.ended().await);
        }
        Ok(())
    }

    /// Tells the mini-app that it went to the background, as [`Self::show`] tells of the
    /// foreground. Does nothing for one that is in the background already, or has ended.
    pub async fn hide(&self) {
        self.set_visible(false).await;
    }

    /// Since when it is in the background; nothing where it is in the foreground.
    pub fn hidden_for(&self) -> Option<Duration> {
        self.control.hidden().map(|since| since.elapsed())
    }

    async fn set_visible(&self, visible: bool) {
        let _awake = self.control.ask(Waits::Briefly);
        if let Some(answer) = self.ask_visible(visible, None).await {
            // A mini-app that takes its time must not keep the native app waiting. Dropped
            // where the mini-app ends meanwhile, which its end tells.
            tokio::time::timeout(self.patience, answer).await.ok();
        }
    }

    /// Asks for it to be visible or not; nothing where it has ended. What is returned
    /// tells when it was handled.
    async fn ask_visible(
        &self,
        visible: bool,
        opening: Option<Box<Opening>>,
    ) -> Option<oneshot::Receiver<()>> {
        // Whoever gives up waiting for this has changed nothing.
        let place = self.mailbox.requests.reserve().await.ok()?;
        let (reply, answer) = oneshot::channel();
        let request = Request::Visible {
            visible,
            opening,
            reply,
        };
        // Of two who ask at once, the same one is the last for presence and pages.
        self.control.set_visible(visible, || place.send(request));
        Some(answer)
    }

    pub(crate) fn routes(&self) -> &Routes {
        &self.routes
    }

    /// The data of a page as it is now; nothing where the page is not open or
    /// the mini-app has ended.
    pub async fn data(&self, page: PageId) -> Option<serde_json::Value> {
        let _awake = self.control.ask(Waits::Briefly);
        let (reply, answer) = oneshot::channel();
        self.mailbox
            .requests
            .send(Request::Data { page, reply })
            .await
            .ok()?;
        answer.await.ok()?
    }

    /// Changes the stack of pages, as the user has asked for it: by a link of the native
    /// app's, or its button that goes back. Returns once the stack has changed, see
    /// [`crate::Report::Pages`]; the pages' callbacks follow.
    ///
    /// # Errors
    ///
    /// See [`NavigationError`]; the stack is as it was.
    pub async fn navigate(&self, navigation: Navigation) -> Result<(), NavigationError> {
        let _awake = self.control.ask(Waits::Briefly);
        let (reply, answer) = oneshot::channel();
        let request = Request::Navigate { navigation, reply };
        if self.mailbox.requests.send(request).await.is_ok()
            && let Ok(navigated) = answer.await
        {
            return navigated;
        }
        Err(NavigationError::Ended(self.ended().await))
    }

    /// Waits until all callbacks of the app and its pages have returned that are due by
    /// now, of pages that were closed too, and what they have begun is over: requests,
    /// timers, questions to the user. What never ends, such as a timer that begins again,
    /// is waited for until the mini-app ends. In the background it is awake for [`Limits::suspend`] meanwhile.
    pub async fn settled(&self) {
        let _awake = self.control.ask(Waits::ForMiniApp);
        let (reply, answer) = oneshot::channel();
        if self
            .mailbox
            .requests
            .send(Request::Idle { reply })
            .await
            .is_ok()
        {
            // Dropped where the mini-app ends meanwhile, which its end tells.
            answer.await.ok();
        }
    }

    /// The open pages, the lowest one first; none where the mini-app has ended.
    pub async fn pages(&self) -> Vec<OpenPage> {
        let _awake = self.control.ask(Waits::Briefly);
        let (reply, answer) = oneshot::channel();
        let asked = self.mailbox.requests.send(Request::Pages { reply }).await;
        match asked {
            Ok(()) => answer.await.unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }

    /// Fuel burnt since the launch, up to the end of the last turn.
    pub fn fuel_spent(&self) -> u64 {
        self.control.fuel_spent()
    }

    /// Closes the mini-app: its callbacks run, within [`crate::Limits::close`],
    /// and everything it held is given back.
    pub async fn close(&self) -> Arc<EndReason> {
        self.control.part(Parting::Close);
        self.ended().await
    }

    /// Closes the mini-app to make room, as [`Self::close`] does, and asks it for the
    /// state that it wants to find again; see [`Self::take_saved`].
    pub async fn evict(&self) -> Arc<EndReason> {
        self.control.part(Parting::Evict);
        self.ended().await
    }

    /// What a mini-app that was evicted, or left in the background for long, wants to
    /// find when it is launched again, see [`crate::LaunchOptions::restore`]; once.
    pub fn take_saved(&self) -> Option<SavedState> {
        self.control.take_saved()
    }

    /// Whether the mini-app has not ended yet.
    pub fn is_live(&self) -> bool {
        !matches!(*self.control.phase().borrow(), Phase::Ended(_))
    }

    /// Waits until the mini-app has ended.
    pub async fn ended(&self) -> Arc<EndReason> {
        let mut phase = self.control.phase();
        let reached = phase
            .wait_for(|phase| matches!(phase, Phase::Ended(_)))
            .await;
        match reached.as_deref() {
            Ok(Phase::Ended(reason)) => Arc::clone(reason),
            _ => Arc::new(EndReason::Closed),
        }
    }
}
