//! `consent`: what the user has agreed to, and asking them before it is needed.

use miniapp_package::Permission;
use wasmtime::component::{Access, Accessor, HasSelf};
use wasmtime::{AsContextMut, StoreContextMut};

use super::native::{consented, consented_in_store};
use super::{Capability, lacks_nothing};
use crate::consent::Standing;
use crate::contract::imports::consent;
use crate::contract::{CONSENT_SYNC, GuestError, code};
use crate::instance::State;
use crate::meter::{Meter, price};

const INTERFACE: &str = "miniapp:host/consent";

pub(super) const CAPABILITY: Capability = Capability {
    interface: INTERFACE,
    lacks: lacks_nothing,
    link: |linker| consent::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/consent-sync",
    lacks: lacks_nothing,
    link: |linker| {
        let mut instance = linker.instance(CONSENT_SYNC)?;
        instance.func_wrap("status", |store, (permission,): (String,)| {
            Ok((status(store, &permission)?,))
        })?;
        instance.func_wrap_async("ask", |store, (permission,)| {
            Box::new(ask_sync(store, permission))
        })
    },
};

type Answer = Result<(), GuestError>;

/// The permission of that id, which the app manifest asks for.
fn named(
    mut store: impl AsContextMut<Data = State>,
    id: &str,
) -> wasmtime::Result<Result<Permission, GuestError>> {
    Meter::charge(&mut store, price::call(id.len(), 0))?;
    let found = Permission::parse(id).ok();
    let store = store.as_context_mut();
    let grant = &store.data().grant;
    Ok(found.filter(|found| grant.asks_for(found)).ok_or_else(|| {
        let shown: String = id.chars().take(Permission::MAX_NAME_BYTES).collect();
        GuestError::new(
            code::INVALID_ARGUMENT,
            format!("the app manifest does not ask for `{shown}`; add it to `permissions` in miniapp.yaml"),
        )
    }))
}

fn status(
    mut store: impl AsContextMut<Data = State>,
    permission: &str,
) -> wasmtime::Result<Result<String, GuestError>> {
    let permission = named(&mut store, permission)?;
    let store = store.as_context_mut();
    let gate = &store.data().consent;
    Ok(permission.map(|permission| word(gate.standing(&permission)).to_owned()))
}

/// The contract's word for it.
fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Allowed => "allowed",
        // Either is what a call would be told.
        Standing::Refused | Standing::Dismissed => "refused",
        // They have decided nothing, and are asked again, though not at once.
        Standing::NotAsked | Standing::Unanswered => "not-asked",
        Standing::EachTime => "each-time",
        Standing::NotGranted | Standing::NobodyAsks => "denied",
    }
}

impl consent::Host for State {}

impl consent::HostWithStore<State> for HasSelf<State> {
    fn status(
        host: Access<State, Self>,
        permission: String,
    ) -> wasmtime::Result<Result<String, GuestError>> {
        status(host, &permission)
    }

    async fn ask(accessor: &Accessor<State, Self>, permission: String) -> wasmtime::Result<Answer> {
        match accessor.with(|store| named(store, &permission))? {
            Ok(permission) => consented(accessor, INTERFACE, &permission).await,
            Err(unknown) => Ok(Err(unknown)),
        }
    }
}

async fn ask_sync(
    mut store: StoreContextMut<'_, State>,
    permission: String,
) -> wasmtime::Result<(Answer,)> {
    let answer = match named(&mut store, &permission)? {
        Ok(permission) => consented_in_store(&mut store, INTERFACE, &permission).await?,
        Err(unknown) => Err(unknown),
    };
    Ok((answer,))
}
