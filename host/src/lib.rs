//! The mini-app container that a native app embeds.
//!
//! ```no_run
//! use miniapp_host::{Event, Host, Package, PageId, PartnerManifest};
//!
//! # async fn embed() -> Result<(), Box<dyn std::error::Error>> {
//! let host = Host::builder().observe(|app, report| println!("{app}: {report:?}")).build()?;
//! let partner = PartnerManifest::read("partner.yaml".as_ref())?;
//! host.install(Package::open("rewards".as_ref())?, &partner).await?;
//!
//! let app = host.launch("miniapp_acme_rewards").await?;
//! app.ready().await?;
//! app.event(PageId::FIRST, Event::new("onTap")).await?;
//! app.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! This crate is a façade: it puts the runtime and the packages together into
//! what a native app needs, under one name. What it decides itself is only which
//! mini-apps are installed. A crash in a mini-app is a report, never a crash here.

mod builder;
mod host;
mod kept;

pub use builder::HostBuilder;
pub use host::{Host, LaunchError};
pub use miniapp_package::{
    Address, AddressPrefix, AppId, AppManifest, Digest, Governance, GrantLine, InvalidAddress,
    ManifestError, Package, PackageError, PageAddress, PartnerManifest, Permission, Program,
    Scheme, Script, ScriptError, Version,
};
pub use miniapp_runtime::{
    Answering, AppError, Asking, Callback, Caller, Change, Clipboard, ClipboardAnswer, Consent,
    ConsentAnswer, ConsentPolicy, ConsentPrompt, ConsentQuestion, ConsentRule, ConsentStore,
    ConsentStoreError, Consents, Decision, Denial, Drawing, EndReason, EngineOptions, Event,
    EventError, Execution, Extension, ExtensionAnswer, ExtensionError, ExtensionOptions,
    Extensions, ExtensionsError, FilesError, FixedConsent, FixedLogin, FixedProfile,
    FolderConsents, Frame, GrantError, HttpAnswer, HttpBody, HttpClient, HttpError, HttpStack,
    Icon, Interface, InterfaceError, InvalidUserId, LaunchError as RunError, LaunchOptions, Level,
    Limits, Locale, LogOutError, LoginCode, LoginProvider, MemoryClipboard, MemoryConsents,
    MemoryInterface, MiniApp, Navigation, NavigationError, Network, NetworkError, NoDialog,
    Observer, OpenPage, PageId, PoolUsage, PrepareError as InstallError, ProfileAnswer,
    ProfileProvider, ProviderError, Question, Reply, Report, Resolver, Resolving,
    RuntimeError as BuildError, SavedState, ScriptEngineError, SnapshotId, Storage, StorageError,
    StorageKey, StorageMedium, StorageUsage, SystemResolver, Tenant, Timeouts, Toast, TrapKind,
    Trigger, Turn, UserId, UserInterface, device, price, storage, wasmtime,
};
