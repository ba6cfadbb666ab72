//! What the task of a mini-app shares with its handle: how far it has come, and what is
//! wanted of it. Knows nothing of the store.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::presence::{Attention, Parting, Presence, Waits};
use super::questions::Questions;
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
    pub(super) questions: Questions,
    saved: Mutex<Option<SavedState>>,
    /// Whether what an earlier life has saved was handed over.
    restores: AtomicBool,
    /// Whether all callbacks of the farewell have returned.
    said_farewell: AtomicBool,
}

impl Control {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            phase: watch::Sender::new(Phase::Launching),
            presence: Presence::new(),
            signal: TurnSignal::new(limits.turn),
            questions: Questions::new(),
            saved: Mutex::default(),
            restores: AtomicBool::new(false),
            said_farewell: AtomicBool::new(false),
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

    pub(crate) fn set_visible(&self, visible: bool, told: impl FnOnce()) {
        self.presence.set_visible(visible, told);
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

    /// What an earlier life has saved is handed over now.
    pub(super) fn restoring(&self) {
        self.restores.store(true, Ordering::SeqCst);
    }

    /// Whether what follows may be due to what an earlier life has saved.
    pub(crate) fn has_restored(&self) -> bool {
        self.restores.load(Ordering::SeqCst)
    }

    /// All callbacks of the farewell have returned; what they have begun may go on.
    pub(super) fn farewell_was_said(&self) {
        self.said_farewell.store(true, Ordering::SeqCst);
    }

    pub(super) fn has_said_farewell(&self) -> bool {
        self.said_farewell.load(Ordering::SeqCst)
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
