//! `timer`: waiting, bounded in number.

use std::time::Duration;

use wasmtime::component::{Accessor, HasSelf};

use super::{Capability, lacks_nothing};
use crate::contract::imports::{timer, timer_sync};
use crate::contract::{GuestError, code};
use crate::instance::State;
use crate::meter::{Meter, price};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/timer",
    lacks: lacks_nothing,
    link: |linker| timer::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/timer-sync",
    lacks: lacks_nothing,
    link: |linker| timer_sync::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

/// Sleeps of one mini-app that wait at once.
const MAX_WAITING: usize = 1_024;

/// The sleeps of one mini-app that wait.
#[derive(Default)]
pub(crate) struct Timers {
    waiting: usize,
}

impl Timers {
    fn begin(&mut self) -> Result<(), GuestError> {
        if self.waiting == MAX_WAITING {
            return Err(GuestError::new(
                code::BUSY,
                format!("{MAX_WAITING} sleeps wait already; await some before starting more"),
            ));
        }
        self.waiting += 1;
        Ok(())
    }

    fn end(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
    }
}

impl timer::Host for State {}

impl timer::HostWithStore<State> for HasSelf<State> {
    async fn sleep(
        accessor: &Accessor<State, Self>,
        milliseconds: u32,
    ) -> wasmtime::Result<Result<(), GuestError>> {
        let begun = accessor.with(|mut host| -> wasmtime::Result<_> {
            Meter::charge(&mut host, price::CALL)?;
            Ok(host.get().timers.begin())
        })?;
        if let Err(busy) = begun {
            return Ok(Err(busy));
        }
        tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
        accessor.with(|mut host| -> wasmtime::Result<_> {
            host.get().timers.end();
            Meter::refill(&mut host)
        })?;
        Ok(Ok(()))
    }
}

impl timer_sync::Host for State {
    async fn sleep(&mut self, milliseconds: u32) -> wasmtime::Result<Result<(), GuestError>> {
        tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
        Ok(Ok(()))
    }
}
