//! `login`: a code that proves to the partner's server who the user is, from a provider
//! that the embedder supplies. Knows nothing of how a code is made or redeemed; for that,
//! there is `miniapp-login`.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

use miniapp_package::Permission;
use wasmtime::component::{Accessor, HasSelf};
use wasmtime::{AsContextMut, StoreContextMut};

use super::Capability;
use super::provider::{self, Call, ProviderError, unavailable};
use crate::contract::imports::login;
use crate::contract::{GuestError, LOGIN_SYNC};
use crate::instance::State;
use crate::meter::{Meter, price, waited, waited_in_store};
use crate::runtime::Services;
use crate::tenant::Tenant;

const INTERFACE: &str = "miniapp:host/login";

pub(super) const CAPABILITY: Capability = Capability {
    interface: INTERFACE,
    lacks,
    link: |linker| login::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/login-sync",
    lacks,
    link: |linker| {
        linker
            .instance(LOGIN_SYNC)?
            .func_wrap_async("code", |store, (): ()| Box::new(code_sync(store)))
    },
};

fn lacks(services: &Services) -> Option<&'static str> {
    services
        .login
        .is_none()
        .then_some("no login provider is set; see `HostBuilder::login`")
}

/// Calls of one mini-app that a provider answers at once: one user logs in once.
const MAX_LOGGING_IN: usize = 4;

/// Bytes of a code: it goes into a URL or a header of the partner's.
const MAX_CODE_BYTES: usize = 1 << 10;

/// What is said of a provider that has panicked.
const FAILED: &str = "the app could not log in; try again later";

/// What a login provider's call returns: a code.
pub type LoginCode<'a> = Pin<Box<dyn Future<Output = Result<String, ProviderError>> + Send + 'a>>;

/// Gets login codes. The native app implements it, and asks its own server for them: that
/// server knows who is signed in, and makes codes as `wx.login` of WeChat does.
pub trait LoginProvider: Send + Sync {
    /// A code for the tenant's user in its mini-app, which the partner's server can redeem
    /// once. 1 to 1,024 bytes of ASCII without blanks, within ten seconds.
    fn code<'a>(&'a self, tenant: &'a Tenant) -> LoginCode<'a>;
}

/// Login codes that prove nothing, for development and tests: no platform has issued them,
/// and only a server that knows them beforehand takes them. Real ones are made by the
/// platform's server, with `miniapp-login`.
#[derive(Debug)]
pub struct FixedLogin {
    code: String,
    /// How many were given, where each is another one.
    given: Option<AtomicU64>,
}

impl FixedLogin {
    /// The same code at each login, whoever logs in.
    pub fn same(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            given: None,
        }
    }

    /// Another code at each login, as real ones are: `prefix-1`, `prefix-2`, whoever logs in.
    pub fn numbered(prefix: impl Into<String>) -> Self {
        Self {
            code: prefix.into(),
            given: Some(AtomicU64::new(0)),
        }
    }
}

impl LoginProvider for FixedLogin {
    fn code<'a>(&'a self, _: &'a Tenant) -> LoginCode<'a> {
        let code = match &self.given {
            Some(given) => {
                let number = given.fetch_add(1, Ordering::Relaxed).saturating_add(1);
                format!("{}-{number}", self.code)
            }
            None => self.code.clone(),
        };
        Box::pin(ready(Ok(code)))
    }
}

type Answer = Result<String, GuestError>;

fn begin(store: impl AsContextMut<Data = State>) -> wasmtime::Result<Call> {
    let fuel = price::CALL.saturating_add(price::LOGIN_CODE);
    Call::begin(store, fuel, |state| &state.logging_in)
}

async fn code(call: Call) -> Answer {
    let busy = "logins are under way already; await one of them";
    let _share = call.count(MAX_LOGGING_IN, busy)?;
    let Some(provider) = &call.services.login else {
        return Err(unavailable("this app has no login"));
    };
    // The user is asked only where the native app's policy says so.
    call.consent.require(&Permission::Login).await?;
    let ask = || provider.code(&call.tenant);
    let code = provider::ask(&call.slept, ask, FAILED, "there was no code").await?;
    let fits = (1..=MAX_CODE_BYTES).contains(&code.len());
    if !fits || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unavailable(
            "the app's login has answered with what is no code",
        ));
    }
    Ok(code)
}

/// Charges what is copied into the guest, and reports what was refused.
fn conclude(mut store: impl AsContextMut<Data = State>, answer: &Answer) -> wasmtime::Result<()> {
    match answer {
        Ok(code) => Meter::charge(store, price::call(code.len(), 0)),
        Err(error) => {
            let mut store = store.as_context_mut();
            store.data_mut().report_refusal(INTERFACE, error);
            Ok(())
        }
    }
}

impl login::Host for State {}

impl login::HostWithStore<State> for HasSelf<State> {
    async fn code(accessor: &Accessor<State, Self>) -> wasmtime::Result<Answer> {
        let call = accessor.with(|store| begin(store))?;
        let answer = waited(accessor, self::code(call)).await?;
        accessor.with(|store| conclude(store, &answer))?;
        Ok(answer)
    }
}

async fn code_sync(mut store: StoreContextMut<'_, State>) -> wasmtime::Result<(Answer,)> {
    let call = begin(&mut store)?;
    let answer = waited_in_store(&mut store, code(call)).await?;
    conclude(&mut store, &answer)?;
    Ok((answer,))
}
