//! One live mini-app: a task that owns its store, and what the store holds.
//!
//! The outside talks to the task through a bounded mailbox and watches its
//! [`Phase`]. Whatever goes wrong ends this task, gives back what it held, and
//! tells the embedder why; it never reaches another task.

mod conversation;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use miniapp_package::AppId;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use wasmtime::Store;

use crate::capability::request::Session;
use crate::capability::{LogMeter, Timers};
use crate::end::EndReason;
use crate::grant::Grant;
use crate::lifecycle::{GuestLaunchOptions, PageEvent};
use crate::limits::{self, Limits};
use crate::meter::{Driven, Meter, TurnSignal, TurnTooLong};
use crate::page::{PageId, Pages};
use crate::prepared::Prepared;
use crate::report::{AppError, Report};
use crate::runtime::Services;

/// What a store holds for its mini-app.
pub(crate) struct State {
    pub(crate) app: Arc<AppId>,
    pub(crate) grant: Arc<Grant>,
    pub(crate) services: Arc<Services>,
    pub(crate) launched_at: Instant,
    pub(crate) meter: Meter,
    pub(crate) pages: Pages,
    pub(crate) log: LogMeter,
    pub(crate) timers: Timers,
    /// The app's HTTP client, once it has asked for something.
    pub(crate) session: Option<Arc<Session>>,
}

impl State {
    pub(crate) fn report(&self, report: Report<'_>) {
        self.services.observer.report(&self.app, report);
    }
}

/// What the outside asks of a live mini-app.
pub(crate) enum Message {
    Event {
        page: PageId,
        event: PageEvent,
        reply: oneshot::Sender<Result<(), AppError>>,
    },
    Visible {
        visible: bool,
        reply: oneshot::Sender<()>,
    },
    Data {
        page: PageId,
        reply: oneshot::Sender<Option<serde_json::Value>>,
    },
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
    closing: watch::Sender<bool>,
    signal: Arc<TurnSignal>,
}

impl Control {
    pub(crate) fn new() -> Self {
        Self {
            phase: watch::Sender::new(Phase::Launching),
            closing: watch::Sender::new(false),
            signal: TurnSignal::new(),
        }
    }

    pub(crate) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    pub(crate) fn fuel_spent(&self) -> u64 {
        self.signal.spent()
    }

    fn reach(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    fn launching(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Launching)
    }
}

/// Runs a mini-app until it ends. `permit` is its place among the live ones.
pub(crate) async fn run(
    prepared: Prepared,
    launch: GuestLaunchOptions,
    inbox: mpsc::Receiver<Message>,
    control: Arc<Control>,
    permit: OwnedSemaphorePermit,
) {
    let services = Arc::clone(prepared.services());
    let app = Arc::clone(prepared.app());
    let lived = drive(prepared, launch, inbox, &control);
    let reason = match AssertUnwindSafe(lived).catch_unwind().await {
        Ok(reason) => reason,
        Err(panic) => EndReason::Host(format!("it panicked: {}", panic_message(&*panic))),
    };
    drop(permit);
    let told = AssertUnwindSafe(|| services.observer.report(&app, Report::Ended(&reason)));
    // A panic in an observer must not keep the end from those who wait for it.
    let _ = std::panic::catch_unwind(told);
    control.reach(Phase::Ended(Arc::new(reason)));
}

async fn drive(
    prepared: Prepared,
    launch: GuestLaunchOptions,
    inbox: mpsc::Receiver<Message>,
    control: &Control,
) -> EndReason {
    let limits = prepared.limits().clone();
    let mut store = match new_store(&prepared, &limits) {
        Ok(store) => store,
        Err(error) => return EndReason::from_wasmtime(&error, &limits, None),
    };
    let services = Arc::clone(prepared.services());
    let app = Arc::clone(prepared.app());
    let lived = {
        let work = conversation::hold(&prepared, &mut store, launch, inbox, control);
        let on_turn = |turn| services.observer.report(&app, Report::Turn(turn));
        let signal = Arc::clone(&control.signal);
        let driven = Driven::new(Box::pin(work), signal, limits.turn, on_turn);
        supervise(driven, control, &limits).await
    };
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
) -> wasmtime::Result<EndReason> {
    let mut driven = pin!(driven);
    let mut phase = control.phase();
    let mut closing = control.closing.subscribe();
    // While it launches.
    tokio::select! {
        biased;
        lived = &mut driven => return lived_or_too_long(lived, limits),
        _ = phase.wait_for(|phase| !matches!(phase, Phase::Launching)) => {}
        _ = closing.wait_for(|closing| *closing) => {}
        () = tokio::time::sleep(limits.launch) => {
            return Ok(EndReason::LaunchTooLong { limit: limits.launch });
        }
    }
    // While it lives.
    tokio::select! {
        biased;
        lived = &mut driven => return lived_or_too_long(lived, limits),
        _ = closing.wait_for(|closing| *closing) => {}
    }
    if control.launching() {
        return Ok(EndReason::Closed);
    }
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

fn new_store(prepared: &Prepared, limits: &Limits) -> wasmtime::Result<Store<State>> {
    let engine = prepared.engine();
    let now = Instant::now();
    let state = State {
        app: Arc::clone(prepared.app()),
        grant: Arc::clone(prepared.grant()),
        services: Arc::clone(prepared.services()),
        launched_at: now,
        meter: Meter::new(limits, engine.options().metered, now),
        pages: Pages::default(),
        log: LogMeter::default(),
        timers: Timers::default(),
        session: None,
    };
    let mut store = Store::new(engine.wasmtime(), state);
    store.limiter(|state| &mut state.meter.memory);
    store.set_hostcall_fuel(limits::HOST_CALL_BYTES);
    store.set_max_component_handles(limits::HANDLES);
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
