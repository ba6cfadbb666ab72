//! What a user does again and again leaves nothing behind.

use miniapp_host::{EndReason, Limits, Navigation, OpenPage, PageId};
use miniapp_tests::{Guest, Line, Stage, on_both};

/// So that nobody waits for the supply, which has tests of its own, and there is no room for
/// what stays.
fn generous() -> Limits {
    let mut limits = Limits::default();
    limits.core_percent = 100;
    limits.memory = 8 << 20;
    limits.fuel_per_second *= 100;
    limits
}

on_both! {
    async fn a_thousand_pages_are_opened_and_closed(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.limits(generous())).set().await;
        let app = stage.start(Guest::Pages).await;
        let used = stage.host.pool_usage().unwrap();
        let mut last: Option<OpenPage> = None;
        for _ in 0..1_000 {
            // All of them together are more than a mini-app may have.
            let open = Navigation::Open("pages/b?bytes=10000".to_owned());
            app.navigate(open).await.unwrap();
            app.settled().await;
            last = app.pages().await.pop();
            app.navigate(Navigation::Back(1)).await.unwrap();
            app.settled().await;
        }
        let last = last.unwrap();
        assert_eq!(last.id.number(), 1_001);
        assert_eq!(app.data(last.id).await, None);
        let open = app.pages().await;
        assert_eq!(open.iter().map(|page| page.id).collect::<Vec<_>>(), [PageId::FIRST]);
        assert_eq!(stage.host.pool_usage().unwrap(), used);
        assert_eq!(stage.record.uncaught(), []);
        let is_set = |line: &&Line| matches!(line, Line::Data(path, _) if path == "bytes");
        assert_eq!(stage.record.lines().iter().filter(is_set).count(), 1_000);
        assert_eq!(*app.close().await, EndReason::Closed);
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn a_mini_app_is_opened_and_closed_two_hundred_times(execution: Execution) {
        // A place that was not given back would be the last.
        let one = |host: miniapp_host::HostBuilder| host.live_apps(1).keep_open(1).limits(generous());
        let stage = Stage::builder(execution).host(one).set().await;
        let id = stage.install(Guest::Pages).await;
        for _ in 0..200 {
            let app = stage.host.open(id.as_str()).await.unwrap();
            app.ready().await.unwrap();
            assert_eq!(stage.host.open_apps().len(), 1);
            assert!(stage.host.close(app.tenant()).await);
            assert!(!app.is_live());
            assert_eq!(app.data(PageId::FIRST).await, None);
            assert!(app.pages().await.is_empty());
        }
        assert!(stage.host.open_apps().is_empty());
        stage.assert_pool_is_empty().await;
        let log = stage.record.log();
        for call in ["app launch", "pages/a unload", "app hide"] {
            assert_eq!(log.iter().filter(|line| *line == call).count(), 200, "{call}");
        }
        assert_eq!(stage.record.uncaught(), []);
    }
}
