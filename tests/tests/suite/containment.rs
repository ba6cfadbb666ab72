//! What a hostile or broken mini-app does ends in its own typed error, while a
//! live neighbour goes on answering and everything it held is given back.

use std::sync::Arc;
use std::time::Duration;

use miniapp_host::{
    EndReason, EventError, Execution, LaunchError, LaunchOptions, Limits, MiniApp, PoolUsage,
    RunError, TrapKind,
};
use miniapp_tests::{Guest, Stage, on_both};
use serde_json::{Value, json};

/// Limits that are reached soon, by machine code and by the interpreter.
fn small() -> Limits {
    let mut limits = Limits::default();
    limits.fuel_per_event = 20_000_000;
    limits.memory = 16 << 20;
    limits.launch = Duration::from_millis(300);
    limits.close = Duration::from_millis(100);
    limits
}

/// A stage on which a neighbour lives.
async fn with_neighbour(execution: Execution) -> (Stage, MiniApp, PoolUsage) {
    let stage = Stage::builder(execution)
        .host(|host| host.limits(small()))
        .set()
        .await;
    let id = stage.install(Guest::Rogue).await;
    let neighbour = stage.launch(&id).await;
    stage
        .event(&neighbour, "set", json!({ "path": "mine", "value": 7 }))
        .await
        .unwrap();
    let alone = stage.host.pool_usage().unwrap();
    (stage, neighbour, alone)
}

/// The neighbour has noticed nothing, and nothing but it is left.
async fn assert_unharmed(stage: &Stage, neighbour: &MiniApp, alone: PoolUsage) {
    assert_eq!(stage.host.pool_usage().unwrap(), alone);
    stage.event(neighbour, "noop", json!({})).await.unwrap();
    assert_eq!(stage.data(neighbour).await["mine"], 7);
    assert_eq!(*neighbour.close().await, EndReason::Closed);
    stage.assert_pool_is_empty().await;
}

/// How a mini-app ends that is told to do `handler`.
async fn end_of(stage: &Stage, handler: &str, detail: Value) -> Arc<EndReason> {
    let app = stage.launch(&"miniapp_rogue".parse().unwrap()).await;
    let error = stage.event(&app, handler, detail).await.unwrap_err();
    let EventError::Ended(reason) = error else {
        panic!("{error}")
    };
    let again = stage.event(&app, "noop", json!({})).await.unwrap_err();
    assert!(matches!(again, EventError::Ended(_)), "{again}");
    assert_eq!(app.data(miniapp_host::PageId::FIRST).await, None);
    reason
}

on_both! {
    async fn a_loop_without_end_runs_out_of_fuel(execution: Execution) {
        let (stage, neighbour, alone) = with_neighbour(execution).await;
        let reason = end_of(&stage, "spin", json!({})).await;
        let EndReason::OutOfFuel { limit: 20_000_000, backtrace } = &*reason else { panic!("{reason}") };
        assert!(!backtrace.is_empty());
        assert!(reason.to_string().contains("one event may burn 20000000 units"), "{reason}");
        assert_unharmed(&stage, &neighbour, alone).await;
    }
}

on_both! {
    async fn recursion_without_end_exhausts_its_stack(execution: Execution) {
        let (stage, neighbour, alone) = with_neighbour(execution).await;
        let reason = end_of(&stage, "recurse", json!({})).await;
        let EndReason::Trap { kind: TrapKind::StackOverflow, backtrace } = &*reason else { panic!("{reason}") };
        assert!(backtrace[0].function.contains("recurse"), "{reason}");
        assert_unharmed(&stage, &neighbour, alone).await;
    }
}

on_both! {
    async fn allocation_without_end_runs_out_of_memory(execution: Execution) {
        let (stage, neighbour, alone) = with_neighbour(execution).await;
        let reason = end_of(&stage, "allocate", json!({})).await;
        let EndReason::OutOfMemory { wanted, limit, .. } = &*reason else { panic!("{reason}") };
        assert_eq!(*limit, 16 << 20);
        assert!(wanted > limit);
        assert_unharmed(&stage, &neighbour, alone).await;
    }
}

on_both! {
    async fn a_panic_is_a_trap_with_a_backtrace_and_a_line_in_the_log(execution: Execution) {
        let (stage, neighbour, alone) = with_neighbour(execution).await;
        let reason = end_of(&stage, "panic", json!({})).await;
        let EndReason::Trap { kind: TrapKind::Unreachable, backtrace } = &*reason else { panic!("{reason}") };
        assert!(backtrace.iter().any(|frame| frame.function.contains("panic")), "{reason}");
        assert!(stage.record.log().iter().any(|line| line.contains("panicked")), "{:?}", stage.record.log());
        assert_unharmed(&stage, &neighbour, alone).await;
    }
}

on_both! {
    async fn a_callback_that_waits_for_ever_does_not_keep_it_open(execution: Execution) {
        let (stage, neighbour, alone) = with_neighbour(execution).await;
        let app = stage.launch(&"miniapp_rogue".parse().unwrap()).await;
        let waiting = stage.event(&app, "wait-forever", json!({}));
        let close = async {
            stage.moment().await;
            app.close().await
        };
        let (waited, closed) = tokio::join!(waiting, close);
        assert!(matches!(waited, Err(EventError::Ended(_))));
        assert_eq!(*closed, EndReason::Closed);
        assert_unharmed(&stage, &neighbour, alone).await;
    }
}

async fn close_armed(execution: Execution, armed: Value) -> Arc<EndReason> {
    let (stage, neighbour, alone) = with_neighbour(execution).await;
    let app = stage.launch(&"miniapp_rogue".parse().unwrap()).await;
    stage.event(&app, "arm", armed).await.unwrap();
    let reason = app.close().await;
    assert_unharmed(&stage, &neighbour, alone).await;
    reason
}

on_both! {
    async fn a_farewell_that_never_returns_is_cut(execution: Execution) {
        let forced = EndReason::ClosedByForce { after: Duration::from_millis(100) };
        assert_eq!(*close_armed(execution, json!({ "unload": "wait" })).await, forced);
        assert_eq!(*close_armed(execution, json!({ "hide": "wait" })).await, forced);
    }
}

on_both! {
    async fn a_farewell_that_computes_for_ever_is_cut(execution: Execution) {
        let reason = close_armed(execution, json!({ "unload": "spin" })).await;
        // Whichever limit is reached first.
        assert!(
            matches!(*reason, EndReason::ClosedByForce { .. } | EndReason::OutOfFuel { .. }),
            "{reason}"
        );
    }
}

on_both! {
    async fn a_farewell_that_panics_is_a_trap(execution: Execution) {
        let reason = close_armed(execution, json!({ "unload": "panic" })).await;
        assert!(matches!(*reason, EndReason::Trap { kind: TrapKind::Unreachable, .. }), "{reason}");
    }
}

async fn launch_armed(execution: Execution, fate: &str) -> Arc<EndReason> {
    let (stage, neighbour, alone) = with_neighbour(execution).await;
    let extra = Some(json!({ "launch": fate }).to_string());
    let launched = stage
        .host
        .launch_with(
            "miniapp_rogue",
            LaunchOptions {
                extra,
                ..LaunchOptions::default()
            },
        )
        .await;
    let error = launched.unwrap_err();
    let LaunchError::Failed(RunError::Ended(reason)) = error else {
        panic!("{error}")
    };
    assert_unharmed(&stage, &neighbour, alone).await;
    reason
}

on_both! {
    async fn a_launch_that_never_returns_is_cut(execution: Execution) {
        let cut = EndReason::LaunchTooLong { limit: Duration::from_millis(300) };
        assert_eq!(*launch_armed(execution, "wait").await, cut);
    }
}

on_both! {
    async fn a_launch_that_computes_for_ever_runs_out_of_fuel(execution: Execution) {
        let reason = launch_armed(execution, "spin").await;
        assert!(
            matches!(*reason, EndReason::OutOfFuel { .. } | EndReason::LaunchTooLong { .. }),
            "{reason}"
        );
    }
}

on_both! {
    async fn a_launch_that_panics_is_a_trap(execution: Execution) {
        let reason = launch_armed(execution, "panic").await;
        assert!(matches!(*reason, EndReason::Trap { kind: TrapKind::Unreachable, .. }), "{reason}");
    }
}

on_both! {
    async fn a_turn_that_is_too_long_is_cut_although_there_is_fuel(execution: Execution) {
        let mut limits = Limits::default();
        limits.fuel_per_event = u64::MAX / 4;
        limits.fuel_per_second = u64::MAX / 4;
        limits.turn = Duration::from_millis(50);
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        stage.install(Guest::Rogue).await;
        let reason = end_of(&stage, "spin", json!({})).await;
        assert_eq!(*reason, EndReason::TurnTooLong { limit: Duration::from_millis(50) });
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn a_provider_that_panics_is_an_error_and_no_more(execution: Execution) {
        struct Panics;
        impl miniapp_host::ProfileProvider for Panics {
            fn read<'a>(
                &'a self,
                _tenant: &'a miniapp_host::Tenant,
                _fields: &'a [String],
            ) -> miniapp_host::ProfileAnswer<'a> {
                panic!("the provider is broken")
            }
        }
        let stage = Stage::builder(execution).host(|host| host.profile(Panics)).set().await;
        let app = stage.start(Guest::Rogue).await;
        let error = stage.event(&app, "profile", json!({})).await.unwrap_err();
        assert_eq!(error.to_string(), "the handler failed: unavailable: the app could not read the profile; try again later");
        stage.event(&app, "noop", json!({})).await.unwrap();
    }
}

on_both! {
    async fn an_observer_that_panics_ends_the_mini_app_and_nothing_else(execution: Execution) {
        let host = miniapp_host::Host::builder()
            .execution(execution)
            .live_apps(8)
            .profile(miniapp_host::FixedProfile::default())
            .observe(|_, report| {
                if matches!(report, miniapp_host::Report::Data { changes, .. } if changes.iter().any(|change| change.path == "fatal")) {
                    panic!("the observer is broken")
                }
            })
            .build()
            .unwrap();
        let manifests = Guest::Rogue.manifests();
        let package = manifests.package(Guest::Rogue.component());
        let id = host.install(package, &manifests.partner()).await.unwrap();
        let neighbour = host.launch(id.as_str()).await.unwrap();
        neighbour.ready().await.unwrap();
        let alone = host.pool_usage().unwrap();
        let app = host.launch(id.as_str()).await.unwrap();
        app.ready().await.unwrap();
        let event = |handler: &str, detail| miniapp_host::Event::new(handler).detail(detail);
        let first = miniapp_host::PageId::FIRST;
        let fatal = event("set", json!({ "path": "fatal", "value": 1 }));
        let error = app.event(first, fatal).await.unwrap_err();
        assert!(matches!(error, EventError::Ended(_)), "{error}");
        assert_eq!(*app.ended().await, EndReason::Host("it panicked: the observer is broken".to_owned()));
        neighbour.event(first, event("noop", json!({}))).await.unwrap();
        assert_eq!(host.pool_usage().unwrap(), alone);
    }
}

on_both! {
    async fn a_flood_of_events_is_refused_and_not_stored(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        let flood: Vec<_> = (0..200).map(|_| stage.event(&app, "sleep", json!({ "ms": 20 }))).collect();
        let answers = futures_util::future::join_all(flood).await;
        let handled = answers.iter().filter(|answer| answer.is_ok()).count();
        let busy = answers.iter().filter(|answer| matches!(answer, Err(EventError::Busy))).count();
        assert_eq!(handled + busy, 200);
        assert!(busy > 0, "the mailbox is bounded");
        assert!(handled >= 64, "what was accepted is handled: {handled}");
        stage.event(&app, "noop", json!({})).await.unwrap();
    }
}

on_both! {
    async fn events_that_are_too_large_are_not_delivered(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        let text = |bytes: usize| json!({ "x": "x".repeat(bytes - r#"{"x":""}"#.len()) });
        stage.event(&app, "noop", text(64 << 10)).await.unwrap();
        let error = stage.event(&app, "noop", text((64 << 10) + 1)).await.unwrap_err();
        assert_eq!(error.to_string(), "the event's detail has 65537 bytes, 65536 are allowed");
        let error = stage.event(&app, &"h".repeat(257), json!({})).await.unwrap_err();
        assert_eq!(error.to_string(), "the event's handler has 257 bytes, 256 are allowed");
    }
}

on_both! {
    async fn host_calls_that_are_done_at_once_do_not_refill_the_bucket(execution: Execution) {
        let (stage, neighbour, alone) = with_neighbour(execution).await;
        // Refused before it is sent, so the guest never leaves its turn.
        let reason = end_of(&stage, "fetch-forever", json!({ "url": "nowhere" })).await;
        assert!(
            matches!(*reason, EndReason::OutOfFuel { .. } | EndReason::TurnTooLong { .. }),
            "{reason}"
        );
        assert_unharmed(&stage, &neighbour, alone).await;
    }
}

on_both! {
    async fn host_calls_are_cut_although_there_is_fuel(execution: Execution) {
        let mut limits = Limits::default();
        limits.fuel_per_event = u64::MAX / 4;
        limits.fuel_per_second = u64::MAX / 4;
        limits.turn = Duration::from_millis(50);
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        stage.install(Guest::Rogue).await;
        let reason = end_of(&stage, "fetch-forever", json!({ "url": "nowhere" })).await;
        assert_eq!(*reason, EndReason::TurnTooLong { limit: Duration::from_millis(50) });
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn what_is_given_up_is_not_counted_for_ever(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        // One more than may wait at once.
        stage.event(&app, "abandon-sleeps", json!({ "n": 1_025 })).await.unwrap();
        assert_eq!(stage.data(&app).await["slept"], true);
    }
}

on_both! {
    async fn a_call_that_sets_and_replaces_does_not_pile_up(execution: Execution) {
        let (stage, neighbour, alone) = with_neighbour(execution).await;
        let app = stage.launch(&"miniapp_rogue".parse().unwrap()).await;
        let bomb = format!("a{}", "[1024]".repeat(63));
        let detail = json!({ "changes": [[bomb, "0"], ["a", "0"]], "n": 100 });
        let error = stage.event(&app, "set-many", detail).await.unwrap_err();
        let EventError::App(error) = error else { panic!("{error}") };
        assert_eq!(error.code, "too-large", "{error}");
        assert_eq!(stage.data(&app).await.get("a"), None, "nothing of the call was applied");
        app.close().await;
        assert_unharmed(&stage, &neighbour, alone).await;
    }
}
