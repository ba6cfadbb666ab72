//! The host: the mini-apps that are installed, and launching them by app id.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use miniapp_package::{
    Address, AddressPrefix, AppId, Digest, InvalidAddress, Package, PartnerManifest, Version,
};
use miniapp_runtime::{
    CompileError, Consents, EndReason, LaunchOptions, Locale, LogOutError, MiniApp, PoolUsage,
    PrepareError, Prepared, Runtime, ScriptEngineError, Storage, Tenant, UserId,
};

use crate::builder::HostBuilder;
use crate::kept::{Kept, Life};

/// A mini-app cannot be launched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// No mini-app of this id is installed.
    #[error("no mini-app `{app}` is installed; installed are: {}", list(.installed))]
    NotInstalled {
        /// The id.
        app: String,
        /// The ids that are.
        installed: Vec<AppId>,
    },
    /// The address cannot be read.
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    /// The address asks for another version than the one that is installed.
    #[error(
        "the address asks for version {asked} of `{app}`, and {installed} is installed; leave the version out, or install that one"
    )]
    OtherVersion {
        /// The mini-app.
        app: AppId,
        /// The version that is asked for.
        asked: String,
        /// The version that is installed.
        installed: Version,
    },
    /// As many mini-apps as are kept are all in the foreground.
    #[error(
        "{limit} mini-apps are open and all in the foreground; hide or close one, or raise `HostBuilder::keep_open`"
    )]
    AllInForeground {
        /// How many are kept.
        limit: usize,
    },
    /// It is installed, and its launch failed.
    #[error(transparent)]
    Failed(#[from] miniapp_runtime::LaunchError),
}

fn list(apps: &[AppId]) -> String {
    if apps.is_empty() {
        return "none".to_owned();
    }
    apps.iter()
        .map(AppId::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The mini-app container of a native app.
pub struct Host {
    runtime: Runtime,
    installed: RwLock<BTreeMap<AppId, Installed>>,
    /// Counts installations.
    installations: AtomicU64,
    kept: Kept,
    prefix: AddressPrefix,
}

#[derive(Debug, Clone)]
struct Installed {
    prepared: Prepared,
    installation: u64,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("runtime", &self.runtime)
            .field("installed", &self.installed())
            .finish_non_exhaustive()
    }
}

impl Host {
    /// A host with the settings of choice.
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }

    pub(crate) fn new(runtime: Runtime, keep_open: usize, prefix: AddressPrefix) -> Self {
        Self {
            runtime,
            installed: RwLock::default(),
            installations: AtomicU64::new(0),
            kept: Kept::new(keep_open),
            prefix,
        }
    }

    /// Installs a mini-app, or another version of one: decides its grant,
    /// compiles it on a thread for blocking work and keeps it ready. Live
    /// instances of an earlier version live on. Of a script nothing is compiled, and
    /// nothing of it is kept in memory that was opened from a folder.
    ///
    /// # Errors
    ///
    /// Where the mini-app is not covered by its grant, or its component does not
    /// compile; where the engine of a script was not added. What was installed before stays.
    pub async fn install(
        &self,
        package: Package,
        partner: &PartnerManifest,
    ) -> Result<AppId, PrepareError> {
        let runtime = self.runtime.clone();
        let partner = partner.clone();
        let prepare = move || runtime.prepare(&package, &partner);
        let prepared = match tokio::task::spawn_blocking(prepare).await {
            Ok(prepared) => prepared?,
            // A compiler that crashes has met a component that it cannot compile.
            Err(failed) => return Err(CompileError(failed.to_string()).into()),
        };
        let app = prepared.app_id().clone();
        let mut installed = self
            .installed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let installation = self.installations.fetch_add(1, Ordering::Relaxed);
        installed.insert(
            app.clone(),
            Installed {
                prepared,
                installation,
            },
        );
        Ok(app)
    }

    /// Adds an engine of scripts, such as the one for JavaScript: compiles it on a thread for
    /// blocking work, once for all mini-apps that are a script for it. Their packages name it
    /// by the digest that this returns.
    ///
    /// # Errors
    ///
    /// Where `component` is no engine of scripts.
    pub async fn add_script_engine(&self, component: Vec<u8>) -> Result<Digest, ScriptEngineError> {
        let runtime = self.runtime.clone();
        let add = move || runtime.add_script_engine(component);
        let added = tokio::task::spawn_blocking(add).await;
        added.unwrap_or_else(|failed| Err(CompileError(failed.to_string()).into()))
    }

    /// Removes a mini-app; tells whether it was installed. Live instances live on.
    pub fn uninstall(&self, app: &AppId) -> bool {
        let mut installed = self
            .installed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        installed.remove(app).is_some()
    }

    /// The mini-apps that are installed, in the order of their ids.
    pub fn installed(&self) -> Vec<AppId> {
        let installed = self
            .installed
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        installed.keys().cloned().collect()
    }

    /// Launches a mini-app at its first page; see [`Self::launch_with`].
    ///
    /// # Errors
    ///
    /// See [`LaunchError`].
    pub async fn launch(&self, app: &str) -> Result<MiniApp, LaunchError> {
        self.launch_with(app, LaunchOptions::default()).await
    }

    /// Launches a mini-app and waits until its `on-launch` and `on-show` have
    /// returned. Its first page loads from then on; see [`MiniApp::ready`].
    ///
    /// # Errors
    ///
    /// See [`LaunchError`]. A mini-app whose launch fails has left nothing behind.
    pub async fn launch_with(
        &self,
        app: &str,
        options: LaunchOptions,
    ) -> Result<MiniApp, LaunchError> {
        let installed = self.find(app)?;
        Ok(installed.prepared.launch(options).await?)
    }

    /// Opens a mini-app as a user does, for the device's only user; see [`Self::open_with`].
    ///
    /// # Errors
    ///
    /// See [`LaunchError`].
    pub async fn open(&self, app: &str) -> Result<MiniApp, LaunchError> {
        self.open_with(app, LaunchOptions::default()).await
    }

    /// Opens a mini-app as a user does, by its id or by an address after the W3C's
    /// MiniApp Addressing: `platform://miniapp/acme;version=1.0.1/pages/offer?id=7#top`,
    /// which begins as [`HostBuilder::addresses`] says. Page, query and fragment of an
    /// address are those of `options`.
    ///
    /// One that is open already comes to the foreground and, if `options` name a page that is not on top, goes there, see
    /// [`Prepared::reopen`]. Otherwise it is launched, with the state that it saved if it
    /// had to make room before.
    ///
    /// One of a version that was installed before will do, unless an address asks for the
    /// version that is installed, or only that one has the page: then it is closed, and
    /// the version that is installed launched.
    ///
    /// The host keeps what it opens, whoever else holds a handle: at most as many as
    /// [`HostBuilder::keep_open`] says. One more ends the least recently used one in the
    /// background, and what that one saves it finds when it is opened again. Saved
    /// states are kept in memory, for the last twenty, and dropped with the version that
    /// they are of. An opening that fails leaves the state for the next one, unless the
    /// mini-app was at fault: one with which it does not begin is tried once.
    ///
    /// # Errors
    ///
    /// See [`LaunchError`].
    pub async fn open_with(
        &self,
        app: &str,
        options: LaunchOptions,
    ) -> Result<MiniApp, LaunchError> {
        if AppId::parse(app).is_ok() {
            return self.open_version(app, None, options).await;
        }
        let address = Address::parse_under(&self.prefix, app)?;
        let installed = self.installed();
        let exact = installed.iter().find(|app| **app == address.app);
        let app = exact.or_else(|| installed.iter().find(|app| address.is_of(app)));
        let app = app.unwrap_or(&address.app);
        let options = LaunchOptions {
            page: address.page,
            query: address.query,
            fragment: address.fragment,
            ..options
        };
        let version = address.version;
        self.open_version(app.as_str(), version, options).await
    }

    async fn open_version(
        &self,
        app: &str,
        asked: Option<String>,
        options: LaunchOptions,
    ) -> Result<MiniApp, LaunchError> {
        let Installed {
            prepared,
            installation,
        } = self.find(app)?;
        let version = prepared.version();
        if let Some(asked) = asked.clone().filter(|asked| *asked != version.to_string()) {
            return Err(LaunchError::OtherVersion {
                app: prepared.app_id().clone(),
                asked,
                installed: version.clone(),
            });
        }
        let tenant = prepared.tenant(options.user.as_ref());
        let place = self.kept.place(&tenant);
        let mut life = place.lock().await;
        let mut restore = None;
        if let Some(life) = &mut *life {
            if life.app.is_live() {
                match reopen(&prepared, installation, asked.is_some(), life, &options).await {
                    Ok(true) => return Ok(life.app.clone()),
                    Ok(false) => drop(life.app.close().await),
                    // It has ended just now.
                    Err(miniapp_runtime::LaunchError::Ended(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            restore = life.saved_for(installation);
        }
        let Some(room) = self.kept.make_room(&tenant, &place).await else {
            let limit = self.kept.limit();
            return Err(LaunchError::AllInForeground { limit });
        };
        let restore = options.restore.clone().or(restore);
        let options = LaunchOptions { restore, ..options };
        // From here on a log-out finds it among those that are on their way.
        let launched = room.launch(|| prepared.launch(options));
        let launched = launched.ok_or(miniapp_runtime::LaunchError::LoggedOut)?;
        match launched.await {
            Ok(app) => {
                room.take(&app);
                *life = Some(Life::new(app.clone(), installation, version.clone()));
                Ok(app)
            }
            Err(error) => {
                if is_its_own_fault(&error) {
                    *life = None;
                }
                Err(error.into())
            }
        }
    }

    /// Sets language and time zone for launches from now on that say nothing else, as
    /// [`HostBuilder::locale`] does from the beginning: for a user who changes them, or when
    /// another one logs in. Mini-apps that live keep theirs; end them to have them begin anew.
    pub fn set_locale(&self, locale: &Locale) {
        self.runtime.set_locale(locale);
    }

    /// The mini-apps that are kept open, the most recently used one first.
    pub fn open_apps(&self) -> Vec<MiniApp> {
        self.kept.live()
    }

    /// Closes a mini-app that is kept open; the next time it begins anew, and not before this
    /// one has ended. Tells whether it was open.
    pub async fn close(&self, tenant: &Tenant) -> bool {
        let Some(place) = self.kept.find(tenant) else {
            return false;
        };
        let mut life = place.lock().await;
        let live = life.as_ref().filter(|life| life.app.is_live());
        let was_open = live.is_some();
        if let Some(life) = live {
            life.app.close().await;
        }
        *life = None;
        was_open
    }

    /// A user logs out: all of their mini-apps are closed, and everything that was kept
    /// for them is deleted. What is being launched for them meanwhile fails with
    /// [`crate::RunError::LoggedOut`]. `None` is the device's only user.
    ///
    /// # Errors
    ///
    /// Where something cannot be deleted. The rest is, and the mini-apps are closed.
    pub async fn log_out(&self, user: Option<&UserId>) -> Result<(), LogOutError> {
        self.kept.forget(user);
        self.runtime.log_out(user).await
    }

    /// The storages of mini-apps, to be measured, copied, restored and wiped; `None` where
    /// [`HostBuilder::storage`] was not called.
    pub fn storage(&self) -> Option<Storage> {
        self.runtime.storage()
    }

    fn find(&self, app: &str) -> Result<Installed, LaunchError> {
        let id = AppId::parse(app).ok();
        let found = id.and_then(|id| {
            let installed = self
                .installed
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            installed.get(&id).cloned()
        });
        found.ok_or_else(|| LaunchError::NotInstalled {
            app: app.chars().take(64).collect(),
            installed: self.installed(),
        })
    }

    /// What users have agreed to and refused, for the native app's settings.
    pub fn consents(&self) -> Consents {
        self.runtime.consents()
    }

    /// The runtime below, for what this façade does not offer.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// What live mini-apps hold of the pool; nothing where there is no pool.
    pub fn pool_usage(&self) -> Option<PoolUsage> {
        self.runtime.engine().pool_usage()
    }
}

/// Opens a live mini-app again. Tells whether it will do: it is of the version that is
/// asked for, if one is, and has a page that the installed version has.
async fn reopen(
    installed: &Prepared,
    installation: u64,
    asks_version: bool,
    life: &Life,
    options: &LaunchOptions,
) -> Result<bool, miniapp_runtime::LaunchError> {
    if asks_version && life.version != *installed.version() {
        return Ok(false);
    }
    let page = options.page.as_ref();
    let has_page = page.is_some_and(|page| installed.pages().contains(page));
    match installed.reopen(&life.app, options.clone()).await {
        Err(miniapp_runtime::LaunchError::UnknownPage { .. })
            if has_page && life.installation != installation =>
        {
            Ok(false)
        }
        reopened => reopened.map(|()| true),
    }
}

/// Whether a launch failed for what the mini-app did after it was handed the state that it
/// restores, which may be the reason.
fn is_its_own_fault(error: &miniapp_runtime::LaunchError) -> bool {
    let miniapp_runtime::LaunchError::NotRestored(reason) = error else {
        return false;
    };
    !matches!(**reason, EndReason::PoolExhausted(_) | EndReason::Host(_))
}
