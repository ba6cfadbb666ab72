//! WASI 0.2 for mini-apps whose tool chain imports it: componentize-js, componentize-py, Rust for
//! `wasm32-wasip2`. Wasmtime's own implementation, linked one interface at a time, with what a host
//! for strangers adds to it. A mini-app that imports no WASI pays nothing for it.
//!
//! The threat: an interface that is made for programs one trusts. What is added, threat by threat:
//!
//! | threat | what stops it |
//! |---|---|
//! | calls that cost the guest nothing | each call and each byte that it copies is owed to the meter ([`io`], [`random`], [`http`]), and taken when the call returns ([`on_transition`]) |
//! | the guest makes the host allocate | [`limits::WASI_RESOURCES`] resources; random bytes, poll lists, header fields, URLs, methods and bodies have their limits beside the code |
//! | a clock fine enough to measure caches | steps of 100 µs and 1 ms ([`clocks`]) |
//! | a wait without end | it holds the mini-app's own place only, and is cut when the mini-app is closed |
//! | a flood of output | lines go through the log's caps ([`stdio`]) |
//! | another way into the network | `wasi:http` asks through the policy, client and limits of `request` ([`http`]); sockets are denied |
//! | files | a folder of the tenant's own, where it was granted, with a quota ([`files`]) |
//! | environment, arguments, input | there are none: those interfaces are inert |
//! | `exit` | ends the mini-app that calls it, and nothing else |
//! | work that outlives the mini-app | requests are tasks whose handles live in the store and abort them when it is dropped |

mod clocks;
mod files;
mod http;
mod interfaces;
mod io;
mod random;
mod sockets;
mod stdio;

use std::time::Instant;

use wasmtime::component::ResourceTable;
use wasmtime::{CallHook, StoreContextMut};
use wasmtime_wasi::filesystem::WasiFilesystemCtx;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;

pub use files::FilesError;
pub(crate) use files::{Files, Folder};
pub(super) use interfaces::CAPABILITIES;

use crate::instance::State;
use crate::limits;
use crate::meter::{Meter, price};

/// What a store holds for a mini-app that has called WASI.
pub(crate) struct Wasi {
    ctx: WasiCtx,
    table: ResourceTable,
    filesystem: WasiFilesystemCtx,
    /// Listings of folders that the guest holds.
    listings: usize,
    http: WasiHttpCtx,
    hooks: http::Hooks,
    output: stdio::Output,
    /// Whether one of WASI's functions was called since the host was last entered.
    called: bool,
    /// The same of a call during which the guest makes room for the result.
    interrupted: bool,
}

impl Wasi {
    fn new(launched_at: Instant) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::WASI_RESOURCES);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(http::FIELD_BYTES);
        // No arguments, variables, folders or input: those are what a builder begins with.
        let ctx = WasiCtx::builder()
            .wall_clock(clocks::Wall)
            .monotonic_clock(clocks::Monotonic::since(launched_at))
            .max_random_size(random::MAX_BYTES)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .build();
        Self {
            ctx,
            table,
            filesystem: WasiFilesystemCtx::default(),
            listings: 0,
            http,
            hooks: http::Hooks::default(),
            output: stdio::Output::default(),
            called: false,
            interrupted: false,
        }
    }
}

/// Fuel for bytes that a call copies, in so many elements of lists, beyond the call.
fn copied(bytes: usize, elements: usize) -> u64 {
    price::call(bytes, elements).saturating_sub(price::CALL)
}

impl State {
    /// What the store holds for WASI, and the meter that a call of it owes to. Every
    /// function of WASI comes through here, once for each call: this is its price.
    fn call_wasi(&mut self) -> (&mut Wasi, &mut Meter) {
        self.meter.note(price::CALL);
        let launched_at = self.launched_at;
        let wasi = self
            .wasi
            .get_or_insert_with(|| Box::new(Wasi::new(launched_at)));
        wasi.called = true;
        (wasi, &mut self.meter)
    }

    /// Logs the line that the guest has begun to write and not finished: its turn
    /// is over, or its life.
    pub(crate) fn finish_output(&mut self) {
        self.log_output(true);
    }

    /// Logs what the guest has written: whole lines, and with `unfinished` the
    /// rest too.
    fn log_output(&mut self, unfinished: bool) {
        let Some(wasi) = &mut self.wasi else {
            return;
        };
        for (level, line) in wasi.output.take(unfinished) {
            self.meter.note(price::CALL);
            self.log(level, line);
        }
    }

    fn report_denials(&mut self) {
        let Some(wasi) = &mut self.wasi else {
            return;
        };
        for denial in wasi.hooks.take_denials() {
            self.deny(&denial);
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let (wasi, _) = self.call_wasi();
        WasiCtxView {
            ctx: &mut wasi.ctx,
            table: &mut wasi.table,
        }
    }
}

/// Takes what calls of WASI owe, and reports what they have caused. Called by
/// Wasmtime whenever the guest enters or leaves the host.
///
/// Not only host functions enter the host: instructions such as `memory.grow` do,
/// and around them the guest keeps its count of fuel in a register, so that a
/// change of the store's count would be lost. Therefore it is changed only where
/// one of WASI's functions was called since the host was last entered: those are
/// calls, around which the guest stores its count and reads it again.
pub(crate) fn on_transition(
    mut store: StoreContextMut<'_, State>,
    transition: CallHook,
) -> wasmtime::Result<()> {
    let state = store.data_mut();
    let Some(wasi) = &mut state.wasi else {
        return Ok(());
    };
    let called = std::mem::take(&mut wasi.called);
    match transition {
        CallHook::CallingHost => return Ok(()),
        CallHook::CallingWasm => {
            wasi.interrupted = called;
            return Ok(());
        }
        CallHook::ReturningFromWasm => {
            wasi.called = std::mem::take(&mut wasi.interrupted);
            return Ok(());
        }
        CallHook::ReturningFromHost if !called => return Ok(()),
        CallHook::ReturningFromHost => {}
    }
    state.log_output(false);
    state.report_denials();
    // What a wait has earned comes first, and then what is owed.
    Meter::refill_if_waited(&mut store)?;
    Meter::charge(store, 0)
}
