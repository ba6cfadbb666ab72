//! A host with a server beside it: what a scenario plays on.

use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Bytes;
use miniapp_host::{
    AppId, Event, EventError, Execution, FixedConsent, FixedProfile, Host, HostBuilder,
    InstallError, MiniApp, Network, PageId, PoolUsage,
};
use serde_json::Value;

use crate::{Answer, DevServer, Guest, Manifests, Record, json};

/// The names that the server answers for.
const NAMES: [&str; 4] = [
    "api.your-platform.com",
    "api.acme.com",
    "rogue.example.com",
    "elsewhere.example.com",
];

/// A host, a server, and a record of what the host has reported.
pub struct Stage {
    /// The host.
    pub host: Host,
    /// The server; speaks TLS for all names that the suites use.
    pub server: DevServer,
    /// What was reported.
    pub record: Arc<Record>,
}

type Change = Box<dyn FnOnce(Network, &DevServer) -> Network + Send>;

/// Sets up a [`Stage`].
pub struct StageBuilder {
    builder: HostBuilder,
    handler: Box<dyn Fn(Request<Bytes>) -> Answer + Send + Sync>,
    certified_only: bool,
    network: Change,
}

impl StageBuilder {
    /// Answers requests with `handler`.
    pub fn serve(
        mut self,
        handler: impl Fn(Request<Bytes>) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.handler = Box::new(handler);
        self
    }

    /// Changes the host's settings.
    pub fn host(mut self, change: impl FnOnce(HostBuilder) -> HostBuilder) -> Self {
        self.builder = change(self.builder);
        self
    }

    /// Lets clients in only if they have a certificate of the server's.
    pub fn certified_only(mut self) -> Self {
        self.certified_only = true;
        self
    }

    /// Changes the network, which trusts the server and maps its names to it.
    pub fn network(
        mut self,
        change: impl FnOnce(Network, &DevServer) -> Network + Send + 'static,
    ) -> Self {
        self.network = Box::new(change);
        self
    }

    /// Sets it up.
    pub async fn set(self) -> Stage {
        let server = if self.certified_only {
            DevServer::https_for_certified(&NAMES, self.handler).await
        } else {
            DevServer::https(&NAMES, self.handler).await
        };
        let server = server.unwrap_or_else(|error| panic!("{error}"));
        let mut network = Network::default().root(server.authority_der());
        for name in NAMES {
            network = network.map(name, 443, server.address());
        }
        let record = Arc::new(Record::default());
        let host = self
            .builder
            .network((self.network)(network, &server))
            .observer(Arc::clone(&record) as _)
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        Stage {
            host,
            server,
            record,
        }
    }
}

impl Stage {
    /// A stage for few mini-apps at a time, with a profile, a user who allows
    /// everything, and a server that knows nothing.
    pub fn builder(execution: Execution) -> StageBuilder {
        let profile: FixedProfile = [("nickname", "Mia"), ("country", "CH")]
            .into_iter()
            .collect();
        StageBuilder {
            builder: Host::builder()
                .execution(execution)
                .live_apps(8)
                .profile(profile)
                .consent(FixedConsent::allow()),
            handler: Box::new(|_| Box::pin(std::future::ready(json(404, &Value::Null)))),
            certified_only: false,
            network: Box::new(|network, _| network),
        }
    }

    /// The same, set up.
    pub async fn set(execution: Execution) -> Self {
        Self::builder(execution).set().await
    }

    /// Installs a guest.
    pub async fn install_with(
        &self,
        guest: Guest,
        manifests: &Manifests,
    ) -> Result<AppId, InstallError> {
        self.host
            .install(manifests.package(guest.component()), &manifests.partner())
            .await
    }

    /// Installs a guest with its own manifests, which must be in order.
    pub async fn install(&self, guest: Guest) -> AppId {
        let installed = self.install_with(guest, &guest.manifests()).await;
        installed.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Launches an installed mini-app and waits for its first page.
    pub async fn launch(&self, app: &AppId) -> MiniApp {
        let app = self
            .host
            .launch(app.as_str())
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        app.ready()
            .await
            .unwrap_or_else(|reason| panic!("{reason}"));
        app
    }

    /// Installs a guest, launches it and waits for its first page.
    pub async fn start(&self, guest: Guest) -> MiniApp {
        let app = self.install(guest).await;
        self.launch(&app).await
    }

    /// Delivers an event to the first page of a mini-app.
    pub async fn event(
        &self,
        app: &MiniApp,
        handler: &str,
        detail: Value,
    ) -> Result<(), EventError> {
        app.event(PageId::FIRST, Event::new(handler).detail(detail))
            .await
    }

    /// The data of the first page.
    pub async fn data(&self, app: &MiniApp) -> Value {
        app.data(PageId::FIRST).await.unwrap_or_default()
    }

    /// Asserts that nothing of the pool is in use.
    pub async fn assert_pool_is_empty(&self) {
        let usage = self
            .host
            .pool_usage()
            .unwrap_or_else(|| panic!("there is no pool"));
        assert_eq!(usage, PoolUsage::default());
    }

    /// Waits a moment, for what must not happen.
    pub async fn moment(&self) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
