//! `profile`: the user's profile, from a provider that the embedder supplies.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::{Accessor, HasSelf};
use wasmtime::{AsContextMut, StoreContextMut};

use super::Capability;
use super::in_flight::InFlight;
use crate::contract::imports::profile;
use crate::contract::{GuestError, PROFILE_SYNC, code};
use crate::instance::State;
use crate::meter::{Meter, price, waited, waited_in_store};
use crate::runtime::Services;
use crate::tenant::Tenant;

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/profile",
    lacks,
    link: |linker| profile::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/profile-sync",
    lacks,
    link: |linker| {
        linker
            .instance(PROFILE_SYNC)?
            .func_wrap_async("read", |store, (fields,)| {
                Box::new(read_sync(store, fields))
            })
    },
};

fn lacks(services: &Services) -> Option<&'static str> {
    services
        .profile
        .is_none()
        .then_some("no profile provider is set; see `HostBuilder::profile`")
}

/// Fields of one call.
const MAX_FIELDS: usize = 64;

/// Calls of one mini-app that a provider answers at once.
const MAX_READING: usize = 16;

/// Bytes of a field's name.
const MAX_NAME_BYTES: usize = 64;

/// Bytes of an answer; what a provider returns beyond is an error of the provider.
const MAX_ANSWER_BYTES: usize = 64 << 10;

/// How long a provider may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A provider could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProviderError(
    /// What happened, in words that the mini-app may see.
    pub String,
);

/// What a provider's call returns: names and values of profile fields.
pub type ProfileAnswer<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<(String, String)>, ProviderError>> + Send + 'a>>;

/// Answers for the user's profile. The native app implements it.
pub trait ProfileProvider: Send + Sync {
    /// Reads `fields` of the tenant's user for its mini-app, or all that there are
    /// for an empty list. A field that the user has not filled in is left out. An
    /// answer may take ten seconds and hold 64 KiB.
    fn read<'a>(&'a self, tenant: &'a Tenant, fields: &'a [String]) -> ProfileAnswer<'a>;
}

/// A profile that is known from the start and the same for every mini-app and user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FixedProfile {
    fields: BTreeMap<String, String>,
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for FixedProfile {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        Self {
            fields: fields
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        }
    }
}

impl ProfileProvider for FixedProfile {
    fn read<'a>(&'a self, _tenant: &'a Tenant, fields: &'a [String]) -> ProfileAnswer<'a> {
        let wanted = |name: &String| fields.is_empty() || fields.contains(name);
        let answer = self.fields.iter().filter(|(name, _)| wanted(name));
        let answer = answer
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Box::pin(std::future::ready(Ok(answer)))
    }
}

type Answer = Result<Vec<(String, String)>, GuestError>;

/// What one call needs of the store, taken and charged before it waits.
struct Call {
    services: Arc<Services>,
    tenant: Arc<Tenant>,
    reading: InFlight,
}

impl Call {
    fn begin(
        mut store: impl AsContextMut<Data = State>,
        fields: &[String],
    ) -> wasmtime::Result<Self> {
        let bytes = fields.iter().map(String::len).sum();
        Meter::charge(&mut store, price::call(bytes, fields.len()))?;
        let store = store.as_context_mut();
        let state = store.data();
        Ok(Self {
            services: Arc::clone(&state.services),
            tenant: Arc::clone(&state.tenant),
            reading: state.reading_profile.clone(),
        })
    }
}

async fn read(call: Call, fields: Vec<String>) -> Answer {
    let Call {
        services,
        tenant,
        reading,
    } = call;
    let Some(_share) = reading.take(1, MAX_READING) else {
        let message =
            format!("{MAX_READING} reads are under way already; await some before starting more");
        return Err(GuestError::new(code::BUSY, message));
    };
    if fields.len() > MAX_FIELDS || fields.iter().any(|name| name.len() > MAX_NAME_BYTES) {
        return Err(GuestError::new(
            code::TOO_LARGE,
            format!(
                "ask for at most {MAX_FIELDS} fields, with names of at most {MAX_NAME_BYTES} bytes"
            ),
        ));
    }
    let Some(provider) = &services.profile else {
        return Err(GuestError::new(
            code::UNAVAILABLE,
            "this app has no profile to read",
        ));
    };
    let answer = match tokio::time::timeout(TIMEOUT, provider.read(&tenant, &fields)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(GuestError::new(code::UNAVAILABLE, error.to_string())),
        Err(_) => {
            let seconds = TIMEOUT.as_secs();
            let message =
                format!("the profile was not answered within {seconds} seconds; try again later");
            return Err(GuestError::new(code::TIMEOUT, message));
        }
    };
    let bytes: usize = answer
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes > MAX_ANSWER_BYTES {
        let message = format!(
            "the profile has {bytes} bytes, {MAX_ANSWER_BYTES} are allowed; ask for fewer fields"
        );
        return Err(GuestError::new(code::TOO_LARGE, message));
    }
    Ok(answer)
}

/// Charges what is copied into the guest.
fn charge_answer(store: impl AsContextMut<Data = State>, answer: &Answer) -> wasmtime::Result<()> {
    let fields = answer.as_deref().unwrap_or_default();
    let bytes = fields.iter().map(|(name, value)| name.len() + value.len());
    Meter::charge(store, price::call(bytes.sum(), 2 * fields.len()))
}

impl profile::Host for State {}

impl profile::HostWithStore<State> for HasSelf<State> {
    async fn read(
        accessor: &Accessor<State, Self>,
        fields: Vec<String>,
    ) -> wasmtime::Result<Answer> {
        let call = accessor.with(|store| Call::begin(store, &fields))?;
        let answer = waited(accessor, read(call, fields)).await?;
        accessor.with(|store| charge_answer(store, &answer))?;
        Ok(answer)
    }
}

async fn read_sync(
    mut store: StoreContextMut<'_, State>,
    fields: Vec<String>,
) -> wasmtime::Result<(Answer,)> {
    let call = Call::begin(&mut store, &fields)?;
    let answer = waited_in_store(&mut store, read(call, fields)).await?;
    charge_answer(&mut store, &answer)?;
    Ok((answer,))
}
