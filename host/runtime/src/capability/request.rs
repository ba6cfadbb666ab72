//! `request`: HTTP to the hosts that the grant names.
//!
//! The threat: a guest that reaches what its manifest does not name — another
//! host, a service on the device or in the network around it, or the right host
//! with a request of the guest's own framing. Failure mode: refused, with the
//! line that would allow it where one could.
//!
//! [`policy`] decides on parsed parts and rebuilds the request from them;
//! [`dial`] resolves once, filters the addresses and dials exactly those;
//! [`exchange`] talks HTTP and takes every redirect back to the policy. Each
//! mini-app has a client of its own: no connection, no TLS session is shared.

mod address;
mod dial;
mod exchange;
mod policy;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use wasmtime::component::{Accessor, HasSelf};

use super::{Capability, lacks_nothing};
use crate::contract::imports::http::{Request, Response};
use crate::contract::imports::{request, request_sync};
use crate::contract::{GuestError, code};
use crate::grant::Grant;
use crate::instance::State;
use crate::meter::{Meter, price};
use crate::report::{Denial, Report};

pub(crate) use dial::Wire;
pub use dial::{Network, NetworkError};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/request",
    lacks: lacks_nothing,
    link: |linker| request::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/request-sync",
    lacks: lacks_nothing,
    link: |linker| request_sync::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

/// Requests of one mini-app that are under way at once, as in WeChat.
const MAX_RUNNING: usize = 10;

/// Requests of one mini-app that wait for their turn.
const MAX_WAITING: usize = 100;

/// The requests of one mini-app. Made at its first one: a mini-app that never
/// asks costs nothing.
pub(crate) struct Session {
    client: exchange::Client,
    running: Semaphore,
    admitted: AtomicUsize,
}

/// Why a request has no answer.
enum Failed {
    Denied(Box<Denial>),
    Error(GuestError),
}

impl From<GuestError> for Failed {
    fn from(error: GuestError) -> Self {
        Self::Error(error)
    }
}

impl Session {
    pub(crate) fn new(wire: &Wire) -> Self {
        Self {
            client: exchange::Client::new(wire),
            running: Semaphore::new(MAX_RUNNING),
            admitted: AtomicUsize::new(0),
        }
    }

    async fn fetch(&self, grant: &Grant, request: Request) -> Result<Response, Failed> {
        let request = policy::check(grant, request)?;
        let _admitted = self.admit()?;
        let timeout = request.timeout;
        let exchange = async {
            // The semaphore is never closed; if it were, the request would just go on.
            let _running = self.running.acquire().await.ok();
            self.client.exchange(grant, request).await
        };
        match tokio::time::timeout(timeout, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(GuestError::new(
                code::TIMEOUT,
                format!("no whole answer within {} ms", timeout.as_millis()),
            )
            .into()),
        }
    }

    fn admit(&self) -> Result<Admitted<'_>, GuestError> {
        let admitted = Admitted(&self.admitted);
        if self.admitted.fetch_add(1, Ordering::Relaxed) >= MAX_RUNNING + MAX_WAITING {
            return Err(GuestError::new(
                code::BUSY,
                format!(
                    "{MAX_RUNNING} requests are under way and {MAX_WAITING} wait; await some before starting more"
                ),
            ));
        }
        Ok(admitted)
    }
}

/// One request that is under way or waits.
struct Admitted<'a>(&'a AtomicUsize);

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What one call needs of the store, taken before it waits.
struct Call {
    session: Arc<Session>,
    grant: Arc<Grant>,
}

impl Call {
    fn begin(state: &mut State) -> Self {
        let wire = &state.services.wire;
        let session = state
            .session
            .get_or_insert_with(|| Arc::new(Session::new(wire)));
        Self {
            session: Arc::clone(session),
            grant: Arc::clone(&state.grant),
        }
    }

    async fn run(&self, request: Request) -> Result<Response, Failed> {
        self.session.fetch(&self.grant, request).await
    }
}

/// Reports a denial and turns it into what the guest sees.
fn answer(state: &State, outcome: Result<Response, Failed>) -> Result<Response, GuestError> {
    outcome.map_err(|failed| match failed {
        Failed::Error(error) => error,
        Failed::Denied(denial) => {
            state.report(Report::Denied(&denial));
            crate::grant::guest_error(&denial)
        }
    })
}

impl request::Host for State {}

impl request::HostWithStore<State> for HasSelf<State> {
    async fn fetch(
        accessor: &Accessor<State, Self>,
        request: Request,
    ) -> wasmtime::Result<Result<Response, GuestError>> {
        let sent = request.body.as_ref().map_or(0, Vec::len);
        let call = accessor.with(|mut host| -> wasmtime::Result<_> {
            Meter::charge(&mut host, price::CALL + copied(sent))?;
            Ok(Call::begin(host.get()))
        })?;
        let outcome = call.run(request).await;
        accessor.with(|mut host| -> wasmtime::Result<_> {
            Meter::refill(&mut host)?;
            let received = outcome.as_ref().map_or(0, |response| response.body.len());
            Meter::charge(&mut host, copied(received))?;
            Ok(answer(host.get(), outcome))
        })
    }
}

impl request_sync::Host for State {
    async fn fetch(&mut self, request: Request) -> wasmtime::Result<Result<Response, GuestError>> {
        let call = Call::begin(self);
        let outcome = call.run(request).await;
        Ok(answer(self, outcome))
    }
}

fn copied(bytes: usize) -> u64 {
    u64::try_from(bytes)
        .unwrap_or(u64::MAX)
        .saturating_mul(price::COPIED_BYTE)
}
