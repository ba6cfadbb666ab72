//! WASI's look-up of names: denied, like everything that needs a socket, and before
//! the name is looked at.

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup::{
    self, Host, HostResolveAddressStream, ResolveAddressStream,
};
use wasmtime_wasi::p2::bindings::sockets::network::{self, ErrorCode, IpAddress, Network};
use wasmtime_wasi::p2::{DynPollable, SocketError, SocketResult};

use super::copied;
use crate::instance::State;
use crate::meter::Meter;

struct Denied;

struct Lookup<'a> {
    table: &'a mut ResourceTable,
    meter: &'a mut Meter,
}

impl HasData for Denied {
    type Data<'a> = Lookup<'a>;
}

pub(super) fn link_name_lookup(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    ip_name_lookup::add_to_linker::<_, Denied>(linker, |state| {
        let (wasi, meter) = state.call_wasi();
        let table = &mut wasi.table;
        Lookup { table, meter }
    })
}

/// Errors are converted as all of sockets do it.
impl network::Host for Lookup<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<ErrorCode> {
        error.downcast()
    }

    fn network_error_code(
        &mut self,
        _error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(None)
    }
}

impl network::HostNetwork for Lookup<'_> {
    fn drop(&mut self, network: Resource<Network>) -> wasmtime::Result<()> {
        self.table.delete(network)?;
        Ok(())
    }
}

impl Host for Lookup<'_> {
    fn resolve_addresses(
        &mut self,
        _network: Resource<Network>,
        name: String,
    ) -> SocketResult<Resource<ResolveAddressStream>> {
        self.meter.note(copied(name.len(), 0));
        Err(ErrorCode::AccessDenied.into())
    }
}

/// Of a stream that nobody is given.
impl HostResolveAddressStream for Lookup<'_> {
    fn resolve_next_address(
        &mut self,
        _stream: Resource<ResolveAddressStream>,
    ) -> SocketResult<Option<IpAddress>> {
        Err(ErrorCode::AccessDenied.into())
    }

    fn subscribe(
        &mut self,
        _stream: Resource<ResolveAddressStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        wasmtime::bail!("there is no look-up of names to wait for")
    }

    fn drop(&mut self, stream: Resource<ResolveAddressStream>) -> wasmtime::Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}
