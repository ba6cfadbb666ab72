//! `storage`: keys and values that last, as a mini-app asks for them.
//!
//! What is asked is put into the tenant's queue at once, so that calls take effect in the
//! order in which they were made; it is done on another thread, and the mini-app waits
//! without keeping its own busy. Knows no files; [`crate::storage`] does.

use std::pin::Pin;

use wasmtime::component::{Accessor, HasSelf};
use wasmtime::{AsContextMut, StoreContextMut};

use super::Capability;
use crate::contract::imports::{storage, storage_types};
use crate::contract::{GuestError, STORAGE_SYNC, code};
use crate::instance::State;
use crate::meter::{Meter, paid, paid_in_store, price, waited, waited_in_store};
use crate::runtime::Services;
use crate::storage::{Answer, Failure, Opened, Outcome, Refused, StorageError, Work, check};

use storage_types::StorageUsage;

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/storage",
    lacks,
    link: |linker| storage::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/storage-sync",
    lacks,
    link: |linker| {
        let mut interface = linker.instance(STORAGE_SYNC)?;
        interface.func_wrap_async("get", |store, (key,)| {
            Box::new(run_sync(store, Work::Get(key), value))
        })?;
        interface.func_wrap_async("set", |store, (key, value)| {
            Box::new(run_sync(store, Work::Set(key, value), done))
        })?;
        interface.func_wrap_async("remove", |store, (key,)| {
            Box::new(run_sync(store, Work::Remove(key), done))
        })?;
        interface.func_wrap_async("keys", |store, ()| {
            Box::new(run_sync(store, Work::Keys, keys))
        })?;
        interface.func_wrap_async("clear", |store, ()| {
            Box::new(run_sync(store, Work::Clear, done))
        })?;
        interface.func_wrap_async("usage", |store, ()| {
            Box::new(run_sync(store, Work::Usage, usage))
        })
    },
};

fn lacks(services: &Services) -> Option<&'static str> {
    services
        .storage
        .is_none()
        .then_some("no storage is set; see `HostBuilder::storage`")
}

/// The tenant's storage, once a live mini-app has used it.
pub(crate) type Keeping = Opened;

fn opened(state: &mut State) -> Result<&Opened, Failure> {
    let opened = match state.keeping.take() {
        Some(opened) => opened,
        None => {
            let stores = state.services.storage.as_ref();
            stores.ok_or(StorageError::Stopped)?.of(&state.tenant)?
        }
    };
    Ok(state.keeping.insert(opened))
}

type Answered<T> = Result<T, GuestError>;

/// A call under way.
type Begun = Pin<Box<dyn Future<Output = Result<Outcome, GuestError>> + Send>>;

/// Puts work into the queue.
fn begin(mut store: impl AsContextMut<Data = State>, work: Work) -> wasmtime::Result<Begun> {
    let (key, value) = match &work {
        Work::Get(key) | Work::Remove(key) => (key.len(), 0),
        Work::Set(key, value) => (key.len(), value.len()),
        _ => (0, 0),
    };
    Meter::charge(&mut store, price::stored(key, value))?;
    let mut store = store.as_context_mut();
    let asked = ask(store.data_mut(), work, value);
    Ok(Box::pin(async move {
        let outcome = match asked {
            Ok(asked) => asked.await.map_err(Failure::Storage),
            Err(failure) => Err(failure),
        };
        outcome.map_err(|failure| guest_error(&failure))
    }))
}

fn ask(
    state: &mut State,
    work: Work,
    value: usize,
) -> Result<impl Future<Output = Result<Outcome, StorageError>> + Send + 'static, Failure> {
    check(&work)?;
    let owed = state.meter.owed().clone();
    let opened = opened(state)?;
    let admitted = opened.admit(value, &owed)?;
    Ok(opened.ask(work, Some(admitted)))
}

/// What the mini-app is told; where its files lie is not its business.
fn guest_error(failure: &Failure) -> GuestError {
    let code = match failure {
        Failure::Refused(Refused::EmptyKey) => code::INVALID_ARGUMENT,
        Failure::Refused(Refused::Waiting | Refused::Busy(_)) => code::BUSY,
        Failure::Refused(_) => code::TOO_LARGE,
        Failure::Value | Failure::Storage(_) => code::UNAVAILABLE,
    };
    let message = match failure {
        Failure::Storage(StorageError::Damaged { .. }) => {
            "the storage was damaged on the device and begins anew".to_owned()
        }
        Failure::Storage(_) => "the device cannot keep or read it now; try again later".to_owned(),
        other => other.to_string(),
    };
    GuestError::new(code, message)
}

/// What the storage did, and what is copied into the guest. It is paid here and not while
/// others of the mini-app's calls are begun, so that many changes at once are slowed, and do
/// not end it. What a call did that was called off is owed.
fn price_of(outcome: &mut Result<Outcome, GuestError>) -> u64 {
    let Ok(outcome) = outcome else { return 0 };
    let copied = match &outcome.answer {
        Ok(Answer::Value(Some(value))) => price::call(value.len(), 0),
        Ok(Answer::Keys(keys)) => price::call(keys.iter().map(String::len).sum(), keys.len()),
        _ => 0,
    };
    copied.saturating_add(outcome.take_fee())
}

fn answer_of<T>(
    outcome: Result<Outcome, GuestError>,
    take: fn(Answer) -> Option<T>,
) -> Answered<T> {
    let answer = outcome?.answer.map_err(|failure| guest_error(&failure))?;
    // The queue answers each kind of work with its own kind of answer.
    take(answer).ok_or_else(|| guest_error(&StorageError::Stopped.into()))
}

fn done(answer: Answer) -> Option<()> {
    matches!(answer, Answer::Done).then_some(())
}

fn value(answer: Answer) -> Option<Option<Vec<u8>>> {
    match answer {
        Answer::Value(value) => Some(value),
        _ => None,
    }
}

fn keys(answer: Answer) -> Option<Vec<String>> {
    match answer {
        Answer::Keys(keys) => Some(keys),
        _ => None,
    }
}

fn usage(answer: Answer) -> Option<StorageUsage> {
    match answer {
        Answer::Usage(usage) => Some(StorageUsage {
            keys: usage.keys,
            bytes: usage.bytes,
            limit: usage.limit,
        }),
        _ => None,
    }
}

async fn run<T>(
    accessor: &Accessor<State, HasSelf<State>>,
    work: Work,
    take: fn(Answer) -> Option<T>,
) -> wasmtime::Result<Answered<T>> {
    let begun = accessor.with(|store| begin(store, work))?;
    let mut outcome = waited(accessor, begun).await?;
    paid(accessor, price_of(&mut outcome)).await?;
    Ok(answer_of(outcome, take))
}

async fn run_sync<T>(
    mut store: StoreContextMut<'_, State>,
    work: Work,
    take: fn(Answer) -> Option<T>,
) -> wasmtime::Result<(Answered<T>,)> {
    let begun = begin(&mut store, work)?;
    let mut outcome = waited_in_store(&mut store, begun).await?;
    paid_in_store(&mut store, price_of(&mut outcome)).await?;
    Ok((answer_of(outcome, take),))
}

impl storage_types::Host for State {}

impl storage::Host for State {}

impl storage::HostWithStore<State> for HasSelf<State> {
    async fn get(
        accessor: &Accessor<State, Self>,
        key: String,
    ) -> wasmtime::Result<Answered<Option<Vec<u8>>>> {
        run(accessor, Work::Get(key), value).await
    }

    async fn set(
        accessor: &Accessor<State, Self>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Answered<()>> {
        run(accessor, Work::Set(key, value), done).await
    }

    async fn remove(
        accessor: &Accessor<State, Self>,
        key: String,
    ) -> wasmtime::Result<Answered<()>> {
        run(accessor, Work::Remove(key), done).await
    }

    async fn keys(accessor: &Accessor<State, Self>) -> wasmtime::Result<Answered<Vec<String>>> {
        run(accessor, Work::Keys, keys).await
    }

    async fn clear(accessor: &Accessor<State, Self>) -> wasmtime::Result<Answered<()>> {
        run(accessor, Work::Clear, done).await
    }

    async fn usage(accessor: &Accessor<State, Self>) -> wasmtime::Result<Answered<StorageUsage>> {
        run(accessor, Work::Usage, usage).await
    }
}
