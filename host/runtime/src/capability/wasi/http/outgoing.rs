//! A request as the guest puts it together: Wasmtime's own, with limits on the texts
//! that it keeps, which would have none or generous ones. The policy of `request`
//! decides on them when the request is sent; here they are only kept small.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::p2::bindings::http::types::{HostOutgoingRequest as _, Method, Scheme};
use wasmtime_wasi_http::p2::types::HostOutgoingRequest;

use super::super::copied;
use super::{TYPES, of};
use crate::instance::State;
use crate::meter::Meter;

/// Bytes of a method or a scheme that has no name of its own in WASI; the contract
/// knows none.
const WORD_BYTES: usize = 32;

/// Bytes of the authority, and of path and query: those of a whole URL, to the policy.
const URL_BYTES: usize = 8_192;

type Asked = Resource<HostOutgoingRequest>;
type Answer = wasmtime::Result<(Result<(), ()>,)>;
type Text = wasmtime::Result<(Option<String>,)>;

/// Replaces the functions that keep or give a text.
pub(super) fn replace(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut types = linker.instance(TYPES)?;
    types.func_wrap("[method]outgoing-request.set-method", set_method)?;
    types.func_wrap("[method]outgoing-request.set-scheme", set_scheme)?;
    types.func_wrap("[method]outgoing-request.set-authority", set_authority)?;
    types.func_wrap("[method]outgoing-request.set-path-with-query", set_path)?;
    types.func_wrap("[method]outgoing-request.authority", authority)?;
    types.func_wrap("[method]outgoing-request.path-with-query", path)
}

fn authority(mut store: StoreContextMut<'_, State>, (request,): (Asked,)) -> Text {
    let text = of(store.data_mut()).authority(request)?;
    given(store, text)
}

fn path(mut store: StoreContextMut<'_, State>, (request,): (Asked,)) -> Text {
    let text = of(store.data_mut()).path_with_query(request)?;
    given(store, text)
}

/// Charges a text that the guest is given.
fn given(store: StoreContextMut<'_, State>, text: Option<String>) -> Text {
    Meter::charge(store, copied(text.as_ref().map_or(0, String::len), 0))?;
    Ok((text,))
}

fn set_method(mut store: StoreContextMut<'_, State>, (request, method): (Asked, Method)) -> Answer {
    let word = match &method {
        Method::Other(word) => word.len(),
        _ => 0,
    };
    if !admit(&mut store, word, WORD_BYTES)? {
        return Ok((Err(()),));
    }
    Ok((of(store.data_mut()).set_method(request, method)?,))
}

fn set_scheme(
    mut store: StoreContextMut<'_, State>,
    (request, scheme): (Asked, Option<Scheme>),
) -> Answer {
    let word = match &scheme {
        Some(Scheme::Other(word)) => word.len(),
        _ => 0,
    };
    if !admit(&mut store, word, WORD_BYTES)? {
        return Ok((Err(()),));
    }
    Ok((of(store.data_mut()).set_scheme(request, scheme)?,))
}

fn set_authority(
    mut store: StoreContextMut<'_, State>,
    (request, authority): (Asked, Option<String>),
) -> Answer {
    let bytes = authority.as_ref().map_or(0, String::len);
    if !admit(&mut store, bytes, URL_BYTES)? {
        return Ok((Err(()),));
    }
    Ok((of(store.data_mut()).set_authority(request, authority)?,))
}

fn set_path(
    mut store: StoreContextMut<'_, State>,
    (request, path): (Asked, Option<String>),
) -> Answer {
    let bytes = path.as_ref().map_or(0, String::len);
    if !admit(&mut store, bytes, URL_BYTES)? {
        return Ok((Err(()),));
    }
    Ok((of(store.data_mut()).set_path_with_query(request, path)?,))
}

/// Charges a text, and tells whether it may be kept.
fn admit(
    store: &mut StoreContextMut<'_, State>,
    bytes: usize,
    limit: usize,
) -> wasmtime::Result<bool> {
    Meter::charge(store, copied(bytes, 0))?;
    Ok(bytes <= limit)
}
