//! Asking the native app: its user for consent, and its code, bounded in time and its
//! panics caught. Knows no capability.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use miniapp_package::Permission;
use wasmtime::StoreContextMut;
use wasmtime::component::{Accessor, HasData};

use super::awake::{Late, within};
use crate::contract::{GuestError, code};
use crate::instance::{Slept, State};
use crate::meter::{waited, waited_in_store};
use crate::report::truncate;

/// Why code of the native app has given no answer.
pub(super) enum Unanswered {
    /// It has panicked.
    Panicked,
    /// It has taken too long.
    Late,
}

/// Awaits an answer of code that may panic, or take its time. The time stands still while the
/// mini-app is suspended, and with it the work.
pub(super) async fn answered<F: Future>(
    timeout: Duration,
    slept: &Slept,
    ask: impl FnOnce() -> F,
) -> Result<F::Output, Unanswered> {
    match within(timeout, slept, unharmed(ask)).await {
        Ok(answer) => answer.map_err(|Panicked| Unanswered::Panicked),
        Err(Late) => Err(Unanswered::Late),
    }
}

/// Code of the native app has panicked.
struct Panicked;

/// Awaits an answer of code that may panic: when it is asked, while it works, and when it is
/// dropped, finished or not.
async fn unharmed<F: Future>(ask: impl FnOnce() -> F) -> Result<F::Output, Panicked> {
    // The call itself may panic, and not only what it returns.
    let mut work = pin!(Some(async { ask().await }));
    let mut work = Guarded(work.as_mut());
    let answer = AssertUnwindSafe(&mut work).catch_unwind().await;
    answer.map_err(|_| Panicked)
}

/// Work that is dropped without harm to whoever drops it.
struct Guarded<'w, F>(Pin<&'w mut Option<F>>);

impl<F: Future> Future for Guarded<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        match self.0.as_mut().as_pin_mut() {
            Some(work) => work.poll(cx),
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Guarded<'_, F> {
    fn drop(&mut self) {
        // Its panic was told where panics are; nobody waits for it here.
        let _ = catch_unwind(AssertUnwindSafe(|| self.0.set(None)));
    }
}

/// Awaits what the native app answers. `what` is who is asked, for the mini-app's
/// developer. Called on the mini-app's task: when the mini-app ends, the call is
/// dropped, and while it is suspended neither goes on, the call or its time. That a call
/// kept its mini-app awake would be a way to work on unseen.
pub(super) async fn asked<F: Future>(
    what: &str,
    timeout: Duration,
    slept: &Slept,
    ask: impl FnOnce() -> F,
) -> Result<F::Output, GuestError> {
    let answer = answered(timeout, slept, ask).await;
    answer.map_err(|unanswered| match unanswered {
        Unanswered::Panicked => panicked(what),
        Unanswered::Late => GuestError::new(
            code::TIMEOUT,
            format!("{what} has not answered within {timeout:?}; try again later"),
        ),
    })
}

/// Asks the user for a permission, where that is open. A refusal is reported.
pub(super) async fn consented<D: HasData>(
    accessor: &Accessor<State, D>,
    interface: &str,
    permission: &Permission,
) -> wasmtime::Result<Result<(), GuestError>> {
    let gate = accessor.with(|mut store| store.data_mut().consent.clone());
    let allowed = waited(accessor, gate.require(permission)).await?;
    // The call may have been held back since.
    let allowed = allowed.and_then(|()| gate.still(permission));
    if let Err(refused) = &allowed {
        accessor.with(|mut store| store.data_mut().report_refusal(interface, refused));
    }
    Ok(allowed)
}

/// The same for a call that keeps the store while it waits.
pub(super) async fn consented_in_store(
    store: &mut StoreContextMut<'_, State>,
    interface: &str,
    permission: &Permission,
) -> wasmtime::Result<Result<(), GuestError>> {
    let gate = store.data().consent.clone();
    let allowed = waited_in_store(store, gate.require(permission)).await?;
    let allowed = allowed.and_then(|()| gate.still(permission));
    if let Err(refused) = &allowed {
        store.data_mut().report_refusal(interface, refused);
    }
    Ok(allowed)
}

/// Awaits what the user answers, who may take their time.
pub(super) async fn asked_of_user<F: Future>(
    what: &str,
    ask: impl FnOnce() -> F,
) -> Result<F::Output, GuestError> {
    unharmed(ask).await.map_err(|Panicked| panicked(what))
}

fn panicked(what: &str) -> GuestError {
    let message = format!("{what} has crashed; this app's makers can mend it");
    GuestError::new(code::UNAVAILABLE, message)
}

/// An error that code of the native app answers to a mini-app: the Rust side of the
/// contract's record `error`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ExtensionError {
    /// What happened, for programs: lower-case words joined by hyphens, such as
    /// `not-found`, or one of the extension's own. Cut at 128 bytes.
    pub code: String,
    /// What happened, for people. The mini-app sees it. Cut at 8 KiB.
    pub message: String,
}

impl ExtensionError {
    /// Bytes of a code that the mini-app sees.
    pub const CODE_BYTES: usize = 128;
    /// Bytes of a message that the mini-app sees.
    pub const MESSAGE_BYTES: usize = 8 << 10;

    /// An error with a code of choice.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
        }
    }

    /// An error of the code `unavailable`: it does not work here or now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(code::UNAVAILABLE, message)
    }
}

impl From<ExtensionError> for GuestError {
    fn from(error: ExtensionError) -> Self {
        let mut this = Self::new(&error.code, error.message);
        truncate(&mut this.code, ExtensionError::CODE_BYTES);
        truncate(&mut this.message, ExtensionError::MESSAGE_BYTES);
        this
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_at_the_limits_and_one_past() {
        let told = |code: usize, message: usize| {
            let error = ExtensionError::new("c".repeat(code), "m".repeat(message));
            let error = GuestError::from(error);
            (error.code.len(), error.message.len())
        };
        assert_eq!(told(128, 8 << 10), (128, 8 << 10));
        assert_eq!(told(129, (8 << 10) + 1), (128, 8 << 10));
    }
}
