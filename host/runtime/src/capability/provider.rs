//! A provider of the native app's that answers for the user: asked within a time-out, its
//! panics caught, so many calls at once. Knows neither what is asked nor of consent's rules.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::AsContextMut;

use super::in_flight::{InFlight, Share};
use super::native::{Unanswered, answered};
use crate::consent::Gate;
use crate::contract::{GuestError, code};
use crate::instance::{Slept, State};
use crate::meter::Meter;
use crate::runtime::Services;
use crate::tenant::Tenant;

/// How long a provider may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A provider could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProviderError(
    /// What happened, in words that the mini-app may see.
    pub String,
);

impl From<ProviderError> for GuestError {
    fn from(error: ProviderError) -> Self {
        unavailable(&error.to_string())
    }
}

pub(super) fn unavailable(message: &str) -> GuestError {
    GuestError::new(code::UNAVAILABLE, message)
}

/// What one call needs of the store, taken and charged before it waits.
pub(super) struct Call {
    pub(super) services: Arc<Services>,
    pub(super) tenant: Arc<Tenant>,
    pub(super) consent: Gate,
    pub(super) slept: Slept,
    under_way: InFlight,
}

impl Call {
    /// Charges `fuel` for a call that counts among those `under_way`.
    pub(super) fn begin(
        mut store: impl AsContextMut<Data = State>,
        fuel: u64,
        under_way: fn(&State) -> &InFlight,
    ) -> wasmtime::Result<Self> {
        Meter::charge(&mut store, fuel)?;
        let store = store.as_context_mut();
        let state = store.data();
        Ok(Self {
            services: Arc::clone(&state.services),
            tenant: Arc::clone(&state.tenant),
            consent: state.consent.clone(),
            slept: state.slept.clone(),
            under_way: under_way(state).clone(),
        })
    }

    /// One more is under way until what is returned is dropped, at most `limit`; `busy` is
    /// what is said where there are so many.
    pub(super) fn count(&self, limit: usize, busy: &str) -> Result<Share, GuestError> {
        let share = self.under_way.take(1, limit);
        share.ok_or_else(|| {
            let message = format!("{limit} {busy}");
            GuestError::new(code::BUSY, message)
        })
    }
}

/// Awaits what a provider answers; `failed` is said where it panics, and `late` where it
/// takes too long.
pub(super) async fn ask<T, F: Future<Output = Result<T, ProviderError>>>(
    slept: &Slept,
    ask: impl FnOnce() -> F,
    failed: &str,
    late: &str,
) -> Result<T, GuestError> {
    match answered(TIMEOUT, slept, ask).await {
        Ok(answer) => Ok(answer?),
        Err(Unanswered::Panicked) => Err(unavailable(failed)),
        Err(Unanswered::Late) => {
            let seconds = TIMEOUT.as_secs();
            let message = format!("{late} within {seconds} seconds; try again later");
            Err(GuestError::new(code::TIMEOUT, message))
        }
    }
}
