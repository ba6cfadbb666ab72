//! `wasi:http`: another way to ask, and the same answer. A request becomes the
//! contract's record and takes the way of `request`: its policy, its client, its
//! limits. Redirects are answers here and are not followed, as WASI has it.
//!
//! A mini-app that asks for no host may import it all the same, because tool chains
//! import it unasked: its allow-list is empty, so each request is denied.
//!
//! The threat, beyond that of `request`: bodies and headers that wait in the host for
//! a guest that never takes or finishes them. Bodies under way share the limit of
//! `request`'s own, answers for as long as the guest keeps them.

mod fields;
mod outgoing;

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame};
use hyper::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::p2::bindings::http::{outgoing_handler, types};
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, HostOutgoingRequest};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttp, WasiHttpCtxView, WasiHttpHooks,
};

use super::super::awake::{Late, within};
use super::super::in_flight::Share;
use super::super::request::{
    Admitted, Failed, MAX_BODIES, MAX_BODY_BYTES, Redirects, Session, too_many_bodies,
};
use super::Wasi;
use crate::contract::imports::http;
use crate::contract::{GuestError, code};
use crate::grant::Grant;
use crate::instance::State;
use crate::meter::price;
use crate::report::Denial;

/// Bytes of one set of header fields: what the policy of `request` allows, and what
/// each of its fields takes in the host beyond its text.
pub(super) const FIELD_BYTES: usize = (16 << 10) + 64 * HEADER_BYTES;

/// Bytes of a request's body that a guest may write before the host has taken them.
/// Two such pieces may wait for each body that is begun.
const CHUNK_BYTES: usize = 8 << 10;

/// The longest time for a whole exchange, the guest's writing of the body included.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Bytes of an answer's body that are handed to its stream at once.
const PIECE_BYTES: usize = 16 << 10;

/// Bytes that a header takes in the host beyond its text.
const HEADER_BYTES: usize = 72;

/// The interface that sends, as Wasmtime names it.
const HANDLER: &str = "wasi:http/outgoing-handler@0.2.12";

/// The instance whose functions [`fields`] and [`outgoing`] replace, as Wasmtime
/// names it.
const TYPES: &str = "wasi:http/types@0.2.12";

pub(super) fn link_handler(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut handler = linker.instance(HANDLER)?;
    handler.func_wrap("handle", handle)
}

type Handled = Result<Resource<HostFutureIncomingResponse>, types::ErrorCode>;

/// The only function of `outgoing-handler`. Wasmtime's own leaves the options in its
/// table for ever, where they are as many as a mini-app may have of anything.
fn handle(
    mut store: StoreContextMut<'_, State>,
    (request, options): (
        Resource<HostOutgoingRequest>,
        Option<Resource<RequestOptions>>,
    ),
) -> wasmtime::Result<(Handled,)> {
    let state = store.data_mut();
    let session = Session::of(state);
    let way = Way {
        // Here, and not when the body has come.
        admitted: session.admit(0),
        session,
        grant: Arc::clone(&state.grant),
    };
    let (wasi, meter) = state.call_wasi();
    meter.note(price::ASKED);
    wasi.hooks.way = Some(way);
    let mut http = view(wasi);
    let used_up = options.as_ref().map(|options| options.rep());
    let handled = outgoing_handler::Host::handle(&mut http, request, options);
    if let Some(options) = used_up {
        http.table
            .delete(Resource::<RequestOptions>::new_own(options))?;
    }
    Ok((match handled {
        Ok(future) => Ok(future),
        Err(error) => Err(types::Host::convert_error_code(&mut http, error)?),
    },))
}

pub(super) fn link_types(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let stable = types::LinkOptions::default();
    types::add_to_linker::<_, WasiHttp>(linker, &stable, of)?;
    linker.allow_shadowing(true);
    let replaced = fields::replace(linker).and_then(|()| outgoing::replace(linker));
    linker.allow_shadowing(false);
    replaced
}

fn of(state: &mut State) -> WasiHttpCtxView<'_> {
    let (wasi, _) = state.call_wasi();
    view(wasi)
}

fn view(wasi: &mut Wasi) -> WasiHttpCtxView<'_> {
    WasiHttpCtxView {
        hooks: &mut wasi.hooks,
        table: &mut wasi.table,
        ctx: &mut wasi.http,
    }
}

/// How Wasmtime's `wasi:http` reaches the capability `request`.
#[derive(Default)]
pub(super) struct Hooks {
    /// The way of the request that is being sent.
    way: Option<Way>,
    /// Denials that were not yet reported. There is at most one for each request.
    denials: Arc<Mutex<Vec<Denial>>>,
}

impl Hooks {
    pub(super) fn take_denials(&mut self) -> Vec<Denial> {
        std::mem::take(&mut *self.denials.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

type Sent = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _sent: Sent,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Sent), Error>> + Send> {
        let way = self.way.take();
        let denials = Arc::clone(&self.denials);
        // An answer comes whole, so its first byte comes with its last.
        let timeout = options
            .and_then(|options| options.first_byte_timeout)
            .map_or(TIMEOUT, |timeout| timeout.min(TIMEOUT));
        Box::new(async move {
            let Some(way) = way else {
                return Err(Error::ConfigurationError);
            };
            let session = Arc::clone(&way.session);
            let answer = within(timeout, session.slept(), way.exchange(request));
            let answer = match answer.await {
                Ok(Ok(answer)) => answer,
                Ok(Err(Failed::Denied(denial))) => {
                    denials
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(*denial);
                    return Err(Error::HttpRequestDenied);
                }
                Ok(Err(Failed::Error(error))) => return Err(of_guest(error)),
                Err(Late) => return Err(Error::HttpResponseTimeout),
            };
            let nothing_left: Sent = Box::new(async { Ok(()) });
            Ok((answer, nothing_left))
        })
    }

    fn set_host_header(&mut self) -> bool {
        // The host names it, when it frames the request.
        false
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK_BYTES
    }
}

/// The error of `wasi:http` for one of the contract's; where there is none that says
/// the same, the text is kept.
fn of_guest(error: GuestError) -> Error {
    match error.code.as_str() {
        code::TIMEOUT => Error::HttpResponseTimeout,
        code::BUSY => Error::ConnectionLimitReached,
        _ => Error::InternalError(Some(error.message)),
    }
}

/// What a request goes through.
struct Way {
    session: Arc<Session>,
    grant: Arc<Grant>,
    admitted: Result<Admitted, GuestError>,
}

impl Way {
    async fn exchange(self, request: Request<WasiBody>) -> Result<Response<WasiBody>, Failed> {
        let (head, body) = request.into_parts();
        let mut admitted = self.admitted?;
        let body = collect(body, &mut admitted.bodies).await?;
        let request = http::Request {
            method: head.method.as_str().to_owned(),
            url: head.uri.to_string(),
            headers: texts(&head.headers),
            body: (!body.is_empty()).then_some(body),
            timeout: None,
        };
        let fetched = self
            .session
            .fetch(&self.grant, request, Redirects::Return, &mut admitted);
        let answer = fetched.await?;
        answered(answer, admitted.bodies)
    }
}

/// Reads the body that the guest writes.
async fn collect(mut body: WasiBody, held: &mut Share) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            GuestError::new(
                code::INVALID_ARGUMENT,
                format!("the body was not finished: {error}"),
            )
        })?;
        // Trailers are of no use to a server that expects a body of known length.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let after = bytes.len().saturating_add(data.len());
        if after > MAX_BODY_BYTES {
            let message = format!("bytes of the body: {after}, {MAX_BODY_BYTES} are allowed");
            return Err(GuestError::new(code::TOO_LARGE, message).into());
        }
        if !held.grow(data.len(), MAX_BODIES) {
            return Err(too_many_bodies().into());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// The contract's answer as one of WASI's, counted with its head for as long as its
/// body is kept.
fn answered(answer: http::Response, mut held: Share) -> Result<Response<WasiBody>, Failed> {
    let head = answer.headers.iter();
    let head: usize = head
        .map(|(name, value)| HEADER_BYTES + name.len() + value.len())
        .sum();
    if !held.resize(head.saturating_add(answer.body.len()), MAX_BODIES) {
        return Err(too_many_bodies().into());
    }
    let rest = Bytes::from(answer.body);
    let body = Answer { rest, _held: held };
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(|_| {
        GuestError::new(
            code::NETWORK,
            format!("the status {} is none", answer.status),
        )
    })?;
    for (name, value) in answer.headers {
        let bytes: Vec<u8> = value.chars().filter_map(|c| u8::try_from(c).ok()).collect();
        let field = HeaderName::try_from(name)
            .ok()
            .zip(HeaderValue::from_maybe_shared(Bytes::from(bytes)).ok());
        if let Some((name, value)) = field {
            response.headers_mut().append(name, value);
        }
    }
    Ok(response)
}

/// Header fields as the contract's text, one character for each byte; without the
/// length, which the host finds out itself.
fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
    headers
        .iter()
        .filter(|(name, _)| **name != CONTENT_LENGTH)
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect()
}

/// The body of an answer.
struct Answer {
    rest: Bytes,
    _held: Share,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        // A copy: a piece of the whole would keep the whole, wherever the guest puts it.
        let bytes = self.rest.len().min(PIECE_BYTES);
        let piece = self.rest.split_to(bytes);
        Poll::Ready(Some(Ok(Frame::data(Bytes::copy_from_slice(&piece)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Were it another instance than Wasmtime's, its functions without limits would be
    /// linked beside ours.
    #[test]
    fn what_is_replaced_is_there() {
        let mut linker = Linker::new(&wasmtime::Engine::default());
        assert!(fields::replace(&mut linker).is_ok());
        assert!(outgoing::replace(&mut linker).is_ok());
        let mut linker = Linker::new(&wasmtime::Engine::default());
        let stable = types::LinkOptions::default();
        types::add_to_linker::<_, WasiHttp>(&mut linker, &stable, of).unwrap();
        assert!(fields::replace(&mut linker).is_err());
        assert!(outgoing::replace(&mut linker).is_err());
    }

    #[test]
    fn the_functions_replaced_are_of_the_version_served() {
        let served = miniapp_package::WASI_VERSION;
        assert_eq!(TYPES, format!("wasi:http/types@{served}"));
        assert_eq!(HANDLER, format!("wasi:http/outgoing-handler@{served}"));
    }
}
