//! Our side: a host with the guest installed, through the façade alone.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use miniapp_host::{
    Event, Host, HostBuilder, LaunchOptions, Limits, MiniApp, Navigation, PageId, Report,
};

use crate::guest;

/// Limits that no benchmark reaches: what is measured is the work, not the
/// moment at which a mini-app that works without a rest is held back.
pub fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.fuel_per_event = 1 << 50;
    limits.fuel_per_second = 1 << 60;
    limits.core_percent = 100;
    limits.turn = Duration::from_secs(60);
    limits
}

/// A builder with those limits, for so many live mini-apps.
pub fn builder(live_apps: u32) -> HostBuilder {
    Host::builder().limits(limits()).live_apps(live_apps)
}

/// Sets a host up and installs the guest, which may also reach its server
/// without TLS where `plain` is set.
pub async fn install(builder: HostBuilder, plain: bool) -> Host {
    let host = builder.build().unwrap();
    host.install(guest::package(plain), &guest::partner(plain))
        .await
        .unwrap();
    host
}

/// Launches the guest and waits for its first page, which fetches `url` if
/// there is one.
pub async fn launch(host: &Host, url: Option<&str>) -> MiniApp {
    let mut options = LaunchOptions::default();
    options
        .query
        .extend(url.map(|url| ("url".to_owned(), url.to_owned())));
    let app = host.launch_with(guest::APP, options).await.unwrap();
    app.ready().await.unwrap();
    app
}

/// Delivers so many events to the first page, one at a time. Tells how long they
/// took.
pub async fn events(app: MiniApp, handler: &str, detail: &str, times: u64) -> Duration {
    let began = Instant::now();
    for _ in 0..times {
        event(&app, handler, detail).await;
    }
    began.elapsed()
}

/// Delivers so many times `burst` events at once, in the same way.
pub async fn bursts(app: MiniApp, handler: &str, burst: u64, times: u64) -> Duration {
    let began = Instant::now();
    for _ in 0..times {
        join_all((0..burst).map(|_| event(&app, handler, "{}"))).await;
    }
    began.elapsed()
}

async fn event(app: &MiniApp, handler: &str, detail: &str) {
    let event = Event::new(handler).detail(detail);
    app.event(PageId::FIRST, event).await.unwrap();
}

/// Opens a second page and goes back, so many times. Tells how long it took.
pub async fn visits(app: MiniApp, times: u64) -> Duration {
    let began = Instant::now();
    for _ in 0..times {
        let open = Navigation::Open("pages/index".to_owned());
        app.navigate(open).await.unwrap();
        app.settled().await;
        app.navigate(Navigation::Back(1)).await.unwrap();
        app.settled().await;
    }
    began.elapsed()
}

/// Notes what the guest's set-data calls were: when the last one came, and its
/// last value.
#[derive(Debug, Clone, Default)]
pub struct Data {
    noted: Arc<Mutex<Option<(Instant, String)>>>,
}

impl Data {
    /// Watches a host that is being built.
    pub fn watch(&self, builder: HostBuilder) -> HostBuilder {
        let noted = Arc::clone(&self.noted);
        builder.observe(move |_, report| {
            if let Report::Data { changes, .. } = report {
                let at = Instant::now();
                let value = changes.last().map(|change| change.value.clone());
                *noted.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some((at, value.unwrap_or_default()));
            }
        })
    }

    /// The last call since the last time that this was asked.
    pub fn take(&self) -> Option<(Instant, String)> {
        self.noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}
