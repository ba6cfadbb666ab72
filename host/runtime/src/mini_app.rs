//! The embedder's handle to one live mini-app.

use std::fmt;
use std::sync::Arc;

use miniapp_package::AppId;
use tokio::sync::{mpsc, oneshot};

use crate::end::EndReason;
use crate::instance::{Control, Message, Phase};
use crate::lifecycle::PageEvent;
use crate::limits;
use crate::page::PageId;
use crate::report::AppError;

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
    /// The mini-app has ended, before or while it handled the event.
    #[error("the mini-app has ended: {0}")]
    Ended(Arc<EndReason>),
}

/// A live mini-app. Cheap to clone; the mini-app is closed when the last clone
/// is dropped.
#[derive(Clone)]
pub struct MiniApp {
    app: Arc<AppId>,
    mailbox: mpsc::Sender<Message>,
    control: Arc<Control>,
}

impl fmt::Debug for MiniApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MiniApp")
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}

impl MiniApp {
    pub(crate) fn new(
        app: Arc<AppId>,
        mailbox: mpsc::Sender<Message>,
        control: Arc<Control>,
    ) -> Self {
        Self {
            app,
            mailbox,
            control,
        }
    }

    /// The app's id.
    pub fn app_id(&self) -> &AppId {
        &self.app
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
    /// begun in their order and may be handled side by side.
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
        let (reply, answer) = oneshot::channel();
        match self.mailbox.try_send(Message::Event { page, event, reply }) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => return Err(EventError::Busy),
            Err(mpsc::error::TrySendError::Closed(_)) => {
                return Err(EventError::Ended(self.ended().await));
            }
        }
        match answer.await {
            Ok(handled) => handled.map_err(EventError::App),
            Err(_) => Err(EventError::Ended(self.ended().await)),
        }
    }

    /// Tells the mini-app that it came to the foreground, and waits until it was
    /// handled. Does nothing for one that has ended.
    pub async fn show(&self) {
        self.set_visible(true).await;
    }

    /// Tells the mini-app that it went to the background, and waits until it was
    /// handled. Does nothing for one that has ended.
    pub async fn hide(&self) {
        self.set_visible(false).await;
    }

    async fn set_visible(&self, visible: bool) {
        let (reply, answer) = oneshot::channel();
        if self
            .mailbox
            .send(Message::Visible { visible, reply })
            .await
            .is_ok()
        {
            // Dropped where the mini-app ends meanwhile, which its end tells.
            answer.await.ok();
        }
    }

    /// The data of a page as it is now; nothing where the page is not open or
    /// the mini-app has ended.
    pub async fn data(&self, page: PageId) -> Option<serde_json::Value> {
        let (reply, answer) = oneshot::channel();
        self.mailbox
            .send(Message::Data { page, reply })
            .await
            .ok()?;
        answer.await.ok()?
    }

    /// Fuel burnt since the launch, up to the end of the last turn.
    pub fn fuel_spent(&self) -> u64 {
        self.control.fuel_spent()
    }

    /// Closes the mini-app: its callbacks run, within [`crate::Limits::close`],
    /// and everything it held is given back.
    pub async fn close(&self) -> Arc<EndReason> {
        self.control.close();
        self.ended().await
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
