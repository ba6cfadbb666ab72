//! `health`: how the mini-app is doing, told and asked by the tool chain that runs its code.

use wasmtime::component::{Access, HasSelf};

use super::{Capability, lacks_nothing};
use crate::contract::GuestError;
use crate::contract::imports::health::{self, Host, HostWithStore};
use crate::instance::State;
use crate::meter::{Meter, price};
use crate::report::{AppError, Report};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/health",
    lacks: lacks_nothing,
    link: |linker| health::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    fn uncaught(mut host: Access<State, Self>, error: GuestError) -> wasmtime::Result<()> {
        let optional = [&error.permission, &error.line].into_iter().flatten();
        let bytes = optional.map(String::len).fold(
            error.code.len().saturating_add(error.message.len()),
            usize::saturating_add,
        );
        Meter::charge(&mut host, price::call(bytes, 4))?;
        host.data_mut().uncaught(AppError::from_guest(error));
        Ok(())
    }

    fn fuel(mut host: Access<State, Self>) -> wasmtime::Result<u64> {
        Meter::charge(&mut host, price::CALL)?;
        Meter::left(&mut host)
    }
}

impl State {
    /// Reports an error that no callback has returned, within what may be reported in a
    /// second.
    fn uncaught(&mut self, error: AppError) {
        if self.admit_report(error.message.len()) {
            self.report(Report::Uncaught {
                callback: None,
                page: None,
                error: &error,
            });
        }
    }
}
