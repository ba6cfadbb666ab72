//! What the host says to a live mini-app and in which order: the launch, the
//! first page, what comes through the mailbox, the farewell. Runs inside the
//! store's event loop; limits of time are applied from outside.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use wasmtime::Store;
use wasmtime::component::{Access, Accessor};

use super::{Control, Message, Phase, State};
use crate::contract::GuestError;
use crate::end::EndReason;
use crate::lifecycle::{Callback, Exports, GuestLaunchOptions};
use crate::limits;
use crate::meter::{Meter, Trigger};
use crate::page::PageId;
use crate::prepared::Prepared;
use crate::report::{AppError, Report};

type Calls<'a> = FuturesUnordered<Pin<Box<dyn Future<Output = wasmtime::Result<()>> + Send + 'a>>>;

/// Instantiates the mini-app and talks to it until it is closed.
pub(super) async fn hold(
    prepared: &Prepared,
    store: &mut Store<State>,
    launch: GuestLaunchOptions,
    mut inbox: mpsc::Receiver<Message>,
    control: &Control,
) -> wasmtime::Result<EndReason> {
    let exports = prepared.instantiate(store).await?;
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
            std::future::poll_fn(|cx| {
                store.with(|store| conversation.note_rest(store))?;
                let polled = held.as_mut().poll(cx);
                control
                    .signal
                    .publish(store.with(|store| Meter::spent(store))?);
                polled
            })
            .await
        })
        .await?
}

struct Conversation<'a> {
    store: &'a Accessor<State>,
    exports: &'a Exports,
    control: &'a Control,
    launch: GuestLaunchOptions,
}

impl Conversation<'_> {
    async fn hold(&self, inbox: &mut mpsc::Receiver<Message>) -> wasmtime::Result<EndReason> {
        if let Err(error) = self
            .exports
            .on_launch(self.store, self.launch.clone())
            .await?
        {
            return Ok(EndReason::LaunchRefused(AppError::from_guest(error)));
        }
        let shown = self
            .exports
            .on_app_show(self.store, self.launch.clone())
            .await?;
        self.settle(Callback::AppShow, None, shown).ok();
        self.end_turn()?;
        self.control.reach(Phase::Live { ready: false });

        let mut calls = Calls::new();
        calls.push(Box::pin(self.open(PageId::FIRST)));
        self.listen(inbox, &mut calls).await?;
        self.say_farewell().await?;
        Ok(EndReason::Closed)
    }

    /// Delivers what comes until the mini-app is to be closed.
    async fn listen<'a>(
        &'a self,
        inbox: &mut mpsc::Receiver<Message>,
        calls: &mut Calls<'a>,
    ) -> wasmtime::Result<()> {
        let mut closing = self.control.closing.subscribe();
        let mut closing = pin!(closing.wait_for(|closing| *closing));
        loop {
            let pause = self.store.with(|store| Meter::pause(store))?;
            tokio::select! {
                biased;
                Some(done) = calls.next(), if !calls.is_empty() => done?,
                _ = &mut closing => return Ok(()),
                () = sleep(pause), if !pause.is_zero() => {}
                message = inbox.recv(), if pause.is_zero() && calls.len() < limits::CALLBACKS => {
                    match message {
                        Some(message) => self.deliver(message, calls)?,
                        // Nobody holds a handle any more.
                        None => {
                            self.control.close();
                            return Ok(());
                        }
                    }
                }
            }
        }
    }

    fn deliver<'a>(&'a self, message: Message, calls: &mut Calls<'a>) -> wasmtime::Result<()> {
        match message {
            Message::Event { page, event, reply } => {
                self.begin(Trigger::Event)?;
                calls.push(Box::pin(async move {
                    let answer = self.exports.on_event(self.store, page, event).await?;
                    let answer = self.settle(Callback::PageEvent, Some(page), answer);
                    self.end_turn()?;
                    // The caller may have stopped waiting.
                    reply.send(answer).ok();
                    Ok(())
                }));
            }
            Message::Visible { visible, reply } => {
                self.begin(Trigger::Visibility)?;
                calls.push(Box::pin(async move {
                    self.show(visible).await?;
                    self.end_turn()?;
                    reply.send(()).ok();
                    Ok(())
                }));
            }
            Message::Data { page, reply } => {
                let data = self.store.with(|mut store| {
                    let pages = &store.data_mut().pages;
                    pages.data(page).map(|data| data.value().clone())
                });
                reply.send(data).ok();
            }
        }
        Ok(())
    }

    async fn open(&self, page: PageId) -> wasmtime::Result<()> {
        self.begin(Trigger::Open)?;
        self.store
            .with(|mut store| store.data_mut().pages.open(page));
        let (path, query) = (self.launch.path.clone(), self.launch.query.clone());
        let loaded = self.exports.on_load(self.store, page, path, query).await?;
        self.settle(Callback::PageLoad, Some(page), loaded).ok();
        let shown = self.exports.on_show(self.store, page).await?;
        self.settle(Callback::PageShow, Some(page), shown).ok();
        let ready = self.exports.on_ready(self.store, page).await?;
        self.settle(Callback::PageReady, Some(page), ready).ok();
        self.end_turn()?;
        self.control.reach(Phase::Live { ready: true });
        Ok(())
    }

    async fn show(&self, visible: bool) -> wasmtime::Result<()> {
        let page = PageId::FIRST;
        if visible {
            let shown = self
                .exports
                .on_app_show(self.store, self.launch.clone())
                .await?;
            self.settle(Callback::AppShow, None, shown).ok();
            let shown = self.exports.on_show(self.store, page).await?;
            self.settle(Callback::PageShow, Some(page), shown).ok();
        } else {
            self.hide(page).await?;
        }
        Ok(())
    }

    async fn hide(&self, page: PageId) -> wasmtime::Result<()> {
        let hidden = self.exports.on_hide(self.store, page).await?;
        self.settle(Callback::PageHide, Some(page), hidden).ok();
        let hidden = self.exports.on_app_hide(self.store).await?;
        self.settle(Callback::AppHide, None, hidden).ok();
        Ok(())
    }

    async fn say_farewell(&self) -> wasmtime::Result<()> {
        let page = PageId::FIRST;
        self.begin(Trigger::Close)?;
        let hidden = self.exports.on_hide(self.store, page).await?;
        self.settle(Callback::PageHide, Some(page), hidden).ok();
        let unloaded = self.exports.on_unload(self.store, page).await?;
        self.settle(Callback::PageUnload, Some(page), unloaded).ok();
        self.store.with(|mut store| {
            let state = store.data_mut();
            let freed = state.pages.close(page);
            state.meter.memory.replace_host(freed, 0);
        });
        let hidden = self.exports.on_app_hide(self.store).await?;
        self.settle(Callback::AppHide, None, hidden).ok();
        Ok(())
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

async fn sleep(pause: Duration) {
    tokio::time::sleep(pause).await;
}
