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
pub mod storage;
mod tenant;

pub use capability::{
    FilesError, FixedProfile, HttpAnswer, HttpBody, HttpClient, HttpError, HttpStack, Locale,
    Network, NetworkError, ProfileAnswer, ProfileProvider, ProviderError, Resolver, Resolving,
    SystemResolver, Timeouts,
};
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
pub use storage::{SnapshotId, Storage, StorageError, StorageKey, StorageMedium, StorageUsage};
pub use tenant::{InvalidUserId, Tenant, UserId};
