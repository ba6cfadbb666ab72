//! `timer`: waiting, bounded in number.

use std::time::Duration;

use wasmtime::StoreContextMut;
use wasmtime::component::{Accessor, HasSelf};

use super::in_flight::{InFlight, Share};
use super::{Capability, lacks_nothing};
use crate::contract::imports::timer;
use crate::contract::{GuestError, TIMER_SYNC, code};
use crate::instance::State;
use crate::meter::{Meter, price, waited, waited_in_store};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/timer",
    lacks: lacks_nothing,
    link: |linker| timer::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/timer-sync",
    lacks: lacks_nothing,
    link: |linker| {
        linker
            .instance(TIMER_SYNC)?
            .func_wrap_async("sleep", |store, (milliseconds,): (u32,)| {
                Box::new(sleep_sync(store, milliseconds))
            })
    },
};

/// Sleeps of one mini-app that wait at once.
const MAX_WAITING: usize = 1_024;

type Answer = Result<(), GuestError>;

fn begin(sleeping: &InFlight) -> Result<Share, GuestError> {
    sleeping.take(1, MAX_WAITING).ok_or_else(|| {
        GuestError::new(
            code::BUSY,
            format!("{MAX_WAITING} sleeps wait already; await some before starting more"),
        )
    })
}

async fn sleep(sleeping: InFlight, milliseconds: u32) -> Answer {
    let _share = begin(&sleeping)?;
    tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
    Ok(())
}

impl timer::Host for State {}

impl timer::HostWithStore<State> for HasSelf<State> {
    async fn sleep(
        accessor: &Accessor<State, Self>,
        milliseconds: u32,
    ) -> wasmtime::Result<Answer> {
        let sleeping = accessor.with(|mut host| -> wasmtime::Result<_> {
            Meter::charge(&mut host, price::CALL)?;
            Ok(host.get().sleeping.clone())
        })?;
        waited(accessor, sleep(sleeping, milliseconds)).await
    }
}

async fn sleep_sync(
    mut store: StoreContextMut<'_, State>,
    milliseconds: u32,
) -> wasmtime::Result<(Answer,)> {
    Meter::charge(&mut store, price::CALL)?;
    let slept = sleep(store.data().sleeping.clone(), milliseconds);
    Ok((waited_in_store(&mut store, slept).await?,))
}
