//! No import is free: every function that a mini-app may call costs it fuel, whatever
//! it does. The functions are read from the interfaces, so that none is forgotten.

use std::future::ready;
use std::sync::Arc;

use miniapp_host::price::{CALL, SENT};
use miniapp_host::{
    EndReason, EventError, LoginCode, LoginProvider, MemoryClipboard, ProviderError, Tenant,
};
use miniapp_package::{InterfaceName, is_device, requirement};
use miniapp_tests::{CALLS, Guest, Stage, every_import, on_both};
use serde_json::json;

/// Functions that end the mini-app when they are called with nothing but zeros; what they
/// cost before cannot be told. `exit` can be called once in a life, and `poll` of nothing is
/// refused before anything is done.
const ENDS: [&str; 3] = [
    "wasi:cli/exit#exit",
    "wasi:cli/exit#exit-with-code",
    "wasi:io/poll#poll",
];

/// Functions of resources that a mini-app gets from outside only, and of those that this
/// host gives nobody. Each is reached through the same views as its neighbours.
const OUT_OF_REACH: [&str; 14] = [
    "directory-entry-stream",
    "error",
    "future-incoming-response",
    "future-trailers",
    "incoming-body",
    "incoming-datagram-stream",
    "incoming-request",
    "incoming-response",
    "outgoing-datagram-stream",
    "resolve-address-stream",
    "response-outparam",
    "tcp-socket",
    "terminal-",
    "udp-socket",
];

/// Of the contract and of WASI, what a mini-app that takes one call at a time may import.
fn wanted(name: &str) -> bool {
    let Ok(interface) = InterfaceName::parse(name) else {
        return false;
    };
    let known = interface.interface.as_str();
    let asynchronous = [
        "clipboard",
        "consent",
        "dialog",
        "extension",
        "login",
        "navigation",
        "profile",
        "request",
        "storage",
        "timer",
    ];
    let of_contract = interface.is_of("miniapp", "host");
    requirement(&interface).is_some()
        && !is_device(&interface)
        && !(of_contract && asynchronous.contains(&known))
}

/// Has no code for anybody, and says so at once.
struct NoLogin;

impl LoginProvider for NoLogin {
    fn code<'a>(&'a self, _: &'a Tenant) -> LoginCode<'a> {
        Box::pin(ready(Err(ProviderError("nobody is signed in".to_owned()))))
    }
}

on_both! {
    async fn no_import_is_free(execution: Execution) {
        let guest = every_import(wanted);
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().to_owned();
        let stage = Stage::builder(execution).host(|host| {
            host.files(folder)
                .storage_in_memory()
                .login(NoLogin)
                .clipboard(Arc::new(MemoryClipboard::default()))
                .extension("echo", |_: Tenant, payload| ready(Ok(payload)))
        }).set().await;
        let permissions = ["storage:files", "storage:local", "user:readProfile", "user:login", "device:clipboard", "ext:echo"];
        let asked: Vec<String> = permissions
            .iter()
            .map(|permission| format!("{{ name: \"{permission}\", reason: r }}"))
            .collect();
        let manifests = Guest::Wasi.manifests()
            .app_with("permissions: []", &format!("permissions: [{}]", asked.join(", ")))
            .partner_with("permissions: []", &format!("permissions: {permissions:?}"));
        let package = manifests.package(guest.component);
        let app = stage.host.install(package, &manifests.partner()).await.unwrap();
        let mut free = Vec::new();
        for called in &guest.called {
            let spent = spent(&stage, app.as_str(), &called.handler).await;
            let without = self::spent(&stage, app.as_str(), &called.without).await;
            match (spent, without) {
                (Ok(spent), Ok(without)) if spent >= without + CALLS * CALL => {}
                (Err(_), _) if ENDS.contains(&called.name.as_str()) => {}
                (spent, without) => free.push((called, spent, without)),
            }
        }
        assert!(free.is_empty(), "{free:#?}");
        assert!(guest.called.len() >= 100, "{}", guest.called.len());
        for name in &guest.out_of_reach {
            let known = |part: &&str| name.contains(*part);
            assert!(OUT_OF_REACH.iter().any(known), "nobody calls {name}");
        }
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn what_waits_is_not_free_either(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        let burnt = async |handler: &str, detail: serde_json::Value| {
            let before = app.fuel_spent();
            let answered = stage.event(&app, handler, detail).await;
            (app.fuel_spent() - before, answered.is_ok())
        };
        let (nothing, _) = burnt("noop", json!({})).await;
        for (handler, detail) in [
            ("sleep", json!({ "ms": 0 })),
            ("profile", json!({})),
            ("fetch", json!({ "url": "https://denied.example.com/" })),
            ("fetch", json!({ "url": "https://rogue.example.com/" })),
        ] {
            let (spent, _) = burnt(handler, detail).await;
            assert!(spent >= nothing + CALL, "{handler}: {spent}, where nothing is {nothing}");
        }
        let (sent, _) = burnt("fetch", json!({ "url": "https://rogue.example.com/" })).await;
        assert!(sent >= SENT, "{sent}");
    }
}

/// Fuel that one event burns in a life of its own, or how that life ends.
async fn spent(stage: &Stage, app: &str, handler: &str) -> Result<u64, String> {
    let app = stage.launch(&app.parse().unwrap()).await;
    let before = app.fuel_spent();
    match stage.event(&app, handler, json!({})).await {
        Ok(()) => {
            let spent = app.fuel_spent() - before;
            let reason = app.close().await;
            match &*reason {
                EndReason::Closed => Ok(spent),
                other => Err(other.to_string()),
            }
        }
        Err(EventError::Ended(reason)) => Err(reason.to_string()),
        Err(other) => Err(other.to_string()),
    }
}
