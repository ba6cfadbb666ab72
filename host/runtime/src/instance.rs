//! One live mini-app: a task that owns its store, and what the store holds.
//!
//! The outside talks to the task through a bounded mailbox and watches its
//! [`Phase`]. Whatever goes wrong ends this task, gives back what it held, and
//! tells the embedder why; it never reaches another task.

mod control;
mod conversation;
mod presence;
mod questions;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use miniapp_package::{Script, ScriptError};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use wasmtime::Store;

use crate::capability::request::Session;
use crate::capability::{
    Dialogs, Drawn, Folder, InFlight, Keeping, LogMeter, UserLocale, Wasi, on_transition,
};
use crate::consent::{Gate, Opened};
use crate::end::EndReason;
use crate::grant::Grant;
use crate::lifecycle::{GuestLaunchOptions, PageEvent};
use crate::limits::{self, Limits};
use crate::meter::{Driven, Meter, TurnTooLong, Waiting};
use crate::mini_app::EventError;
use crate::page::{Navigation, NavigationError, OpenPage, PageId, Pages, Routes};
use crate::prepared::{LaunchError, Prepared};
use crate::report::Report;
use crate::runtime::Services;
use crate::tenant::Tenant;

use control::Farewell;
pub(crate) use control::{Control, Phase};
pub(crate) use presence::{Parting, Sight, Slept, Waits};
pub(crate) use questions::Questions;

/// What a store holds for its mini-app.
pub(crate) struct State {
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) grant: Arc<Grant>,
    pub(crate) services: Arc<Services>,
    /// What the user has agreed to.
    pub(crate) consent: Gate,
    pub(crate) launched_at: Instant,
    /// The user's language and time zone.
    pub(crate) locale: Arc<UserLocale>,
    pub(crate) meter: Meter,
    pub(crate) routes: Arc<Routes>,
    pub(crate) pages: Pages,
    pub(crate) log: LogMeter,
    /// For how long it was suspended.
    pub(crate) slept: Slept,
    /// Whether it is looked at.
    pub(crate) sight: Sight,
    /// Calls of the host that it waits for.
    pub(crate) waiting: Waiting,
    /// Sleeps that wait.
    pub(crate) sleeping: InFlight,
    /// Calls of extensions and of the native app's own interfaces.
    pub(crate) calling: InFlight,
    /// Calls of the clipboard.
    pub(crate) using_clipboard: InFlight,
    /// What the user is being asked.
    pub(crate) questions: Questions,
    /// Dialogs.
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
    /// The script that its engine is to run, until it has read it.
    pub(crate) script: Option<String>,
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
    pub(crate) locale: Arc<UserLocale>,
    pub(crate) options: GuestLaunchOptions,
    /// What an earlier life has kept.
    pub(crate) restore: Option<String>,
}

/// What the host has kept of the tenant's.
struct Kept {
    /// What the user has agreed to before.
    consent: Opened,
    /// Files, where any were granted.
    folder: Option<Arc<Folder>>,
    /// The script that its engine is to run.
    script: Option<String>,
}

impl Kept {
    async fn open(prepared: &Prepared, tenant: &Arc<Tenant>) -> Result<Self, LaunchError> {
        let services = prepared.services();
        let folder = match &services.files {
            Some(files) if prepared.grant().files() => Some(files.of(tenant).await?),
            _ => None,
        };
        let script = match prepared.script() {
            Some(script) => Some(read(script).await?),
            None => None,
        };
        let consent = Opened::open(&services.consent, tenant, prepared.grant()).await;
        Ok(Self {
            consent,
            folder,
            script,
        })
    }
}

/// Reads a script, off the threads that have to answer where it is on the disk.
async fn read(script: &Script) -> Result<String, ScriptError> {
    if script.is_in_memory() {
        return script.read();
    }
    let script = script.clone();
    let reading = tokio::task::spawn_blocking(move || script.read());
    reading.await.unwrap_or_else(|failed| {
        Err(ScriptError::Io {
            path: Script::FILE_NAME.to_owned(),
            error: std::io::Error::other(failed),
        })
    })
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

/// Runs a mini-app until it ends. `permit` is its place among the live ones; `refused` is
/// told where it does not begin for want of its files or its script.
pub(crate) fn run(
    prepared: Prepared,
    start: Start,
    inbox: Inbox,
    control: Arc<Control>,
    permit: OwnedSemaphorePermit,
    refused: oneshot::Sender<LaunchError>,
) -> impl Future<Output = ()> + Send {
    // Also where its task never gets a turn.
    let farewell = Farewell(Arc::clone(&control));
    async move {
        live(prepared, start, inbox, control, permit, refused).await;
        drop(farewell);
    }
}

async fn live(
    prepared: Prepared,
    start: Start,
    inbox: Inbox,
    control: Arc<Control>,
    permit: OwnedSemaphorePermit,
    refused: oneshot::Sender<LaunchError>,
) {
    let services = Arc::clone(prepared.services());
    let tenant = Arc::clone(&start.tenant);
    let lived = async {
        let kept = Kept::open(&prepared, &start.tenant).await?;
        Ok(drive(&prepared, start, kept, inbox, &control).await)
    };
    let reason = match AssertUnwindSafe(lived).catch_unwind().await {
        Ok(Ok(reason)) => reason,
        Ok(Err(error)) => {
            drop(permit);
            // Nobody may wait for the launch any more.
            drop(refused.send(error));
            return;
        }
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
}

async fn drive(
    prepared: &Prepared,
    start: Start,
    kept: Kept,
    inbox: Inbox,
    control: &Control,
) -> EndReason {
    // Nothing of it runs where it was closed before it began.
    if let Some(parting) = control.presence.parts() {
        return parting.reason();
    }
    let limits = prepared.limits().clone();
    let Start {
        tenant,
        locale,
        options,
        restore,
    } = start;
    let mut store = match new_store(prepared, &limits, control, &tenant, locale, kept) {
        Ok(store) => store,
        Err(error) => return EndReason::from_wasmtime(&error, &limits, None),
    };
    let services = Arc::clone(prepared.services());
    let lived = {
        let work = conversation::hold(prepared, &mut store, options, restore, inbox, control);
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
    store.data_mut().finish_log();
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
        () = control.questions.wait(limits.launch, limits.consent) => {
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
        () = tokio::time::sleep(limits.close) => Ok(match control.presence.parts() {
            Some(parting) if control.has_said_farewell() => parting.reason(),
            _ => EndReason::ClosedByForce { after: limits.close },
        }),
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
    locale: Arc<UserLocale>,
    kept: Kept,
) -> wasmtime::Result<Store<State>> {
    let engine = prepared.engine();
    let signal = Arc::clone(&control.signal);
    let meter = Meter::new(limits, engine.options().metered, signal);
    let sight = control.presence.sight();
    let state = State {
        tenant: Arc::clone(tenant),
        grant: Arc::clone(prepared.grant()),
        services: Arc::clone(prepared.services()),
        consent: Gate::new(
            kept.consent,
            control.questions.clone(),
            meter.owed().clone(),
            sight.clone(),
        ),
        launched_at: Instant::now(),
        locale,
        meter,
        routes: Arc::clone(prepared.routes()),
        pages: Pages::new(limits.pages),
        log: LogMeter::default(),
        slept: control.presence.slept().clone(),
        sight,
        waiting: Waiting::default(),
        sleeping: InFlight::default(),
        calling: InFlight::default(),
        using_clipboard: InFlight::default(),
        questions: control.questions.clone(),
        dialogs: Dialogs::default(),
        drawn: Drawn::default(),
        reading_profile: InFlight::default(),
        logging_in: InFlight::default(),
        session: None,
        folder: kept.folder,
        keeping: None,
        wasi: None,
        script: kept.script,
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
