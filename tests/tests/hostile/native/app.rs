//! The native app that is attacked: what it adds for mini-apps, with a watch on each call.
//! Knows no attack.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use miniapp_host::wasmtime::component::{ComponentType, Lift, Lower};
use miniapp_host::{
    Asking, Caller, Clipboard, ClipboardAnswer, ExtensionError, ExtensionOptions, Host,
    HostBuilder, Interface, Permission, Question, Tenant, UserInterface, device,
};
use miniapp_tests::{Guest, Manifests, component};
use serde::Serialize;
use serde_json::Value;

/// The guest `native`; the same for another partner's users; the same without the clipboard.
pub const APP: &str = "miniapp_native";
/// See [`APP`].
pub const VICTIM: &str = "miniapp_native_victim";
/// See [`APP`].
pub const BARE: &str = "miniapp_native_bare";
/// The guest that is written by hand.
pub const TYPED: &str = "miniapp_typed";

/// How long the native app may take for a call.
pub const TIMEOUT: Duration = Duration::from_millis(150);

/// A text in the clipboard that is never given.
pub const NEVER: &str = "never";

/// The file that the user chooses.
pub const FILE: &[u8] = b"what the user has chosen";

/// How long what was begun may take to be dropped.
const SETTLING: Duration = Duration::from_secs(3);

/// Calls of extensions and of interfaces.
pub static CALLS: Watch = Watch::new();
/// Calls of the clipboard.
pub static CLIPBOARD: Watch = Watch::new();
/// Questions to the user.
pub static QUESTIONS: Watch = Watch::new();

static TEXT: Mutex<String> = Mutex::new(String::new());

/// Counts calls that the native app was asked for.
pub struct Watch {
    begun: AtomicUsize,
    dropped: AtomicUsize,
    most: AtomicUsize,
}

/// A call, until it is dropped.
struct UnderWay(&'static Watch);

impl Watch {
    const fn new() -> Self {
        Self {
            begun: AtomicUsize::new(0),
            dropped: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }
    }

    fn begin(&'static self) -> UnderWay {
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.most.fetch_max(self.under_way(), Ordering::SeqCst);
        UnderWay(self)
    }

    fn under_way(&self) -> usize {
        let dropped = self.dropped.load(Ordering::SeqCst);
        self.begun.load(Ordering::SeqCst).saturating_sub(dropped)
    }

    /// Begins to look for the most that are under way, and tells how many were begun.
    pub fn watch(&self) -> usize {
        self.most.store(self.under_way(), Ordering::SeqCst);
        self.begun()
    }

    /// The most that were under way at once since [`Self::watch`].
    pub fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    /// How many were ever begun.
    pub fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    /// Whether whatever was begun is dropped, soon.
    pub async fn is_quiet(&self) -> bool {
        let quiet = async {
            while self.under_way() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(SETTLING, quiet).await.is_ok()
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

/// The text in the clipboard.
pub fn clipboard() -> MutexGuard<'static, String> {
    TEXT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds it all to a host.
pub fn offer(host: HostBuilder) -> HostBuilder {
    let files = device::MemoryFiles::default().with("letter", "text/plain", FILE);
    let options = ExtensionOptions::default().timeout(TIMEOUT);
    host.extension_with("points", extension, options)
        .interface(points())
        .interface(ledger())
        .interface(device::file_transfer(files))
        .clipboard(Arc::new(Board))
        .user_interface(Arc::new(Screen))
}

/// Installs the mini-apps.
pub async fn install(host: &Host) {
    let native = Guest::Native.manifests();
    let renamed = |to: &str| {
        let manifests = native.clone();
        manifests.app_with(APP, to).partner_with(APP, to)
    };
    let bare = renamed(BARE).partner_with("\"device:clipboard\", ", "");
    let typed = component(include_str!("../wat/typed.wat"));
    install_as(host, &native, Guest::Native.component()).await;
    install_as(host, &renamed(VICTIM), Guest::Native.component()).await;
    install_as(host, &bare, Guest::Native.component()).await;
    install_as(host, &renamed(TYPED), typed).await;
}

async fn install_as(host: &Host, manifests: &Manifests, component: Vec<u8>) {
    let package = manifests.package(component);
    let installed = host.install(package, &manifests.partner()).await;
    installed.unwrap_or_else(|error| panic!("{error}"));
}

async fn extension(_: Tenant, payload: Value) -> Result<Value, ExtensionError> {
    let _under_way = CALLS.begin();
    match payload.as_str() {
        Some("panic") => panic!("an extension that panics"),
        Some("never") => pending().await,
        Some("much") => Ok("x".repeat((1 << 20) - 2).into()),
        _ => Ok(payload),
    }
}

#[derive(ComponentType, Lift, Lower, Serialize)]
#[component(record)]
#[component(wasmtime_crate = miniapp_host::wasmtime)]
struct Account {
    points: u32,
    #[component(name = "valid-until")]
    valid_until: Option<String>,
}

#[derive(ComponentType, Lift, Lower, Serialize)]
#[component(variant)]
#[component(wasmtime_crate = miniapp_host::wasmtime)]
enum Entry {
    #[component(name = "line")]
    Line(String),
    #[component(name = "sum")]
    Sum(Result<u32, String>),
    #[component(name = "nothing")]
    Nothing,
}

fn permission() -> Permission {
    Permission::Extension("ledger".to_owned())
}

fn length(counted: usize) -> Result<u32, ExtensionError> {
    u32::try_from(counted).map_err(|error| ExtensionError::unavailable(error.to_string()))
}

fn points() -> Interface {
    Interface::new("acme:loyalty/points@1.0.0", permission())
        .timeout(TIMEOUT)
        .function("balance", |_: Caller, (member,): (String,)| async move {
            let _under_way = CALLS.begin();
            match member.as_str() {
                "panic" => panic!("a function that panics"),
                "never" => pending().await,
                _ => Ok(Account {
                    points: 120,
                    valid_until: Some(member),
                }),
            }
        })
        .function("names", |_: Caller, (names,): (Vec<String>,)| async move {
            let _under_way = CALLS.begin();
            length(names.len())
        })
        .function("echo", |_: Caller, both: (String, Vec<u8>)| async move {
            let _under_way = CALLS.begin();
            Ok(both)
        })
}

fn ledger() -> Interface {
    Interface::new("acme:loyalty/ledger@1.0.0", permission())
        .timeout(TIMEOUT)
        .sync_function("note", |_: Caller, (line,): (String,)| async move {
            let _under_way = CALLS.begin();
            length(line.len())
        })
        .sync_function("enter", |_: Caller, (entry,): (Entry,)| async move {
            let _under_way = CALLS.begin();
            match entry {
                Entry::Line(line) | Entry::Sum(Err(line)) => length(line.len()),
                Entry::Sum(Ok(sum)) => Ok(sum),
                Entry::Nothing => Ok(0),
            }
        })
}

/// A clipboard that takes a little while.
struct Board;

impl Clipboard for Board {
    fn read<'a>(&'a self, _: &'a Tenant) -> ClipboardAnswer<'a, Option<String>> {
        Box::pin(async {
            let _under_way = CLIPBOARD.begin();
            tokio::time::sleep(Duration::from_millis(1)).await;
            let text = clipboard().clone();
            match text.as_str() {
                NEVER => pending().await,
                _ => Ok(Some(text)),
            }
        })
    }

    fn write<'a>(&'a self, _: &'a Tenant, text: String) -> ClipboardAnswer<'a, ()> {
        Box::pin(async move {
            let _under_way = CLIPBOARD.begin();
            tokio::time::sleep(Duration::from_millis(1)).await;
            *clipboard() = text;
            Ok(())
        })
    }
}

/// A screen that nobody sits in front of. Mini-apps of other attacks have none.
struct Screen;

impl UserInterface for Screen {
    fn ask<'a>(&'a self, tenant: &'a Tenant, _: &'a Question) -> Option<Asking<'a>> {
        let asking: Asking<'a> = Box::pin(async {
            let _under_way = QUESTIONS.begin();
            pending().await
        });
        (tenant.app.as_str() == APP).then_some(asking)
    }
}
