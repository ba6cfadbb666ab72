//! The runtime as the embedder sets it up: engine, limits, and what the
//! capabilities need of the native app.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use miniapp_package::{Digest, Governance, Package, PartnerManifest, Permission};
use tokio::sync::Semaphore;

use crate::capability::request::Wire;
use crate::capability::{
    Clipboard, Extensions, ExtensionsError, Files, Interface, InterfaceError, Interfaces, Locale,
    LoginProvider, Network, NetworkError, OfferedExtensions, ProfileProvider, UserInterface,
    UserLocale, clipboard_permission,
};
use crate::consent::{
    ConsentPolicy, ConsentPrompt, ConsentStore, Consents, Desk, DeskOptions, MemoryConsents,
};
use crate::engine::{Engine, EngineError, EngineOptions};
use crate::limits::Limits;
use crate::lives::Lives;
use crate::prepared::{PrepareError, Prepared};
use crate::report::{Observer, Report};
use crate::script_engine::{ScriptEngineError, ScriptEngines};
use crate::storage::{Storage, StorageError, StorageMedium, Stores};
use crate::tenant::{Tenant, UserId};

/// How a runtime is set up. `Default` offers the network, observes nothing and
/// has no profile.
#[derive(Default)]
pub struct RuntimeOptions {
    /// The engine; see [`EngineOptions`].
    pub engine: EngineOptions,
    /// What each mini-app may use; see [`Limits`].
    pub limits: Limits,
    /// Whom connections trust, and where names are mapped to.
    pub network: Network,
    /// Answers for the user's profile; without one, `profile` is not offered.
    pub profile: Option<Arc<dyn ProfileProvider>>,
    /// Asks users what they agree to; without one, what they are asked for is refused.
    pub consent: Option<Arc<dyn ConsentPrompt>>,
    /// When users are asked; see [`crate::ConsentRule::usual`] if absent.
    pub consent_policy: Option<Arc<dyn ConsentPolicy>>,
    /// Keeps what users have decided; forgotten with the process if absent.
    pub consent_store: Option<Arc<dyn ConsentStore>>,
    /// Proves to partners' servers who the user is; without one, `login` is not offered.
    pub login: Option<Arc<dyn LoginProvider>>,
    /// Language and time zone of users for whom a launch says nothing else, see
    /// [`LaunchOptions::locale`](crate::LaunchOptions::locale); the system's if absent.
    pub locale: Option<Locale>,
    /// What the native app adds by name.
    pub extensions: Extensions,
    /// What it adds as interfaces of its own.
    pub interfaces: Vec<Interface>,
    /// Draws over pages and asks the user; without one, nothing is seen and there
    /// are no dialogs.
    pub user_interface: Option<Arc<dyn UserInterface>>,
    /// The device's clipboard; without one, `clipboard` is not offered.
    pub clipboard: Option<Arc<dyn Clipboard>>,
    /// Is told what happens.
    pub observer: Option<Arc<dyn Observer>>,
    /// Where files of mini-apps are kept; without it, `storage:files` is not offered.
    pub files: Option<PathBuf>,
    /// Where storages of mini-apps are kept; without it, `storage:local` is not offered.
    pub storage: Option<StorageMedium>,
    /// The operator's rules, if there are any.
    pub governance: Option<Governance>,
}

impl fmt::Debug for RuntimeOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuntimeOptions")
            .field("engine", &self.engine)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A runtime cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// An extension.
    #[error(transparent)]
    Extension(#[from] ExtensionsError),
    /// An interface of the native app's own.
    #[error(transparent)]
    Interface(#[from] InterfaceError),
    /// Limits that contradict the engine's.
    #[error(
        "a mini-app's memory limit of {memory} bytes is more than the {engine} bytes that the engine reserves; raise `EngineOptions::memory`, or lower `Limits::memory`"
    )]
    Memory {
        /// [`Limits::memory`].
        memory: usize,
        /// [`EngineOptions::memory`].
        engine: usize,
    },
}

/// Something of a user's is still there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not everything of the user's could be deleted: {0}; log out again once it can be")]
pub struct LogOutError(String);

/// What the embedder supplies to capabilities; shared by all mini-apps.
pub(crate) struct Services {
    pub(crate) consent: Arc<Desk>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) profile: Option<Arc<dyn ProfileProvider>>,
    pub(crate) login: Option<Arc<dyn LoginProvider>>,
    pub(crate) extensions: OfferedExtensions,
    pub(crate) interfaces: Interfaces,
    pub(crate) user_interface: Option<Arc<dyn UserInterface>>,
    pub(crate) clipboard: Option<Arc<dyn Clipboard>>,
    locale: RwLock<Arc<UserLocale>>,
    pub(crate) wire: Wire,
    pub(crate) files: Option<Files>,
    pub(crate) storage: Option<Arc<Stores>>,
}

impl Services {
    /// The language and time zone of users for whom a launch says nothing else.
    pub(crate) fn locale(&self) -> Arc<UserLocale> {
        Arc::clone(&self.locale.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether there is anything behind an `ext:…` or a `device:…`.
    pub(crate) fn offers(&self, permission: &Permission) -> bool {
        let clipboard = *permission == clipboard_permission() && self.clipboard.is_some();
        clipboard || self.extensions.offer(permission) || self.interfaces.offer(permission)
    }
}

/// Prepares and runs mini-apps. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    limits: Limits,
    governance: Option<Governance>,
    services: Arc<Services>,
    places: Arc<Semaphore>,
    lives: Lives,
    script_engines: ScriptEngines,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("engine", &self.inner.engine)
            .finish_non_exhaustive()
    }
}

impl Runtime {
    /// Sets up a runtime.
    ///
    /// # Errors
    ///
    /// See [`RuntimeError`].
    pub fn new(options: RuntimeOptions) -> Result<Self, RuntimeError> {
        let (memory, engine) = (options.limits.memory, options.engine.memory);
        if memory > engine {
            return Err(RuntimeError::Memory { memory, engine });
        }
        let wire = options.network.prepare()?;
        let files = options
            .files
            .map(|root| Files::new(root, options.limits.files));
        let locale = options.locale.unwrap_or_else(Locale::of_system);
        let observer = options.observer.unwrap_or_else(|| Arc::new(Silent));
        let extensions = options.extensions.prepare()?;
        let interfaces = Interfaces::prepare(options.interfaces)?;
        let consent = DeskOptions {
            prompt: options.consent,
            policy: options.consent_policy,
            asked: extensions.asked().chain(interfaces.asked()).collect(),
            store: options
                .consent_store
                .unwrap_or_else(|| Arc::new(MemoryConsents::default())),
            patience: options.limits.consent,
            observer: Arc::clone(&observer),
        };
        let storage = options.storage.map(|medium| {
            let observer = Arc::clone(&observer);
            let observe = move |tenant: &Tenant, error: &StorageError| {
                let report = Report::Storage { tenant, error };
                let told = AssertUnwindSafe(|| observer.report(&tenant.app, report));
                // A panic in an observer must not keep the storage from its work.
                let _ = std::panic::catch_unwind(told);
            };
            Arc::new(Stores::new(medium, options.limits.storage, observe))
        });
        let places = usize::try_from(options.engine.live_apps).unwrap_or(Semaphore::MAX_PERMITS);
        Ok(Self {
            inner: Arc::new(Inner {
                engine: Engine::new(options.engine)?,
                limits: options.limits,
                governance: options.governance,
                services: Arc::new(Services {
                    consent: Arc::new(Desk::new(consent)),
                    observer,
                    profile: options.profile,
                    login: options.login,
                    extensions,
                    interfaces,
                    user_interface: options.user_interface,
                    clipboard: options.clipboard,
                    locale: RwLock::new(Arc::new(UserLocale::new(&locale))),
                    wire,
                    files,
                    storage,
                }),
                places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
                lives: Lives::default(),
                script_engines: ScriptEngines::default(),
            }),
        })
    }

    /// Grants, compiles and links a mini-app. Blocks for as long as the compiler
    /// takes, so call it off the threads that have to answer.
    ///
    /// # Errors
    ///
    /// Where the component is not of the contract's worlds, is not covered by
    /// its grant, or does not compile; where the engine of a script is not there.
    pub fn prepare(
        &self,
        package: &Package,
        partner: &PartnerManifest,
    ) -> Result<Prepared, PrepareError> {
        Prepared::new(self, package, partner)
    }

    /// Compiles an engine of scripts, for all packages that are a script for it: those whose
    /// [`miniapp_package::Script::engine`] is the digest of `component`. Blocks for as long as
    /// the compiler takes; one that is there already is not compiled again.
    ///
    /// # Errors
    ///
    /// Where `component` is no engine of scripts.
    pub fn add_script_engine(&self, component: Vec<u8>) -> Result<Digest, ScriptEngineError> {
        self.inner.script_engines.add(self, component)
    }

    pub(crate) fn script_engines(&self) -> &ScriptEngines {
        &self.inner.script_engines
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// What each mini-app may use.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// Sets language and time zone for launches from now on, as
    /// [`RuntimeOptions::locale`] does from the beginning. Those that live keep theirs.
    pub fn set_locale(&self, locale: &Locale) {
        let locale = Arc::new(UserLocale::new(locale));
        let current = self.services().locale.write();
        *current.unwrap_or_else(PoisonError::into_inner) = locale;
    }

    /// A user logs out: their mini-apps are closed, those on their way too, and everything
    /// that was kept for them is deleted, what they have refused as well. None is launched for
    /// them until that is done, which it is whoever still waits for it. A process that ends
    /// meanwhile leaves the rest: log out again when it begins anew. `None` is the device's only
    /// user.
    ///
    /// # Errors
    ///
    /// Where something cannot be deleted. The rest is, and the mini-apps are closed.
    pub async fn log_out(&self, user: Option<&UserId>) -> Result<(), LogOutError> {
        let (this, user) = (self.clone(), user.cloned());
        let left = tokio::spawn(async move { this.leave(user.as_ref()).await });
        left.await
            .unwrap_or_else(|stopped| Err(LogOutError(stopped.to_string())))
    }

    async fn leave(&self, user: Option<&UserId>) -> Result<(), LogOutError> {
        let _leaving = self.inner.lives.close(user).await;
        let mut failed = Vec::new();
        let services = self.services();
        if let Some(files) = &services.files
            && let Err(error) = files.wipe(user).await
        {
            failed.push(error.to_string());
        }
        if let Err(error) = self.consents().forget(user).await {
            failed.push(error.to_string());
        }
        if let Some(storage) = &services.storage
            && let Err(error) = storage.wipe(user).await
        {
            failed.push(error.to_string());
        }
        if failed.is_empty() {
            return Ok(());
        }
        Err(LogOutError(failed.join("; ")))
    }

    /// The storages of mini-apps, where they are kept anywhere.
    pub fn storage(&self) -> Option<Storage> {
        self.inner.services.storage.as_ref().map(Storage::new)
    }

    pub(crate) fn lives(&self) -> &Lives {
        &self.inner.lives
    }

    /// What users have decided, to be shown and changed.
    pub fn consents(&self) -> Consents {
        Consents::new(Arc::clone(&self.inner.services.consent))
    }

    pub(crate) fn governance(&self) -> Option<&Governance> {
        self.inner.governance.as_ref()
    }

    pub(crate) fn services(&self) -> &Arc<Services> {
        &self.inner.services
    }

    pub(crate) fn places(&self) -> Arc<Semaphore> {
        Arc::clone(&self.inner.places)
    }
}

/// Observes nothing.
struct Silent;

impl Observer for Silent {
    fn report(&self, _app: &miniapp_package::AppId, _report: Report<'_>) {}
}
