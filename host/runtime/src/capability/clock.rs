//! `clock`: the time of day, and a clock that never goes back.

use std::time::{SystemTime, UNIX_EPOCH};

use wasmtime::component::{Access, HasSelf};

use super::{Capability, lacks_nothing};
use crate::contract::imports::clock::{self, Host, HostWithStore};
use crate::instance::State;
use crate::meter::{Meter, price};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/clock",
    lacks: lacks_nothing,
    link: |linker| clock::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

/// Microseconds of a step. Finer ones would help a guest to measure caches.
pub(super) const STEP: u64 = 100;

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    fn now(mut host: Access<State, Self>) -> wasmtime::Result<u64> {
        Meter::charge(&mut host, price::CALL)?;
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Ok(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn monotonic(mut host: Access<State, Self>) -> wasmtime::Result<u64> {
        Meter::charge(&mut host, price::CALL)?;
        let micros = host.data_mut().launched_at.elapsed().as_micros();
        Ok(u64::try_from(micros).unwrap_or(u64::MAX) / STEP * STEP)
    }
}
