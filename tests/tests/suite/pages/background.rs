//! What becomes of a mini-app in the background: it goes there and comes back, is suspended and
//! woken, and ends.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use miniapp_host::{EndReason, Event, Execution, LaunchOptions, Limits, Navigation, PageId};
use miniapp_tests::{Guest, Line, Stage, on_both};
use serde_json::json;

use super::{lived, open_at, tap};

/// Waits until the mini-app is suspended.
async fn suspended(stage: &Stage) {
    while stage.record.lines().last() != Some(&Line::Suspended(true)) {
        stage.moment().await;
    }
}

/// Whether the one that was suspended was told to go on before it ended.
fn goes_on_to_end(stage: &Stage) -> bool {
    let lines = stage.record.lines();
    let last = lines
        .iter()
        .rfind(|line| matches!(line, Line::Suspended(_)));
    last == Some(&Line::Suspended(false)) && matches!(lines.last(), Some(Line::Ended(_)))
}

on_both! {
    async fn of_two_who_hide_and_show_at_once_one_is_the_last_for_everybody(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Pages).await;
        for round in 0..200 {
            let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(2));
            let at_once = [true, false].map(|visible| {
                let (app, barrier) = (app.clone(), barrier.clone());
                tokio::spawn(async move {
                    barrier.wait().await;
                    if visible { app.show().await } else { app.hide().await }
                })
            });
            for done in join_all(at_once).await {
                done.unwrap();
            }
            app.settled().await;
            let last = stage.record.log().pop().unwrap();
            let is_hidden = app.hidden_for().is_some();
            let told = if is_hidden { "app hide" } else { "pages/a" };
            assert!(last.starts_with(told), "round {round}: {last}, hidden: {is_hidden}");
        }
        assert_eq!(*app.close().await, EndReason::Closed);
    }
}

/// On one thread, so that the mini-app's task does not get a turn before the test waits.
async fn dropped_before_it_was_taken_up(execution: Execution) {
    let stage = Stage::set(execution).await;
    let app = stage.start(Guest::Pages).await;
    // So many questions wait.
    let mut asked: Vec<_> = (0..16).map(|_| Box::pin(app.pages())).collect();
    for asked in &mut asked {
        assert!(asked.now_or_never().is_none());
    }
    assert!(app.hide().now_or_never().is_none());
    assert_eq!(app.hidden_for(), None);
    join_all(asked).await;
    app.settled().await;
    assert_eq!(stage.record.log().last().unwrap(), "pages/a ready");
    app.hide().await;
    assert!(app.hidden_for().is_some());
    assert_eq!(stage.record.log().last().unwrap(), "app hide");
}

#[tokio::test]
async fn a_hide_that_is_dropped_while_there_is_no_room_changes_nothing() {
    dropped_before_it_was_taken_up(Execution::Jit).await;
    dropped_before_it_was_taken_up(Execution::Interpreter).await;
}

on_both! {
    async fn an_app_that_never_returns_from_on_hide_is_shown_again(execution: Execution) {
        let mut limits = Limits::default();
        limits.close = Duration::from_millis(50);
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        let app = open_at(&stage, &[("app-hide", "wait")]).await;
        app.ready().await.unwrap();
        let mut seen = 0;
        lived(&stage, &mut seen).await;
        app.hide().await;
        assert_eq!(lived(&stage, &mut seen).await, ["pages/a hide", "app hide"]);
        app.show().await;
        assert_eq!(lived(&stage, &mut seen).await, ["app show", "pages/a show"]);
    }
}

on_both! {
    async fn a_page_is_shown_once_its_app_was(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = open_at(&stage, &[("app-show", "20")]).await;
        app.settled().await;
        let told = ["app show", "app shown", "pages/a load app-show=20", "pages/a show", "pages/a ready"];
        assert_eq!(stage.record.log()[1..], told);
        app.hide().await;
        app.show().await;
        app.settled().await;
        assert_eq!(stage.record.log()[8..], ["app show", "app shown", "pages/a show"]);
    }
}

on_both! {
    async fn the_background_suspends_and_the_foreground_wakes(execution: Execution) {
        let mut limits = Limits::default();
        limits.suspend = Duration::from_millis(50);
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        let app = stage.start(Guest::Pages).await;
        app.hide().await;
        suspended(&stage).await;
        let spent = app.fuel_spent();
        stage.moment().await;
        assert_eq!(app.fuel_spent(), spent, "what is suspended burns nothing");
        // A question wakes it for as long as the answer takes.
        assert_eq!(stage.data(&app).await["path"], "pages/a");
        tap(&app, "sleep", json!({ "ms": 5 })).await.unwrap();
        assert_eq!(stage.data(&app).await["slept"], true);
        app.show().await;
        assert!(stage.record.log().ends_with(&["app show".to_owned(), "pages/a show".to_owned()]));
        assert!(app.hidden_for().is_none());
        app.hide().await;
        suspended(&stage).await;
        assert_eq!(*app.close().await, EndReason::Closed, "a suspended one is closed as any other");
        assert!(goes_on_to_end(&stage));
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn an_event_that_never_returns_keeps_nobody_awake(execution: Execution) {
        let mut limits = Limits::default();
        limits.suspend = Duration::from_millis(50);
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        let app = stage.start(Guest::Pages).await;
        app.hide().await;
        // The embedder waits for as long as it takes.
        let mut handled = Box::pin(tap(&app, "sleep", json!({ "ms": 3_600_000 })));
        tokio::select! {
            _ = &mut handled => panic!("it sleeps for long"),
            () = suspended(&stage) => {}
        }
        // A question that the host answers is answered nevertheless, and another event wakes it.
        assert_eq!(stage.data(&app).await["path"], "pages/a");
        tap(&app, "sleep", json!({ "ms": 5 })).await.unwrap();
        assert_eq!(stage.data(&app).await["slept"], true);
        suspended(&stage).await;
        app.show().await;
        assert_eq!(stage.record.lines().iter().rfind(|line| matches!(line, Line::Suspended(_))), Some(&Line::Suspended(false)));
    }
}

on_both! {
    async fn a_request_goes_through_the_background(execution: Execution) {
        let mut limits = Limits::default();
        limits.suspend = Duration::from_millis(20);
        let stage = Stage::builder(execution)
            .host(|host| host.limits(limits))
            .serve(|_| Box::pin(async {
                tokio::time::sleep(Duration::from_millis(60)).await;
                miniapp_tests::json(200, &json!({}))
            }))
            .set()
            .await;
        let id = stage.install(Guest::Pages).await;
        let app = stage.launch(&id).await;
        let url = json!({ "url": "https://rogue.example.com/" });
        let asked = tokio::spawn({
            let app = app.clone();
            async move { app.event(PageId::FIRST, Event::new("fetch").detail(url)).await }
        });
        stage.moment().await;
        app.hide().await;
        // Nobody waits for it any more, so it is suspended with its answer on the way.
        asked.abort();
        tokio::time::sleep(Duration::from_millis(200)).await;
        app.show().await;
        for _ in 0..100 {
            if stage.data(&app).await["code"] == "ok" {
                break;
            }
            stage.moment().await;
        }
        assert_eq!(stage.data(&app).await["code"], "ok");
        assert_eq!(*app.close().await, EndReason::Closed);
    }
}

on_both! {
    async fn who_is_left_in_the_background_ends_and_is_restored(execution: Execution) {
        let mut limits = Limits::default();
        limits.suspend = Duration::from_millis(20);
        limits.background = Duration::from_millis(200);
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        let app = stage.start(Guest::Pages).await;
        tap(&app, "remember", json!({ "what": { "draft": 7 } })).await.unwrap();
        app.navigate(Navigation::Open("pages/b?id=1".to_owned())).await.unwrap();
        app.hide().await;
        let reason = app.ended().await;
        assert!(matches!(*reason, EndReason::LeftInBackground { .. }), "{reason}");
        assert!(goes_on_to_end(&stage));
        let saved = app.take_saved();
        assert_eq!(app.take_saved(), None, "once");
        let options = LaunchOptions { restore: saved, ..LaunchOptions::default() };
        let app = stage.host.launch_with("miniapp_pages", options).await.unwrap();
        app.ready().await.unwrap();
        let log = stage.record.log();
        assert!(log.ends_with(&[
            "app launch".to_owned(), "app restore {\"draft\":7}".to_owned(), "app show".to_owned(),
            "pages/b load id=1".to_owned(), "pages/b show".to_owned(), "pages/b ready".to_owned(),
        ]), "{log:?}");
        tap(&app, "remember", json!({ "what": 8 })).await.unwrap();
        assert_eq!(stage.data(&app).await["restored"], json!({ "draft": 7 }));
    }
}
