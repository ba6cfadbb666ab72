//! The host: the mini-apps that are installed, and launching them by app id.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use miniapp_package::{AppId, Package, PartnerManifest};
use miniapp_runtime::{
    CompileError, Consents, LaunchOptions, MiniApp, PoolUsage, PrepareError, Prepared, Runtime,
};

use crate::builder::HostBuilder;

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
#[derive(Debug)]
pub struct Host {
    runtime: Runtime,
    installed: RwLock<BTreeMap<AppId, Prepared>>,
}

impl Host {
    /// A host with the settings of choice.
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }

    pub(crate) fn new(runtime: Runtime) -> Self {
        Self {
            runtime,
            installed: RwLock::default(),
        }
    }

    /// Installs a mini-app, or another version of one: decides its grant,
    /// compiles it on a thread for blocking work and keeps it ready. Live
    /// instances of an earlier version live on.
    ///
    /// # Errors
    ///
    /// Where the mini-app is not covered by its grant, or its component does not
    /// compile. What was installed before stays.
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
        installed.insert(app.clone(), prepared);
        Ok(app)
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
        let prepared = AppId::parse(app).ok().and_then(|app| self.prepared(&app));
        let prepared = prepared.ok_or_else(|| LaunchError::NotInstalled {
            app: app.chars().take(64).collect(),
            installed: self.installed(),
        })?;
        Ok(prepared.launch(options).await?)
    }

    fn prepared(&self, app: &AppId) -> Option<Prepared> {
        let installed = self
            .installed
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        installed.get(app).cloned()
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
