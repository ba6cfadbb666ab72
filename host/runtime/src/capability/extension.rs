//! `extension`: what the native app adds by name, in JSON.
//!
//! The threat: a mini-app that reaches an extension that it was not granted, or
//! makes the native app hold or read more than it should; and an extension that
//! hangs, crashes or answers without measure. Failure mode: an error to the caller
//! alone.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use miniapp_data::{Unreadable, read_json};
use miniapp_package::{InvalidPermission, Permission};
use serde_json::Value;
use wasmtime::component::{Accessor, HasSelf};
use wasmtime::{AsContextMut, StoreContextMut};

use super::in_flight::Share;
use super::native::{ExtensionError, asked, consented, consented_in_store};
use super::{Capability, lacks_nothing};
use crate::contract::imports::extension;
use crate::contract::{EXTENSION_SYNC, GuestError, code};
use crate::grant::{Grant, guest_error};
use crate::instance::{Slept, State};
use crate::meter::{Lent, Meter, price, waited, waited_in_store};
use crate::tenant::Tenant;

pub(super) const CAPABILITY: Capability = Capability {
    interface: INTERFACE,
    lacks: lacks_nothing,
    link: |linker| extension::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/extension-sync",
    lacks: lacks_nothing,
    link: |linker| {
        linker
            .instance(EXTENSION_SYNC)?
            .func_wrap_async("invoke", |store, (name, payload)| {
                Box::new(invoke_sync(store, name, payload))
            })
    },
};

const INTERFACE: &str = "miniapp:host/extension";

/// Bytes of a payload and of an answer, as JSON text: what a set-data takes.
const MAX_BYTES: usize = 1 << 20;

/// Calls that one mini-app has under way, of extensions and of the native app's own
/// interfaces together.
pub(super) const MAX_CALLS: usize = 16;

/// How deep an answer is nested at most, as the contract says of any `json`.
const MAX_DEPTH: usize = 128;

/// What a call of an extension returns: JSON, or an error.
pub type ExtensionAnswer<'a> =
    Pin<Box<dyn Future<Output = Result<Value, ExtensionError>> + Send + 'a>>;

/// Something that a native app adds for mini-apps, under a permission of its own.
///
/// A closure `|tenant: Tenant, payload: Value| async move { … }` is an extension.
pub trait Extension: Send + Sync {
    /// Answers a call of the tenant's mini-app. `payload` is JSON of the mini-app's
    /// choice, of at most 1 MiB: trust nothing in it. An answer has at most 1 MiB.
    ///
    /// Runs on the mini-app's task, side by side with its other calls: what takes
    /// long without waiting, or blocks, belongs on another thread. The future is
    /// dropped when its time is over and when the mini-app ends, and does not go on
    /// while the mini-app is suspended; what must be finished belongs on a task of
    /// its own. A panic is an error of this call.
    fn invoke<'a>(&'a self, tenant: &'a Tenant, payload: Value) -> ExtensionAnswer<'a>;
}

impl<F, A> Extension for F
where
    F: Fn(Tenant, Value) -> A + Send + Sync,
    A: Future<Output = Result<Value, ExtensionError>> + Send + 'static,
{
    fn invoke<'a>(&'a self, tenant: &'a Tenant, payload: Value) -> ExtensionAnswer<'a> {
        Box::pin(self(tenant.clone(), payload))
    }
}

/// How an extension is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionOptions {
    /// How long an answer may take, not counting while the mini-app is suspended;
    /// [`Self::TIMEOUT`].
    pub timeout: Duration,
    /// Whether the user is asked before its permission takes effect. They are for a
    /// `device:…` in any case, unless the consent policy says otherwise.
    pub asks_user: bool,
}

impl ExtensionOptions {
    /// How long an answer may take, unless it is said: 30 seconds.
    pub const TIMEOUT: Duration = Duration::from_secs(30);

    /// Sets how long an answer may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Asks the user before it is called.
    #[must_use]
    pub fn asks_user(mut self) -> Self {
        self.asks_user = true;
        self
    }
}

impl Default for ExtensionOptions {
    fn default() -> Self {
        Self {
            timeout: Self::TIMEOUT,
            asks_user: false,
        }
    }
}

/// An extension cannot be offered as it was registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionsError {
    /// Its name makes no permission.
    #[error("the extension `{name}`: {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: InvalidPermission,
    },
    /// There are two of one name.
    #[error("two extensions are registered for `{0}`; mini-apps would not know which")]
    Twice(Permission),
}

/// The extensions of a native app, each by its name.
#[derive(Default)]
pub struct Extensions {
    registered: Vec<(String, Registered)>,
}

#[derive(Clone)]
struct Registered {
    extension: Arc<dyn Extension>,
    options: ExtensionOptions,
}

impl Extensions {
    /// Adds an extension, which needs the permission `ext:` with its name.
    pub fn add(
        &mut self,
        name: &str,
        extension: impl Extension + 'static,
        options: ExtensionOptions,
    ) {
        let extension: Arc<dyn Extension> = Arc::new(extension);
        let registered = Registered { extension, options };
        self.registered.push((name.to_owned(), registered));
    }

    /// Adds something of the device, which is invoked by `device:` with its name and
    /// needs the permission of that name. The user is asked.
    pub fn add_device(
        &mut self,
        name: &str,
        device: impl Extension + 'static,
        options: ExtensionOptions,
    ) {
        self.add(&format!("{DEVICE}{name}"), device, options);
    }

    pub(crate) fn prepare(self) -> Result<Offered, ExtensionsError> {
        let mut by_name = BTreeMap::new();
        for (name, registered) in self.registered {
            let permission =
                permission_of(&name).map_err(|reason| ExtensionsError::Name { name, reason })?;
            if by_name.insert(permission.clone(), registered).is_some() {
                return Err(ExtensionsError::Twice(permission));
            }
        }
        Ok(Offered { by_name })
    }
}

/// The extensions that mini-apps may call, by what each needs.
#[derive(Default)]
pub(crate) struct Offered {
    by_name: BTreeMap<Permission, Registered>,
}

impl Offered {
    /// Whether there is one under `permission`.
    pub(crate) fn offer(&self, permission: &Permission) -> bool {
        self.by_name.contains_key(permission)
    }

    /// Permissions of which the user is asked, whether they usually are or not.
    pub(crate) fn asked(&self) -> impl Iterator<Item = Permission> {
        let asking = self.by_name.iter().filter(|(_, own)| own.options.asks_user);
        asking.map(|(permission, _)| permission.clone())
    }
}

const DEVICE: &str = "device:";

/// What a name needs, as mini-apps write it: `loyalty.points`, `device:lamp`.
fn permission_of(name: &str) -> Result<Permission, InvalidPermission> {
    if name.starts_with(DEVICE) {
        return Permission::parse(name);
    }
    Permission::parse(&format!("ext:{name}"))
}

type Answer = Result<String, GuestError>;

/// One call that may be made, with all that it holds until it is over.
struct Call {
    tenant: Arc<Tenant>,
    slept: Slept,
    name: String,
    registered: Registered,
    permission: Permission,
    payload: Value,
    _place: Share,
    _payload: Lent,
}

impl Call {
    fn begin(
        mut store: impl AsContextMut<Data = State>,
        name: String,
        payload: &str,
    ) -> wasmtime::Result<Result<Self, GuestError>> {
        // What is too large is refused unread.
        let read = u64::try_from(payload.len().min(MAX_BYTES)).unwrap_or(u64::MAX);
        let fuel = price::call(name.len().saturating_add(payload.len()), 2)
            .saturating_add(price::ANSWERED)
            .saturating_add(read * price::JSON_BYTE);
        Meter::charge(&mut store, fuel)?;
        let mut store = store.as_context_mut();
        Ok(Self::admit(store.data_mut(), name, payload))
    }

    fn admit(state: &mut State, name: String, payload: &str) -> Result<Self, GuestError> {
        if name.len() > DEVICE.len() + Permission::MAX_NAME_BYTES {
            let message = format!(
                "the name of an extension has {} bytes, {} are allowed",
                name.len(),
                Permission::MAX_NAME_BYTES
            );
            return Err(GuestError::new(code::INVALID_ARGUMENT, message));
        }
        let permission = permission_of(&name)
            .map_err(|invalid| GuestError::new(code::INVALID_ARGUMENT, invalid.to_string()))?;
        if let Some(denial) = state.grant.deny_extension(&permission) {
            state.deny(&denial);
            return Err(guest_error(&denial));
        }
        let Some(registered) = state.services.extensions.by_name.get(&permission).cloned() else {
            return Err(state.no_extension(&name, permission));
        };
        let place = state.calling.take(1, MAX_CALLS).ok_or_else(busy)?;
        let (payload, weight) = read_payload(payload, state.meter.memory.left())?;
        Ok(Self {
            tenant: Arc::clone(&state.tenant),
            slept: state.slept.clone(),
            name,
            registered,
            permission,
            payload,
            _place: place,
            _payload: state.meter.memory.lend(weight),
        })
    }

    async fn answer(self) -> Answer {
        let Registered { extension, options } = &self.registered;
        let what = format!("the extension `{}`", self.name);
        let (tenant, payload) = (&self.tenant, self.payload);
        let invoke = || extension.invoke(tenant, payload);
        let answer = asked(&what, options.timeout, &self.slept, invoke).await??;
        write_answer(&what, &answer)
    }
}

impl State {
    /// What is answered for a name that is granted, and that no extension has. What this app
    /// does not offer at all is denied, as an interface would be; else it is offered otherwise.
    fn no_extension(&mut self, name: &str, permission: Permission) -> GuestError {
        if self.services.offers(&permission) {
            let message = format!("this app has no extension `{name}`; import its interface");
            return GuestError::new(code::NOT_FOUND, message);
        }
        let denial = Grant::deny_unoffered(permission);
        self.deny(&denial);
        guest_error(&denial)
    }
}

/// What a mini-app with too many calls under way is told.
pub(super) fn busy() -> GuestError {
    let message = format!(
        "{MAX_CALLS} calls of this app's extensions are under way already; await some before starting more"
    );
    GuestError::new(code::BUSY, message)
}

fn read_payload(payload: &str, left: usize) -> Result<(Value, usize), GuestError> {
    if payload.len() > MAX_BYTES {
        let message = format!(
            "the payload has {} bytes, {MAX_BYTES} are allowed",
            payload.len()
        );
        return Err(GuestError::new(code::TOO_LARGE, message));
    }
    read_json(payload, left).map_err(|unreadable| {
        let code = match unreadable {
            Unreadable::Syntax(_) => code::INVALID_ARGUMENT,
            Unreadable::TooHeavy => code::TOO_LARGE,
        };
        GuestError::new(code, format!("the payload: {unreadable}"))
    })
}

/// The text of an answer, within its limits.
fn write_answer(what: &str, answer: &Value) -> Answer {
    let too_large = |how: String| {
        let message = format!("the answer of {what} {how}; ask for less");
        GuestError::new(code::TOO_LARGE, message)
    };
    if is_deeper(answer, MAX_DEPTH) {
        return Err(too_large(format!("is nested more than {MAX_DEPTH} deep")));
    }
    let mut text = Bounded(Vec::new());
    // A tree of text names and values can always be written, if there is room.
    serde_json::to_writer(&mut text, answer)
        .map_err(|_| too_large(format!("has more than {MAX_BYTES} bytes")))?;
    String::from_utf8(text.0).map_err(|_| too_large("is no text".to_owned()))
}

/// Whether a value is nested deeper. Looks no deeper itself.
fn is_deeper(value: &Value, left: usize) -> bool {
    match value {
        Value::Array(elements) => {
            left == 0 || elements.iter().any(|value| is_deeper(value, left - 1))
        }
        Value::Object(members) => {
            left == 0 || members.values().any(|value| is_deeper(value, left - 1))
        }
        _ => false,
    }
}

/// Bytes that do not grow beyond [`MAX_BYTES`].
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len().saturating_add(bytes.len()) > MAX_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Charges what was written, and is copied into the guest.
fn charge_answer(store: impl AsContextMut<Data = State>, answer: &Answer) -> wasmtime::Result<()> {
    let bytes = answer.as_ref().map_or(0, String::len);
    let written = u64::try_from(bytes).unwrap_or(u64::MAX);
    let fuel = price::call(bytes, 0).saturating_add(written.saturating_mul(price::JSON_WRITTEN));
    Meter::charge(store, fuel)
}

impl extension::Host for State {}

impl extension::HostWithStore<State> for HasSelf<State> {
    async fn invoke(
        accessor: &Accessor<State, Self>,
        name: String,
        payload: String,
    ) -> wasmtime::Result<Answer> {
        let answer = match accessor.with(|store| Call::begin(store, name, &payload))? {
            Ok(call) => {
                drop(payload);
                match consented(accessor, INTERFACE, &call.permission).await? {
                    Ok(()) => waited(accessor, call.answer()).await?,
                    Err(refused) => Err(refused),
                }
            }
            Err(refused) => Err(refused),
        };
        accessor.with(|store| charge_answer(store, &answer))?;
        Ok(answer)
    }
}

async fn invoke_sync(
    mut store: StoreContextMut<'_, State>,
    name: String,
    payload: String,
) -> wasmtime::Result<(Answer,)> {
    let answer = match Call::begin(&mut store, name, &payload)? {
        Ok(call) => {
            drop(payload);
            match consented_in_store(&mut store, INTERFACE, &call.permission).await? {
                Ok(()) => waited_in_store(&mut store, call.answer()).await?,
                Err(refused) => Err(refused),
            }
        }
        Err(refused) => Err(refused),
    };
    charge_answer(&mut store, &answer)?;
    Ok((answer,))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(depth: usize) -> Value {
        (0..depth).fold(Value::Null, |inner, _| json!([inner]))
    }

    #[test]
    fn an_answer_at_the_limits_and_one_past() {
        let text = |bytes: usize| Value::String("x".repeat(bytes - 2));
        let written = |value: &Value| write_answer("x", value).map_err(|error| error.code);
        assert_eq!(written(&text(MAX_BYTES)).unwrap().len(), MAX_BYTES);
        assert_eq!(written(&text(MAX_BYTES + 1)).unwrap_err(), "too-large");
        assert!(written(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(written(&nested(MAX_DEPTH + 1)).unwrap_err(), "too-large");
    }

    #[test]
    fn a_payload_at_the_limit_and_one_past() {
        let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
        let read = |text: &str| read_payload(text, 64 << 20).map_err(|error| error.code);
        assert!(read(&text(MAX_BYTES)).is_ok());
        assert_eq!(read(&text(MAX_BYTES + 1)).unwrap_err(), "too-large");
        assert_eq!(read("{").unwrap_err(), "invalid-argument");
        assert_eq!(read(&"[".repeat(100_000)).unwrap_err(), "invalid-argument");
        let many = format!("[{}0]", "0,".repeat(500_000));
        assert_eq!(read_payload(&many, 16 << 20).unwrap_err().code, "too-large");
    }

    #[test]
    fn names_make_permissions() {
        let named = |name: &str| {
            let mut extensions = Extensions::default();
            let answer = |_: Tenant, payload: Value| std::future::ready(Ok(payload));
            extensions.add(name, answer, ExtensionOptions::default());
            extensions.add_device("lamp", answer, ExtensionOptions::default());
            extensions.prepare().map(|offered| {
                let ids = offered.by_name.keys().map(ToString::to_string);
                ids.collect::<Vec<_>>()
            })
        };
        assert_eq!(named("points").unwrap(), ["ext:points", "device:lamp"]);
        assert!(matches!(
            named("device:lamp"),
            Err(ExtensionsError::Twice(_))
        ));
        assert!(matches!(named("7"), Err(ExtensionsError::Name { .. })));
    }
}
