//! The places for live mini-apps: at the limit, one past it, and given back.

use std::sync::Arc;

use miniapp_host::{EndReason, LaunchError, RunError};
use miniapp_tests::{Guest, Stage, component, on_both};
use serde_json::json;

on_both! {
    async fn one_mini_app_too_many_is_refused_until_another_ends(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.live_apps(3)).set().await;
        let id = stage.install(Guest::Rogue).await;
        let mut live = Vec::new();
        for _ in 0..3 {
            live.push(stage.launch(&id).await);
        }
        let error = stage.host.launch(id.as_str()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "3 mini-apps are live, which is the limit; close one, or raise `EngineOptions::live_apps`"
        );
        live.pop().unwrap().close().await;
        let again = stage.launch(&id).await;
        stage.event(&again, "noop", json!({})).await.unwrap();
        live.push(again);
        for app in live {
            app.close().await;
        }
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn one_stack_too_few_ends_that_launch_and_no_other_mini_app(execution: Execution) {
        let stage = Stage::builder(execution)
            .host(|host| host.live_apps(4).configure(|options| options.engine.stacks = Some(3)))
            .set()
            .await;
        let id = stage.install(Guest::OneCallAtATime).await;
        let mut live = Vec::new();
        for _ in 0..3 {
            let app = stage.host.launch(id.as_str()).await.unwrap();
            let sleeper = app.clone();
            // Waits inside a call that holds its stack.
            let sleeping = tokio::spawn(async move {
                let event = miniapp_host::Event::new("sleep").detail(json!({ "ms": 60_000 }));
                sleeper.event(miniapp_host::PageId::FIRST, event).await
            });
            live.push((app, sleeping));
        }
        stage.moment().await;
        assert_eq!(stage.host.pool_usage().unwrap().stacks, 3);
        let error = stage.host.launch(id.as_str()).await.unwrap_err();
        let LaunchError::Failed(RunError::Ended(reason)) = &error else { panic!("{error}") };
        assert!(matches!(**reason, EndReason::PoolExhausted(_)), "{reason}");
        for (app, sleeping) in live {
            let reason = app.close().await;
            assert!(matches!(*reason, EndReason::ClosedByForce { .. }), "{reason}");
            assert!(sleeping.await.unwrap().is_err());
        }
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn a_hundred_lives_leave_nothing_behind(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.live_apps(10)).set().await;
        let id = stage.install(Guest::Rogue).await;
        let stage = Arc::new(stage);
        for round in 0..10 {
            let lives = (0..10).map(|place| {
                let (stage, id) = (Arc::clone(&stage), id.clone());
                tokio::spawn(async move {
                    let app = stage.launch(&id).await;
                    // Every second one is dropped while it works.
                    if (round + place) % 2 == 0 {
                        stage.event(&app, "burn", json!({ "rounds": 10 })).await.unwrap();
                    }
                    app.close().await
                })
            });
            for life in lives.collect::<Vec<_>>() {
                assert_eq!(*life.await.unwrap(), EndReason::Closed);
            }
            stage.assert_pool_is_empty().await;
        }
    }
}

/// Crashes where its memory is not as its component says, and leaves marks in it: where the
/// component has put something, where there was nothing, and where it has grown.
const MARKS: &str = r#"
;;; core
(table $attacks 1 funcref)
(data (i32.const 60000) "new")
(func $mark (param $at i32) (param $expected i32)
  (if (i32.ne (i32.load (local.get $at)) (local.get $expected)) (then (unreachable)))
  (i32.store (local.get $at) (i32.const -1)))
(func (export "on-launch") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (call $mark (i32.const 60000) (i32.const 0x77656e))
  (call $mark (i32.const 100000) (i32.const 0))
  (if (i32.ne (memory.grow (i32.const 20)) (i32.const 2)) (then (unreachable)))
  (call $mark (i32.const 140000) (i32.const 0))
  (call $mark (i32.const 1400000) (i32.const 0))
  (i32.const 16))
"#;

on_both! {
    async fn a_memory_is_as_new_for_whoever_comes_next(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.live_apps(1)).set().await;
        let manifests = Guest::Rogue.manifests();
        let package = manifests.package(component(MARKS));
        let marks = stage.host.install(package, &manifests.partner()).await.unwrap();
        for _ in 0..3 {
            let app = stage.launch(&marks).await;
            assert_eq!(*app.close().await, EndReason::Closed);
        }
    }
}
