//! WASI's streams and waiting: Wasmtime's own, with the price of the bytes that they
//! copy, and a limit on how much may be waited for at once.
//!
//! What a stream is bounded by is its own matter: output by [`super::stdio`], bodies
//! by [`super::http`], files by [`super::files`]. There are no others.

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::io::{error, poll, streams};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, StreamError, StreamResult};

use super::copied;
use crate::instance::State;
use crate::limits;
use crate::meter::Meter;

/// What one call may wait for: as much as there can be at once.
const MAX_POLLABLES: usize = limits::WASI_RESOURCES;

struct Metered;

struct Io<'a> {
    table: &'a mut ResourceTable,
    meter: &'a mut Meter,
}

impl HasData for Metered {
    type Data<'a> = Io<'a>;
}

fn io(state: &mut State) -> Io<'_> {
    let (wasi, meter) = state.call_wasi();
    let table = &mut wasi.table;
    Io { table, meter }
}

pub(super) fn link_error(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    error::add_to_linker::<_, Metered>(linker, io)
}

pub(super) fn link_poll(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    poll::add_to_linker::<_, Metered>(linker, io)
}

pub(super) fn link_streams(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    streams::add_to_linker::<_, Metered>(linker, io)
}

impl Io<'_> {
    fn owe(&mut self, bytes: usize) {
        self.meter.note(copied(bytes, 0));
    }

    fn owe_read(&mut self, read: &StreamResult<Vec<u8>>) {
        self.owe(read.as_ref().map_or(0, Vec::len));
    }

    fn owe_moved(&mut self, moved: &StreamResult<u64>) {
        let bytes = moved.as_ref().copied().unwrap_or(0);
        self.owe(usize::try_from(bytes).unwrap_or(usize::MAX));
    }
}

impl error::Host for Io<'_> {}

impl error::HostError for Io<'_> {
    fn to_debug_string(&mut self, error: Resource<error::Error>) -> wasmtime::Result<String> {
        // Not the whole of it: that would show where the host's own code lies.
        let text = format!("{:#}", self.table.get(&error)?);
        self.owe(text.len());
        Ok(text)
    }

    fn drop(&mut self, error: Resource<error::Error>) -> wasmtime::Result<()> {
        error::HostError::drop(self.table, error)
    }
}

impl poll::Host for Io<'_> {
    async fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        let waited_for = pollables.len();
        self.meter.note(copied(0, waited_for));
        if waited_for > MAX_POLLABLES {
            wasmtime::bail!(
                "`poll` was given {waited_for} pollables, {MAX_POLLABLES} are allowed at once"
            );
        }
        self.meter
            .wait(poll::Host::poll(self.table, pollables))
            .await
    }
}

impl poll::HostPollable for Io<'_> {
    async fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        poll::HostPollable::ready(self.table, pollable).await
    }

    async fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.meter
            .wait(poll::HostPollable::block(self.table, pollable))
            .await
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        poll::HostPollable::drop(self.table, pollable)
    }
}

impl streams::Host for Io<'_> {
    fn convert_stream_error(
        &mut self,
        error: StreamError,
    ) -> wasmtime::Result<streams::StreamError> {
        streams::Host::convert_stream_error(self.table, error)
    }
}

impl streams::HostInputStream for Io<'_> {
    fn read(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<Vec<u8>> {
        let read = streams::HostInputStream::read(self.table, stream, length);
        self.owe_read(&read);
        read
    }

    async fn blocking_read(
        &mut self,
        stream: Resource<DynInputStream>,
        length: u64,
    ) -> StreamResult<Vec<u8>> {
        let read = self
            .meter
            .wait(streams::HostInputStream::blocking_read(
                self.table, stream, length,
            ))
            .await;
        self.owe_read(&read);
        read
    }

    fn skip(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<u64> {
        let skipped = streams::HostInputStream::skip(self.table, stream, length);
        self.owe_moved(&skipped);
        skipped
    }

    async fn blocking_skip(
        &mut self,
        stream: Resource<DynInputStream>,
        length: u64,
    ) -> StreamResult<u64> {
        let skipped = self
            .meter
            .wait(streams::HostInputStream::blocking_skip(
                self.table, stream, length,
            ))
            .await;
        self.owe_moved(&skipped);
        skipped
    }

    fn subscribe(
        &mut self,
        stream: Resource<DynInputStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        streams::HostInputStream::subscribe(self.table, stream)
    }

    async fn drop(&mut self, stream: Resource<DynInputStream>) -> wasmtime::Result<()> {
        streams::HostInputStream::drop(self.table, stream).await
    }
}

impl streams::HostOutputStream for Io<'_> {
    fn check_write(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<u64> {
        streams::HostOutputStream::check_write(self.table, stream)
    }

    fn write(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        self.owe(bytes.len());
        streams::HostOutputStream::write(self.table, stream, bytes)
    }

    async fn blocking_write_and_flush(
        &mut self,
        stream: Resource<DynOutputStream>,
        bytes: Vec<u8>,
    ) -> StreamResult<()> {
        self.owe(bytes.len());
        self.meter
            .wait(streams::HostOutputStream::blocking_write_and_flush(
                self.table, stream, bytes,
            ))
            .await
    }

    fn flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        streams::HostOutputStream::flush(self.table, stream)
    }

    async fn blocking_flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        self.meter
            .wait(streams::HostOutputStream::blocking_flush(
                self.table, stream,
            ))
            .await
    }

    fn subscribe(
        &mut self,
        stream: Resource<DynOutputStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        streams::HostOutputStream::subscribe(self.table, stream)
    }

    fn write_zeroes(&mut self, stream: Resource<DynOutputStream>, length: u64) -> StreamResult<()> {
        let written = streams::HostOutputStream::write_zeroes(self.table, stream, length);
        // What is refused was not written.
        if written.is_ok() {
            self.owe_moved(&Ok(length));
        }
        written
    }

    async fn blocking_write_zeroes_and_flush(
        &mut self,
        stream: Resource<DynOutputStream>,
        length: u64,
    ) -> StreamResult<()> {
        let table = &mut *self.table;
        let written =
            streams::HostOutputStream::blocking_write_zeroes_and_flush(table, stream, length);
        let written = self.meter.wait(written).await;
        if written.is_ok() {
            self.owe_moved(&Ok(length));
        }
        written
    }

    fn splice(
        &mut self,
        to: Resource<DynOutputStream>,
        from: Resource<DynInputStream>,
        length: u64,
    ) -> StreamResult<u64> {
        let moved = streams::HostOutputStream::splice(self.table, to, from, length);
        self.owe_moved(&moved);
        moved
    }

    async fn blocking_splice(
        &mut self,
        to: Resource<DynOutputStream>,
        from: Resource<DynInputStream>,
        length: u64,
    ) -> StreamResult<u64> {
        let moved = streams::HostOutputStream::blocking_splice(self.table, to, from, length);
        let moved = self.meter.wait(moved).await;
        self.owe_moved(&moved);
        moved
    }

    async fn drop(&mut self, stream: Resource<DynOutputStream>) -> wasmtime::Result<()> {
        streams::HostOutputStream::drop(self.table, stream).await
    }
}
