//! The capabilities of the contract, one file each, and the catalogue of them.
//!
//! A capability is one self-contained unit: the interface that it serves, what
//! it needs of the embedder, how it is linked, what it keeps for each mini-app,
//! and what it charges. Granting is one loop over the imports and [`served`];
//! which permission an interface needs is written in `miniapp-package`, for tools
//! without a runtime. Adding a capability touches its file, this catalogue and the WIT.

mod awake;
mod clipboard;
mod clock;
mod consent;
pub mod device;
mod dialog;
mod extension;
mod health;
mod in_flight;
mod interface;
mod locale;
mod log;
mod login;
mod native;
mod navigation;
mod profile;
mod provider;
mod random;
pub(crate) mod request;
pub(crate) mod script;
mod storage;
mod timer;
mod ui;
mod view;
mod wasi;

use wasmtime::component::Linker;

pub(crate) use clipboard::permission as clipboard_permission;
pub use clipboard::{Clipboard, ClipboardAnswer, MemoryClipboard};
pub(crate) use dialog::Dialogs;
pub(crate) use extension::Offered as OfferedExtensions;
pub use extension::{Extension, ExtensionAnswer, ExtensionOptions, Extensions, ExtensionsError};
pub(crate) use in_flight::{InFlight, Share};
pub(crate) use interface::Interfaces;
pub use interface::{Caller, Interface, InterfaceError};
pub use locale::Locale;
pub(crate) use locale::UserLocale;
pub(crate) use log::LogMeter;
pub use login::{FixedLogin, LoginCode, LoginProvider};
pub use native::ExtensionError;
pub(crate) use profile::PERMISSIONS as PROFILE_PERMISSIONS;
pub use profile::{FixedProfile, ProfileAnswer, ProfileProvider};
pub use provider::ProviderError;
pub use request::{
    HttpAnswer, HttpBody, HttpClient, HttpError, HttpStack, Network, NetworkError, Resolver,
    Resolving, SystemResolver, Timeouts,
};
pub(crate) use storage::Keeping;
pub(crate) use ui::Drawn;
pub use ui::{Asking, Drawing, MemoryInterface, NoDialog, Toast, UserInterface};
pub use wasi::FilesError;
pub(crate) use wasi::{Files, Folder, Wasi, on_transition};

use crate::instance::State;
use crate::runtime::Services;

/// One interface that this host serves.
#[derive(Debug)]
pub(crate) struct Capability {
    /// Its name without the version, such as `miniapp:host/request`.
    pub(crate) interface: &'static str,
    /// What the embedder would have to do before it can be offered, if anything.
    pub(crate) lacks: fn(&Services) -> Option<&'static str>,
    /// Defines its functions.
    pub(crate) link: fn(&mut Linker<State>) -> wasmtime::Result<()>,
}

/// Every interface of the contract that this host serves. What is neither here nor
/// in WASI's catalogue is refused as not offered, whatever a manifest grants.
static CATALOGUE: &[Capability] = &[
    clipboard::CAPABILITY,
    clipboard::CAPABILITY_SYNC,
    clock::CAPABILITY,
    dialog::CAPABILITY,
    dialog::CAPABILITY_SYNC,
    extension::CAPABILITY,
    extension::CAPABILITY_SYNC,
    health::CAPABILITY,
    consent::CAPABILITY,
    consent::CAPABILITY_SYNC,
    locale::CAPABILITY,
    log::CAPABILITY,
    navigation::CAPABILITY,
    navigation::CAPABILITY_SYNC,
    login::CAPABILITY,
    login::CAPABILITY_SYNC,
    profile::CAPABILITY,
    profile::CAPABILITY_SYNC,
    random::CAPABILITY,
    request::CAPABILITY,
    request::CAPABILITY_SYNC,
    storage::CAPABILITY,
    storage::CAPABILITY_SYNC,
    timer::CAPABILITY,
    timer::CAPABILITY_SYNC,
    ui::CAPABILITY,
    view::CAPABILITY,
];

/// The capability that serves an interface, by its name without the version.
pub(crate) fn served(interface: &str) -> Option<&'static Capability> {
    CATALOGUE
        .iter()
        .chain(&wasi::CAPABILITIES)
        .find(|known| known.interface == interface)
}

impl Capability {
    /// Whether it is one of WASI's.
    pub(crate) fn is_wasi(&self) -> bool {
        self.interface.starts_with("wasi:")
    }
}

/// For a capability that the embedder need do nothing for.
fn lacks_nothing(_: &Services) -> Option<&'static str> {
    None
}
