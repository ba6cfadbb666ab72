//! The order of callbacks, and what happens when one fails.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::poll;
use miniapp_host::{
    Answering, Asking, ConsentAnswer, ConsentPrompt, ConsentQuestion, EndReason, Execution,
    LaunchError, LaunchOptions, Limits, MiniApp, Question, Reply, RunError, Tenant, UserInterface,
};
use miniapp_tests::{Guest, Line, Stage, on_both};
use serde_json::json;

on_both! {
    async fn callbacks_come_in_their_order_and_once_each(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        app.hide().await;
        app.show().await;
        assert_eq!(*app.close().await, EndReason::Closed);
        assert_eq!(
            stage.record.log(),
            [
                "life app.launch", "life app.show",
                "life page.load", "life page.show", "life page.ready",
                "life page.hide", "life app.hide",
                "life app.show", "life page.show",
                "life page.hide", "life app.hide", "life page.unload",
            ]
        );
    }
}

on_both! {
    async fn no_page_is_loaded_before_a_slow_launch_has_finished(execution: Execution) {
        let stage = Stage::set(execution).await;
        let id = stage.install(Guest::Rogue).await;
        let options = LaunchOptions { extra: Some(json!({ "launch": "slow" }).to_string()), ..LaunchOptions::default() };
        let app = stage.host.launch_with(id.as_str(), options).await.unwrap();
        app.ready().await.unwrap();
        assert_eq!(&stage.record.log()[..3], ["life app.launch", "life app.show", "life page.load"]);
    }
}

on_both! {
    async fn a_launch_that_fails_opens_no_page(execution: Execution) {
        let stage = Stage::set(execution).await;
        let id = stage.install(Guest::Rogue).await;
        let options = LaunchOptions { extra: Some(json!({ "launch": "fail" }).to_string()), ..LaunchOptions::default() };
        let error = stage.host.launch_with(id.as_str(), options).await.unwrap_err();
        assert!(error.to_string().starts_with("the launch was refused by the mini-app: app: "), "{error}");
        assert_eq!(stage.record.log(), ["life app.launch"]);
        assert!(matches!(stage.record.lines().last(), Some(Line::Ended(EndReason::LaunchRefused(_)))));
        stage.assert_pool_is_empty().await;
    }
}

/// A user who takes their time to answer, if they answer at all.
struct Slow(Option<Duration>);

impl Slow {
    async fn think(&self) {
        match self.0 {
            Some(time) => tokio::time::sleep(time).await,
            None => std::future::pending().await,
        }
    }
}

impl ConsentPrompt for Slow {
    fn ask<'a>(&'a self, _: &'a Tenant, _: &'a ConsentQuestion) -> Answering<'a> {
        Box::pin(async {
            self.think().await;
            ConsentAnswer::Allow
        })
    }
}

impl UserInterface for Slow {
    fn ask<'a>(&'a self, _: &'a Tenant, _: &'a Question) -> Option<Asking<'a>> {
        Some(Box::pin(async {
            self.think().await;
            Ok(Reply {
                confirmed: true,
                input: None,
            })
        }))
    }
}

/// Launches one that asks its user something while it is launched.
async fn ask_at_launch(
    execution: Execution,
    fate: &str,
    user: fn() -> Slow,
    limits: Limits,
) -> Result<MiniApp, LaunchError> {
    let stage = Stage::builder(execution)
        .host(|host| {
            host.limits(limits)
                .consent(user())
                .user_interface(Arc::new(user()))
        })
        .set()
        .await;
    let id = stage.install(Guest::Rogue).await;
    let options = LaunchOptions {
        extra: Some(json!({ "launch": fate }).to_string()),
        ..LaunchOptions::default()
    };
    stage.host.launch_with(id.as_str(), options).await
}

on_both! {
    async fn a_launch_may_wait_for_the_user(execution: Execution) {
        let mut limits = Limits::default();
        limits.launch = Duration::from_secs(1);
        let slow = || Slow(Some(Duration::from_millis(1_500)));
        for fate in ["consent", "dialog"] {
            let app = ask_at_launch(execution, fate, slow, limits.clone()).await;
            assert!(app.unwrap().is_live(), "{fate}");
        }
    }
}

on_both! {
    async fn a_launch_does_not_wait_for_ever_for_the_user(execution: Execution) {
        let mut limits = Limits::default();
        limits.launch = Duration::from_secs(1);
        limits.consent = Duration::from_millis(100);
        let error = ask_at_launch(execution, "dialog", || Slow(None), limits).await.unwrap_err();
        let LaunchError::Failed(RunError::Ended(reason)) = &error else { panic!("{error}") };
        assert!(matches!(**reason, EndReason::LaunchTooLong { .. }), "{reason}");
    }
}

on_both! {
    async fn what_is_handed_over_must_be_json(execution: Execution) {
        let stage = Stage::set(execution).await;
        let id = stage.install(Guest::Rogue).await;
        for broken in ["", "{", "1 2"] {
            let options = LaunchOptions { extra: Some(broken.to_owned()), ..LaunchOptions::default() };
            let error = stage.host.launch_with(id.as_str(), options).await.unwrap_err();
            assert!(matches!(error, LaunchError::Failed(RunError::InvalidExtra { .. })), "{broken}: {error}");
        }
        let options = LaunchOptions { extra: Some("{".to_owned()), ..LaunchOptions::default() };
        let error = stage.host.launch_with(id.as_str(), options).await.unwrap_err();
        assert_eq!(error.to_string(), "the launch's `extra` is no JSON text: EOF while parsing an object at line 1 column 1; hand over what a serializer writes");
        assert_eq!(stage.record.log(), [""; 0]);
        let options = LaunchOptions { extra: Some("{}".to_owned()), ..LaunchOptions::default() };
        assert!(stage.host.launch_with(id.as_str(), options).await.is_ok());
    }
}

on_both! {
    async fn a_page_that_fails_to_load_is_reported_and_lives_on(execution: Execution) {
        let stage = Stage::set(execution).await;
        let id = stage.install(Guest::Rogue).await;
        let options = LaunchOptions { page: Some("pages/fail".to_owned()), ..LaunchOptions::default() };
        let app = stage.host.launch_with(id.as_str(), options).await.unwrap();
        app.ready().await.unwrap();
        let uncaught = stage.record.uncaught();
        assert_eq!(uncaught, [("on-load".to_owned(), "app: this page fails to load".to_owned())]);
        assert_eq!(*app.close().await, EndReason::Closed);
    }
}

on_both! {
    async fn the_query_reaches_the_page_and_unknown_pages_are_refused(execution: Execution) {
        let stage = Stage::set(execution).await;
        let id = stage.install(Guest::Rogue).await;
        let query = vec![("k".to_owned(), "v".to_owned()), ("k".to_owned(), "ü".to_owned())];
        let app = stage.host.launch_with(id.as_str(), LaunchOptions { query, ..LaunchOptions::default() }).await.unwrap();
        app.ready().await.unwrap();
        assert_eq!(stage.data(&app).await, json!({ "path": "pages/index", "query": [["k", "v"], ["k", "ü"]] }));

        let options = LaunchOptions { page: Some("pages/none".to_owned()), ..LaunchOptions::default() };
        let error = stage.host.launch_with(id.as_str(), options).await.unwrap_err();
        assert_eq!(error.to_string(), "the mini-app has no page `pages/none`; its pages are pages/index, pages/fail");
    }
}

on_both! {
    async fn events_are_answered_while_others_wait(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        let slow = stage.event(&app, "sleep", json!({ "ms": 60_000 }));
        let quick = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            stage.event(&app, "noop", json!({})).await
        };
        tokio::select! {
            slow = slow => panic!("a minute has passed: {slow:?}"),
            quick = quick => quick.unwrap(),
        }
        assert_eq!(*app.close().await, EndReason::Closed, "a sleeping callback does not keep it open");
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn a_mini_app_without_a_handle_is_closed(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        drop(app);
        for _ in 0..100 {
            if matches!(stage.record.lines().last(), Some(Line::Ended(_))) {
                break;
            }
            stage.moment().await;
        }
        assert_eq!(stage.record.lines().last(), Some(&Line::Ended(EndReason::Closed)));
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn hiding_twice_and_showing_twice_is_told_once(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        app.show().await;
        tokio::join!(app.hide(), app.hide(), app.show());
        app.hide().await;
        app.close().await;
        assert_eq!(
            stage.record.log()[5..],
            [
                "life page.hide", "life app.hide",
                "life app.show", "life page.show",
                "life page.hide", "life app.hide",
                "life page.unload",
            ]
        );
    }
}

on_both! {
    async fn a_page_that_is_closed_while_it_loads_was_never_shown(execution: Execution) {
        let stage = Stage::set(execution).await;
        let rogue = stage.install(Guest::Rogue).await;
        let query = vec![("wait".to_owned(), "yes".to_owned())];
        let app = stage.host.launch_with(rogue.as_str(), LaunchOptions { query, ..LaunchOptions::default() }).await.unwrap();
        stage.moment().await;
        assert_eq!(*app.close().await, EndReason::Closed);
        assert_eq!(
            stage.record.log(),
            ["life app.launch", "life app.show", "life page.load", "life app.hide", "life page.unload"]
        );
    }
}

#[test]
fn whoever_waits_is_told_when_the_runtime_goes_away() {
    let first = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let (stage, app) = first.block_on(async {
        let stage = Stage::set(miniapp_host::Execution::Jit).await;
        let app = stage.start(Guest::Rogue).await;
        (stage, app)
    });
    first.shutdown_background();
    let second = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let reason = second.block_on(app.ended());
    assert_eq!(
        *reason,
        EndReason::Host("the tokio runtime that it ran on was shut down".to_owned())
    );
    drop(stage);
}

#[test]
fn a_launch_whose_runtime_goes_away_before_it_has_begun_is_told() {
    let tokio = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let first = tokio();
    let (stage, id) = first.block_on(async {
        let stage = Stage::set(miniapp_host::Execution::Jit).await;
        let id = stage.install(Guest::Rogue).await;
        (stage, id)
    });
    let mut launching = pin!(stage.host.launch(id.as_str()));
    // On this thread alone, so that its task does not get a turn.
    assert!(
        first
            .block_on(async { poll!(launching.as_mut()) })
            .is_pending()
    );
    drop(first);
    let told = async { tokio::time::timeout(Duration::from_secs(5), launching).await };
    let told = tokio().block_on(told);
    let error = told.expect("it waits for ever").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the host failed: the tokio runtime that it ran on was shut down"
    );
}
