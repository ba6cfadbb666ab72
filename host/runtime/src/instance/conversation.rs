//! What the host says to a live mini-app and in which order: the launch, the
//! first page, events as they come, showing and hiding, the farewell. Runs inside
//! the store's event loop; limits of time are applied from outside.
//!
//! Events run side by side with everything. The calls that open, show, hide and
//! close follow one another: the next begins when the one before has returned.

use std::collections::VecDeque;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::oneshot;
use wasmtime::Store;
use wasmtime::component::{Access, Accessor};

use super::{Control, Delivery, Inbox, Phase, Request, State};
use crate::contract::GuestError;
use crate::end::{EndReason, HostFault};
use crate::lifecycle::{Callback, Exports, GuestLaunchOptions};
use crate::limits;
use crate::meter::{Meter, Trigger};
use crate::page::{PageId, Pages, Stage};
use crate::prepared::Prepared;
use crate::report::{AppError, Report};

type Call<'a> = Pin<Box<dyn Future<Output = wasmtime::Result<()>> + Send + 'a>>;

/// Instantiates the mini-app and talks to it until it is closed.
pub(super) async fn hold(
    prepared: &Prepared,
    store: &mut Store<State>,
    launch: GuestLaunchOptions,
    mut inbox: Inbox,
    control: &Control,
) -> wasmtime::Result<EndReason> {
    let exports = instantiate(prepared, store).await?;
    store
        .run_concurrent(async |store| {
            let conversation = Conversation {
                store,
                exports: &exports,
                control,
                launch,
            };
            let mut held = pin!(conversation.hold(&mut inbox));
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
    launch: GuestLaunchOptions,
}

/// What is under way or waits to be begun.
struct Agenda<'a> {
    events: FuturesUnordered<Call<'a>>,
    /// The lifecycle call under way, and those that follow it.
    lifecycle: Option<Call<'a>>,
    visibility: VecDeque<(bool, oneshot::Sender<()>)>,
}

impl Conversation<'_> {
    async fn hold(&self, inbox: &mut Inbox) -> wasmtime::Result<EndReason> {
        let launched = self
            .exports
            .on_launch(self.store, self.launch.clone())
            .await?;
        if let Err(error) = launched {
            return Ok(EndReason::LaunchRefused(AppError::from_guest(error)));
        }
        let shown = self
            .exports
            .on_app_show(self.store, self.launch.clone())
            .await?;
        self.settle(Callback::AppShow, None, shown).ok();
        self.end_turn()?;
        self.control.reach(Phase::Live { ready: false });

        let mut agenda = Agenda {
            events: FuturesUnordered::new(),
            lifecycle: Some(Box::pin(self.open(PageId::FIRST))),
            visibility: VecDeque::new(),
        };
        self.listen(inbox, &mut agenda).await?;
        let mut farewell = pin!(self.say_farewell(PageId::FIRST));
        loop {
            tokio::select! {
                biased;
                // Whoever waits for an event learns how it ended, if it does in time.
                Some(done) = agenda.events.next(), if !agenda.events.is_empty() => done?,
                said = &mut farewell => {
                    said?;
                    return Ok(EndReason::Closed);
                }
            }
        }
    }

    /// Delivers what comes until the mini-app is to be closed.
    async fn listen<'a>(
        &'a self,
        inbox: &mut Inbox,
        agenda: &mut Agenda<'a>,
    ) -> wasmtime::Result<()> {
        let mut closing = self.control.closing.subscribe();
        let mut closing = pin!(closing.wait_for(|closing| *closing));
        loop {
            if agenda.lifecycle.is_none()
                && let Some((visible, reply)) = agenda.visibility.pop_front()
            {
                agenda.lifecycle = Some(Box::pin(self.set_visible(visible, reply)));
            }
            let pause = self.store.with(|store| Meter::pause(store))?;
            let may_deliver = pause.is_zero() && agenda.events.len() < limits::CALLBACKS;
            tokio::select! {
                biased;
                Some(done) = agenda.events.next(), if !agenda.events.is_empty() => done?,
                done = step(&mut agenda.lifecycle) => {
                    agenda.lifecycle = None;
                    done?;
                }
                _ = &mut closing => return Ok(()),
                Some(request) = inbox.requests.recv(), if agenda.visibility.len() < limits::MAILBOX => {
                    self.answer(request, agenda);
                }
                Some(delivery) = inbox.deliveries.recv(), if may_deliver => {
                    self.begin(Trigger::Event)?;
                    agenda.events.push(Box::pin(self.deliver(delivery)));
                }
                () = async { tokio::time::sleep(pause).await }, if !pause.is_zero() => {}
            }
        }
    }

    fn answer(&self, request: Request, agenda: &mut Agenda<'_>) {
        match request {
            Request::Visible { visible, reply } => agenda.visibility.push_back((visible, reply)),
            Request::Data { page, reply } => {
                let data = self.pages(|pages| pages.data(page).map(|data| data.value().clone()));
                // Whoever asked may have stopped waiting.
                reply.send(data).ok();
            }
        }
    }

    async fn deliver(&self, delivery: Box<Delivery>) -> wasmtime::Result<()> {
        let Delivery { page, event, reply } = *delivery;
        let answer = self.exports.on_event(self.store, page, event).await?;
        let answer = self.settle(Callback::PageEvent, Some(page), answer);
        self.end_turn()?;
        // Whoever delivered it may have stopped waiting.
        reply.send(answer).ok();
        Ok(())
    }

    async fn open(&self, page: PageId) -> wasmtime::Result<()> {
        self.begin(Trigger::Open)?;
        self.pages(|pages| pages.open(page));
        let (path, query) = (self.launch.path.clone(), self.launch.query.clone());
        let loaded = self.exports.on_load(self.store, page, path, query).await?;
        self.settle(Callback::PageLoad, Some(page), loaded).ok();
        self.pages(|pages| pages.set_stage(page, Stage::Shown));
        let shown = self.exports.on_show(self.store, page).await?;
        self.settle(Callback::PageShow, Some(page), shown).ok();
        let ready = self.exports.on_ready(self.store, page).await?;
        self.settle(Callback::PageReady, Some(page), ready).ok();
        self.end_turn()?;
        self.control.reach(Phase::Live { ready: true });
        Ok(())
    }

    async fn set_visible(&self, visible: bool, reply: oneshot::Sender<()>) -> wasmtime::Result<()> {
        let page = PageId::FIRST;
        match (visible, self.pages(|pages| pages.stage(page))) {
            (true, Some(Stage::Hidden)) => {
                self.begin(Trigger::Visibility)?;
                self.pages(|pages| pages.set_stage(page, Stage::Shown));
                let shown = self
                    .exports
                    .on_app_show(self.store, self.launch.clone())
                    .await?;
                self.settle(Callback::AppShow, None, shown).ok();
                let shown = self.exports.on_show(self.store, page).await?;
                self.settle(Callback::PageShow, Some(page), shown).ok();
            }
            (false, Some(Stage::Shown)) => {
                self.begin(Trigger::Visibility)?;
                self.hide(page).await?;
            }
            // Nothing changes.
            _ => {}
        }
        self.end_turn()?;
        reply.send(()).ok();
        Ok(())
    }

    async fn hide(&self, page: PageId) -> wasmtime::Result<()> {
        self.pages(|pages| pages.set_stage(page, Stage::Hidden));
        let hidden = self.exports.on_hide(self.store, page).await?;
        self.settle(Callback::PageHide, Some(page), hidden).ok();
        let hidden = self.exports.on_app_hide(self.store).await?;
        self.settle(Callback::AppHide, None, hidden).ok();
        Ok(())
    }

    /// Closes the page and hides the app, as far as it was opened and shown. Calls
    /// off what the page has asked for, and does not wait for calls that are under
    /// way: one may never return.
    async fn say_farewell(&self, page: PageId) -> wasmtime::Result<()> {
        self.end_turn()?;
        self.control.signal.begin(Trigger::Close);
        self.store.with(|store| Meter::fill(store))?;
        let stage = self.pages(|pages| pages.stage(page));
        if stage == Some(Stage::Shown) {
            let hidden = self.exports.on_hide(self.store, page).await?;
            self.settle(Callback::PageHide, Some(page), hidden).ok();
        }
        self.store.with(|mut store| {
            let state = store.data_mut();
            let freed = state.pages.close(page);
            state.meter.memory.replace_host(freed, 0);
            if let Some(session) = &state.session {
                session.call_off();
            }
        });
        if stage.is_some() {
            let unloaded = self.exports.on_unload(self.store, page).await?;
            self.settle(Callback::PageUnload, Some(page), unloaded).ok();
        }
        if stage != Some(Stage::Hidden) {
            let hidden = self.exports.on_app_hide(self.store).await?;
            self.settle(Callback::AppHide, None, hidden).ok();
        }
        Ok(())
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
                store.data_mut().report(Report::Uncaught {
                    callback,
                    page,
                    error: &error,
                });
            });
            error
        })
    }
}

/// Goes on with a lifecycle call; waits for ever where there is none.
async fn step(lifecycle: &mut Option<Call<'_>>) -> wasmtime::Result<()> {
    match lifecycle {
        Some(call) => call.await,
        None => pending().await,
    }
}
