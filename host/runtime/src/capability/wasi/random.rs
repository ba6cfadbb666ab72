//! WASI's random numbers: Wasmtime's own, with the contract's limit and price. WASI
//! knows no error here, so asking for too much ends the mini-app.

use wasmtime::component::{HasData, Linker};
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};
use wasmtime_wasi::random::WasiRandomCtx;

use crate::instance::State;
use crate::meter::{Meter, price};

/// Bytes of one call, as in the contract.
pub(super) const MAX_BYTES: u64 = 65_536;

struct Metered;

struct Generator<'a> {
    inner: &'a mut WasiRandomCtx,
    meter: &'a mut Meter,
}

impl HasData for Metered {
    type Data<'a> = Generator<'a>;
}

fn generator(state: &mut State) -> Generator<'_> {
    let (wasi, meter) = state.call_wasi();
    let inner = wasi.ctx.random();
    Generator { inner, meter }
}

pub(super) fn link_random(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    random::add_to_linker::<_, Metered>(linker, generator)
}

pub(super) fn link_insecure(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    insecure::add_to_linker::<_, Metered>(linker, generator)
}

pub(super) fn link_insecure_seed(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    insecure_seed::add_to_linker::<_, Metered>(linker, generator)
}

impl Generator<'_> {
    fn owe(&mut self, bytes: u64) {
        let bytes = bytes.min(MAX_BYTES);
        self.meter.note(bytes.saturating_mul(price::RANDOM_BYTE));
    }
}

impl random::Host for Generator<'_> {
    fn get_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.owe(length);
        self.inner.get_random_bytes(length)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.owe(8);
        self.inner.get_random_u64()
    }
}

impl insecure::Host for Generator<'_> {
    fn get_insecure_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.owe(length);
        self.inner.get_insecure_random_bytes(length)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.owe(8);
        self.inner.get_insecure_random_u64()
    }
}

impl insecure_seed::Host for Generator<'_> {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        self.owe(16);
        self.inner.insecure_seed()
    }
}
