//! The contract as Rust types: generated from `wit/`, for the host's side.
//!
//! Owns nothing by hand. Imports are linked one interface at a time (see
//! `capability`), exports are looked up one interface at a time (see
//! `instance`), so no world is instantiated as a whole.

#[allow(missing_docs, clippy::all, clippy::restriction)]
mod generated {
    wasmtime::component::bindgen!({
        path: "wit",
        inline: "
            package miniapp:embedder;

            world everything {
                import miniapp:host/clipboard@1.2.0;
                import miniapp:host/clock@1.2.0;
                import miniapp:host/consent@1.2.0;
                import miniapp:host/dialog@1.2.0;
                import miniapp:host/extension@1.2.0;
                import miniapp:host/health@1.2.0;
                import miniapp:host/locale@1.2.0;
                import miniapp:host/log@1.2.0;
                import miniapp:host/login@1.2.0;
                import miniapp:host/navigation@1.2.0;
                import miniapp:host/profile@1.2.0;
                import miniapp:host/random@1.2.0;
                import miniapp:host/request@1.2.0;
                import miniapp:host/storage@1.2.0;
                import miniapp:host/timer@1.2.0;
                import miniapp:host/ui@1.2.0;
                import miniapp:host/view@1.2.0;

                import miniapp:device/file-transfer@1.0.0;
                import miniapp:device/location@1.0.0;
                import miniapp:device/payment@1.0.0;
                import miniapp:device/scan@1.0.0;
                import miniapp:device/share@1.0.0;

                import miniapp:script/source@1.0.0;

                export miniapp:host/lifecycle@1.2.0;
                export miniapp:host/lifecycle-sync@1.2.0;
                export miniapp:host/page@1.2.0;
                export miniapp:host/page-sync@1.2.0;
                export miniapp:host/state@1.2.0;
                export miniapp:host/state-sync@1.2.0;
            }
        ",
        world: "everything",
        imports: {
            "miniapp:host/clipboard": trappable,
            "miniapp:host/consent.ask": trappable,
            "miniapp:host/dialog": trappable,
            "miniapp:host/extension": trappable,
            "miniapp:host/login": trappable,
            "miniapp:host/navigation": trappable,
            "miniapp:host/profile": trappable,
            "miniapp:host/request": trappable,
            "miniapp:host/storage": trappable,
            "miniapp:host/timer": trappable,
            default: store | trappable,
        },
        exports: { default: async | store },
        // By which the calls of interfaces outside of the contract are weighed.
        additional_derives: [serde::Serialize],
    });
}

pub(crate) use generated::exports::miniapp::host as exports;
pub(crate) use generated::miniapp::device;
pub(crate) use generated::miniapp::host as imports;
pub(crate) use generated::miniapp::script;

pub(crate) use imports::types::Error as GuestError;

/// The package of the contract, without its version.
pub(crate) const PACKAGE: &str = "miniapp:host";

// Interfaces of `mini-app-sync` whose functions wait with the store in hand: they
// have the types of their asynchronous twins and are linked by name.
pub(crate) const CLIPBOARD_SYNC: &str = "miniapp:host/clipboard-sync@1.2.0";
pub(crate) const DIALOG_SYNC: &str = "miniapp:host/dialog-sync@1.2.0";
pub(crate) const EXTENSION_SYNC: &str = "miniapp:host/extension-sync@1.2.0";
pub(crate) const CONSENT_SYNC: &str = "miniapp:host/consent-sync@1.2.0";
pub(crate) const LOGIN_SYNC: &str = "miniapp:host/login-sync@1.2.0";
pub(crate) const PROFILE_SYNC: &str = "miniapp:host/profile-sync@1.2.0";
pub(crate) const NAVIGATION_SYNC: &str = "miniapp:host/navigation-sync@1.2.0";
pub(crate) const REQUEST_SYNC: &str = "miniapp:host/request-sync@1.2.0";
pub(crate) const STORAGE_SYNC: &str = "miniapp:host/storage-sync@1.2.0";
pub(crate) const TIMER_SYNC: &str = "miniapp:host/timer-sync@1.2.0";

/// Codes of [`GuestError`] that the host hands out.
pub(crate) mod code {
    pub(crate) const BUSY: &str = "busy";
    pub(crate) const CANCELLED: &str = "cancelled";
    pub(crate) const DENIED: &str = "denied";
    pub(crate) const INVALID_ARGUMENT: &str = "invalid-argument";
    pub(crate) const NETWORK: &str = "network";
    pub(crate) const NOT_FOUND: &str = "not-found";
    pub(crate) const TIMEOUT: &str = "timeout";
    pub(crate) const TOO_LARGE: &str = "too-large";
    pub(crate) const UNAVAILABLE: &str = "unavailable";
}

impl GuestError {
    /// An error of the host's that has nothing to do with permissions.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            permission: None,
            line: None,
        }
    }
}
