//! Where attacks are played: one host, a server beside it, and the neighbour that
//! lives there meanwhile. Knows no attack.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::Request;
use hyper::body::Bytes;
use miniapp_host::{
    AppId, Event, EventError, Execution, FixedConsent, FixedProfile, Host, HostBuilder,
    LaunchError, LaunchOptions, Limits, MiniApp, Network, PageId, PoolUsage, Report, RunError,
    Timeouts,
};
use miniapp_tests::{Answer, DevServer, Guest, Manifests};

use crate::attack::{End, Outcome};
use crate::heap;
use crate::neighbour::{Latencies, Neighbour};

/// Names that the server answers for.
pub const NAMES: [&str; 2] = ["rogue.example.com", "elsewhere.example.com"];

/// How long a mini-app may take for what it tries, before it is taken for one that waits.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// How long what it held may take to be given back.
const SETTLING: Duration = Duration::from_secs(3);

/// Bytes of the heap that may be left: of tables that have grown, and of buffers
/// that the server keeps for its connections.
const LEFT: usize = 512 << 10;

/// Bytes of the heap that one attack may take at most, with what the server needs for
/// its part: bodies under way, page data, and what either has to spare.
const AT_MOST: usize = 64 << 20;

/// A host under attack.
pub struct Arena {
    /// The host.
    pub host: Host,
    /// A server that it may be asked to speak with.
    pub server: DevServer,
    /// What was reported, counted.
    pub reports: Arc<Reports>,
    neighbour: Neighbour,
    alone: PoolUsage,
}

/// Reports of the mini-apps that attack, counted.
#[derive(Default)]
pub struct Reports {
    /// Changes of data.
    pub data: AtomicUsize,
    /// Lines of the log.
    pub lines: AtomicUsize,
    /// Bytes of them.
    pub bytes: AtomicUsize,
    /// Denials.
    pub denied: AtomicUsize,
    /// Errors that nothing has handled, and that no callback returned.
    pub uncaught: AtomicUsize,
}

impl Reports {
    fn note(&self, report: &Report<'_>) {
        match report {
            Report::Data { .. } => self.data.fetch_add(1, Ordering::Relaxed),
            Report::Log { message, .. } => {
                self.bytes.fetch_add(message.len(), Ordering::Relaxed);
                self.lines.fetch_add(1, Ordering::Relaxed)
            }
            Report::Denied(_) => self.denied.fetch_add(1, Ordering::Relaxed),
            Report::Uncaught { callback: None, .. } => {
                self.uncaught.fetch_add(1, Ordering::Relaxed)
            }
            _ => 0,
        };
    }
}

/// Limits that are reached soon, by machine code and by the interpreter.
pub fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.fuel_per_event = 20_000_000;
    limits.memory = 16 << 20;
    limits.launch = Duration::from_millis(800);
    limits.turn = Duration::from_millis(400);
    limits.close = Duration::from_millis(150);
    limits
}

/// Time-outs that are reached soon.
pub fn timeouts() -> Timeouts {
    let mut timeouts = Timeouts::default();
    timeouts.connect = Duration::from_millis(200);
    timeouts.first_byte = Duration::from_millis(300);
    timeouts.total = Duration::from_millis(500);
    timeouts
}

impl Arena {
    /// Sets up a host and a neighbour that lives there. `network` sees the server,
    /// to which `NAMES` are mapped already.
    pub async fn set(
        execution: Execution,
        handler: impl Fn(Request<Bytes>) -> Answer + Send + Sync + 'static,
        change: impl FnOnce(HostBuilder) -> HostBuilder,
        network: impl FnOnce(Network, &DevServer) -> Network,
    ) -> Self {
        let server = DevServer::https(&NAMES, handler)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let mut wire = Network::default()
            .root(server.authority_der())
            .timeouts(timeouts());
        for name in NAMES {
            wire = wire.map(name, 443, server.address());
        }
        let reports = Arc::new(Reports::default());
        let counted = Arc::clone(&reports);
        let profile: FixedProfile = [("nickname", "Mia")].into_iter().collect();
        let host = change(
            Host::builder()
                .execution(execution)
                .live_apps(8)
                .limits(limits())
                .profile(profile)
                .consent(FixedConsent::allow())
                .observe(move |app, report| {
                    if app.as_str() != "miniapp_neighbour" {
                        counted.note(&report);
                    }
                }),
        )
        .network(network(wire, &server))
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
        install(
            &host,
            &named("miniapp_neighbour", "neighbours"),
            Guest::Rogue.component(),
        )
        .await;
        install(&host, &hosts(), Guest::Rogue.component()).await;
        let neighbour = host
            .launch("miniapp_neighbour")
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        neighbour
            .ready()
            .await
            .unwrap_or_else(|reason| panic!("{reason}"));
        let neighbour = Neighbour::new(neighbour);
        assert!(neighbour.is_well().await);
        let alone = usage(&host);
        Self {
            host,
            server,
            reports,
            neighbour,
            alone,
        }
    }

    /// Latencies of the neighbour while nothing else happens.
    pub async fn quiet(&self, for_: Duration) -> Latencies {
        self.neighbour.record();
        tokio::time::sleep(for_).await;
        self.neighbour.recorded()
    }

    /// Installs a guest under a manifest of the guest `rogue` with another id.
    pub async fn install(&self, app: &str, component: Vec<u8>) -> Result<AppId, String> {
        let manifests = named(app, "tests");
        let package = miniapp_host::AppManifest::parse("miniapp.yaml", &manifests.app)
            .map_err(|error| error.to_string())
            .and_then(|manifest| {
                miniapp_host::Package::new(manifest, component).map_err(|error| error.to_string())
            })?;
        let installed = self.host.install(package, &manifests.partner()).await;
        installed.map_err(|error| error.to_string())
    }

    /// Plays an attack while the neighbour answers, and sees how much of the heap it
    /// takes and whether anything of it is left.
    pub async fn play<'a>(
        &'a self,
        repeats: bool,
        attempt: impl Fn() -> crate::attack::Played<'a>,
    ) -> (Outcome, Latencies, usize) {
        const LONG_ENOUGH: Duration = Duration::from_millis(250);
        let held = heap::held();
        heap::watch();
        let began = std::time::Instant::now();
        self.neighbour.record();
        let mut outcome = attempt().await;
        while repeats && outcome.is_contained() && began.elapsed() < LONG_ENOUGH {
            outcome.add(attempt().await);
        }
        let latencies = self.neighbour.recorded();
        let taken = heap::peak().saturating_sub(held);
        if taken > AT_MOST {
            outcome.contained = outcome.contained.saturating_sub(1);
            outcome
                .faults
                .push(format!("{taken} bytes of the heap were taken at once"));
        }
        if let Err(left) = self.settles(held).await {
            outcome.contained = outcome.contained.saturating_sub(1);
            outcome.faults.push(left);
        }
        (outcome, latencies, taken)
    }

    /// Waits until only the neighbour is left, and it is well.
    async fn settles(&self, held: usize) -> Result<(), String> {
        let limit = held.saturating_add(LEFT);
        self.server.forget();
        let settled = async {
            while usage(&self.host) != self.alone || heap::held() > limit {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(SETTLING, settled).await.is_err() {
            return Err(format!(
                "left behind: {:?} where the neighbour alone holds {:?}; {} bytes of the heap where {held} were held before",
                usage(&self.host),
                self.alone,
                heap::held(),
            ));
        }
        if !self.neighbour.is_well().await {
            return Err("the neighbour gave a wrong answer or none".to_owned());
        }
        Ok(())
    }

    /// Launches a mini-app and waits for its first page.
    pub async fn launch(&self, app: &str) -> Result<MiniApp, End> {
        self.launch_with(app, LaunchOptions::default()).await
    }

    /// The same with options.
    pub async fn launch_with(&self, app: &str, options: LaunchOptions) -> Result<MiniApp, End> {
        match self.host.launch_with(app, options).await {
            Ok(app) => match app.ready().await {
                Ok(()) => Ok(app),
                Err(reason) => Err(End::Ended(reason)),
            },
            Err(LaunchError::Failed(RunError::Ended(reason))) => Err(End::Ended(reason)),
            Err(error) => Err(End::Refused(error.to_string())),
        }
    }

    /// Launches a mini-app, gives it one event, sees how it comes out of it, and
    /// closes it if it lives.
    pub async fn tries(&self, app: &str, handler: &str, detail: impl ToString) -> End {
        let app = match self.launch(app).await {
            Ok(app) => app,
            Err(end) => return end,
        };
        let end = event(&app, handler, detail).await;
        if !matches!(end, End::Ended(_) | End::Waits(_)) {
            app.close().await;
        }
        end
    }

    /// The same for the guest `rogue`.
    pub async fn rogue(&self, handler: &str, detail: impl ToString) -> End {
        self.tries("miniapp_rogue", handler, detail).await
    }

    /// Closes the neighbour and tells whether nothing at all is left.
    pub async fn leave(self) -> Result<(), String> {
        self.neighbour.leave().await;
        match usage(&self.host) {
            usage if usage == PoolUsage::default() => Ok(()),
            usage => Err(format!("at the end there is left {usage:?}")),
        }
    }
}

/// Gives a mini-app's first page an event and sees how it comes out of it.
pub async fn event(app: &MiniApp, handler: &str, detail: impl ToString) -> End {
    event_on(app, PageId::FIRST, handler, detail).await
}

/// The same for one of its pages.
pub async fn event_on(app: &MiniApp, page: PageId, handler: &str, detail: impl ToString) -> End {
    let event = Event::new(handler).detail(detail);
    match tokio::time::timeout(PATIENCE, app.event(page, event)).await {
        Ok(Ok(())) => End::Lives,
        Ok(Err(EventError::App(error))) => End::Told(error.code, error.message),
        Ok(Err(EventError::Ended(reason))) => End::Ended(reason),
        Ok(Err(error)) => End::Refused(error.to_string()),
        Err(_) => End::Waits(app.close().await),
    }
}

fn usage(host: &Host) -> PoolUsage {
    host.pool_usage()
        .unwrap_or_else(|| panic!("there is no pool"))
}

fn named(app: &str, partner: &str) -> Manifests {
    hosts()
        .app_with("miniapp_rogue", app)
        .partner_with("miniapp_rogue", app)
        .partner_with("\"tests\"", &format!("{partner:?}"))
}

/// The manifests of the guest `rogue`, which may ask for every host of the suite's.
fn hosts() -> Manifests {
    const ALLOWED: &str = "[\"rogue.example.com\", \"elsewhere.example.com\", \"*.names.example.com\", \"http://*.plain.example.com\"]";
    Guest::Rogue
        .manifests()
        .app_with("[\"rogue.example.com\"]", ALLOWED)
        .partner_with("[\"rogue.example.com\"]", ALLOWED)
}

async fn install(host: &Host, manifests: &Manifests, component: Vec<u8>) {
    let package = manifests.package(component);
    let installed = host.install(package, &manifests.partner()).await;
    installed.unwrap_or_else(|error| panic!("{error}"));
}
