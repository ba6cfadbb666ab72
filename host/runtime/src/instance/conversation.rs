//! What the host says to a live mini-app and in which order: the launch, the pages
//! as their stack demands, events as they come, the farewell. Runs inside the
//! store's event loop; limits of time are applied from outside.
//!
//! Events run side by side with everything. Which callback of the app and its pages
//! is due says the stack of pages; they are begun in its order, and nobody waits for
//! one that takes its time but the page that it is of.

mod farewell;
mod rest;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::oneshot;
use tokio::time::Instant;
use wasmtime::Store;
use wasmtime::component::{Access, Accessor};

use super::presence::reach;
use super::{Control, Delivery, Inbox, Opening, Parting, Phase, Request, State};
use crate::contract::{GuestError, code};
use crate::end::{EndReason, HostFault};
use crate::lifecycle::{Callback, Exports, GuestLaunchOptions};
use crate::limits;
use crate::meter::{Meter, Trigger, Waiting};
use crate::mini_app::EventError;
use crate::page::{Navigation, NavigationError, PageId, PageStack, Pages, Step};
use crate::prepared::Prepared;
use crate::report::{AppError, Report};
use crate::saved_state::SavedState;

use rest::Rest;

type Call<'a, T> = Pin<Box<dyn Future<Output = wasmtime::Result<T>> + Send + 'a>>;

/// Instantiates the mini-app and talks to it until it is closed.
pub(super) async fn hold(
    prepared: &Prepared,
    store: &mut Store<State>,
    launch: GuestLaunchOptions,
    restore: Option<String>,
    mut inbox: Inbox,
    control: &Control,
) -> wasmtime::Result<EndReason> {
    let exports = instantiate(prepared, store).await?;
    let waiting = store.data().waiting.clone();
    store
        .run_concurrent(async |store| {
            let conversation = Conversation {
                store,
                exports: &exports,
                control,
                waiting,
                patience: prepared.limits().close,
                launch: Mutex::new(launch),
            };
            let mut held = pin!(conversation.hold(restore, &mut inbox));
            // Asked first when something has happened and last before the event
            // loop goes to rest: here the outside learns what was burnt.
            poll_fn(|cx| {
                store.with(|store| conversation.note_rest(store))?;
                let polled = held.as_mut().poll(cx);
                let spent = store.with(|store| Meter::spent(store))?;
                control.signal.publish(spent);
                polled
            })
            .await
        })
        .await?
}

/// What fails here is the host's own fault, unless the guest was running or a limit
/// was reached.
async fn instantiate(prepared: &Prepared, store: &mut Store<State>) -> wasmtime::Result<Exports> {
    let failed = match prepared.instantiate(store).await {
        Ok(exports) => return Ok(exports),
        Err(failed) => failed,
    };
    let refused = store.data().meter.memory.refusal().is_some();
    let of_guest = failed.is::<wasmtime::Trap>()
        || failed.is::<wasmtime::WasmBacktrace>()
        || failed.is::<wasmtime::PoolConcurrencyLimitError>()
        || refused;
    Err(if of_guest {
        failed
    } else {
        HostFault(format!("{failed:#}")).into()
    })
}

struct Conversation<'a> {
    store: &'a Accessor<State>,
    exports: &'a Exports,
    control: &'a Control,
    waiting: Waiting,
    /// How long callbacks may take before somebody is told.
    patience: Duration,
    /// How the mini-app was opened the last time.
    launch: Mutex<GuestLaunchOptions>,
}

/// What is under way, and who waits for it.
struct Agenda<'a> {
    events: FuturesUnordered<Call<'a, ()>>,
    /// Callbacks of the app and its pages.
    lifecycle: FuturesUnordered<Call<'a, Step>>,
    /// Who waits until the app is as visible as it is to be.
    settling: Vec<oneshot::Sender<()>>,
    /// Who waits until nothing is under way.
    idling: Vec<oneshot::Sender<()>>,
    /// Whether nothing is under way, and whether that is to be looked at again.
    rest: Rest,
    looks_again: bool,
    /// Since when as many callbacks of the app and its pages are under way as may be.
    full: Option<Instant>,
    /// Whether it was told that they do not return.
    told_of_full: bool,
}

impl Conversation<'_> {
    async fn hold(
        &self,
        restore: Option<String>,
        inbox: &mut Inbox,
    ) -> wasmtime::Result<EndReason> {
        self.open_first();
        let launched = self.exports.on_launch(self.store, self.launch()).await?;
        if let Err(error) = launched {
            return Ok(EndReason::LaunchRefused(AppError::from_guest(error)));
        }
        if let Some(state) = restore {
            self.control.restoring();
            let restored = self.exports.restore(self.store, state).await?;
            self.settle(Callback::Restore, None, restored).ok();
        }
        let shown = self.exports.on_app_show(self.store, self.launch()).await?;
        self.settle(Callback::AppShow, None, shown).ok();
        self.end_turn()?;
        self.store.with(|mut store| store.data_mut().report_stack());
        self.control.reach(Phase::Live { ready: false });

        let mut agenda = Agenda {
            events: FuturesUnordered::new(),
            lifecycle: FuturesUnordered::new(),
            settling: Vec::new(),
            idling: Vec::new(),
            rest: Rest::default(),
            looks_again: false,
            full: None,
            told_of_full: false,
        };
        let parting = self.listen(inbox, &mut agenda).await?;
        let mut farewell = pin!(self.say_farewell(parting));
        loop {
            tokio::select! {
                biased;
                Some(done) = agenda.lifecycle.next(), if !agenda.lifecycle.is_empty() => drop(done?),
                // Whoever waits for an event learns how it ended, if it does in time.
                Some(done) = agenda.events.next(), if !agenda.events.is_empty() => done?,
                said = &mut farewell => {
                    said?;
                    return Ok(parting.reason());
                }
            }
        }
    }

    /// Opens the launch's page, below what the mini-app itself opens while it launches;
    /// no page is begun before it has launched. The launch was checked, so there is such
    /// a page, and room for one.
    fn open_first(&self) {
        let GuestLaunchOptions { path, query, .. } = self.launch();
        self.pages(|pages| {
            pages.stack.push(path, query).ok();
            pages.touch();
        });
    }

    /// Delivers what comes until the mini-app is to be closed.
    async fn listen<'a>(
        &'a self,
        inbox: &mut Inbox,
        agenda: &mut Agenda<'a>,
    ) -> wasmtime::Result<Parting> {
        let mut parting = pin!(self.control.parting());
        loop {
            self.advance(agenda)?;
            let pause = self.store.with(|store| Meter::pause(store))?;
            let stuck = agenda.full.filter(|_| !agenda.told_of_full);
            let stuck = stuck.and_then(|since| since.checked_add(self.patience));
            let may_deliver = pause.is_zero() && agenda.events.len() < limits::CALLBACKS;
            tokio::select! {
                biased;
                // First, so that a page's `on-load` begins before its first event.
                Some(done) = agenda.lifecycle.next(), if !agenda.lifecycle.is_empty() => {
                    self.returned(done?)?;
                }
                Some(done) = agenda.events.next(), if !agenda.events.is_empty() => done?,
                parting = &mut parting => return Ok(parting),
                Some(request) = inbox.requests.recv() => self.answer(request, agenda),
                Some(delivery) = inbox.deliveries.recv(), if may_deliver => {
                    // A page that was opened since is asked for already.
                    self.advance(agenda)?;
                    self.begin(Trigger::Event)?;
                    agenda.events.push(Box::pin(self.deliver(delivery)));
                }
                () = poll_fn(|cx| self.pages(|pages| pages.poll_due(cx))) => {}
                () = self.waiting.none(), if !agenda.idling.is_empty() => self.pages(Pages::touch),
                () = tokio::task::yield_now(), if agenda.looks_again => self.pages(Pages::touch),
                () = async { tokio::time::sleep(pause).await }, if !pause.is_zero() => {}
                () = reach(stuck), if stuck.is_some() => {
                    agenda.told_of_full = true;
                    self.tell_of_full();
                }
            }
        }
    }

    /// Begins the callbacks that are due. A mini-app that never returns from too many
    /// gets no more, which is told once.
    fn advance<'a>(&'a self, agenda: &mut Agenda<'a>) -> wasmtime::Result<()> {
        if !self.pages(|pages| pages.take_due()) {
            return Ok(());
        }
        while agenda.lifecycle.len() < limits::CALLBACKS
            && let Some(step) = self.pages(|pages| pages.stack.next())
        {
            self.prepare(step)?;
            agenda.lifecycle.push(Box::pin(self.perform(step)));
        }
        let is_full = agenda.lifecycle.len() >= limits::CALLBACKS;
        agenda.full = is_full.then(|| agenda.full.unwrap_or_else(Instant::now));
        let stack = |ask: fn(&PageStack) -> bool| self.pages(|pages| ask(&pages.stack));
        if !agenda.settling.is_empty() && stack(PageStack::is_settled) {
            self.end_turn()?;
            release(&mut agenda.settling);
        }
        let is_idle = agenda.lifecycle.is_empty() && stack(PageStack::is_idle);
        agenda.looks_again = false;
        if agenda.idling.is_empty() {
            return Ok(());
        }
        let spent = self.store.with(|mut store| Meter::spent(&mut store))?;
        agenda.rest.note(spent, self.waiting.take_ended());
        if is_idle && self.waiting.is_none() {
            if agenda.rest.is_reached() {
                self.end_turn()?;
                release(&mut agenda.idling);
            } else {
                agenda.looks_again = true;
            }
        }
        Ok(())
    }

    fn tell_of_full(&self) {
        let message = format!(
            "{} callbacks have not returned, and no other is begun before one of them does; wait for less in `on-load`, `on-show` and `on-hide`",
            limits::CALLBACKS
        );
        let error = AppError {
            code: code::BUSY.to_owned(),
            message,
        };
        self.store.with(|mut store| {
            store.data_mut().report(Report::Uncaught {
                callback: None,
                page: None,
                error: &error,
            });
        });
    }

    fn returned(&self, step: Step) -> wasmtime::Result<()> {
        self.pages(|pages| {
            pages.stack.returned(step);
            pages.touch();
        });
        if let Step::Ready(_) = step {
            self.end_turn()?;
            self.control.reach(Phase::Live { ready: true });
        }
        Ok(())
    }

    fn answer(&self, request: Request, agenda: &mut Agenda<'_>) {
        match request {
            Request::Visible {
                visible,
                opening,
                reply,
            } => {
                self.pages(|pages| {
                    pages.stack.set_foreground(visible);
                    pages.touch();
                });
                if let Some(opening) = opening {
                    self.open_again(*opening);
                }
                wait(&mut agenda.settling, reply);
            }
            Request::Navigate { navigation, reply } => {
                reply.send(self.navigate(&navigation)).ok();
            }
            Request::Idle { reply } => {
                wait(&mut agenda.idling, reply);
                self.pages(Pages::touch);
            }
            Request::Pages { reply } => {
                let open = self.pages(|pages| pages.stack.pages().cloned().collect());
                reply.send(open).ok();
            }
            Request::Data { page, reply } => {
                let data = self.pages(|pages| pages.data(page).map(|data| data.value().clone()));
                reply.send(data).ok();
            }
        }
    }

    /// Goes to the page that is asked for, unless it is on top.
    fn open_again(&self, opening: Opening) {
        let Opening { launch, names_page } = opening;
        let (path, query) = (launch.path.clone(), launch.query.clone());
        *self.launch.lock().unwrap_or_else(PoisonError::into_inner) = launch;
        self.store.with(|mut store| {
            let state = store.data_mut();
            let stack = &mut state.pages.stack;
            let top = stack.pages().next_back();
            let is_there = top.is_some_and(|top| top.path == path && top.query == query);
            if names_page && !is_there {
                stack.close(usize::MAX);
                // What was closed has made room.
                stack.push(path, query).ok();
                state.report_stack();
            }
        });
    }

    fn launch(&self) -> GuestLaunchOptions {
        let launch = self.launch.lock();
        launch.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn navigate(&self, navigation: &Navigation) -> Result<(), NavigationError> {
        self.store
            .with(|mut store| store.data_mut().navigate(navigation))
    }

    async fn deliver(&self, delivery: Box<Delivery>) -> wasmtime::Result<()> {
        let Delivery { page, event, reply } = *delivery;
        if self.pages(|pages| pages.data(page).is_none()) {
            reply.send(Err(EventError::NotOpen { page })).ok();
            return Ok(());
        }
        let answer = self.exports.on_event(self.store, page, event).await?;
        let answer = self.settle(Callback::PageEvent, Some(page), answer);
        self.end_turn()?;
        // Whoever delivered it may have stopped waiting.
        reply.send(answer.map_err(EventError::App)).ok();
        Ok(())
    }

    /// What is done before a callback is begun. Those that follow a page's `on-load` are
    /// of the same turn.
    fn prepare(&self, step: Step) -> wasmtime::Result<()> {
        match step {
            Step::Load(page) => {
                self.begin(Trigger::Open)?;
                self.pages(|pages| pages.open(page));
            }
            Step::Unload(page) => {
                self.begin(Trigger::Visibility)?;
                self.drop_data(page);
            }
            Step::AppShow | Step::AppHide | Step::Hide(_) => self.begin(Trigger::Visibility)?,
            Step::Show(_) | Step::Ready(_) => {}
        }
        Ok(())
    }

    fn drop_data(&self, page: PageId) {
        self.store.with(|mut store| {
            let state = store.data_mut();
            let freed = state.pages.close(page);
            state.meter.memory.replace_host(freed, 0);
        });
    }

    async fn perform(&self, step: Step) -> wasmtime::Result<Step> {
        let (exports, store) = (self.exports, self.store);
        let (callback, page, answer) = match step {
            Step::AppShow => {
                let shown = exports.on_app_show(store, self.launch()).await?;
                (Callback::AppShow, None, shown)
            }
            Step::AppHide => (Callback::AppHide, None, exports.on_app_hide(store).await?),
            Step::Load(page) => {
                let opened = self.pages(|pages| pages.stack.page(page).cloned());
                let (path, query) = opened
                    .map(|page| (page.path, page.query))
                    .unwrap_or_default();
                let loaded = exports.on_load(store, page, path, query).await?;
                (Callback::PageLoad, Some(page), loaded)
            }
            Step::Show(page) => (
                Callback::PageShow,
                Some(page),
                exports.on_show(store, page).await?,
            ),
            Step::Ready(page) => (
                Callback::PageReady,
                Some(page),
                exports.on_ready(store, page).await?,
            ),
            Step::Hide(page) => (
                Callback::PageHide,
                Some(page),
                exports.on_hide(store, page).await?,
            ),
            Step::Unload(page) => (
                Callback::PageUnload,
                Some(page),
                exports.on_unload(store, page).await?,
            ),
        };
        self.settle(callback, page, answer).ok();
        Ok(step)
    }

    fn pages<R>(&self, ask: impl FnOnce(&mut Pages) -> R) -> R {
        self.store
            .with(|mut store| ask(&mut store.data_mut().pages))
    }

    /// Reports the turn that has come to rest before, if one has.
    fn note_rest(&self, mut store: Access<'_, State>) -> wasmtime::Result<()> {
        let spent = Meter::spent(&mut store)?;
        if let Some(turn) = self.control.signal.ask(spent) {
            store.data_mut().report(Report::Turn(turn));
        }
        Ok(())
    }

    /// Something is delivered: a turn begins, and the bucket is topped up.
    fn begin(&self, trigger: Trigger) -> wasmtime::Result<()> {
        self.end_turn()?;
        self.control.signal.begin(trigger);
        self.store.with(|store| Meter::refill(store))
    }

    /// Reports the turn so far. Done before an answer goes to the embedder, so
    /// that it finds the turn reported.
    fn end_turn(&self) -> wasmtime::Result<()> {
        self.store.with(|mut store| {
            store.data_mut().finish_output();
            let spent = Meter::spent(&mut store)?;
            if let Some(turn) = self.control.signal.end(spent) {
                store.data_mut().report(Report::Turn(turn));
            }
            Ok(())
        })
    }

    /// Reports what a callback has returned if it is an error: nobody in the
    /// mini-app has handled it.
    fn settle(
        &self,
        callback: Callback,
        page: Option<PageId>,
        answer: Result<(), GuestError>,
    ) -> Result<(), AppError> {
        answer.map_err(|error| {
            let error = AppError::from_guest(error);
            self.store.with(|mut store| {
                let state = store.data_mut();
                if !is_aftermath(callback, page, &error, &state.pages) {
                    state.report(Report::Uncaught {
                        callback: Some(callback),
                        page,
                        error: &error,
                    });
                }
            });
            error
        })
    }
}

/// Whether an error is no fault of the mini-app's: its page was closed while the callback
/// was under way, or the whole mini-app is, and what the callback did had to fail.
fn is_aftermath(callback: Callback, page: Option<PageId>, error: &AppError, pages: &Pages) -> bool {
    let went_on = matches!(
        callback,
        Callback::PageLoad
            | Callback::PageShow
            | Callback::PageReady
            | Callback::PageHide
            | Callback::PageEvent
    );
    let closed = page.is_some_and(|page| pages.data(page).is_none());
    let is_gone = closed || (callback != Callback::PageHide && pages.stack.is_leaving());
    went_on && is_gone && [code::NOT_FOUND, code::CANCELLED].contains(&error.code.as_str())
}

/// Somebody waits, beside those who still do: there are never more than callers.
fn wait(waiting: &mut Vec<oneshot::Sender<()>>, reply: oneshot::Sender<()>) {
    waiting.retain(|waits| !waits.is_closed());
    waiting.push(reply);
}

/// Tells those who wait; who asked may have stopped waiting.
fn release(waiting: &mut Vec<oneshot::Sender<()>>) {
    for waits in waiting.drain(..) {
        waits.send(()).ok();
    }
}
