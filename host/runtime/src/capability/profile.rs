//! `profile`: the user's profile, field by field under the permission of each, from a
//! provider that the embedder supplies.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use miniapp_package::Permission;
use wasmtime::component::{Accessor, HasSelf};
use wasmtime::{AsContextMut, StoreContextMut};

use super::Capability;
use super::provider::{self, Call, ProviderError, unavailable};
use crate::consent::{Gate, Standing};
use crate::contract::imports::profile;
use crate::contract::{GuestError, PROFILE_SYNC, code};
use crate::instance::State;
use crate::meter::{Meter, price, waited, waited_in_store};
use crate::runtime::Services;
use crate::tenant::Tenant;

const INTERFACE: &str = "miniapp:host/profile";

pub(super) const CAPABILITY: Capability = Capability {
    interface: INTERFACE,
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

/// What is said of a provider that has panicked.
const FAILED: &str = "the app could not read the profile; try again later";

/// The permissions that fields are read under.
pub(crate) const PERMISSIONS: [Permission; 3] = [
    Permission::ReadProfile,
    Permission::Phone,
    Permission::Email,
];

/// The permission that a field is read under. What is a proof of identity elsewhere, and
/// reaches the user, has one of its own, as in WeChat.
fn permission_for(field: &str) -> &'static Permission {
    match field {
        "phone-number" => &Permission::Phone,
        "email" => &Permission::Email,
        _ => &Permission::ReadProfile,
    }
}

/// What a provider's call returns: names and values of profile fields.
pub type ProfileAnswer<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<(String, String)>, ProviderError>> + Send + 'a>>;

/// Answers for the user's profile. The native app implements it.
///
/// It is asked for what manifests and user allow, and for nothing else; what it answers
/// beyond is dropped.
pub trait ProfileProvider: Send + Sync {
    /// The fields that there are; by default those of WeChat's profile, `phone-number` and
    /// `email`. A mini-app that wants all is answered these, and [`Self::read`] is asked for no
    /// others. Of them `phone-number` and `email` are read under permissions of their own, and
    /// all others under `user:readProfile`: name them with care.
    fn fields(&self) -> Vec<String> {
        let known = [
            "nickname",
            "avatar-url",
            "gender",
            "country",
            "language",
            "phone-number",
            "email",
        ];
        known.map(str::to_owned).into()
    }

    /// Reads `fields` of the tenant's user for its mini-app. A field that the user has
    /// not filled in, or that there is not, is left out. An answer may take ten seconds
    /// and hold 64 KiB.
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
    fn fields(&self) -> Vec<String> {
        self.fields.keys().cloned().collect()
    }

    fn read<'a>(&'a self, _tenant: &'a Tenant, fields: &'a [String]) -> ProfileAnswer<'a> {
        let answer = self.fields.iter().filter(|(name, _)| fields.contains(name));
        let answer = answer
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Box::pin(std::future::ready(Ok(answer)))
    }
}

type Answer = Result<Vec<(String, String)>, GuestError>;

fn begin(store: impl AsContextMut<Data = State>, fields: &[String]) -> wasmtime::Result<Call> {
    let bytes = fields.iter().map(String::len).sum();
    let fuel = price::call(bytes, fields.len());
    Call::begin(store, fuel, |state| &state.reading_profile)
}

async fn read(call: Call, fields: Vec<String>) -> Answer {
    let busy = "reads are under way already; await some before starting more";
    let _share = call.count(MAX_READING, busy)?;
    if fields.len() > MAX_FIELDS || fields.iter().any(|name| name.len() > MAX_NAME_BYTES) {
        return Err(GuestError::new(
            code::TOO_LARGE,
            format!(
                "ask for at most {MAX_FIELDS} fields, with names of at most {MAX_NAME_BYTES} bytes"
            ),
        ));
    }
    let Some(provider) = &call.services.profile else {
        return Err(unavailable("this app has no profile to read"));
    };
    let fields = permitted(&call.consent, &**provider, fields).await?;
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let ask = || provider.read(&call.tenant, &fields);
    let mut answer =
        provider::ask(&call.slept, ask, FAILED, "the profile was not answered").await?;
    answer.retain(|(name, _)| fields.contains(name));
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

/// The fields that may be read, once the user was asked where that is open: those of
/// `fields` that there are, or, for none, all that there are and that both manifests and
/// user allow.
async fn permitted(
    consent: &Gate,
    provider: &dyn ProfileProvider,
    mut fields: Vec<String>,
) -> Result<Vec<String>, GuestError> {
    let known = std::panic::catch_unwind(AssertUnwindSafe(|| provider.fields()));
    let mut known = known.map_err(|_| unavailable(FAILED))?;
    if !fields.is_empty() {
        let needed = |permission: &&Permission| {
            let mut fields = fields.iter();
            fields.any(|field| permission_for(field) == *permission)
        };
        for permission in PERMISSIONS.iter().filter(needed) {
            consent.require(permission).await?;
        }
        // Those that were asked for first may have been taken back since.
        for permission in PERMISSIONS.iter().filter(needed) {
            consent.still(permission)?;
        }
        // A name that a provider knows and does not tell, or knows in other letters, would be
        // read under a permission that is not its own.
        fields.retain(|field| known.contains(field));
        return Ok(fields);
    }
    let granted = |permission: &&Permission| consent.standing(permission) != Standing::NotGranted;
    let (mut allowed, mut refused) = (Vec::new(), None);
    for permission in PERMISSIONS.iter().filter(granted) {
        match consent.require(permission).await {
            Ok(()) => allowed.push(permission),
            Err(error) if error.code == code::DENIED => refused = refused.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    allowed.retain(|permission| match consent.still(permission) {
        Ok(()) => true,
        Err(error) => {
            refused.get_or_insert(error);
            false
        }
    });
    match refused {
        Some(error) if allowed.is_empty() => return Err(error),
        _ => {}
    }
    known.retain(|field| allowed.contains(&permission_for(field)));
    Ok(known)
}

/// Charges what is copied into the guest, and reports what was refused.
fn conclude(mut store: impl AsContextMut<Data = State>, answer: &Answer) -> wasmtime::Result<()> {
    if let Err(error) = answer {
        let mut store = store.as_context_mut();
        store.data_mut().report_refusal(INTERFACE, error);
    }
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
        let call = accessor.with(|store| begin(store, &fields))?;
        let answer = waited(accessor, read(call, fields)).await?;
        accessor.with(|store| conclude(store, &answer))?;
        Ok(answer)
    }
}

async fn read_sync(
    mut store: StoreContextMut<'_, State>,
    fields: Vec<String>,
) -> wasmtime::Result<(Answer,)> {
    let call = begin(&mut store, &fields)?;
    let answer = waited_in_store(&mut store, read(call, fields)).await?;
    conclude(&mut store, &answer)?;
    Ok((answer,))
}
