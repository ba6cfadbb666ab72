//! Owns the permission catalogue: which interface of the contract needs what, what a permission means
//! to people, and whether the user is asked. Must not know who was granted what.
//!
//! | interface of `miniapp:host`, or its `-sync` twin | needs |
//! |---|---|
//! | `types` `view` `log` `clock` `timer` `random` `locale` `http` `launch` `event` `storage-types` `navigation` `consent` `ui` `dialog` `dialog-types` | nothing |
//! | `request` | a non-empty `network.allow` |
//! | `profile` | `user:readProfile`, `user:phone` or `user:email` |
//! | `login` | `user:login` |
//! | `storage` | `storage:local` |
//! | `clipboard` | `device:clipboard` |
//! | `extension` | any `ext:…` or `device:…` |
//!
//! An interface of `miniapp:device` needs `device:` and its own name. Interfaces of WASI are listed in the module `wasi`.

use std::borrow::Cow;
use std::fmt;

use semver::Version;

use crate::interface_name::InterfaceName;
use crate::permission::Permission;
use crate::wasi;

/// The version of the package `miniapp:host` that this container serves, with all earlier ones of
/// the same major version.
pub const CONTRACT_VERSION: Version = Version::new(1, 2, 0);

/// What must be granted before an interface is linked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// Every mini-app has it.
    Nothing,
    /// This permission.
    Permission(Permission),
    /// At least one entry in `network.allow`.
    Network,
    /// At least one permission `ext:…` or `device:…`.
    AnyExtension,
    /// At least one of the permissions for fields of the profile.
    AnyOfProfile,
    /// Every mini-app has it, and there is nothing behind it: it is served because tool chains import
    /// it unasked.
    Inert,
    /// Every mini-app has it, and there is something behind it only under this permission.
    InertWithout(Permission),
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing | Self::Inert | Self::InertWithout(_) => f.write_str("nothing"),
            Self::Permission(permission) => fmt::Display::fmt(permission, f),
            Self::Network => f.write_str("network.allow"),
            Self::AnyOfProfile => f.write_str("user:readProfile, user:phone or user:email"),
            Self::AnyExtension => f.write_str("ext:<name> or device:<name>"),
        }
    }
}

/// What `interface` needs; `None` if it is not an interface of the contract, of `miniapp:device` or of
/// WASI, in a version that this container serves: then it is one of a native app's own, or nothing known.
#[must_use]
pub fn requirement(interface: &InterfaceName) -> Option<Requirement> {
    if wasi::is_wasi(interface) {
        return wasi::requirement(interface);
    }
    if is_device(interface) {
        return device(interface);
    }
    if !is_contract(interface) || !interface.version.as_ref().is_some_and(serves) {
        return None;
    }
    match interface.interface.as_str() {
        "types" | "view" | "health" | "log" | "clock" | "timer" | "timer-sync" | "random"
        | "locale" | "http" | "launch" | "event" | "storage-types" | "navigation"
        | "navigation-sync" | "consent" | "consent-sync" | "ui" | "dialog" | "dialog-sync"
        | "dialog-types" => Some(Requirement::Nothing),
        "request" | "request-sync" => Some(Requirement::Network),
        "profile" | "profile-sync" => Some(Requirement::AnyOfProfile),
        "login" | "login-sync" => Some(Requirement::Permission(Permission::Login)),
        "clipboard" | "clipboard-sync" => Some(Requirement::Permission(Permission::Device(
            "clipboard".to_owned(),
        ))),
        "storage" | "storage-sync" => Some(Requirement::Permission(Permission::LocalStorage)),
        "extension" | "extension-sync" => Some(Requirement::AnyExtension),
        _ => None,
    }
}

/// The version of the package `miniapp:device` that this container knows.
pub const DEVICE_VERSION: Version = Version::new(1, 0, 0);

/// What an interface of the device needs. Whether there is anything behind it is the native app's.
fn device(interface: &InterfaceName) -> Option<Requirement> {
    let known = ["file-transfer", "location", "payment", "scan", "share"];
    let name = &interface.interface;
    let served =
        interface.version.as_ref() == Some(&DEVICE_VERSION) && known.contains(&name.as_str());
    served.then(|| Requirement::Permission(Permission::Device(name.clone())))
}

/// Whether `interface` is of the package `miniapp:device`, in any version.
#[must_use]
pub fn is_device(interface: &InterfaceName) -> bool {
    interface.is_of("miniapp", "device")
}

/// Whether `interface` is `miniapp:script/source`, in any version: how an engine of scripts is handed
/// the script. It is linked for such an engine and for nobody else, so nothing grants it.
#[must_use]
pub fn is_script_source(interface: &InterfaceName) -> bool {
    interface.is_of("miniapp", "script") && interface.interface == "source"
}

/// Whether `interface` is of the package `miniapp:host`, in any version.
#[must_use]
pub fn is_contract(interface: &InterfaceName) -> bool {
    interface.is_of("miniapp", "host")
}

/// Whether this container serves `version` of the contract: the same major version, not a later
/// minor one, not a pre-release.
#[must_use]
pub fn serves(version: &Version) -> bool {
    let newest = (CONTRACT_VERSION.major, CONTRACT_VERSION.minor);
    version.major == newest.0 && (version.major, version.minor) <= newest && version.pre.is_empty()
}

/// Whether the user is asked before the permission takes effect.
#[must_use]
pub fn consent(permission: &Permission) -> bool {
    match permission {
        Permission::ReadProfile | Permission::Phone | Permission::Email | Permission::Device(_) => {
            true
        }
        Permission::Login
        | Permission::LocalStorage
        | Permission::Files
        | Permission::Extension(_) => false,
    }
}

/// What the permission allows, as one line for people.
#[must_use]
pub fn describe(permission: &Permission) -> Cow<'static, str> {
    match permission {
        Permission::ReadProfile => "read the user's profile, once the user has agreed".into(),
        Permission::Phone => "read the user's telephone number, once the user has agreed".into(),
        Permission::Email => "read the user's e-mail address, once the user has agreed".into(),
        Permission::Login => {
            "tell the partner's server who the user is, under a name of its own".into()
        }
        Permission::LocalStorage => "keep up to 10 MiB of its own data on the device".into(),
        Permission::Files => "keep files on the device, in a folder of its own".into(),
        Permission::Extension(name) => {
            format!("call the extension `{name}` of the native app").into()
        }
        Permission::Device(name) => {
            format!("use the device's `{name}` through the native app").into()
        }
    }
}
