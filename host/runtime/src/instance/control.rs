//! What the task of a mini-app shares with its handle: how far it has come, and what is
//! wanted of it. Knows nothing of the store.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::presence::{Attention, Parting, Presence, Waits};
use crate::end::EndReason;
use crate::limits::Limits;
use crate::meter::TurnSignal;
use crate::saved_state::SavedState;

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
    pub(super) presence: Presence,
    pub(super) signal: Arc<TurnSignal>,
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

    pub(crate) fn is_logged_out(&self) -> bool {
        self.presence.parts() == Some(Parting::LogOut)
    }

    pub(crate) fn is_parting(&self) -> bool {
        self.presence.parts().is_some()
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
    pub(super) fn keep(&self, saved: Option<SavedState>) {
        *self.saved.lock().unwrap_or_else(PoisonError::into_inner) = saved;
    }

    pub(crate) fn take_saved(&self) -> Option<SavedState> {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        saved.take()
    }

    pub(super) fn reach(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    pub(super) fn launching(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Launching)
    }
}

/// Tells those who wait that the mini-app is gone, whatever became of its task.
pub(super) struct Farewell(pub(super) Arc<Control>);

impl Drop for Farewell {
    fn drop(&mut self) {
        if !matches!(*self.0.phase.borrow(), Phase::Ended(_)) {
            let reason = "the tokio runtime that it ran on was shut down".to_owned();
            self.0
                .reach(Phase::Ended(Arc::new(EndReason::Host(reason))));
        }
    }
}
