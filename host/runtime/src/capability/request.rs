//! `request`: HTTP to the hosts that the grant names.
//!
//! The threat: a guest that reaches what its manifest does not name — another
//! host, a service on the device or in the network around it, or the right host
//! with a request of the guest's own framing. Failure mode: refused, with the
//! line that would allow it where one could.
//!
//! [`policy`] decides on parsed parts and rebuilds the request from them;
//! [`exchange`] sends it, takes every redirect back to the policy, and [`body`]
//! reads the answer. [`stack`] is what sends, [`client`] ours: [`resolve`] asks
//! for a name once and filters its addresses, [`dial`] dials exactly those, [`tls`]
//! checks who answers. [`network`] is how the embedder sets all of it up, with
//! the secrets that [`inject`] adds. Each live mini-app has a client of its own: no
//! connection, no TLS session is shared.

mod address;
mod body;
mod client;
mod dial;
mod exchange;
mod inject;
mod network;
mod pace;
mod policy;
mod resolve;
mod stack;
mod tls;

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use wasmtime::component::{Accessor, HasSelf};
use wasmtime::{AsContextMut, StoreContextMut};

use super::awake::{Late, within};
use super::in_flight::{InFlight, Share};
use super::{Capability, lacks_nothing};
use crate::contract::imports::http::{Request, Response};
use crate::contract::imports::request;
use crate::contract::{GuestError, REQUEST_SYNC, code};
use crate::grant::Grant;
use crate::instance::{Slept, State};
use crate::meter::{Meter, Owed, price, waited, waited_in_store};
use crate::report::Denial;
use crate::runtime::Services;
use crate::tenant::Tenant;

use exchange::Exchange;
use pace::Pace;

pub(crate) use network::Wire;
pub use network::{Network, NetworkError, Timeouts};
pub(crate) use policy::MAX_BODY_BYTES;
pub use resolve::{Resolver, Resolving, SystemResolver};
pub use stack::{HttpAnswer, HttpBody, HttpClient, HttpError, HttpStack};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/request",
    lacks: lacks_nothing,
    link: |linker| request::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/request-sync",
    lacks: lacks_nothing,
    link: |linker| {
        linker
            .instance(REQUEST_SYNC)?
            .func_wrap_async("fetch", |store, (request,)| {
                Box::new(fetch_sync(store, request))
            })
    },
};

/// Requests of one mini-app that are under way at once, as in WeChat.
const MAX_RUNNING: usize = 10;

/// Requests of one mini-app that wait for their turn.
const MAX_WAITING: usize = 100;

/// Bytes of bodies that one mini-app has under way, waiting or arriving: two of
/// the largest. They are the host's memory, not the guest's.
pub(crate) const MAX_BODIES: usize = 2 * policy::MAX_BODY_BYTES;

/// The requests of one live mini-app. Made at its first one: a mini-app that never
/// asks costs nothing.
pub(crate) struct Session {
    services: Arc<Services>,
    client: Box<dyn HttpClient>,
    running: Semaphore,
    admitted: InFlight,
    bodies: InFlight,
    pace: Pace,
    owed: Owed,
    slept: Slept,
    /// Changes when what is under way is called off.
    called_off: watch::Sender<()>,
}

/// What one request holds, from the call to when its answer was handed over.
pub(crate) struct Admitted {
    _place: Share,
    /// Changes when it is called off.
    called_off: watch::Receiver<()>,
    /// Its body, and that of its answer.
    pub(crate) bodies: Share,
}

/// What becomes of a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redirects {
    /// It is followed, if the policy permits.
    Follow,
    /// It is the answer.
    Return,
}

/// Why a request has no answer.
pub(crate) enum Failed {
    Denied(Box<Denial>),
    Error(GuestError),
}

impl From<GuestError> for Failed {
    fn from(error: GuestError) -> Self {
        Self::Error(error)
    }
}

impl Session {
    fn new(services: Arc<Services>, tenant: &Tenant, owed: Owed, slept: Slept) -> Self {
        Self {
            client: services.wire.stack.client(tenant),
            services,
            running: Semaphore::new(MAX_RUNNING),
            admitted: InFlight::default(),
            bodies: InFlight::default(),
            pace: Pace::unpacking(),
            owed,
            slept,
            called_off: watch::Sender::new(()),
        }
    }

    /// The session of a live mini-app.
    pub(crate) fn of(state: &mut State) -> Arc<Self> {
        let (services, tenant) = (&state.services, &state.tenant);
        let (owed, slept) = (state.meter.owed(), &state.slept);
        let new = || Self::new(Arc::clone(services), tenant, owed.clone(), slept.clone());
        let session = state.session.get_or_insert_with(|| Arc::new(new()));
        Arc::clone(session)
    }

    /// For how long its mini-app was suspended.
    pub(crate) fn slept(&self) -> &Slept {
        &self.slept
    }

    /// Calls off everything that is under way or waits: nobody will want it.
    pub(crate) fn call_off(&self) {
        self.called_off.send_replace(());
    }

    /// Gives a request its place among those under way, with the body that it carries.
    pub(crate) fn admit(&self, body: usize) -> Result<Admitted, GuestError> {
        let place = self.admitted.take(1, MAX_RUNNING + MAX_WAITING).ok_or_else(|| {
            GuestError::new(
                code::BUSY,
                format!(
                    "{MAX_RUNNING} requests are under way and {MAX_WAITING} wait; await some before starting more"
                ),
            )
        })?;
        Ok(Admitted {
            _place: place,
            called_off: self.called_off.subscribe(),
            bodies: self.hold_body(body)?,
        })
    }

    /// Sends a request, if the policy permits it, and answers with the whole answer.
    /// What it holds is given back when `admitted` is dropped.
    pub(crate) async fn fetch(
        &self,
        grant: &Grant,
        request: Request,
        redirects: Redirects,
        admitted: &mut Admitted,
    ) -> Result<Response, Failed> {
        // The first poll is made on the guest's fiber, whose stack stays with the
        // mini-app: what touches much of it is better done from the event loop.
        tokio::task::yield_now().await;
        let wire = &self.services.wire;
        let request = policy::check(grant, wire, request)?;
        let timeout = request.timeout;
        let exchange = async {
            // The semaphore is never closed; if it were, the request would just go on.
            let _running = self.running.acquire().await.ok();
            let exchange = Exchange {
                grant,
                wire,
                client: &*self.client,
                pace: &self.pace,
                owed: &self.owed,
                slept: &self.slept,
            };
            exchange.run(request, redirects, &mut admitted.bodies).await
        };
        tokio::select! {
            answer = within(timeout, &self.slept, exchange) => answer.unwrap_or_else(|Late| {
                let message = format!("no whole answer within {} ms", timeout.as_millis());
                Err(GuestError::new(code::TIMEOUT, message).into())
            }),
            _ = admitted.called_off.changed() => {
                let message = "the mini-app is being closed";
                Err(GuestError::new(code::CANCELLED, message).into())
            }
        }
    }

    /// Counts bytes of a body that the host keeps, until the share is dropped.
    fn hold_body(&self, bytes: usize) -> Result<Share, GuestError> {
        self.bodies
            .take(bytes, MAX_BODIES)
            .ok_or_else(too_many_bodies)
    }
}

/// The error for more bodies under way than there may be.
pub(crate) fn too_many_bodies() -> GuestError {
    GuestError::new(
        code::BUSY,
        format!(
            "requests and answers under way hold {MAX_BODIES} bytes of bodies; await some before starting more"
        ),
    )
}

/// What one call needs of the store, taken before it waits.
struct Call {
    session: Arc<Session>,
    grant: Arc<Grant>,
    admitted: Result<Admitted, GuestError>,
}

impl Call {
    fn begin(
        mut store: impl AsContextMut<Data = State>,
        request: &Request,
    ) -> wasmtime::Result<Self> {
        let headers: usize = request
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        let body = request.body.as_ref().map_or(0, Vec::len);
        let bytes = request.method.len() + request.url.len() + headers + body;
        let fuel = price::call(bytes, 2 * request.headers.len());
        Meter::charge(&mut store, fuel.saturating_add(price::ASKED))?;
        let mut store = store.as_context_mut();
        let state = store.data_mut();
        let session = Session::of(state);
        Ok(Self {
            // Here and not when it is first polled: many calls can be begun before that.
            admitted: session.admit(body),
            grant: Arc::clone(&state.grant),
            session,
        })
    }

    /// What is held is dropped with the second of the two.
    async fn run(self, request: Request) -> (Result<Response, Failed>, Option<Admitted>) {
        let mut admitted = match self.admitted {
            Ok(admitted) => admitted,
            Err(error) => return (Err(error.into()), None),
        };
        let (session, grant) = (self.session, self.grant);
        let fetched = session.fetch(&grant, request, Redirects::Follow, &mut admitted);
        (fetched.await, Some(admitted))
    }
}

/// Charges an answer, or reports a denial and turns it into what the guest sees.
fn finish(
    mut store: impl AsContextMut<Data = State>,
    outcome: Result<Response, Failed>,
) -> wasmtime::Result<Result<Response, GuestError>> {
    match outcome {
        Ok(response) => {
            let headers: usize = response
                .headers
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum();
            let bytes = response.url.len() + headers + response.body.len();
            Meter::charge(&mut store, price::call(bytes, 2 * response.headers.len()))?;
            Ok(Ok(response))
        }
        Err(Failed::Error(error)) => Ok(Err(error)),
        Err(Failed::Denied(denial)) => {
            store.as_context_mut().data_mut().deny(&denial);
            Ok(Err(crate::grant::guest_error(&denial)))
        }
    }
}

impl request::Host for State {}

impl request::HostWithStore<State> for HasSelf<State> {
    async fn fetch(
        accessor: &Accessor<State, Self>,
        request: Request,
    ) -> wasmtime::Result<Result<Response, GuestError>> {
        let call = accessor.with(|store| Call::begin(store, &request))?;
        let (outcome, _admitted) = waited(accessor, call.run(request)).await?;
        accessor.with(|store| finish(store, outcome))
    }
}

async fn fetch_sync(
    mut store: StoreContextMut<'_, State>,
    request: Request,
) -> wasmtime::Result<(Result<Response, GuestError>,)> {
    let call = Call::begin(&mut store, &request)?;
    let (outcome, _admitted) = waited_in_store(&mut store, call.run(request)).await?;
    Ok((finish(&mut store, outcome)?,))
}
