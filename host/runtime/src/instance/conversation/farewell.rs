//! What is said to a mini-app that is to end: its pages are closed, it is hidden, and it
//! is asked for what it wants to find again. Does not know why it is to end, but whether
//! it may come back.

use super::{Conversation, Parting, SavedState};
use crate::lifecycle::Callback;
use crate::meter::{Meter, Trigger};
use crate::page::Step;

impl Conversation<'_> {
    /// Closes the pages and hides the app, as far as they were opened and shown. Calls
    /// off what the mini-app has asked for, and does not wait for calls that are under
    /// way: one may never return.
    pub(super) async fn say_farewell(&self, parting: Parting) -> wasmtime::Result<()> {
        self.end_turn()?;
        self.control.signal.begin(Trigger::Close);
        self.store.with(|store| Meter::fill(store))?;
        if parting.keeps_state() {
            self.take_leave(0).await?;
            self.save().await?;
        }
        self.take_leave(usize::MAX).await
    }

    /// Says what is due to an app that goes for good, once so many pages are closed.
    async fn take_leave(&self, close: usize) -> wasmtime::Result<()> {
        self.pages(|pages| {
            pages.stack.close(close);
            pages.stack.leave();
        });
        while let Some(step) = self.pages(|pages| pages.stack.next()) {
            if let Step::Unload(page) = step {
                self.drop_data(page);
                self.call_off();
            }
            self.perform(step).await?;
        }
        Ok(())
    }

    /// Calls off what the mini-app has asked for, once no page of it is open.
    fn call_off(&self) {
        self.store.with(|mut store| {
            let state = store.data_mut();
            if let Some(session) = &state.session
                && state.pages.stack.len() == 0
            {
                session.call_off();
            }
        });
    }

    /// Asks the mini-app for the state that is to outlive it.
    async fn save(&self) -> wasmtime::Result<()> {
        let Some(saved) = self.exports.save(self.store).await? else {
            return Ok(());
        };
        let saved = saved.and_then(|state| match state {
            Some(state) => SavedState::check(state).map(Some),
            None => Ok(None),
        });
        let top = self.pages(|pages| pages.stack.pages().next_back().cloned());
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
