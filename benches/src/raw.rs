//! The baseline: the same component in plain Wasmtime, by somebody who knows it
//! well. The very engine of our host, so the same compiler settings, the same
//! pool, fuel in the same slices; linking and export look-up done once; the same
//! exports called in the same order through `run_concurrent`. Imports are stubs.
//!
//! Not here, and so what the ratios are about: tasks, mailboxes, limits of
//! memory, time and fuel per event, reports, page data, a network.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use miniapp_runtime::limits::FUEL_SLICE;
use tokio::sync::{mpsc, oneshot};
use wasmtime::Store;
use wasmtime::component::{Accessor, HasSelf, Linker};

mod contract {
    wasmtime::component::bindgen!({
        path: "../wit",
        inline: "
            package miniapp:benches;

            world baseline {
                import miniapp:host/log@1.2.0;
                import miniapp:host/request@1.2.0;
                import miniapp:host/view@1.2.0;

                export miniapp:host/lifecycle@1.2.0;
                export miniapp:host/page@1.2.0;
            }
        ",
        world: "baseline",
        exports: { default: async | store },
    });
}

use contract::miniapp::host as imports;
use contract::{Baseline, BaselinePre};
use imports::event::PageEvent;
use imports::launch::LaunchOptions;
use imports::types::Error;

const PAGE: u32 = 1;
const PATH: &str = "pages/index";

/// More than any benchmark burns.
const FUEL: u64 = 1 << 60;

/// The state of a store: what its stubs note.
#[derive(Debug, Default)]
struct Stub {
    first_data: Option<Instant>,
}

impl imports::view::Host for Stub {
    fn set_data(&mut self, _: u32, _: Vec<imports::view::Change>) -> Result<(), Error> {
        self.first_data.get_or_insert_with(Instant::now);
        Ok(())
    }
}

impl imports::log::Host for Stub {
    fn write(&mut self, _: imports::log::Level, _: String) {}
}

impl imports::types::Host for Stub {}
impl imports::launch::Host for Stub {}
impl imports::event::Host for Stub {}
impl imports::http::Host for Stub {}
impl imports::request::Host for Stub {}

impl imports::request::HostWithStore<Stub> for HasSelf<Stub> {
    async fn fetch(
        _: &Accessor<Stub, Self>,
        request: imports::http::Request,
    ) -> Result<imports::http::Response, Error> {
        Ok(imports::http::Response {
            status: 200,
            url: request.url,
            headers: Vec::new(),
            body: Vec::new(),
        })
    }
}

/// The component, compiled and linked.
pub struct Raw {
    pre: BaselinePre<Stub>,
}

impl Raw {
    /// Compiles and links the component.
    pub fn new(engine: &miniapp_runtime::Engine, component: &[u8]) -> Self {
        let component = engine.compile(component).unwrap();
        let mut linker = Linker::new(engine.wasmtime());
        Baseline::add_to_linker::<_, HasSelf<_>>(&mut linker, |stub| stub).unwrap();
        let pre = BaselinePre::new(linker.instantiate_pre(&component).unwrap()).unwrap();
        Self { pre }
    }

    /// Launches it and opens its first page, as our host does.
    pub async fn launch(&self) -> Live {
        let mut store = Store::new(self.pre.engine(), Stub::default());
        store.set_fuel(FUEL).unwrap();
        store.fuel_async_yield_interval(Some(FUEL_SLICE)).unwrap();
        let app = self.pre.instantiate_async(&mut store).await.unwrap();
        let mut live = Live { store, app };
        live.open().await.unwrap();
        live
    }
}

/// A live instance.
pub struct Live {
    store: Store<Stub>,
    app: Baseline,
}

impl Live {
    async fn open(&mut self) -> wasmtime::Result<()> {
        let Self { store, app } = self;
        let (lifecycle, page) = (app.miniapp_host_lifecycle(), app.miniapp_host_page());
        store
            .run_concurrent(async |store| -> wasmtime::Result<()> {
                let launch = LaunchOptions {
                    path: PATH.to_owned(),
                    query: Vec::new(),
                    fragment: None,
                    referrer: None,
                    extra: None,
                };
                let launched = lifecycle.call_on_launch(store, launch.clone()).await?;
                launched.unwrap();
                lifecycle.call_on_show(store, launch).await?.unwrap();
                let loaded = page.call_on_load(store, PAGE, PATH.to_owned(), Vec::new());
                loaded.await?.unwrap();
                page.call_on_show(store, PAGE).await?.unwrap();
                page.call_on_ready(store, PAGE).await?.unwrap();
                Ok(())
            })
            .await?
    }

    /// When the guest called set-data first.
    pub fn first_data(&self) -> Instant {
        self.store.data().first_data.unwrap()
    }

    /// Delivers so many events, one at a time, from within the store's event loop,
    /// in which it stays. Tells how long they took.
    pub async fn events(&mut self, handler: &str, times: u64) -> Duration {
        let Self { store, app } = self;
        let spent = store.run_concurrent(async |store| {
            let began = Instant::now();
            for _ in 0..times {
                event(store, app, handler).await;
            }
            began.elapsed()
        });
        spent.await.unwrap()
    }

    /// Opens a second page and goes back, so many times, in the order of callbacks that
    /// our host has. Tells how long it took.
    pub async fn visits(&mut self, times: u64) -> Duration {
        let Self { store, app } = self;
        let page = app.miniapp_host_page();
        let spent = store.run_concurrent(async |store| -> wasmtime::Result<Duration> {
            let began = Instant::now();
            for visit in 0..times {
                let other = PAGE + 1 + u32::try_from(visit).unwrap();
                page.call_on_hide(store, PAGE).await?.unwrap();
                let loaded = page.call_on_load(store, other, PATH.to_owned(), Vec::new());
                loaded.await?.unwrap();
                page.call_on_show(store, other).await?.unwrap();
                page.call_on_ready(store, other).await?.unwrap();
                page.call_on_hide(store, other).await?.unwrap();
                page.call_on_unload(store, other).await?.unwrap();
                page.call_on_show(store, PAGE).await?.unwrap();
            }
            Ok(began.elapsed())
        });
        spent.await.unwrap().unwrap()
    }

    /// Delivers so many times `burst` events at once, in the same way.
    pub async fn bursts(&mut self, handler: &str, burst: u64, times: u64) -> Duration {
        let Self { store, app } = self;
        let spent = store.run_concurrent(async |store| {
            let began = Instant::now();
            for _ in 0..times {
                join_all((0..burst).map(|_| event(store, app, handler))).await;
            }
            began.elapsed()
        });
        spent.await.unwrap()
    }

    /// Delivers an event for everyone who asks through `inbox`, one at a time, and
    /// then answers.
    pub async fn serve(mut self, handler: &str, mut inbox: mpsc::Receiver<oneshot::Sender<()>>) {
        let Self { store, app } = &mut self;
        let served = store.run_concurrent(async |store| {
            while let Some(reply) = inbox.recv().await {
                event(store, app, handler).await;
                reply.send(()).ok();
            }
        });
        served.await.unwrap();
    }
}

async fn event(store: &Accessor<Stub>, app: &Baseline, handler: &str) {
    let event = PageEvent {
        handler: handler.to_owned(),
        detail: "{}".to_owned(),
        dataset: "{}".to_owned(),
    };
    let handled = app.miniapp_host_page().call_on_event(store, PAGE, event);
    handled.await.unwrap().unwrap();
}
