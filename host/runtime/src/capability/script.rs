//! `miniapp:script/source`: the text that an engine of scripts is to run. Is linked for such an
//! engine and for nobody else, so it is in no catalogue.

use wasmtime::component::{Access, HasSelf, Linker};

use crate::contract::script::source::{self, Host, HostWithStore};
use crate::instance::State;
use crate::meter::{Meter, price};

/// Defines its function.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    source::add_to_linker::<_, HasSelf<State>>(linker, |state| state)
}

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    fn read(mut host: Access<State, Self>) -> wasmtime::Result<String> {
        let script = host.data_mut().script.take();
        let Some(script) = script else {
            wasmtime::bail!("the engine has read its script a second time");
        };
        Meter::charge(&mut host, price::call(script.len(), 1))?;
        Ok(script)
    }
}
