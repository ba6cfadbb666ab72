//! What is said to a mini-app that ends, in which order, and for how long it may act upon it. The order
//! of one that takes no time is in the table.

use std::time::Duration;

use miniapp_host::{EndReason, Limits};
use miniapp_tests::{Guest, Stage, on_both};
use serde_json::json;

use super::{lived, open_at, tap};

on_both! {
    async fn one_that_waits_is_told_the_rest(execution: Execution) {
        let mut limits = Limits::default();
        limits.close = Duration::from_millis(100);
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        for waits in [[("hide", "wait"), ("k", "v")], [("app-hide", "wait"), ("k", "v")]] {
            let app = open_at(&stage, &waits).await;
            app.ready().await.unwrap();
            tap(&app, "remember", json!({ "what": 1 })).await.unwrap();
            let mut seen = stage.record.log().len();
            let forced = EndReason::ClosedByForce { after: Duration::from_millis(100) };
            assert_eq!(*app.evict().await, forced, "{waits:?}");
            assert_eq!(
                lived(&stage, &mut seen).await,
                ["pages/a hide", "app hide", "app save", "pages/a unload"]
            );
            assert_eq!(app.take_saved().unwrap().json(), "1");
        }
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn all_that_takes_its_time_takes_it_at_once(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = open_at(&stage, &[("unload", "300")]).await;
        app.ready().await.unwrap();
        for _ in 0..3 {
            tap(&app, "open", json!({ "to": "pages/b?unload=300" })).await.unwrap();
            app.settled().await;
        }
        let mut seen = stage.record.log().len();
        // Half a second is enough for four of them.
        assert_eq!(*app.close().await, EndReason::Closed);
        assert_eq!(
            lived(&stage, &mut seen).await,
            [
                "pages/b hide", "app hide", "pages/b unload", "pages/b unload", "pages/b unload", "pages/a unload",
                "pages/b unloaded", "pages/b unloaded", "pages/b unloaded", "pages/a unloaded",
            ]
        );
    }
}

on_both! {
    async fn a_page_that_is_hidden_to_be_closed_has_its_data(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = open_at(&stage, &[("hide", "set")]).await;
        app.ready().await.unwrap();
        assert_eq!(*app.close().await, EndReason::Closed);
        assert_eq!(stage.record.uncaught(), []);
        let hidden = miniapp_tests::Line::Data("hidden".to_owned(), "true".to_owned());
        assert!(stage.record.lines().contains(&hidden));
    }
}

on_both! {
    async fn what_waits_from_before_keeps_nobody(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Pages).await;
        let sleeping = tap(&app, "sleep", json!({ "ms": 3_600_000 }));
        let closing = async {
            stage.moment().await;
            app.close().await
        };
        let (slept, closed) = tokio::join!(sleeping, closing);
        slept.unwrap_err();
        assert_eq!(*closed, EndReason::Closed);
    }
}
