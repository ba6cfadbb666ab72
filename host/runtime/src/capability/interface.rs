//! Interfaces of the native app's own: WIT of any package, implemented in Rust types,
//! each under a permission.
//!
//! The types are checked when a mini-app is installed; metering, bounds, time-outs and
//! panics are this module's, so that a function of the native app holds nothing but
//! what it does. What a call carries is weighed by serde once it has been copied, and
//! charged as the contract's own calls are; Wasmtime does not tell what it copied.

mod weight;

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use miniapp_package::{
    InterfaceName, InvalidInterfaceName, Permission, Requirement, is_device, is_wasi, requirement,
};
use semver::Version;
use serde::Serialize;
use wasmtime::component::{Accessor, ComponentNamedList, Lift, Linker, LinkerInstance, Lower};
use wasmtime::{AsContextMut, StoreContextMut};

use super::extension::{ExtensionOptions, MAX_CALLS, busy};
use super::in_flight::Share;
use super::native::{ExtensionError, asked, consented, consented_in_store};
use crate::contract::{GuestError, code};
use crate::instance::{Slept, State};
use crate::meter::{Lent, Meter, price, waited, waited_in_store};
use crate::tenant::Tenant;

use weight::{MAX_WEIGHT, Weight};

/// The namespace of the contract, of the device's interfaces and of what else is this
/// container's.
const OWN_NAMESPACE: &str = "miniapp";

/// Who calls a function of the native app.
#[derive(Debug, Clone)]
pub struct Caller {
    tenant: Arc<Tenant>,
}

impl Caller {
    /// The mini-app, and the user that it runs for.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }
}

/// An interface of the native app's own that mini-apps may import, under a permission.
///
/// The functions are written in WIT, in a package of the native app's, and each returns
/// `result<…, error>` with the record `error` of `miniapp:host/types`. Parameters come
/// as a tuple, in the types of Wasmtime's component model: numbers, `bool`, `char`,
/// `String`, `Vec`, `Option`, tuples, and records, variants and enums that derive
/// `ComponentType` with `Lift` or `Lower`, and serde's `Serialize`, by which a call is
/// weighed. A component with other types than these is refused at installation.
///
/// ```
/// use miniapp_package::Permission;
/// use miniapp_runtime::{Caller, ExtensionError, Interface, Runtime, RuntimeOptions};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // interface points { balance: async func(member: string) -> result<u32, error>; }
/// let points = Interface::new("acme:loyalty/points@1.0.0", Permission::parse("ext:points")?)
///     .function("balance", |caller: Caller, (member,): (String,)| async move {
///         match member.as_str() {
///             "mia" => Ok(120_u32),
///             _ => Err(ExtensionError::new("not-found", format!("{} has no `{member}`", caller.tenant().app))),
///         }
///     });
/// // Or `Host::builder().interface(points)`.
/// let options = RuntimeOptions { interfaces: vec![points], ..RuntimeOptions::default() };
/// let runtime = Runtime::new(options)?;
/// # Ok(())
/// # }
/// ```
///
/// What a call carries each way is at most 1 MiB, where each text, list, field and number
/// counts 16 bytes beyond its own, a case of a variant too, a byte of a list only itself, and a
/// part of a record no less than its type takes up. With the extensions, 16 calls of a mini-app are under way
/// at once. Each costs as its weight does, by [`price`]; one that carries more, as all that a
/// call could carry.
pub struct Interface {
    name: String,
    permission: Permission,
    options: ExtensionOptions,
    functions: Vec<Function>,
}

struct Function {
    name: String,
    define: Define,
}

type Define =
    Box<dyn Fn(&mut LinkerInstance<'_, State>, &Arc<Terms>) -> wasmtime::Result<()> + Send + Sync>;

/// Under which terms a function is called.
struct Terms {
    /// `acme:loyalty/points@1.0.0#balance`
    function: String,
    interface: String,
    permission: Permission,
    timeout: Duration,
}

impl fmt::Debug for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interface")
            .field("name", &self.name)
            .field("permission", &self.permission)
            .finish_non_exhaustive()
    }
}

impl Interface {
    /// An interface of this name, with its version, under a permission. Whether there may
    /// be one of that name is told by `HostBuilder::build`.
    pub fn new(name: impl Into<String>, permission: Permission) -> Self {
        Self {
            name: name.into(),
            permission,
            options: ExtensionOptions::default(),
            functions: Vec::new(),
        }
    }

    /// Sets how long each call may take, not counting while the mini-app is suspended;
    /// 30 seconds if it is not said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.timeout(timeout);
        self
    }

    /// Asks the user before it is called, as is done under a `device:…` in any case, unless
    /// the consent policy says otherwise.
    #[must_use]
    pub fn asks_user(mut self) -> Self {
        self.options = self.options.asks_user();
        self
    }

    /// Implements an `async func` of the interface. The mini-app can go on while it waits.
    ///
    /// It runs on the mini-app's task and is dropped as an
    /// [`Extension`](super::Extension) is.
    #[must_use]
    pub fn function<P, A, F, R>(mut self, name: impl Into<String>, function: F) -> Self
    where
        P: ComponentNamedList + Lift + Serialize + Send + Sync + 'static,
        A: Lower + Serialize + Send + Sync + 'static,
        F: Fn(Caller, P) -> R + Send + Sync + 'static,
        R: Future<Output = Result<A, ExtensionError>> + Send + 'static,
    {
        let (name, function) = (name.into(), Arc::new(function));
        let own_name = name.clone();
        let define: Define = Box::new(move |instance, terms| {
            let (function, terms) = (Arc::clone(&function), Arc::clone(terms));
            instance.func_wrap_concurrent(&name, move |accessor: &Accessor<State>, params: P| {
                let (function, terms) = (Arc::clone(&function), Arc::clone(&terms));
                Box::pin(async move {
                    let call = accessor.with(|store| Call::begin(store, &terms, &params))?;
                    let answer = match call {
                        Ok(call) => {
                            let (interface, permission) = (&terms.interface, &terms.permission);
                            match consented(accessor, interface, permission).await? {
                                Ok(()) => {
                                    let work =
                                        call.answer(&terms, |caller| function(caller, params));
                                    waited(accessor, work).await?
                                }
                                Err(refused) => Err(refused),
                            }
                        }
                        Err(refused) => Err(refused),
                    };
                    accessor.with(|store| Ok((charged(store, answer)?,)))
                })
            })
        });
        self.functions.push(Function {
            name: own_name,
            define,
        });
        self
    }

    /// Implements a plain `func` of the interface, as mini-apps of the world
    /// `mini-app-sync` need it: the whole mini-app stands still until it is answered.
    #[must_use]
    pub fn sync_function<P, A, F, R>(mut self, name: impl Into<String>, function: F) -> Self
    where
        P: ComponentNamedList + Lift + Serialize + Send + Sync + 'static,
        A: Lower + Serialize + Send + Sync + 'static,
        F: Fn(Caller, P) -> R + Send + Sync + 'static,
        R: Future<Output = Result<A, ExtensionError>> + Send + 'static,
    {
        let (name, function) = (name.into(), Arc::new(function));
        let own_name = name.clone();
        let define: Define = Box::new(move |instance, terms| {
            let (function, terms) = (Arc::clone(&function), Arc::clone(terms));
            instance.func_wrap_async(
                &name,
                move |mut store: StoreContextMut<'_, State>, params: P| {
                    let (function, terms) = (Arc::clone(&function), Arc::clone(&terms));
                    Box::new(async move {
                        let answer = match Call::begin(&mut store, &terms, &params)? {
                            Ok(call) => {
                                let (interface, permission) = (&terms.interface, &terms.permission);
                                match consented_in_store(&mut store, interface, permission).await? {
                                    Ok(()) => {
                                        let work =
                                            call.answer(&terms, |caller| function(caller, params));
                                        waited_in_store(&mut store, work).await?
                                    }
                                    Err(refused) => Err(refused),
                                }
                            }
                            Err(refused) => Err(refused),
                        };
                        Ok((charged(&mut store, answer)?,))
                    })
                },
            )
        });
        self.functions.push(Function {
            name: own_name,
            define,
        });
        self
    }

    /// Whether it may be offered under its name, which was parsed to `name`.
    fn check(&self, name: InterfaceName) -> Result<InterfaceName, InterfaceError> {
        match requirement(&name) {
            Some(Requirement::Permission(expected)) if is_device(&name) => {
                let came = &self.permission;
                if expected != *came {
                    return Err(InterfaceError::OtherPermission {
                        name: Box::new(name),
                        expected,
                        came: came.clone(),
                    });
                }
            }
            _ if name.namespace == OWN_NAMESPACE || is_wasi(&name) => {
                return Err(InterfaceError::Reserved(name));
            }
            _ => {}
        }
        let mut known = BTreeSet::new();
        let mut names = self.functions.iter().map(|function| &function.name);
        if let Some(twice) = names.find(|name| !known.insert(*name)) {
            let function = twice.clone();
            let name = Box::new(name);
            return Err(InterfaceError::FunctionTwice { name, function });
        }
        Ok(name)
    }

    /// What it needs.
    pub(crate) fn permission(&self) -> &Permission {
        &self.permission
    }

    /// A function that a component imports and that is not implemented.
    pub(crate) fn lacks<'f>(&self, imported: &'f [String]) -> Option<&'f str> {
        let has = |name: &&String| self.functions.iter().any(|own| own.name == **name);
        let missing = imported.iter().find(|name| !has(name));
        missing.map(String::as_str)
    }

    /// Defines its functions.
    pub(crate) fn link(&self, linker: &mut Linker<State>) -> wasmtime::Result<()> {
        let mut instance = linker.instance(&self.name)?;
        for function in &self.functions {
            let terms = Terms {
                function: format!("{}#{}", self.name, function.name),
                interface: self.name.clone(),
                permission: self.permission.clone(),
                timeout: self.options.timeout,
            };
            (function.define)(&mut instance, &Arc::new(terms))?;
        }
        Ok(())
    }
}

/// One call that may be made, with what it holds until it is over.
struct Call {
    caller: Caller,
    slept: Slept,
    _place: Share,
    _params: Lent,
}

impl Call {
    fn begin(
        mut store: impl AsContextMut<Data = State>,
        terms: &Terms,
        params: &impl Serialize,
    ) -> wasmtime::Result<Result<Self, GuestError>> {
        let weight = Weight::of(params);
        let is_over = weight.total() > MAX_WEIGHT;
        let fuel = match is_over {
            true => weight.fuel_of_all(),
            false => weight.fuel(),
        };
        Meter::charge(&mut store, fuel.saturating_add(price::ANSWERED))?;
        if is_over {
            let message = format!(
                "what `{}` is given has more than {MAX_WEIGHT} bytes",
                terms.function
            );
            return Ok(Err(GuestError::new(code::TOO_LARGE, message)));
        }
        let mut store = store.as_context_mut();
        let state = store.data_mut();
        if weight.total() > state.meter.memory.left() {
            let message = format!(
                "what `{}` is given does not fit into the mini-app's memory while it is kept",
                terms.function
            );
            return Ok(Err(GuestError::new(code::TOO_LARGE, message)));
        }
        let Some(place) = state.calling.take(1, MAX_CALLS) else {
            return Ok(Err(busy()));
        };
        let tenant = Arc::clone(&state.tenant);
        Ok(Ok(Self {
            caller: Caller { tenant },
            slept: state.slept.clone(),
            _place: place,
            _params: state.meter.memory.lend(weight.total()),
        }))
    }

    async fn answer<A, R>(
        self,
        terms: &Terms,
        function: impl FnOnce(Caller) -> R,
    ) -> Result<A, GuestError>
    where
        R: Future<Output = Result<A, ExtensionError>>,
    {
        let what = format!("`{}`", terms.function);
        let caller = self.caller.clone();
        Ok(asked(&what, terms.timeout, &self.slept, || function(caller)).await??)
    }
}

/// Charges what is copied into the guest, if it is not too much.
fn charged<A: Serialize>(
    store: impl AsContextMut<Data = State>,
    answer: Result<A, GuestError>,
) -> wasmtime::Result<Result<A, GuestError>> {
    let Ok(value) = &answer else {
        Meter::charge(store, price::CALL)?;
        return Ok(answer);
    };
    let weight = Weight::of(value);
    if weight.total() > MAX_WEIGHT {
        Meter::charge(store, price::CALL)?;
        let message = format!("the answer has more than {MAX_WEIGHT} bytes; ask for less");
        return Ok(Err(GuestError::new(code::TOO_LARGE, message)));
    }
    Meter::charge(store, weight.fuel())?;
    Ok(answer)
}

/// An interface cannot be offered as it was registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InterfaceError {
    /// Its name is none.
    #[error("the interface `{name}`: {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: InvalidInterfaceName,
    },
    /// It is of a package of this container's, or of WASI, and none that native apps offer.
    #[error("`{0}` is this container's own; give the native app's interface a package of its own")]
    Reserved(InterfaceName),
    /// It is one of the device's, under another permission than mini-apps and users know.
    #[error(
        "`{name}` is under `{expected}`, and is registered under `{came}`; register it under `{expected}`, or give the native app's interface a package of its own"
    )]
    OtherPermission {
        /// The interface.
        name: Box<InterfaceName>,
        /// What it is under.
        expected: Permission,
        /// What it is registered under.
        came: Permission,
    },
    /// It has two functions of one name.
    #[error("`{name}` has two functions `{function}`; mini-apps would not know which")]
    FunctionTwice {
        /// The interface.
        name: Box<InterfaceName>,
        /// The function.
        function: String,
    },
    /// There are two that an import could mean.
    #[error("`{0}` is registered twice; mini-apps would not know which")]
    Twice(InterfaceName),
}

/// The interfaces of a native app's own, by their names.
#[derive(Default)]
pub(crate) struct Interfaces(Vec<(InterfaceName, Arc<Interface>)>);

impl Interfaces {
    pub(crate) fn prepare(interfaces: Vec<Interface>) -> Result<Self, InterfaceError> {
        let mut this = Self::default();
        for interface in interfaces {
            let name = InterfaceName::parse(&interface.name).map_err(|reason| {
                let name = interface.name.clone();
                InterfaceError::Name { name, reason }
            })?;
            let name = interface.check(name)?;
            if this.0.iter().any(|(other, _)| track(other) == track(&name)) {
                return Err(InterfaceError::Twice(name));
            }
            this.0.push((name, Arc::new(interface)));
        }
        Ok(this)
    }

    /// The interface that serves an import: of the same name, and in the same version or a
    /// later one that is compatible.
    pub(crate) fn serving(&self, import: &InterfaceName) -> Option<&Arc<Interface>> {
        let serves =
            |own: &InterfaceName| track(own) == track(import) && own.version >= import.version;
        let found = self.0.iter().find(|(own, _)| serves(own));
        found.map(|(_, interface)| interface)
    }

    /// A version of the import's interface that does not serve it, if there is one, and
    /// which.
    pub(crate) fn other_version(&self, import: &InterfaceName) -> Option<(String, &Interface)> {
        let named = |own: &InterfaceName| {
            own.is_of(&import.namespace, &import.package) && own.interface == import.interface
        };
        let (own, interface) = self.0.iter().find(|(own, _)| named(own))?;
        let version = own.version.as_ref().map(ToString::to_string);
        let version = version.unwrap_or_else(|| "without a number".to_owned());
        Some((version, interface))
    }

    /// Whether one of them is under `permission`.
    pub(crate) fn offer(&self, permission: &Permission) -> bool {
        self.0.iter().any(|(_, own)| own.permission == *permission)
    }

    /// Permissions of which the user is asked, whether they usually are or not.
    pub(crate) fn asked(&self) -> impl Iterator<Item = Permission> {
        let asking = self.0.iter().filter(|(_, own)| own.options.asks_user);
        asking.map(|(_, own)| own.permission.clone())
    }

    /// Whether one of them is of the import's package.
    pub(crate) fn know_package(&self, import: &InterfaceName) -> bool {
        let names = self.0.iter().map(|(own, _)| own);
        names
            .into_iter()
            .any(|own| own.is_of(&import.namespace, &import.package))
    }
}

/// What an interface has in common with all versions of it that are compatible.
fn track(name: &InterfaceName) -> (&str, &str, &str, Option<Track<'_>>) {
    let version = name.version.as_ref().map(|version| match version {
        Version { pre, .. } if !pre.is_empty() => Track::Exactly(version),
        Version {
            major: 0, minor: 0, ..
        } => Track::Exactly(version),
        Version {
            major: 0, minor, ..
        } => Track::Minor(*minor),
        Version { major, .. } => Track::Major(*major),
    });
    (&name.namespace, &name.package, &name.interface, version)
}

#[derive(PartialEq)]
enum Track<'v> {
    Major(u64),
    Minor(u64),
    Exactly(&'v Version),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interfaces(names: &[&str]) -> Result<Interfaces, InterfaceError> {
        let permission = Permission::parse("ext:x").unwrap();
        let named = |name: &&str| Interface::new(*name, permission.clone());
        Interfaces::prepare(names.iter().map(named).collect())
    }

    #[test]
    fn a_compatible_version_serves() {
        let offered = interfaces(&["a:b/c@1.2.0", "a:b/c@2.0.0", "a:b/c@0.3.1", "a:b/d"]).unwrap();
        for (import, served) in [
            ("a:b/c@1.0.0", Some("a:b/c@1.2.0")),
            ("a:b/c@1.2.0", Some("a:b/c@1.2.0")),
            ("a:b/c@1.3.0", None),
            ("a:b/c@2.0.0", Some("a:b/c@2.0.0")),
            ("a:b/c@0.3.0", Some("a:b/c@0.3.1")),
            ("a:b/c@0.2.0", None),
            ("a:b/c", None),
            ("a:b/d", Some("a:b/d")),
            ("a:x/d", None),
        ] {
            let import = InterfaceName::parse(import).unwrap();
            let found = offered.serving(&import).map(|own| own.name.as_str());
            assert_eq!(found, served, "{import}");
        }
    }

    #[test]
    fn names_that_cannot_be_offered() {
        let refused = |names: &[&str]| interfaces(names).err().unwrap();
        assert!(matches!(refused(&["points"]), InterfaceError::Name { .. }));
        let reserved = refused(&["miniapp:host/extra@1.0.0"]);
        assert!(matches!(reserved, InterfaceError::Reserved(_)));
        assert!(matches!(
            refused(&["wasi:io/x"]),
            InterfaceError::Reserved(_)
        ));
        for own in [
            "miniapp:script/source@1.0.0",
            "miniapp:mine/x",
            "miniapp:device/lamp@1.0.0",
        ] {
            assert!(
                matches!(refused(&[own]), InterfaceError::Reserved(_)),
                "{own}"
            );
        }
        let other = refused(&["miniapp:device/payment@1.0.0"]);
        assert!(matches!(other, InterfaceError::OtherPermission { .. }));
        let twice = refused(&["a:b/c@1.0.0", "a:b/c@1.1.0"]);
        assert!(matches!(twice, InterfaceError::Twice(_)));
    }
}
