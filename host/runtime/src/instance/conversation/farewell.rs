//! What is said to a mini-app that is to end: its page is hidden, then the app, it is asked for
//! what it wants to find again, and its pages are closed. Does not know why it is to end, but
//! whether it may come back.
//!
//! All of it is said, in this order, to one that takes its time for some of it: each is begun when
//! the mini-app has acted upon the one before, or does nothing but wait. What goes on is awaited
//! in the end, and what it has begun meanwhile too; how long, is decided from outside.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::rest::Rest;
use super::{Call, Conversation, Parting, SavedState};
use crate::lifecycle::Callback;
use crate::meter::{Meter, Trigger, Waiting};
use crate::page::{OpenPage, Step};

/// What was said, and not answered yet.
type Said<'a> = FuturesUnordered<Call<'a, ()>>;

impl Conversation<'_> {
    /// Hides the app and closes its pages, as far as they were shown and opened. Calls
    /// off what the mini-app has asked for, and does not wait for calls that are under
    /// way: one may never return.
    pub(super) async fn say_farewell(&self, parting: Parting) -> wasmtime::Result<()> {
        self.end_turn()?;
        self.control.signal.begin(Trigger::Close);
        self.store.with(|store| Meter::fill(store))?;
        let begun = self.count_anew();
        self.pages(|pages| pages.stack.leave());
        self.call_off();
        let mut said = Said::new();
        self.say_what_is_due(&mut said).await?;
        if parting.keeps_state() {
            // Of the page that was seen last, also where it is closed before the answer.
            let top = self.pages(|pages| pages.stack.pages().next_back().cloned());
            said.push(Box::pin(self.save(top)));
            self.act_upon(&mut said).await?;
        }
        self.pages(|pages| pages.stack.close(usize::MAX));
        self.say_what_is_due(&mut said).await?;
        while let Some(answered) = said.next().await {
            answered?;
        }
        self.control.farewell_was_said();
        self.finish(&begun).await
    }

    /// Calls of the host that wait are counted from here on.
    fn count_anew(&self) -> Waiting {
        let begun = Waiting::default();
        let waiting = begun.clone();
        self.store
            .with(|mut store| store.data_mut().waiting = waiting);
        begun
    }

    /// Begins the callbacks that are due, and lets the mini-app act upon them.
    async fn say_what_is_due<'a>(&'a self, said: &mut Said<'a>) -> wasmtime::Result<()> {
        while let Some(step) = self.pages(|pages| pages.stack.next()) {
            if let Step::Unload(page) = step {
                self.drop_data(page);
            }
            said.push(Box::pin(async move { self.perform(step).await.map(drop) }));
            if self.exports.are_one_at_a_time() {
                self.act_upon(said).await?;
            }
        }
        self.act_upon(said).await
    }

    /// Waits until all that was said is answered, or the mini-app does nothing but wait. One that
    /// takes one call at a time would take what waits for it in any order: all is answered first.
    async fn act_upon(&self, said: &mut Said<'_>) -> wasmtime::Result<()> {
        let mut rest = self.rest()?;
        while !said.is_empty() {
            tokio::select! {
                biased;
                Some(answered) = said.next() => answered?,
                () = tokio::task::yield_now(), if !self.exports.are_one_at_a_time() => {
                    rest.note(self.spent()?, false);
                    if rest.is_reached() {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Waits until nothing goes on that was `begun` since it was to end: a callback in JavaScript
    /// has returned by its first pause.
    async fn finish(&self, begun: &Waiting) -> wasmtime::Result<()> {
        loop {
            let mut rest = self.rest()?;
            loop {
                rest.note(self.spent()?, false);
                if rest.is_reached() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            if begun.is_none() {
                return Ok(());
            }
            begun.none().await;
        }
    }

    fn rest(&self) -> wasmtime::Result<Rest> {
        Ok(Rest::since(self.spent()?))
    }

    fn spent(&self) -> wasmtime::Result<u64> {
        self.store.with(|mut store| Meter::spent(&mut store))
    }

    /// Calls off what the mini-app has asked for so far; what it asks for in order to end is its
    /// own affair, as long as it may take for that.
    fn call_off(&self) {
        self.store.with(|mut store| {
            if let Some(session) = &store.data_mut().session {
                session.call_off();
            }
        });
    }

    /// Asks the mini-app for the state that is to outlive it, and to begin at the page on top.
    async fn save(&self, top: Option<OpenPage>) -> wasmtime::Result<()> {
        let Some(saved) = self.exports.save(self.store).await? else {
            return Ok(());
        };
        let saved = saved.and_then(|state| match state {
            Some(state) => SavedState::check(state).map(Some),
            None => Ok(None),
        });
        match saved {
            Ok(Some(state)) => self.control.keep(top.map(|page| SavedState {
                page: page.path,
                query: page.query,
                state,
            })),
            Ok(None) => {}
            Err(error) => drop(self.settle(Callback::Save, None, Err(error))),
        }
        Ok(())
    }
}
