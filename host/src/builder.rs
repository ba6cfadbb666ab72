//! How a native app sets up its host. Every setting has a default that is fit
//! for a phone; none of it lets a mini-app do more than its manifests say.

use std::path::PathBuf;
use std::sync::Arc;

use miniapp_package::{AddressPrefix, AppId, Governance};
use miniapp_runtime::{
    Clipboard, ConsentPolicy, ConsentPrompt, ConsentStore, Execution, Extension, ExtensionOptions,
    Interface, Limits, Locale, LoginProvider, Network, Observer, ProfileProvider, Report, Runtime,
    RuntimeError, RuntimeOptions, StorageKey, StorageMedium, UserInterface,
};

use crate::host::Host;

/// Sets up a [`Host`].
#[derive(Debug)]
pub struct HostBuilder {
    options: RuntimeOptions,
    keep_open: usize,
    prefix: AddressPrefix,
}

/// Mini-apps that are kept open: as many as FinClip keeps.
const KEEP_OPEN: usize = 5;

impl Default for HostBuilder {
    fn default() -> Self {
        Self {
            options: RuntimeOptions::default(),
            keep_open: KEEP_OPEN,
            prefix: AddressPrefix::default(),
        }
    }
}

impl HostBuilder {
    /// Runs mini-apps as machine code (the default) or interpreted, where a
    /// process may not make code executable.
    #[must_use]
    pub fn execution(mut self, execution: Execution) -> Self {
        self.options.engine.execution = execution;
        self
    }

    /// How many mini-apps may live at once; 100.
    #[must_use]
    pub fn live_apps(mut self, live_apps: u32) -> Self {
        self.options.engine.live_apps = live_apps;
        self
    }

    /// How many mini-apps [`Host::open`] keeps open at once; 5, at least 1 and no more
    /// than [`Self::live_apps`]. Those that are launched by hand are not counted.
    #[must_use]
    pub fn keep_open(mut self, mini_apps: usize) -> Self {
        self.keep_open = mini_apps;
        self
    }

    /// How the addresses begin that [`Host::open`] reads: the scheme, or the links, that the
    /// native app has registered with the operating system. `platform://` by default.
    #[must_use]
    pub fn addresses(mut self, prefix: AddressPrefix) -> Self {
        self.prefix = prefix;
        self
    }

    /// What each mini-app may use.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.options.engine.memory = self.options.engine.memory.max(limits.memory);
        self.options.limits = limits;
        self
    }

    /// Calls `observer` for everything that happens in a mini-app, on that
    /// mini-app's own task. See [`Observer`]. What its developer wants to read – lines of its
    /// log, denials, errors left uncaught – is also an event of `tracing`, with the target
    /// `miniapp` and the field `app`.
    #[must_use]
    pub fn observe(self, observer: impl Fn(&AppId, Report<'_>) + Send + Sync + 'static) -> Self {
        self.observer(Arc::new(observer))
    }

    /// Tells `observer` everything that happens in a mini-app.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.options.observer = Some(observer);
        self
    }

    /// Answers mini-apps that may read the user's profile. Without it, a
    /// mini-app that needs the profile is refused.
    #[must_use]
    pub fn profile(mut self, provider: impl ProfileProvider + 'static) -> Self {
        self.options.profile = Some(Arc::new(provider));
        self
    }

    /// Offers an extension to mini-apps that may use `ext:` with its name, such as
    /// `loyalty.points`. They invoke it by that name, with JSON.
    ///
    /// ```
    /// # use miniapp_host::{ExtensionError, Host, Tenant};
    /// # use serde_json::{Value, json};
    /// let points = |tenant: Tenant, payload: Value| async move {
    ///     match payload["member"].as_str() {
    ///         Some("mia") => Ok(json!({ "points": 120, "for": tenant.app.as_str() })),
    ///         _ => Err(ExtensionError::new("not-found", "no such member")),
    ///     }
    /// };
    /// let host = Host::builder().extension("loyalty.points", points).build();
    /// ```
    #[must_use]
    pub fn extension(self, name: &str, extension: impl Extension + 'static) -> Self {
        self.extension_with(name, extension, ExtensionOptions::default())
    }

    /// The same with a time-out of choice, or asking the user first.
    #[must_use]
    pub fn extension_with(
        mut self,
        name: &str,
        extension: impl Extension + 'static,
        options: ExtensionOptions,
    ) -> Self {
        self.options.extensions.add(name, extension, options);
        self
    }

    /// Offers something of the device to mini-apps that may use `device:` with its name,
    /// such as `lamp`. They invoke it as an extension, by the name `device:lamp`; the
    /// user is asked first. What has types of its own is better an
    /// [`interface`](Self::interface).
    #[must_use]
    pub fn device(self, name: &str, device: impl Extension + 'static) -> Self {
        self.device_with(name, device, ExtensionOptions::default())
    }

    /// The same with a time-out of choice.
    #[must_use]
    pub fn device_with(
        mut self,
        name: &str,
        device: impl Extension + 'static,
        options: ExtensionOptions,
    ) -> Self {
        self.options.extensions.add_device(name, device, options);
        self
    }

    /// Offers an interface of the native app's own, or one of [`miniapp_runtime::device`].
    #[must_use]
    pub fn interface(mut self, interface: Interface) -> Self {
        self.options.interfaces.push(interface);
        self
    }

    /// Draws what mini-apps show over their pages, and asks their questions. Without it
    /// nothing is seen, and a question is answered with an error.
    #[must_use]
    pub fn user_interface(mut self, interface: Arc<dyn UserInterface>) -> Self {
        self.options.user_interface = Some(interface);
        self
    }

    /// The device's clipboard. Without it, a mini-app that needs it is refused.
    #[must_use]
    pub fn clipboard(mut self, clipboard: Arc<dyn Clipboard>) -> Self {
        self.options.clipboard = Some(clipboard);
        self
    }

    /// Asks users for what they are asked for: fields of the profile, the device. Without
    /// it, a call that would have to ask is denied.
    #[must_use]
    pub fn consent(mut self, prompt: impl ConsentPrompt + 'static) -> Self {
        self.options.consent = Some(Arc::new(prompt));
        self
    }

    /// When users are asked; by default at the first use of what
    /// [`miniapp_package::consent`] names.
    #[must_use]
    pub fn consent_policy(mut self, policy: impl ConsentPolicy + 'static) -> Self {
        self.options.consent_policy = Some(Arc::new(policy));
        self
    }

    /// Keeps what users have decided, such as in a [`miniapp_runtime::FolderConsents`].
    /// Without it, that is forgotten with the process, and they are asked again.
    #[must_use]
    pub fn consent_store(mut self, store: impl ConsentStore + 'static) -> Self {
        self.options.consent_store = Some(Arc::new(store));
        self
    }

    /// Proves to partners' servers who the user is. Without it, a mini-app that needs
    /// `user:login` is refused. What proves nothing yet and is enough for a first try is
    /// [`miniapp_runtime::FixedLogin`].
    #[must_use]
    pub fn login(mut self, provider: impl LoginProvider + 'static) -> Self {
        self.options.login = Some(Arc::new(provider));
        self
    }

    /// The user's language and time zone; the system's by default. For hosts with users of
    /// several see [`Host::set_locale`] and [`LaunchOptions::locale`](crate::LaunchOptions).
    #[must_use]
    pub fn locale(mut self, locale: Locale) -> Self {
        self.options.locale = Some(locale);
        self
    }

    /// Whom connections trust, and which names are mapped to addresses.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.options.network = network;
        self
    }

    /// Keeps files of mini-apps below `folder`, each tenant's in a folder of its own:
    /// `<user>/<app>`. Without it, a mini-app that needs `storage:files` is refused.
    /// Files lie there as they were written, so `folder` belongs where the system
    /// protects the native app's own data.
    #[must_use]
    pub fn files(mut self, folder: impl Into<PathBuf>) -> Self {
        self.options.files = Some(folder.into());
        self
    }

    /// Keeps storages of mini-apps below `folder`, each tenant's in a file of its own:
    /// `<user>/<app>.redb`. Names and values are sealed with AES-256-GCM under keys that
    /// are derived from `key`; how many there are and how large can be seen. Without it, a
    /// mini-app that needs `storage:local` is refused. No two hosts may have the same folder.
    #[must_use]
    pub fn storage(mut self, folder: impl Into<PathBuf>, key: StorageKey) -> Self {
        let folder = folder.into();
        self.options.storage = Some(StorageMedium::Folder { folder, key });
        self
    }

    /// Keeps storages of mini-apps in memory. What they store outlives the mini-app and not
    /// the host: it is gone when the native app ends, whatever mini-apps were told. It takes
    /// memory for each tenant, up to [`Limits::storage`] and as much again for each snapshot,
    /// until the user is logged out. For tests and previews.
    #[must_use]
    pub fn storage_in_memory(mut self) -> Self {
        self.options.storage = Some(StorageMedium::Memory);
        self
    }

    /// The operator's rules for the platform.
    #[must_use]
    pub fn governance(mut self, governance: Governance) -> Self {
        self.options.governance = Some(governance);
        self
    }

    /// Changes what has no setting of its own here.
    #[must_use]
    pub fn configure(mut self, change: impl FnOnce(&mut RuntimeOptions)) -> Self {
        change(&mut self.options);
        self
    }

    /// Sets the host up.
    ///
    /// # Errors
    ///
    /// Where the engine cannot be set up on this machine, or a certificate of the
    /// network cannot be read.
    pub fn build(self) -> Result<Host, RuntimeError> {
        let live = usize::try_from(self.options.engine.live_apps).unwrap_or(usize::MAX);
        let keep_open = self.keep_open.min(live);
        Ok(Host::new(
            Runtime::new(self.options)?,
            keep_open,
            self.prefix,
        ))
    }
}
