//! Header fields: Wasmtime's own, with the price of what they copy. A guest hands over
//! lists here, and asks for what a server has sent.
//!
//! Fields that are too large are refused with a value; Wasmtime's own functions would
//! end the guest.

use wasmtime::component::{Linker, Resource};
use wasmtime::{AsContextMut, StoreContextMut};
use wasmtime_wasi_http::p2::bindings::http::types::{self, Host, HostFields};
use wasmtime_wasi_http::p2::{HeaderError, HeaderResult};
use wasmtime_wasi_http::{FieldMap, FieldMapError, WasiHttpCtxView};

use super::super::copied;
use super::{TYPES, of};
use crate::instance::State;
use crate::meter::Meter;

type Fields = Resource<FieldMap>;
type Entries = Vec<(String, Vec<u8>)>;
type Answer<T> = wasmtime::Result<(Result<T, types::HeaderError>,)>;

/// Replaces the functions that take or give more than a handle.
pub(super) fn replace(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut types = linker.instance(TYPES)?;
    types.func_wrap("[static]fields.from-list", from_list)?;
    types.func_wrap("[method]fields.get", get)?;
    types.func_wrap("[method]fields.has", has)?;
    types.func_wrap("[method]fields.set", set)?;
    types.func_wrap("[method]fields.append", append)?;
    types.func_wrap("[method]fields.delete", delete)?;
    types.func_wrap("[method]fields.entries", entries)
}

fn from_list(mut store: StoreContextMut<'_, State>, (entries,): (Entries,)) -> Answer<Fields> {
    let bytes = entries.iter().map(|(name, value)| name.len() + value.len());
    charge(&mut store, bytes.sum(), 3 * entries.len())?;
    let mut http = of(store.data_mut());
    let made = http.from_list(entries);
    convert(&mut http, made)
}

fn get(
    mut store: StoreContextMut<'_, State>,
    (fields, name): (Fields, String),
) -> wasmtime::Result<(Vec<Vec<u8>>,)> {
    charge(&mut store, name.len(), 0)?;
    let values = of(store.data_mut()).get(fields, name)?;
    let bytes = values.iter().map(Vec::len).sum();
    charge(&mut store, bytes, values.len())?;
    Ok((values,))
}

fn has(
    mut store: StoreContextMut<'_, State>,
    (fields, name): (Fields, String),
) -> wasmtime::Result<(bool,)> {
    charge(&mut store, name.len(), 0)?;
    Ok((of(store.data_mut()).has(fields, name)?,))
}

fn set(
    mut store: StoreContextMut<'_, State>,
    (fields, name, values): (Fields, String, Vec<Vec<u8>>),
) -> Answer<()> {
    let bytes: usize = values.iter().map(Vec::len).sum();
    charge(
        &mut store,
        bytes.saturating_add(name.len()),
        2 * values.len(),
    )?;
    charge_change(&mut store, &fields)?;
    let mut http = of(store.data_mut());
    let set = http.set(fields, name, values);
    convert(&mut http, set)
}

fn append(
    mut store: StoreContextMut<'_, State>,
    (fields, name, value): (Fields, String, Vec<u8>),
) -> Answer<()> {
    charge(&mut store, name.len().saturating_add(value.len()), 0)?;
    charge_change(&mut store, &fields)?;
    let mut http = of(store.data_mut());
    let appended = http.append(fields, name, value);
    convert(&mut http, appended)
}

fn delete(mut store: StoreContextMut<'_, State>, (fields, name): (Fields, String)) -> Answer<()> {
    charge(&mut store, name.len(), 0)?;
    charge_change(&mut store, &fields)?;
    let mut http = of(store.data_mut());
    let deleted = HostFields::delete(&mut http, fields, name);
    convert(&mut http, deleted)
}

fn entries(
    mut store: StoreContextMut<'_, State>,
    (fields,): (Fields,),
) -> wasmtime::Result<(Entries,)> {
    let entries = of(store.data_mut()).entries(fields)?;
    let bytes = entries.iter().map(|(name, value)| name.len() + value.len());
    charge(&mut store, bytes.sum(), 3 * entries.len())?;
    Ok((entries,))
}

fn charge(
    store: impl AsContextMut<Data = State>,
    bytes: usize,
    elements: usize,
) -> wasmtime::Result<()> {
    Meter::charge(store, copied(bytes, elements))
}

/// A change of fields that are shared with a request or an answer copies them.
fn charge_change(store: &mut StoreContextMut<'_, State>, fields: &Fields) -> wasmtime::Result<()> {
    let count = of(store.data_mut()).table.get(fields)?.len();
    charge(store, 0, count)
}

fn convert<T>(http: &mut WasiHttpCtxView<'_>, done: HeaderResult<T>) -> Answer<T> {
    let error = match done {
        Ok(done) => return Ok((Ok(done),)),
        Err(error) => error,
    };
    Ok((Err(refusal(http, error)?),))
}

fn refusal(
    http: &mut WasiHttpCtxView<'_>,
    error: HeaderError,
) -> wasmtime::Result<types::HeaderError> {
    match http.convert_header_error(error) {
        Err(error) if error.is::<FieldMapError>() => Ok(types::HeaderError::Forbidden),
        converted => converted,
    }
}
