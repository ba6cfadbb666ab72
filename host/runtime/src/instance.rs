//! One live mini-app: a task that owns its store, and what the store holds.
//!
//! The outside talks to the task through a bounded mailbox and watches its
//! [`Phase`]. Whatever goes wrong ends this task, gives back what it held, and
//! tells the embedder why; it never reaches another task.

mod conversation;
mod presence;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures_util::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use wasmtime::Store;

use crate::capability::request::Session;
use crate::capability::{Dialogs, Drawn, Folder, InFlight, Keeping, LogMeter, Wasi, on_transition};
use crate::consent::{Gate, Opened};
use crate::end::EndReason;
use crate::grant::Grant;
use crate::lifecycle::{GuestLaunchOptions, PageEvent};
use crate::limits::{self, Limits};
use crate::meter::{Driven, Meter, TurnSignal, TurnTooLong};
use crate::mini_app::EventError;
use crate::page::{Navigation, NavigationError, OpenPage, PageId, Pages, Routes};
use crate::prepared::Prepared;
use crate::report::Report;
use crate::runtime::Services;
use crate::saved_state::SavedState;
use crate::tenant::Tenant;

use presence::Presence;
pub(crate) use presence::{Attention, Parting, Slept, Waits};

/// What a store holds for its mini-app.
pub(crate) struct State {
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) grant: Arc<Grant>,
    pub(crate) services: Arc<Services>,
    /// What the user has agreed to.
    pub(crate) consent: Gate,
    pub(crate) launched_at: Instant,
    pub(crate) meter: Meter,
    pub(crate) routes: Arc<Routes>,
    pub(crate) pages: Pages,
    pub(crate) log: LogMeter,
    /// For how long it was suspended.
    pub(crate) slept: Slept,
    /// Sleeps that wait.
    pub(crate) sleeping: InFlight,
    /// Calls of extensions and of the native app's own interfaces.
    pub(crate) calling: InFlight,
    /// Calls of the clipboard.
    pub(crate) using_clipboard: InFlight,
    /// Questions to the user.
    pub(crate) dialogs: Dialogs,
    /// What was drawn over its pages.
    pub(crate) drawn: Drawn,
    /// Calls that the profile's provider answers.
    pub(crate) reading_profile: InFlight,
    /// Calls that the login's provider answers.
    pub(crate) logging_in: InFlight,
    /// The app's HTTP client, once it has asked for something.
    pub(crate) session: Option<Arc<Session>>,
    /// The tenant's files, where it was granted any.
    pub(crate) folder: Option<Arc<Folder>>,
    /// The tenant's storage, once the app has used it.
    pub(crate) keeping: Option<Keeping>,
    /// What WASI keeps, once the app has called it.
    pub(crate) wasi: Option<Box<Wasi>>,
}

impl State {
    pub(crate) fn report(&self, report: Report<'_>) {
        report.trace(&self.tenant.app);
        self.services.observer.report(&self.tenant.app, report);
    }

    /// Changes the stack of pages; the callbacks follow.
    pub(crate) fn navigate(&mut self, navigation: &Navigation) -> Result<(), NavigationError> {
        self.pages.navigate(navigation, &self.routes)?;
        self.report_stack();
        Ok(())
    }

    fn report_stack(&self) {
        let pages: Vec<OpenPage> = self.pages.stack.pages().cloned().collect();
        self.report(Report::Pages(&pages));
    }
}

/// What a life begins with.
pub(crate) struct Start {
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) options: GuestLaunchOptions,
    /// What an earlier life has kept.
    pub(crate) restore: Option<String>,
    /// What the user has agreed to before.
    pub(crate) consent: Opened,
    /// The tenant's files, where it was granted any.
    pub(crate) folder: Option<Arc<Folder>>,
}

/// An event for a page, which waits for its turn and for fuel.
pub(crate) struct Delivery {
    pub(crate) page: PageId,
    pub(crate) event: PageEvent,
    pub(crate) reply: oneshot::Sender<Result<(), EventError>>,
}

/// How a live mini-app is opened again. Its page is one of the mini-app's.
pub(crate) struct Opening {
    pub(crate) launch: GuestLaunchOptions,
    /// Whether the page was asked for; else the one on top stays.
    pub(crate) names_page: bool,
}

/// What the embedder asks of the host about a mini-app, which waits for neither.
pub(crate) enum Request {
    /// To be visible or not.
    Visible {
        visible: bool,
        /// How it is opened this time, where it is.
        opening: Option<Box<Opening>>,
        reply: oneshot::Sender<()>,
    },
    /// To change the stack of pages.
    Navigate {
        navigation: Navigation,
        reply: oneshot::Sender<Result<(), NavigationError>>,
    },
    /// To be told once no callback of the app and its pages is under way or due.
    Idle { reply: oneshot::Sender<()> },
    /// The stack of pages.
    Pages {
        reply: oneshot::Sender<Vec<OpenPage>>,
    },
    /// The data of a page.
    Data {
        page: PageId,
        reply: oneshot::Sender<Option<serde_json::Value>>,
    },
}

/// The task's end of the mailbox.
pub(crate) struct Inbox {
    /// Boxed: a channel sets aside room for dozens at once.
    pub(crate) deliveries: mpsc::Receiver<Box<Delivery>>,
    pub(crate) requests: mpsc::Receiver<Request>,
}

/// How far a mini-app has come.
#[derive(Debug, Clone)]
pub(crate) enum Phase {
    /// `on-launch` has not succeeded yet.
    Launching,
    /// The first page is open; `ready` once its `on-ready` has returned.
    Live { ready: bool },
    /// It is gone.
    Ended(Arc<EndReason>),
}

/// What the task and its handle share.
pub(crate) struct Control {
    phase: watch::Sender<Phase>,
    presence: Presence,
    signal: Arc<TurnSignal>,
    saved: Mutex<Option<SavedState>>,
}

impl Control {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            phase: watch::Sender::new(Phase::Launching),
            presence: Presence::new(),
            signal: TurnSignal::new(limits.turn),
            saved: Mutex::default(),
        }
    }

    pub(crate) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    pub(crate) fn part(&self, parting: Parting) {
        self.presence.part(parting);
    }

    pub(crate) fn is_parting(&self) -> bool {
        self.presence.is_parting()
    }

    pub(crate) async fn parting(&self) -> Parting {
        self.presence.parting().await
    }

    pub(crate) fn set_visible(&self, visible: bool) {
        self.presence.set_visible(visible);
    }

    /// Since when the mini-app is in the background.
    pub(crate) fn hidden(&self) -> Option<tokio::time::Instant> {
        self.presence.hidden()
    }

    /// Keeps the mini-app awake until what is returned is dropped, as long as it may.
    pub(crate) fn ask(&self, waits: Waits) -> Attention<'_> {
        self.presence.ask(waits)
    }

    pub(crate) fn fuel_spent(&self) -> u64 {
        self.signal.spent()
    }

    /// Keeps what the mini-app wants to find again.
    fn keep(&self, saved: Option<SavedState>) {
        *self.saved.lock().unwrap_or_else(PoisonError::into_inner) = saved;
    }

    pub(crate) fn take_saved(&self) -> Option<SavedState> {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        saved.take()
    }

    fn reach(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    fn launching(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Launching)
    }
}

/// Tells those who wait that the mini-app is gone, whatever became of its task.
struct Farewell(Arc<Control>);

impl Drop for Farewell {
    fn drop(&mut self) {
        if !matches!(*self.0.phase.borrow(), Phase::Ended(_)) {
            let reason = "the tokio runtime that it ran on was shut down".to_owned();
            self.0
                .reach(Phase::Ended(Arc::new(EndReason::Host(reason))));
        }
    }
}

/// Runs a mini-app until it ends. `permit` is its place among the live ones.
pub(crate) async fn run(
    prepared: Prepared,
    start: Start,
    inbox: Inbox,
    control: Arc<Control>,
    permit: OwnedSemaphorePermit,
) {
    let farewell = Farewell(Arc::clone(&control));
    let services = Arc::clone(prepared.services());
    let tenant = Arc::clone(&start.tenant);
    let lived = drive(prepared, start, inbox, &control);
    let reason = match AssertUnwindSafe(lived).catch_unwind().await {
        Ok(reason) => reason,
        Err(panic) => EndReason::Host(format!("it panicked: {}", panic_message(&*panic))),
    };
    drop(permit);
    let told = AssertUnwindSafe(|| {
        services
            .observer
            .report(&tenant.app, Report::Ended(&reason))
    });
    // A panic in an observer must not keep the end from those who wait for it.
    let _ = std::panic::catch_unwind(told);
    control.reach(Phase::Ended(Arc::new(reason)));
    drop(farewell);
}

async fn drive(prepared: Prepared, start: Start, inbox: Inbox, control: &Control) -> EndReason {
    let limits = prepared.limits().clone();
    let Start {
        tenant,
        options,
        restore,
        consent,
        folder,
    } = start;
    let mut store = match new_store(&prepared, &limits, control, &tenant, consent, folder) {
        Ok(store) => store,
        Err(error) => return EndReason::from_wasmtime(&error, &limits, None),
    };
    let services = Arc::clone(prepared.services());
    let lived = {
        let work = conversation::hold(&prepared, &mut store, options, restore, inbox, control);
        let on_turn = |turn| services.observer.report(&tenant.app, Report::Turn(turn));
        let driven = Driven::new(Box::pin(work), Arc::clone(&control.signal), on_turn);
        supervise(driven, control, &limits, |suspended| {
            services
                .observer
                .report(&tenant.app, Report::Suspended(suspended));
        })
        .await
    };
    // The last turn was not ended from inside.
    store.data_mut().finish_output();
    if let Some(turn) = Meter::spent(&mut store)
        .ok()
        .and_then(|spent| control.signal.end(spent))
    {
        store.data().report(Report::Turn(turn));
    }
    match lived {
        Ok(reason) => reason,
        Err(error) => {
            let refusal = store.data().meter.memory.refusal();
            EndReason::from_wasmtime(&error, &limits, refusal)
        }
    }
}

/// Applies the limits of time, from outside the event loop.
async fn supervise(
    driven: impl Future<Output = Result<wasmtime::Result<EndReason>, TurnTooLong>>,
    control: &Control,
    limits: &Limits,
    suspended: impl FnMut(bool),
) -> wasmtime::Result<EndReason> {
    let mut driven = pin!(driven);
    let mut phase = control.phase();
    // While it launches.
    tokio::select! {
        biased;
        lived = &mut driven => return lived_or_too_long(lived, limits),
        _ = phase.wait_for(|phase| !matches!(phase, Phase::Launching)) => {}
        _ = control.parting() => {}
        () = tokio::time::sleep(limits.launch) => {
            return Ok(EndReason::LaunchTooLong { limit: limits.launch });
        }
    }
    // While it lives.
    let lived = control.presence.drive(driven.as_mut(), limits, suspended);
    if let Some(lived) = lived.await {
        return lived_or_too_long(lived, limits);
    }
    if control.launching() {
        return Ok(EndReason::Closed);
    }
    // While it says farewell.
    tokio::select! {
        biased;
        lived = driven => lived_or_too_long(lived, limits),
        () = tokio::time::sleep(limits.close) => {
            Ok(EndReason::ClosedByForce { after: limits.close })
        }
    }
}

fn lived_or_too_long(
    lived: Result<wasmtime::Result<EndReason>, TurnTooLong>,
    limits: &Limits,
) -> wasmtime::Result<EndReason> {
    lived.unwrap_or(Ok(EndReason::TurnTooLong { limit: limits.turn }))
}

fn new_store(
    prepared: &Prepared,
    limits: &Limits,
    control: &Control,
    tenant: &Arc<Tenant>,
    consent: Opened,
    folder: Option<Arc<Folder>>,
) -> wasmtime::Result<Store<State>> {
    let engine = prepared.engine();
    let signal = Arc::clone(&control.signal);
    let meter = Meter::new(limits, engine.options().metered, signal);
    let state = State {
        tenant: Arc::clone(tenant),
        grant: Arc::clone(prepared.grant()),
        services: Arc::clone(prepared.services()),
        consent: Gate::new(consent, meter.owed().clone()),
        launched_at: Instant::now(),
        meter,
        routes: Arc::clone(prepared.routes()),
        pages: Pages::new(limits.pages),
        log: LogMeter::default(),
        slept: control.presence.slept().clone(),
        sleeping: InFlight::default(),
        calling: InFlight::default(),
        using_clipboard: InFlight::default(),
        dialogs: Dialogs::default(),
        drawn: Drawn::default(),
        reading_profile: InFlight::default(),
        logging_in: InFlight::default(),
        session: None,
        folder,
        keeping: None,
        wasi: None,
    };
    let mut store = Store::new(engine.wasmtime(), state);
    store.limiter(|state| &mut state.meter);
    store.set_hostcall_fuel(limits::HOST_CALL_BYTES);
    store.set_max_component_handles(limits::HANDLES);
    if let Some(table) = store.concurrent_resource_table() {
        table.set_max_capacity(limits::HANDLES);
    }
    if prepared.grant().links_wasi() {
        store.call_hook(on_transition);
    }
    Meter::start(&mut store)?;
    Ok(store)
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
