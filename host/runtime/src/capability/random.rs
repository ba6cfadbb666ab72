//! `random`: bytes from the operating system.

use wasmtime::component::{Access, HasSelf};

use super::{Capability, lacks_nothing};
use crate::contract::imports::random::{self, Host, HostWithStore};
use crate::contract::{GuestError, code};
use crate::end::HostFault;
use crate::instance::State;
use crate::meter::{Meter, price};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/random",
    lacks: lacks_nothing,
    link: |linker| random::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

/// Bytes of one call, as in the web's `getRandomValues`.
const MAX_BYTES: u32 = 65_536;

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    fn bytes(
        mut host: Access<State, Self>,
        length: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, GuestError>> {
        if length > MAX_BYTES {
            Meter::charge(&mut host, price::CALL)?;
            return Ok(Err(GuestError::new(
                code::TOO_LARGE,
                format!("{length} random bytes were asked for, {MAX_BYTES} are given at once"),
            )));
        }
        Meter::charge(
            &mut host,
            price::CALL.saturating_add(u64::from(length) * price::RANDOM_BYTE),
        )?;
        let mut bytes = vec![0; usize::try_from(length)?];
        getrandom::fill(&mut bytes).map_err(no_randomness)?;
        Ok(Ok(bytes))
    }

    fn number(mut host: Access<State, Self>) -> wasmtime::Result<u64> {
        Meter::charge(
            &mut host,
            price::CALL.saturating_add(8 * price::RANDOM_BYTE),
        )?;
        getrandom::u64().map_err(no_randomness)
    }
}

fn no_randomness(error: getrandom::Error) -> wasmtime::Error {
    HostFault(format!(
        "the operating system gives no random bytes: {error}"
    ))
    .into()
}
