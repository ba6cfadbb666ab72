//! What the native app adds: extensions by name, and interfaces of its own.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use insta::assert_snapshot;
use miniapp_host::wasmtime::component::{ComponentType, Lift, Lower};
use miniapp_host::{
    AppError, BuildError, Caller, EndReason, Event, EventError, ExtensionError, ExtensionOptions,
    FixedConsent, Host, HostBuilder, Interface, Limits, MiniApp, PageId, Permission, Tenant,
    device, price,
};
use miniapp_tests::{Guest, Line, Manifests, Stage, on_both};
use serde_json::{Value, json};
use tokio::sync::Notify;

fn permission(id: &str) -> Permission {
    Permission::parse(id).unwrap()
}

/// What the native app answers as `points`, by the payload.
fn points(host: HostBuilder) -> HostBuilder {
    let points = |tenant: Tenant, payload: Value| async move {
        match &payload {
            Value::String(word) if word == "panic" => panic!("an extension that panics"),
            Value::String(word) if word == "never" => pending().await,
            Value::String(word) if word == "deep" => {
                Ok((0..129).fold(Value::Null, |inner, _| json!([inner])))
            }
            Value::String(word) if word == "much" => Ok("x".repeat(1 << 20).into()),
            Value::String(word) if word == "own" => {
                Err(ExtensionError::new("no-such-member", "m".repeat(100_000)))
            }
            _ => Ok(json!({ "of": tenant.app.as_str(), "payload": payload })),
        }
    };
    let options = ExtensionOptions::default().timeout(Duration::from_millis(200));
    interfaces(host).extension_with("points", points, options)
}

/// What the guest imports.
pub(super) fn interfaces(host: HostBuilder) -> HostBuilder {
    host.interface(loyalty()).interface(ledger())
}

async fn stage(execution: miniapp_host::Execution) -> Stage {
    Stage::builder(execution).host(points).set().await
}

async fn failure(stage: &Stage, app: &MiniApp, handler: &str, detail: Value) -> AppError {
    match stage.event(app, handler, detail).await.unwrap_err() {
        EventError::App(error) => error,
        other => panic!("{other}"),
    }
}

async fn invoke(stage: &Stage, app: &MiniApp, word: &str) -> AppError {
    let detail = json!({ "name": "points", "text": json!(word).to_string() });
    failure(stage, app, "invoke", detail).await
}

on_both! {
    async fn an_extension_answers(execution: Execution) {
        let stage = stage(execution).await;
        let app = stage.start(Guest::Native).await;
        let detail = json!({ "name": "points", "text": r#"{ "member": [1, "mia"] }"# });
        stage.event(&app, "invoke", detail).await.unwrap();
        let answer = json!({ "of": "miniapp_native", "payload": { "member": [1, "mia"] } });
        assert_eq!(stage.data(&app).await["answer"], answer);
    }
}

on_both! {
    async fn what_is_not_granted_is_denied_with_the_line(execution: Execution) {
        let stage = stage(execution).await;
        let manifests = Guest::Native.manifests().partner_with("\"ext:points\", ", "");
        let id = stage.install_with(Guest::Native, &manifests).await.unwrap();
        let app = stage.launch(&id).await;
        let error = invoke(&stage, &app, "x").await;
        assert_eq!((error.code.as_str(), error.message.as_str()), ("denied", "`ext:points` is not granted to this mini-app"));
        let denied = &stage.record.denied()[0];
        assert_eq!(denied.interface, "miniapp:host/extension");
        assert!(denied.to_string().contains("to grant it, write in partner.yaml:5: permissions: "), "{denied}");
        // What nobody asks for is denied as well, whether there is such a thing or not.
        let detail = json!({ "name": "secrets", "text": "1" });
        let error = failure(&stage, &app, "invoke", detail).await;
        assert_eq!(error.code, "denied");
        stage.event(&app, "noop", json!({})).await.unwrap();
    }
}

on_both! {
    async fn what_is_granted_and_not_asked_for_is_denied(execution: Execution) {
        let stage = stage(execution).await;
        let asked = "  - name: ext:points\n    reason: To test extensions.\n    optional: true\n";
        let manifests = Guest::Native.manifests().app_with(asked, "");
        let id = stage.install_with(Guest::Native, &manifests).await.unwrap();
        let app = stage.launch(&id).await;
        let error = invoke(&stage, &app, "x").await;
        let message = "the app manifest does not ask for `ext:points`; add it to `permissions` in miniapp.yaml";
        assert_eq!((error.code.as_str(), error.message.as_str()), ("denied", message));
    }
}

on_both! {
    async fn while_a_mini_app_is_suspended_the_time_of_its_calls_stands_still(execution: Execution) {
        let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait) = (Arc::clone(&asked), Arc::clone(&answer));
        let slow = move |_: Tenant, _: Value| {
            let (tell, wait) = (Arc::clone(&tell), Arc::clone(&wait));
            async move {
                tell.notify_one();
                wait.notified().await;
                // Not ready at once when it is polled again.
                tokio::time::sleep(Duration::from_millis(5)).await;
                Ok(json!("late"))
            }
        };
        let timeout = Duration::from_millis(400);
        let options = ExtensionOptions::default().timeout(timeout);
        let mut limits = Limits::default();
        limits.suspend = Duration::from_millis(20);
        let stage = Stage::builder(execution)
            .host(|host| interfaces(host).extension_with("points", slow, options).limits(limits))
            .set()
            .await;
        let app = stage.start(Guest::Native).await;
        let event = Event::new("invoke").detail(json!({ "name": "points", "text": "1" }));
        let invoked = app.event(PageId::FIRST, event);
        tokio::select! {
            invoked = invoked => panic!("{invoked:?}"),
            () = asked.notified() => {}
        }
        app.hide().await;
        while stage.record.lines().last() != Some(&Line::Suspended(true)) {
            stage.moment().await;
        }
        tokio::time::sleep(timeout).await;
        answer.notify_one();
        app.show().await;
        while stage.data(&app).await["answer"] != "late" {
            assert_eq!(stage.record.uncaught(), []);
            stage.moment().await;
        }
    }
}

on_both! {
    async fn an_extension_that_is_not_offered_is_denied_where_it_is_optional(execution: Execution) {
        let located = |host| points(host).interface(device::location(|_, _| async { Ok(position()) }));
        let stage = Stage::builder(execution).host(located).set().await;
        let app = stage.start(Guest::Native).await;
        let lamp = json!({ "name": "device:lamp", "text": "1" });
        let error = failure(&stage, &app, "invoke", lamp.clone()).await;
        assert_eq!(error.to_string(), "denied: `device:lamp` is not offered by this app");
        assert_eq!(stage.record.denied()[0].interface, "miniapp:host/extension");
        // It is offered otherwise.
        let error = failure(&stage, &app, "invoke", json!({ "name": "device:location", "text": "1" })).await;
        assert_eq!(error.to_string(), "not-found: this app has no extension `device:location`; import its interface");
        // The same where nothing is registered by name at all.
        let none = Stage::builder(execution).host(interfaces).set().await;
        let app = none.start(Guest::Native).await;
        let error = failure(&none, &app, "invoke", lamp).await;
        assert_eq!(error.to_string(), "denied: `device:lamp` is not offered by this app");
    }
}

#[tokio::test]
async fn an_extension_that_is_not_offered_is_refused_where_it_is_required() {
    let stage = stage(miniapp_host::Execution::Jit).await;
    let refused = async |permission: &str| {
        let optional = format!("name: {permission}\n    reason: To test ");
        let manifests = Guest::Native.manifests();
        let at = manifests.app.find(&optional).unwrap();
        let (before, after) = manifests.app.split_at(at);
        let app = before.to_owned() + &after.replacen("optional: true", "optional: false", 1);
        let manifests = Manifests { app, ..manifests };
        stage.install_with(Guest::Native, &manifests).await
    };
    assert_snapshot!(refused("device:lamp").await.unwrap_err().to_string(), @"the component imports `miniapp:host/extension`, which this app does not offer: nothing is registered as `device:lamp`; see `HostBuilder::device`");
    refused("ext:points").await.unwrap();
    // An interface is under it.
    refused("ext:ledger").await.unwrap();
    assert_snapshot!(refused("device:clipboard").await.unwrap_err().to_string(), @"the component imports `miniapp:host/clipboard`, which this app does not offer: no clipboard is set; see `HostBuilder::clipboard`");
}

on_both! {
    async fn names_of_extensions_are_checked(execution: Execution) {
        let stage = stage(execution).await;
        let app = stage.start(Guest::Native).await;
        let error = failure(&stage, &app, "invoke", json!({ "name": "a b", "text": "1" })).await;
        assert_eq!(error.code, "invalid-argument");
        let error = failure(&stage, &app, "invoke", json!({ "name": "a".repeat(72), "text": "1" })).await;
        assert_eq!(error.code, "invalid-argument");
    }
}

on_both! {
    async fn payloads_at_the_limits_and_one_past(execution: Execution) {
        let stage = stage(execution).await;
        let app = stage.start(Guest::Native).await;
        let code = async |what: &str, amount: usize| {
            let detail = json!({ "name": "points", what: amount });
            match stage.event(&app, "invoke", detail).await {
                Ok(()) => "ok".to_owned(),
                Err(EventError::App(error)) => error.code,
                Err(other) => panic!("{other}"),
            }
        };
        // Its answer is longer than 1 MiB then; 100 KiB are answered.
        assert_eq!(code("bytes", 100 << 10).await, "ok");
        assert_eq!(code("bytes", (1 << 20) - 64).await, "ok");
        assert_eq!(code("bytes", 1 << 20).await, "too-large");
        assert_eq!(code("bytes", (1 << 20) + 1).await, "too-large");
        assert_eq!(code("depth", 120).await, "ok");
        assert_eq!(code("depth", 128).await, "invalid-argument");
        assert_eq!(code("depth", 400_000).await, "invalid-argument");
        for text in ["{", "nul", "1 2", ""] {
            let error = failure(&stage, &app, "invoke", json!({ "name": "points", "text": text })).await;
            assert_eq!(error.code, "invalid-argument", "{text}");
        }
    }
}

on_both! {
    async fn an_extension_that_misbehaves_is_an_error_of_one_call(execution: Execution) {
        let stage = stage(execution).await;
        let app = stage.start(Guest::Native).await;
        for (word, code) in [
            ("panic", "unavailable"),
            ("never", "timeout"),
            ("deep", "too-large"),
            ("much", "too-large"),
            ("own", "no-such-member"),
        ] {
            let error = invoke(&stage, &app, word).await;
            assert_eq!(error.code, code, "{error}");
            assert!(error.message.len() <= 8 << 10);
        }
        stage.event(&app, "invoke", json!({ "name": "points", "text": "1" })).await.unwrap();
        app.close().await;
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn an_extension_that_panics_when_it_is_dropped_harms_nobody(execution: Execution) {
        struct Bomb(Arc<Notify>);
        impl Drop for Bomb {
            fn drop(&mut self) {
                self.0.notify_one();
                panic!("a call that panics when it is dropped");
            }
        }
        let (begun, dropped) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let extension = {
            let (begun, dropped) = (Arc::clone(&begun), Arc::clone(&dropped));
            move |_: Tenant, payload: Value| {
                let bomb = Bomb(Arc::clone(&dropped));
                begun.notify_one();
                async move {
                    let _bomb = bomb;
                    match payload {
                        Value::String(_) => Ok(payload),
                        _ => pending().await,
                    }
                }
            }
        };
        let options = ExtensionOptions::default().timeout(Duration::from_millis(50));
        let patient = ExtensionOptions::default();
        let with = |host| {
            let other = extension.clone();
            interfaces(host).extension_with("points", extension, options).device_with("lamp", other, patient)
        };
        let stage = Stage::builder(execution).host(with).set().await;
        let app = stage.start(Guest::Native).await;
        // As it answers, when its time is over, and when its mini-app is closed.
        assert_eq!(invoke(&stage, &app, "word").await.code, "unavailable");
        let never = json!({ "name": "points", "text": "1" });
        assert_eq!(failure(&stage, &app, "invoke", never).await.code, "timeout");
        let event = Event::new("invoke").detail(json!({ "name": "device:lamp", "text": "1" }));
        // Those before are forgotten.
        begun.notified().now_or_never();
        dropped.notified().now_or_never();
        let invoked = app.event(PageId::FIRST, event);
        tokio::select! {
            invoked = invoked => panic!("{invoked:?}"),
            () = begun.notified() => {}
        }
        app.close().await;
        dropped.notified().await;
        assert_eq!(*app.ended().await, EndReason::Closed);
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn calls_under_way_are_counted(execution: Execution) {
        let stage = stage(execution).await;
        let app = stage.start(Guest::Native).await;
        let detail = json!({ "name": "points", "text": "\"never\"", "n": 17 });
        stage.event(&app, "invoke-many", detail).await.unwrap();
        let data = stage.data(&app).await;
        let codes: Vec<&str> = data["codes"].as_array().unwrap().iter().flat_map(Value::as_str).collect();
        assert_eq!(codes.iter().filter(|code| **code == "busy").count(), 1, "{codes:?}");
        assert_eq!(codes.iter().filter(|code| **code == "timeout").count(), 16, "{codes:?}");
        let detail = json!({ "name": "points", "text": "1", "n": 16 });
        stage.event(&app, "invoke-many", detail).await.unwrap();
        assert_eq!(stage.data(&app).await["ok"], 16);
    }
}

on_both! {
    async fn an_answer_that_comes_when_the_mini_app_is_gone_is_nobodys(execution: Execution) {
        /// Counts what was begun and what was dropped.
        struct Begun(Arc<AtomicUsize>, Arc<Notify>);
        impl Drop for Begun {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
                self.1.notify_one();
            }
        }
        let (dropped, notify) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let begun = Arc::new(Notify::new());
        let extension = {
            let (dropped, notify, begun) = (dropped.clone(), notify.clone(), begun.clone());
            move |_: Tenant, _: Value| {
                let guard = Begun(dropped.clone(), notify.clone());
                begun.notify_one();
                async move {
                    let _guard = guard;
                    pending().await
                }
            }
        };
        let stage = Stage::builder(execution).host(|host| interfaces(host).extension("points", extension)).set().await;
        let app = stage.start(Guest::Native).await;
        let other = stage.start(Guest::Rogue).await;
        let call = {
            let app = app.clone();
            tokio::spawn(async move {
                let event = miniapp_host::Event::new("invoke").detail(json!({ "name": "points", "text": "1" }));
                app.event(miniapp_host::PageId::FIRST, event).await
            })
        };
        begun.notified().await;
        app.close().await;
        notify.notified().await;
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
        assert!(matches!(call.await.unwrap(), Err(EventError::Ended(_))));
        stage.event(&other, "noop", json!({})).await.unwrap();
    }
}

on_both! {
    async fn the_device_is_invoked_by_its_name_once_the_user_has_agreed(execution: Execution) {
        let lamp = |_: Tenant, payload: Value| async move { Ok(payload) };
        let invoke = json!({ "name": "device:lamp", "text": "true" });
        let stage = Stage::builder(execution).host(|host| interfaces(host).device("lamp", lamp)).set().await;
        let app = stage.start(Guest::Native).await;
        stage.event(&app, "invoke", invoke.clone()).await.unwrap();
        assert_eq!(stage.data(&app).await["answer"], true);

        let refusing = |host: HostBuilder| interfaces(host).device("lamp", lamp).consent(FixedConsent::refuse());
        let stage = Stage::builder(execution).host(refusing).set().await;
        let app = stage.start(Guest::Native).await;
        let error = failure(&stage, &app, "invoke", invoke).await;
        assert_eq!(error.code, "denied");
        assert_eq!(stage.record.denied().len(), 1);
    }
}

on_both! {
    async fn an_extension_asks_the_user_if_it_says_so(execution: Execution) {
        for (asks, code) in [(false, None), (true, Some("denied"))] {
            let points = |_: Tenant, payload: Value| async move { Ok(payload) };
            let mut options = ExtensionOptions::default();
            options.asks_user = asks;
            let refusing = |host: HostBuilder| {
                interfaces(host).extension_with("points", points, options).consent(FixedConsent::refuse())
            };
            let stage = Stage::builder(execution).host(refusing).set().await;
            let app = stage.start(Guest::Native).await;
            let detail = json!({ "name": "points", "text": "1" });
            let told = match stage.event(&app, "invoke", detail).await {
                Ok(()) => None,
                Err(EventError::App(error)) => Some(error.code),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(told.as_deref(), code);
        }
    }
}

#[derive(ComponentType, Lift, Lower, serde::Serialize)]
#[component(record)]
#[component(wasmtime_crate = miniapp_host::wasmtime)]
struct Balance {
    points: u32,
    #[component(name = "valid-until")]
    valid_until: Option<String>,
}

fn loyalty() -> Interface {
    Interface::new("acme:loyalty/points@1.0.0", permission("ext:ledger"))
        .timeout(Duration::from_millis(200))
        .function(
            "balance",
            |caller: Caller, (member,): (String,)| async move {
                match member.as_str() {
                    "mia" => Ok(Balance {
                        points: 120,
                        valid_until: Some(caller.tenant().app.to_string()),
                    }),
                    "panic" => panic!("a function that panics"),
                    "never" => pending().await,
                    "much" => Ok(Balance {
                        points: 0,
                        valid_until: Some("x".repeat(1 << 20)),
                    }),
                    _ => Err(ExtensionError::new("not-found", format!("no `{member}`"))),
                }
            },
        )
        .function("names", |_: Caller, (names,): (Vec<String>,)| async move {
            Ok(u32::try_from(names.len()).unwrap())
        })
        .function("echo", |_: Caller, both: (String, Vec<u8>)| async move {
            Ok(both)
        })
}

#[derive(ComponentType, Lift, Lower, serde::Serialize)]
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

/// The ledger in this version, with its second function.
fn entries(version: &str) -> Interface {
    let name = format!("acme:loyalty/ledger@{version}");
    Interface::new(name, permission("ext:ledger")).sync_function(
        "enter",
        |_: Caller, (entry,): (Entry,)| async move {
            Ok(match entry {
                Entry::Line(line) | Entry::Sum(Err(line)) => u32::try_from(line.len()).unwrap(),
                Entry::Sum(Ok(sum)) => sum,
                Entry::Nothing => 0,
            })
        },
    )
}

fn ledger() -> Interface {
    entries("1.0.0").sync_function("note", |_: Caller, (line,): (String,)| async move {
        tokio::time::sleep(Duration::from_millis(5)).await;
        match line.as_str() {
            "panic" => panic!("a function that panics"),
            _ => Ok(u32::try_from(line.len()).unwrap()),
        }
    })
}

on_both! {
    async fn a_typed_function_answers(execution: Execution) {
        let stage = stage(execution).await;
        let app = stage.start(Guest::Native).await;
        stage.event(&app, "balance", json!({ "text": "mia" })).await.unwrap();
        let balance = json!({ "points": 120, "until": "miniapp_native" });
        assert_eq!(stage.data(&app).await["balance"], balance);
        stage.event(&app, "note", json!({ "text": "four" })).await.unwrap();
        assert_eq!(stage.data(&app).await["noted"], 4);
        for (detail, entered) in [
            (json!({ "text": "four" }), 4),
            (json!({ "bytes": 5 }), 5),
            (json!({ "n": 1 }), 7),
            (json!({}), 0),
        ] {
            stage.event(&app, "enter", detail).await.unwrap();
            assert_eq!(stage.data(&app).await["entered"], entered);
        }
        let error = failure(&stage, &app, "balance", json!({ "text": "ben" })).await;
        assert_eq!(error.to_string(), "not-found: no `ben`");
    }
}

on_both! {
    async fn a_typed_function_that_misbehaves_is_an_error_of_one_call(execution: Execution) {
        let stage = stage(execution).await;
        let app = stage.start(Guest::Native).await;
        for (handler, text, code) in [
            ("balance", "panic", "unavailable"),
            ("balance", "never", "timeout"),
            ("balance", "much", "too-large"),
            ("note", "panic", "unavailable"),
        ] {
            let error = failure(&stage, &app, handler, json!({ "text": text })).await;
            assert_eq!(error.code, code, "{error}");
        }
        stage.event(&app, "balance", json!({ "text": "mia" })).await.unwrap();
    }
}

on_both! {
    async fn a_typed_call_is_paid_for_by_what_it_carries(execution: Execution) {
        let stage = stage(execution).await;
        let app = stage.start(Guest::Native).await;
        let burnt = async |handler: &str, bytes: usize| {
            let before = app.fuel_spent();
            stage.event(&app, handler, json!({ "bytes": bytes })).await.unwrap();
            app.fuel_spent() - before
        };
        for (handler, price) in [("echo", 11), ("echo-text", 1)] {
            let (less, more) = (burnt(handler, 1 << 10).await, burnt(handler, 256 << 10).await);
            // There and back.
            assert!(more - less >= 2 * price * (255 << 10), "{handler}: {less}, {more}");
        }
        let code = async |bytes: usize| match stage.event(&app, "echo-text", json!({ "bytes": bytes })).await {
            Ok(()) => "ok".to_owned(),
            Err(EventError::App(error)) => error.code,
            Err(other) => panic!("{other}"),
        };
        // The text and the pair count 16 bytes each, the empty list the 24 that it takes up.
        assert_eq!(code((1 << 20) - 56).await, "ok");
        assert_eq!(code((1 << 20) - 55).await, "too-large");
        assert_eq!(code(2 << 20).await, "too-large");
    }
}

on_both! {
    async fn a_typed_call_that_carries_too_much_is_paid_for_as_a_whole(execution: Execution) {
        let stage = stage(execution).await;
        let app = stage.start(Guest::Native).await;
        // Each text of a list counts 16 bytes beyond its own.
        let most = ((1 << 20) - 32) / 17;
        let names = |n: usize| json!({ "n": n, "text": "x" });
        stage.event(&app, "names", names(most)).await.unwrap();
        assert_eq!(stage.data(&app).await["named"], most);
        let before = app.fuel_spent();
        assert_eq!(failure(&stage, &app, "names", names(most + 1)).await.code, "too-large");
        let spent = app.fuel_spent() - before;
        // As much as one call may make the host copy, in empty texts.
        let all = price::COPIED_BYTE * (10 << 20) + price::ELEMENT * (10 << 20) / 24;
        assert!(spent >= all, "{spent}, {all}");
    }
}

on_both! {
    async fn an_interface_that_is_optional_and_not_granted_answers_denied(execution: Execution) {
        let stage = stage(execution).await;
        let manifests = Guest::Native.manifests().partner_with("\"ext:ledger\", ", "");
        let id = stage.install_with(Guest::Native, &manifests).await.unwrap();
        let app = stage.launch(&id).await;
        let error = failure(&stage, &app, "note", json!({ "text": "x" })).await;
        assert_eq!(error.to_string(), "denied: `ext:ledger` is not granted to this mini-app");
        assert_eq!(stage.record.denied()[0].interface, "acme:loyalty/ledger");
        let burnt = async |detail: Value| {
            let before = app.fuel_spent();
            assert_eq!(failure(&stage, &app, "enter", detail).await.code, "denied");
            app.fuel_spent() - before
        };
        // What it carries is copied, and paid for, although it is denied.
        let (less, more) = (burnt(json!({ "bytes": 1 << 10 })).await, burnt(json!({ "bytes": 256 << 10 })).await);
        assert!(more - less >= 255 << 10, "{less}, {more}");
        let error = failure(&stage, &app, "balance", json!({ "text": "mia" })).await;
        assert_eq!(error.code, "denied");
        stage.event(&app, "invoke", json!({ "name": "points", "text": "1" })).await.unwrap();
    }
}

async fn refusal(interfaces: Vec<Interface>) -> String {
    let with = |host| interfaces.into_iter().fold(host, HostBuilder::interface);
    let stage = Stage::builder(miniapp_host::Execution::Jit)
        .host(with)
        .set()
        .await;
    let manifests = Guest::Native.manifests();
    let error = stage
        .install_with(Guest::Native, &manifests)
        .await
        .unwrap_err();
    error.to_string()
}

#[tokio::test]
async fn an_interface_that_nobody_registers() {
    assert_snapshot!(refusal(vec![loyalty()]).await, @r###"the component imports `acme:loyalty/ledger@1.0.0`, which is no interface of this host: a mini-app may import interfaces of `miniapp:host`, and those that the native app registers with `HostBuilder::interface`"###);
}

#[tokio::test]
async fn an_interface_that_the_manifest_does_not_ask_for() {
    let stage = stage(miniapp_host::Execution::Jit).await;
    let asked = "  - name: ext:ledger\n    reason: To test those that are plain functions.\n    optional: true\n";
    let manifests = Guest::Native.manifests().app_with(asked, "");
    let error = stage
        .install_with(Guest::Native, &manifests)
        .await
        .unwrap_err();
    assert_snapshot!(error.to_string(), @r###"the component imports `acme:loyalty/ledger`, which needs `ext:ledger`, and its app manifest does not ask for it; add to miniapp.yaml: permissions: [{ name: "ext:ledger", reason: "…" }]"###);
}

#[tokio::test]
async fn an_interface_that_is_required_and_not_granted() {
    let stage = stage(miniapp_host::Execution::Jit).await;
    let asked = "functions.\n    optional: true\n";
    let manifests = Guest::Native
        .manifests()
        .app_with(asked, "functions.\n    optional: false\n")
        .partner_with("\"ext:ledger\", ", "");
    let error = stage
        .install_with(Guest::Native, &manifests)
        .await
        .unwrap_err();
    assert_snapshot!(error.to_string(), @r###"the mini-app asks for `ext:ledger` (miniapp.yaml:10:11), which its partner manifest does not grant; write in partner.yaml:5: permissions: ["ext:points", "device:lamp", "device:clipboard", "device:location", "device:file-transfer", "device:payment", "device:scan", "device:share", "ext:ledger"]"###);
}

on_both! {
    async fn an_interface_in_another_version_is_denied_where_it_is_optional(execution: Execution) {
        let older = |host: HostBuilder| {
            let older = Interface::new("acme:loyalty/ledger@0.9.0", permission("ext:ledger"));
            host.interface(loyalty()).interface(older)
        };
        let stage = Stage::builder(execution).host(older).set().await;
        let app = stage.start(Guest::Native).await;
        let error = failure(&stage, &app, "note", json!({ "text": "x" })).await;
        assert_eq!(error.to_string(), "denied: this app has the version 0.9.0 of `acme:loyalty/ledger`, and the mini-app was built for 1.0.0");
        stage.event(&app, "balance", json!({ "text": "mia" })).await.unwrap();
    }
}

#[tokio::test]
async fn one_interface_serves_the_versions_before_it() {
    let import = |version: &str| {
        format!(
            r#"(import "acme:loyalty/ledger@{version}" (instance
                (export "error" (type $e (eq $error)))
                (export "note" (func (param "line" string) (result (result u32 (error $e)))))))
            "#
        )
    };
    let imports = import("1.0.0") + &import("1.1.0");
    let fragment = format!(";;; before\n{imports}\n;;; core\n(table $attacks 1 funcref)");
    let later = |host: HostBuilder| {
        let note = |_: Caller, (_,): (String,)| async { Ok(1_u32) };
        host.interface(entries("1.2.0").sync_function("note", note))
    };
    let stage = Stage::builder(miniapp_host::Execution::Jit)
        .host(later)
        .set()
        .await;
    let manifests = Guest::Native.manifests();
    let package = manifests.package(miniapp_tests::component(&fragment));
    let installed = stage.host.install(package, &manifests.partner()).await;
    let app = stage.launch(&installed.unwrap()).await;
    app.close().await;
}

#[tokio::test]
async fn an_interface_of_another_shape() {
    let wrong = |interface: Interface| vec![loyalty(), interface];
    let named = || entries("1.0.0");
    let takes = named().sync_function("note", |_: Caller, (_, _): (String, u32)| async {
        Ok(1_u32)
    });
    assert_snapshot!(refusal(wrong(takes)).await, @r###"the component does not fit `acme:loyalty/ledger@1.0.0` as this app has it: instance export `note` has the wrong type: type mismatch with parameters: expected 2-tuple, found 1-tuple; rebuild it against the WIT of this app"###);
    let answers = named().sync_function("note", |_: Caller, (_,): (String,)| async {
        Ok(String::new())
    });
    assert_snapshot!(refusal(wrong(answers)).await, @r###"the component does not fit `acme:loyalty/ledger@1.0.0` as this app has it: instance export `note` has the wrong type: type mismatch with results: expected `string` found `u32`; rebuild it against the WIT of this app"###);
    let waits = named().function("note", |_: Caller, (_,): (String,)| async { Ok(1_u32) });
    assert_snapshot!(refusal(wrong(waits)).await, @r###"the component does not fit `acme:loyalty/ledger@1.0.0` as this app has it: instance export `note` has the wrong type: it is asynchronous on one side only; see `Interface::function` and `Interface::sync_function`; rebuild it against the WIT of this app"###);
}

/// The ledger without one of its functions.
fn lacking() -> Interface {
    entries("1.0.0").sync_function("other", |_: Caller, (_,): (String,)| async { Ok(1_u32) })
}

on_both! {
    async fn an_interface_that_lacks_a_function_is_denied_where_it_is_optional(execution: Execution) {
        let with = |host: HostBuilder| host.interface(loyalty()).interface(lacking());
        let stage = Stage::builder(execution).host(with).set().await;
        let app = stage.start(Guest::Native).await;
        let error = failure(&stage, &app, "note", json!({ "text": "x" })).await;
        assert_eq!(error.to_string(), "denied: this app's `acme:loyalty/ledger` has no function `note`, for which the mini-app was built");
        stage.event(&app, "balance", json!({ "text": "mia" })).await.unwrap();
    }
}

#[tokio::test]
async fn an_interface_that_lacks_a_function_is_refused_where_it_is_required() {
    let stage = Stage::builder(miniapp_host::Execution::Jit)
        .host(|host| host.interface(loyalty()).interface(lacking()))
        .set()
        .await;
    let (optional, required) = (
        "functions.\n    optional: true\n",
        "functions.\n    optional: false\n",
    );
    let manifests = Guest::Native.manifests().app_with(optional, required);
    let refused = stage.install_with(Guest::Native, &manifests).await;
    assert_snapshot!(refused.unwrap_err().to_string(), @r###"the component imports `acme:loyalty/ledger`, which this app does not offer: it has no function `note`"###);
}

#[tokio::test]
async fn an_interface_in_another_version_is_refused_where_it_is_required() {
    let older = Interface::new("acme:loyalty/ledger@0.9.0", permission("ext:ledger"));
    let echo = |_: Tenant, payload: Value| async move { Ok(payload) };
    let with = |host: HostBuilder| {
        let host = host.interface(loyalty()).interface(older);
        host.extension("points", echo)
    };
    let stage = Stage::builder(miniapp_host::Execution::Jit)
        .host(with)
        .set()
        .await;
    let (optional, required) = (
        "functions.\n    optional: true\n",
        "functions.\n    optional: false\n",
    );
    let manifests = Guest::Native.manifests().app_with(optional, required);
    let refused = stage.install_with(Guest::Native, &manifests).await;
    assert_snapshot!(refused.unwrap_err().to_string(), @r###"the component imports `acme:loyalty/ledger`, which this app does not offer: it has the version 0.9.0 of it, and 1.0.0 is asked for"###);
}

#[test]
fn what_cannot_be_registered() {
    let refused = |host: HostBuilder| -> BuildError { host.build().unwrap_err() };
    let echo = |_: Tenant, payload: Value| async move { Ok(payload) };
    assert_snapshot!(refused(Host::builder().extension("no name", echo)).to_string(), @r###"the extension `no name`: unknown permission `ext:no name`; the name after the colon has 1 to 64 of the characters `A-Z a-z 0-9 . _ -` and begins with a letter"###);
    let twice = Host::builder().extension("a", echo).extension("a", echo);
    assert_snapshot!(refused(twice).to_string(), @r###"two extensions are registered for `ext:a`; mini-apps would not know which"###);
    let own = Interface::new("miniapp:host/view@1.2.0", permission("ext:a"));
    assert_snapshot!(refused(Host::builder().interface(own)).to_string(), @r###"`miniapp:host/view@1.2.0` is this container's own; give the native app's interface a package of its own"###);
    let other = Interface::new("miniapp:script/source@1.0.0", permission("ext:a"));
    assert_snapshot!(refused(Host::builder().interface(other)).to_string(), @r###"`miniapp:script/source@1.0.0` is this container's own; give the native app's interface a package of its own"###);
    let pay = Interface::new("miniapp:device/payment@1.0.0", permission("ext:pay"));
    assert_snapshot!(refused(Host::builder().interface(pay)).to_string(), @r###"`miniapp:device/payment@1.0.0` is under `device:payment`, and is registered under `ext:pay`; register it under `device:payment`, or give the native app's interface a package of its own"###);
    let echoes = loyalty().function("echo", |_: Caller, (text,): (String,)| async { Ok(text) });
    assert_snapshot!(refused(Host::builder().interface(echoes)).to_string(), @r###"`acme:loyalty/points@1.0.0` has two functions `echo`; mini-apps would not know which"###);
    let twice = Host::builder().interface(loyalty()).interface(loyalty());
    assert_snapshot!(refused(twice).to_string(), @r###"`acme:loyalty/points@1.0.0` is registered twice; mini-apps would not know which"###);
    let unnamed = Interface::new("points", permission("ext:a"));
    assert_snapshot!(refused(Host::builder().interface(unnamed)).to_string(), @r###"the interface `points`: `points` is not the name of an interface; expected `namespace:package/interface@version`, such as `miniapp:host/request@1.0.0`"###);
}

fn position() -> device::Position {
    device::Position {
        latitude: 46.948,
        longitude: 7.447,
        accuracy: 1_000.0,
        altitude: None,
        heading: None,
        speed: None,
        at: 0,
    }
}

on_both! {
    async fn interfaces_of_the_device(execution: Execution) {
        let files = device::MemoryFiles::default()
            .with("a.txt", "text/plain", *b"text")
            .with("cat.png", "image/png", *b"meow");
        let with = |host: HostBuilder| {
            interfaces(host)
                .interface(device::location(|_, _| async { Ok(position()) }))
                .interface(device::file_transfer(files.clone()))
                .interface(device::payment(|_, order: device::Order| async move {
                    assert_eq!((order.amount, order.currency.as_str()), (1_290, "CHF"));
                    let reference = Some(order.token);
                    Ok(device::Receipt { status: "paid".to_owned(), reference })
                }))
                .interface(device::scan(|_, options: device::ScanOptions| async move {
                    let [format] = options.formats.try_into().unwrap();
                    let (text, content) = ("7610200".to_owned(), vec![7, 6]);
                    Ok(Some(device::Scanned { text, content, format }))
                }))
                .interface(device::share(|caller: Caller, content: device::Content| async move {
                    assert_eq!(content.picture.unwrap(), [1, 2, 3]);
                    Ok(format!("{} to {}, {}", content.title, caller.tenant().app, content.page.unwrap()))
                }))
        };
        let stage = Stage::builder(execution).host(with).set().await;
        let app = stage.start(Guest::Native).await;
        stage.event(&app, "locate", json!({})).await.unwrap();
        stage.event(&app, "files", json!({})).await.unwrap();
        let data = stage.data(&app).await;
        assert_eq!(data["position"], json!([46.948, 7.447]));
        assert_eq!(data["file"], json!(["cat.png", 4, [101, 111, 119]]));
        assert_eq!(files.content("copy").unwrap(), b"eow");
        // What was saved is nobody's to choose.
        stage.event(&app, "files", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["file"][0], "cat.png");
        stage.event(&app, "pay", json!({ "text": "t-1" })).await.unwrap();
        stage.event(&app, "scan", json!({})).await.unwrap();
        stage.event(&app, "share", json!({ "text": "Summer" })).await.unwrap();
        let data = stage.data(&app).await;
        assert_eq!(data["receipt"], json!(["paid", "t-1"]));
        assert_eq!(data["scanned"], json!(["7610200", [7, 6], "ean-13"]));
        assert_eq!(data["shared"], "Summer to miniapp_native, pages/index?id=7");
    }
}

on_both! {
    async fn a_device_that_is_not_offered_is_denied_where_it_is_optional(execution: Execution) {
        let stage = stage(execution).await;
        let app = stage.start(Guest::Native).await;
        let error = failure(&stage, &app, "locate", json!({})).await;
        assert_eq!(error.to_string(), "denied: `device:location` is not offered by this app");
        let optional = "interfaces of the device.\n    optional: true\n  - name: device:file";
        let required = "interfaces of the device.\n    optional: false\n  - name: device:file";
        let manifests = Guest::Native.manifests().app_with(optional, required);
        let refused = stage.install_with(Guest::Native, &manifests).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the component imports `miniapp:device/location`, which this app does not offer: it is not registered; see `HostBuilder::interface`"
        );
    }
}

on_both! {
    async fn the_showcase_shows_points_and_where_it_is(execution: Execution) {
        let points = |_: Tenant, asked: Value| async move {
            assert_eq!(asked, json!({ "member": "mia" }));
            Ok(json!({ "points": 120 }))
        };
        let with = |host: HostBuilder| {
            host.extension("loyalty.points", points)
                .interface(device::location(|_, options: device::LocationOptions| async move {
                    assert!(!options.precise);
                    Ok(position())
                }))
        };
        let stage = Stage::builder(execution).host(with).set().await;
        let id = stage.install(Guest::Showcase).await;
        for (page, handler, detail, path, value) in [
            ("pages/extension", "onMember", json!("mia"), "points", json!(120)),
            ("pages/location", "onLocate", json!({}), "place", json!("46.948° N, 7.447° E")),
        ] {
            let options = miniapp_host::LaunchOptions {
                page: Some(page.to_owned()),
                ..Default::default()
            };
            let app = stage.host.launch_with(id.as_str(), options).await.unwrap();
            app.ready().await.unwrap();
            stage.event(&app, handler, detail).await.unwrap();
            assert_eq!(stage.data(&app).await[path], value);
        }
    }
}
