//! Runs mini-apps: WebAssembly components of the contract in `wit/`.
//!
//! Owns what happens between a package that was read and a mini-app that ended:
//! which imports are linked ([`GrantError`] says why one is not), how execution
//! is metered and bounded ([`Limits`]), the life of an instance ([`MiniApp`]) and
//! the capabilities. Must not know of views, updates, files of a package or
//! servers; `miniapp-host` is the façade that a native app embeds.
//!
//! One mini-app is one task with a store of its own. Nothing that it does — a
//! trap, a loop without end, a hostile argument — reaches another one or the
//! host; it ends with an [`EndReason`], and what it held goes back to the pool.

mod capability;
mod consent;
mod contract;
mod end;
mod engine;
mod grant;
mod instance;
mod lifecycle;
pub mod limits;
mod lives;
mod meter;
mod mini_app;
mod page;
mod places;
mod prepared;
mod report;
mod runtime;
mod saved_state;
mod script_engine;
pub mod storage;
mod tenant;

pub use capability::device;
pub use capability::{
    Asking, Caller, Clipboard, ClipboardAnswer, Drawing, Extension, ExtensionAnswer,
    ExtensionError, ExtensionOptions, Extensions, ExtensionsError, FilesError, FixedLogin,
    FixedProfile, HttpAnswer, HttpBody, HttpClient, HttpError, HttpStack, Interface,
    InterfaceError, Locale, LoginCode, LoginProvider, MemoryClipboard, MemoryInterface, Network,
    NetworkError, NoDialog, ProfileAnswer, ProfileProvider, ProviderError, Resolver, Resolving,
    SystemResolver, Timeouts, Toast, UserInterface,
};
pub use consent::{
    Answering, Consent, ConsentAnswer, ConsentPolicy, ConsentPrompt, ConsentQuestion, ConsentRule,
    ConsentStore, ConsentStoreError, Consents, Decision, FixedConsent, FolderConsents,
    MemoryConsents,
};
pub use contract::imports::dialog_types::{Question, Reply};
pub use contract::imports::ui::Icon;
pub use end::{EndReason, Frame, TrapKind};
pub use engine::{CompileError, Engine, EngineError, EngineOptions, Execution, PoolUsage};
pub use grant::GrantError;
pub use lifecycle::Callback;
pub use limits::Limits;
pub use meter::{Trigger, Turn, price};
pub use mini_app::{Event, EventError, MiniApp};
pub use miniapp_data::{
    DataError, InvalidPath, MAX_CHANGES, MAX_GAP, MAX_PATH_BYTES, MAX_SEGMENTS, MAX_SET_DATA_BYTES,
};
pub use page::{Navigation, NavigationError, OpenPage, PageId};
pub use prepared::{LaunchError, LaunchOptions, PrepareError, Prepared};
pub use report::{AppError, Change, Denial, Level, Observer, Report};
pub use runtime::{LogOutError, Runtime, RuntimeError, RuntimeOptions};
pub use saved_state::SavedState;
pub use script_engine::ScriptEngineError;
pub use storage::{SnapshotId, Storage, StorageError, StorageKey, StorageMedium, StorageUsage};
pub use tenant::{InvalidUserId, Tenant, UserId};
/// The engine below, for types of an [`Interface`] that derive its traits:
///
/// ```
/// use miniapp_runtime::wasmtime::component::{ComponentType, Lift, Lower};
///
/// #[derive(ComponentType, Lift, Lower, serde::Serialize)]
/// #[component(record)]
/// #[component(wasmtime_crate = miniapp_runtime::wasmtime)]
/// struct Points {
///     balance: u32,
///     #[component(name = "valid-until")]
///     valid_until: Option<String>,
/// }
/// ```
pub use wasmtime;
