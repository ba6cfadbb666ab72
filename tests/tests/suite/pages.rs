//! The stack of pages: the order of callbacks, who is refused, and what happens to
//! those who take their time.

mod background;
mod cycles;
mod farewell;
pub mod lives;
pub mod table;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use miniapp_host::{
    AppId, EndReason, Event, EventError, Execution, Host, LaunchOptions, Limits, MiniApp,
    Navigation, NavigationError, Observer, OpenPage, PageId, Report,
};
use miniapp_tests::{Guest, Stage, on_both};
use serde_json::{Value, json};

/// Delivers an event to the page on top.
async fn tap(app: &MiniApp, handler: &str, detail: Value) -> Result<(), EventError> {
    let top = app.pages().await.pop().unwrap();
    app.event(top.id, Event::new(handler).detail(detail)).await
}

/// Waits until nothing more is logged, and returns what was since the last time.
async fn lived(stage: &Stage, seen: &mut usize) -> Vec<String> {
    let mut log = stage.record.log();
    let mut quiet = 0;
    while quiet < 4 {
        stage.moment().await;
        let now = stage.record.log();
        quiet = if now.len() == log.len() { quiet + 1 } else { 0 };
        log = now;
    }
    let new = log[*seen..].to_vec();
    *seen = log.len();
    new
}

async fn paths(app: &MiniApp) -> Vec<String> {
    app.pages()
        .await
        .into_iter()
        .map(|page| page.path)
        .collect()
}

async fn open_at(stage: &Stage, query: &[(&str, &str)]) -> MiniApp {
    let id = stage.install(Guest::Pages).await;
    let query = query
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let options = LaunchOptions {
        query,
        ..LaunchOptions::default()
    };
    stage.host.launch_with(id.as_str(), options).await.unwrap()
}

/// A stage whose server takes a tenth of a second to answer.
async fn slow_stage(execution: Execution) -> Stage {
    Stage::builder(execution)
        .serve(|_| {
            Box::pin(async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                miniapp_tests::json(200, &json!({}))
            })
        })
        .set()
        .await
}

on_both! {
    async fn a_mini_app_moves_about_by_itself(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Pages).await;
        for (handler, detail, stack) in [
            ("open", json!({ "to": "/pages/b?k=v" }), &["pages/a", "pages/b"] as &[&str]),
            ("redirect", json!({ "to": "pages/c" }), &["pages/a", "pages/c"]),
            ("back", json!({ "pages": 1 }), &["pages/a"]),
            ("switch-tab", json!({ "to": "pages/c" }), &["pages/c"]),
            ("reload", json!({ "to": "pages/a" }), &["pages/a"]),
        ] {
            tap(&app, handler, detail).await.unwrap();
            assert_eq!(paths(&app).await, stack, "{handler}");
            app.settled().await;
        }
        assert!(stage.record.log().contains(&"pages/b load k=v".to_owned()));
        assert_eq!(stage.record.uncaught(), []);
    }
}

on_both! {
    async fn the_embedder_navigates_and_is_told(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Pages).await;
        app.navigate(Navigation::Open("pages/b?id=a%20b".to_owned())).await.unwrap();
        let top = app.pages().await.pop().unwrap();
        assert_eq!((top.id.number(), top.path.as_str()), (2, "pages/b"));
        assert_eq!(top.query, [("id".to_owned(), "a b".to_owned())]);
        app.navigate(Navigation::Back(1)).await.unwrap();
        assert_eq!(
            app.navigate(Navigation::Back(1)).await.unwrap_err().to_string(),
            "only one page is open, and the lowest one stays; to leave it, close the mini-app"
        );
        let unknown = app.navigate(Navigation::Open("pages/none".to_owned())).await.unwrap_err();
        assert_eq!(unknown.to_string(), "the mini-app has no page `pages/none`; its pages are pages/a, pages/b, pages/c");
        let tab = app.navigate(Navigation::SwitchTab("pages/b".to_owned())).await.unwrap_err();
        assert_eq!(tab.to_string(), "`pages/b` is no tab; the tabs are pages/a, pages/c");
        assert_eq!(
            stage.record.stacks(),
            [vec!["pages/a"], vec!["pages/a", "pages/b"], vec!["pages/a"]]
        );
        app.close().await;
        let gone = app.navigate(Navigation::Back(1)).await.unwrap_err();
        assert!(matches!(gone, NavigationError::Ended(_)), "{gone}");
        assert_eq!(app.pages().await, []);
    }
}

on_both! {
    async fn what_a_mini_app_asks_in_vain_is_told_by_code(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Pages).await;
        for (handler, detail, code) in [
            ("back", json!({ "pages": 1 }), "not-found"),
            ("back", json!({ "pages": 0 }), "not-found"),
            ("open", json!({ "to": "pages/none" }), "not-found"),
            ("open", json!({ "to": "" }), "invalid-argument"),
            ("open", json!({ "to": "pages/b#part" }), "invalid-argument"),
            ("open", json!({ "to": format!("pages/b?{}", "x".repeat(5_000)) }), "invalid-argument"),
            ("switch-tab", json!({ "to": "pages/b" }), "invalid-argument"),
        ] {
            tap(&app, handler, detail.clone()).await.unwrap();
            assert_eq!(stage.data(&app).await["code"], code, "{handler} {detail}");
        }
        assert_eq!(paths(&app).await, ["pages/a"]);
    }
}

on_both! {
    async fn the_last_page_that_fits_and_one_more(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Pages).await;
        tap(&app, "open-many", json!({ "n": 10 })).await.unwrap();
        let mut opened = vec!["ok"; 9];
        opened.push("too-large");
        assert_eq!(stage.data(&app).await["opened"], json!(opened));
        assert_eq!(paths(&app).await.len(), 10);
        // Going back further than there are pages leaves the lowest one.
        app.navigate(Navigation::Back(1_000)).await.unwrap();
        assert_eq!(paths(&app).await, ["pages/a"]);
    }
}

on_both! {
    async fn a_stack_of_a_thousand_where_the_embedder_wants_it(execution: Execution) {
        let mut limits = Limits::default();
        limits.pages = 1_000;
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        let app = stage.start(Guest::Pages).await;
        for _ in 1..1_000 {
            app.navigate(Navigation::Open("pages/b".to_owned())).await.unwrap();
        }
        let full = app.navigate(Navigation::Open("pages/b".to_owned())).await;
        assert_eq!(full, Err(NavigationError::TooManyPages { limit: 1_000 }));
        app.navigate(Navigation::Back(999)).await.unwrap();
        assert_eq!(paths(&app).await, ["pages/a"]);
        assert_eq!(*app.close().await, EndReason::Closed);
    }
}

on_both! {
    async fn a_loop_of_redirections_is_held_back_and_harms_nobody(execution: Execution) {
        let stage = Stage::set(execution).await;
        let neighbour = stage.start(Guest::Rogue).await;
        // Each page asks for the next one while it loads, and its address holds the rest.
        let mut address = "pages/a".to_owned();
        for _ in 0..6 {
            let escaped: String = address
                .bytes()
                .map(|byte| match byte {
                    b'a'..=b'z' | b'/' => char::from(byte).to_string(),
                    _ => format!("%{byte:02X}"),
                })
                .collect();
            address = format!("pages/a?redirect={escaped}");
        }
        let app = open_at(&stage, &[("redirect", address.as_str())]).await;
        app.ready().await.unwrap();
        assert_eq!(stage.record.uncaught(), [], "seven in a row are none too many");
        app.navigate(Navigation::Open("pages/a?loop=1".to_owned())).await.unwrap();
        while stage.record.uncaught().is_empty() {
            stage.moment().await;
        }
        assert_eq!(stage.record.uncaught(), [(
            "on-load".to_owned(),
            "busy: pages follow one another too fast: 32 at once, and 4 in a second in the long run; wait for the user in between".to_owned(),
        )]);
        stage.event(&neighbour, "noop", json!({})).await.unwrap();
        assert_eq!(*app.close().await, EndReason::Closed);
    }
}

on_both! {
    async fn what_a_launch_opens_lies_above_its_page(execution: Execution) {
        let stage = Stage::set(execution).await;
        let query = [("at-launch", "pages/b"), ("at-show", "/pages/c")];
        let app = open_at(&stage, &query).await;
        app.settled().await;
        assert_eq!(paths(&app).await, ["pages/a", "pages/b", "pages/c"]);
        let log = stage.record.log();
        assert!(log.ends_with(&["pages/b load".to_owned(), "pages/c load".to_owned(), "pages/c show".to_owned(), "pages/c ready".to_owned()]), "{log:?}");
        tap(&app, "remember", json!({ "what": 1 })).await.unwrap();
        app.navigate(Navigation::Back(2)).await.unwrap();
        assert_eq!(app.pages().await[0].id, PageId::FIRST);
        app.evict().await;

        let options = LaunchOptions {
            page: Some("pages/a".to_owned()),
            query: vec![("at-restore".to_owned(), "pages/b".to_owned())],
            restore: app.take_saved(),
            ..LaunchOptions::default()
        };
        let app = stage.host.launch_with("miniapp_pages", options).await.unwrap();
        assert_eq!(paths(&app).await, ["pages/a", "pages/b"]);
    }
}

on_both! {
    async fn those_who_give_up_waiting_keep_nobody(execution: Execution) {
        let stage = Stage::set(execution).await;
        stage.install(Guest::Pages).await;
        let query = vec![("hide".to_owned(), "wait".to_owned())];
        let options = LaunchOptions { query, ..LaunchOptions::default() };
        let app = stage.host.open_with("miniapp_pages", options).await.unwrap();
        app.ready().await.unwrap();
        tap(&app, "open", json!({ "to": "pages/b" })).await.unwrap();
        for _ in 0..100 {
            // None is answered, for the first page never returns from its `on-hide`.
            assert!(app.settled().now_or_never().is_none());
            assert!(app.hide().now_or_never().is_none());
            assert!(stage.host.open("miniapp_pages").now_or_never().is_none());
            let pages = tokio::time::timeout(Duration::from_secs(10), app.pages()).await;
            assert_eq!(pages.unwrap().len(), 2);
        }
        let back = app.navigate(Navigation::Back(1));
        tokio::time::timeout(Duration::from_secs(10), back).await.unwrap().unwrap();
        let again = stage.host.open("miniapp_pages");
        tokio::time::timeout(Duration::from_secs(10), again).await.unwrap().unwrap();
        let closed = stage.host.close(app.tenant());
        assert!(tokio::time::timeout(Duration::from_secs(10), closed).await.unwrap());
        assert_eq!(*app.ended().await, EndReason::Closed);
    }
}

/// Delivers an event to the second page as soon as it is opened.
#[derive(Default)]
struct Eager(OnceLock<MiniApp>);

impl Observer for Eager {
    fn report(&self, _app: &AppId, report: Report<'_>) {
        if let (Report::Pages([_, OpenPage { id, .. }]), Some(app)) = (report, self.0.get()) {
            let event = Event::new("remember").detail(json!({ "what": 1 }));
            assert!(app.event(*id, event).now_or_never().is_none());
        }
    }
}

on_both! {
    async fn the_first_event_of_a_page_comes_after_its_on_load(execution: Execution) {
        let observer = Arc::new(Eager::default());
        let observing: Arc<dyn Observer> = Arc::clone(&observer) as _;
        let host = Host::builder().execution(execution).live_apps(1).observer(observing).build().unwrap();
        let manifests = Guest::Pages.manifests();
        let package = manifests.package(Guest::Pages.component());
        let id = host.install(package, &manifests.partner()).await.unwrap();
        let app = host.launch(id.as_str()).await.unwrap();
        app.settled().await;
        observer.0.set(app.clone()).unwrap();
        tap(&app, "open-and-stay", json!({ "to": "pages/b", "ms": 20 })).await.unwrap();
        let top = app.pages().await.pop().unwrap().id;
        assert_eq!(app.data(top).await.unwrap(), json!({ "path": "pages/b", "restored": null }));
    }
}

on_both! {
    async fn settled_waits_for_what_closes_a_page_too(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Pages).await;
        app.navigate(Navigation::Open("pages/b?unload=50".to_owned())).await.unwrap();
        app.settled().await;
        app.navigate(Navigation::Back(1)).await.unwrap();
        app.settled().await;
        assert_eq!(stage.record.log().last().unwrap(), "pages/b unloaded");
    }
}

on_both! {
    async fn a_page_that_never_loads_keeps_nobody(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Pages).await;
        let mut seen = 0;
        lived(&stage, &mut seen).await;
        tap(&app, "open", json!({ "to": "pages/b?wait=1" })).await.unwrap();
        assert_eq!(lived(&stage, &mut seen).await, ["pages/a hide", "pages/b load wait=1"]);
        app.hide().await;
        assert_eq!(lived(&stage, &mut seen).await, ["app hide"]);
        app.show().await;
        tap(&app, "open", json!({ "to": "pages/c" })).await.unwrap();
        assert_eq!(
            lived(&stage, &mut seen).await,
            ["app show", "pages/c load", "pages/c show", "pages/c ready"]
        );
        app.navigate(Navigation::Back(2)).await.unwrap();
        assert_eq!(
            lived(&stage, &mut seen).await,
            ["pages/c hide", "pages/c unload", "pages/b unload", "pages/a show"]
        );
        assert_eq!(*app.close().await, EndReason::Closed);
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn a_page_that_never_returns_from_on_hide_keeps_nobody(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = open_at(&stage, &[("hide", "wait")]).await;
        app.ready().await.unwrap();
        let mut seen = 0;
        lived(&stage, &mut seen).await;
        tap(&app, "open", json!({ "to": "pages/b" })).await.unwrap();
        stage.moment().await;
        tap(&app, "back", json!({ "pages": 1 })).await.unwrap();
        assert_eq!(
            lived(&stage, &mut seen).await,
            ["pages/a hide", "pages/b load", "pages/b show", "pages/b ready", "pages/b hide", "pages/b unload"],
            "the page below is busy, and is shown no more"
        );
        assert_eq!(*app.close().await, EndReason::Closed);
    }
}

on_both! {
    async fn a_mini_app_that_gets_no_more_callbacks_is_told_of(execution: Execution) {
        let mut limits = Limits::default();
        limits.close = Duration::from_millis(50);
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        let app = stage.start(Guest::Pages).await;
        // As many as may be under way at once.
        for round in 1..=64 {
            app.navigate(Navigation::Open("pages/b?wait=1".to_owned())).await.unwrap();
            let loads = || stage.record.log().iter().filter(|line| line.contains("load wait")).count();
            while loads() < round {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            app.navigate(Navigation::Back(1)).await.unwrap();
        }
        while stage.record.uncaught().is_empty() {
            stage.moment().await;
        }
        app.hide().await;
        stage.moment().await;
        stage.moment().await;
        assert_eq!(stage.record.uncaught(), [(
            String::new(),
            "busy: 64 callbacks have not returned, and no other is begun before one of them does; wait for less in `on-load`, `on-show` and `on-hide`".to_owned(),
        )]);
        assert_eq!(*app.close().await, EndReason::Closed);
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn an_event_for_a_page_that_is_gone_is_refused(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Pages).await;
        tap(&app, "open", json!({ "to": "pages/b" })).await.unwrap();
        let b = app.pages().await.pop().unwrap().id;
        stage.moment().await;
        assert_eq!(app.data(b).await.unwrap()["path"], "pages/b");
        app.navigate(Navigation::Back(1)).await.unwrap();
        stage.moment().await;
        let error = app.event(b, Event::new("back")).await.unwrap_err();
        assert_eq!(error.to_string(), "page 2 is not open");
        assert_eq!(app.data(b).await, None);
        assert_eq!(app.data(PageId::FIRST).await.unwrap()["path"], "pages/a");
    }
}

on_both! {
    async fn a_request_outlives_the_page_that_asked_and_set_data_fails(execution: Execution) {
        let stage = slow_stage(execution).await;
        let app = stage.start(Guest::Pages).await;
        tap(&app, "open", json!({ "to": "pages/b" })).await.unwrap();
        let b = app.pages().await.pop().unwrap().id;
        let fetch = Event::new("fetch").detail(json!({ "url": "https://rogue.example.com/" }));
        let (fetched, ()) = tokio::join!(app.event(b, fetch), async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            app.navigate(Navigation::Back(1)).await.unwrap();
        });
        // The page is gone, which is no fault of the mini-app's, and it lives on.
        fetched.unwrap();
        assert_eq!(stage.record.uncaught(), []);
        assert_eq!(stage.server.seen().len(), 1);
        assert_eq!(paths(&app).await, ["pages/a"]);
    }
}

on_both! {
    async fn a_page_that_was_closed_while_it_loaded_is_no_fault(execution: Execution) {
        let stage = slow_stage(execution).await;
        let app = stage.start(Guest::Pages).await;
        let open = |query: &str| Navigation::Open(format!("pages/b?{query}"));
        app.navigate(open("fetch=https://rogue.example.com/")).await.unwrap();
        stage.moment().await;
        app.navigate(Navigation::Back(1)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        app.settled().await;
        assert_eq!(stage.server.seen().len(), 1);
        assert_eq!(stage.record.uncaught(), []);
        // An error of its own is one.
        app.navigate(open("redirect=pages/none")).await.unwrap();
        app.settled().await;
        assert_eq!(stage.record.uncaught().len(), 1);
        app.close().await;
    }
}

on_both! {
    async fn one_call_at_a_time_keeps_the_order(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::OneCallAtATime).await;
        tap(&app, "open", json!({})).await.unwrap();
        stage.moment().await;
        tap(&app, "back", json!({})).await.unwrap();
        stage.moment().await;
        app.hide().await;
        app.show().await;
        assert_eq!(*app.evict().await, EndReason::Evicted);
        assert_eq!(
            stage.record.log(),
            [
                "app launch", "app show", "1 load pages/index", "1 show", "1 ready",
                "1 hide", "2 load pages/other", "2 show", "2 ready",
                "2 hide", "2 unload", "1 show",
                "1 hide", "app hide", "app show", "1 show",
                "1 hide", "app hide", "app save", "1 unload",
            ]
        );
        let restore = app.take_saved();
        let kept = restore.as_ref().unwrap();
        assert_eq!((kept.page(), kept.json()), ("pages/index", "\"kept\""));
        let options = LaunchOptions { restore, ..LaunchOptions::default() };
        let app = stage.host.launch_with("miniapp_one_call_at_a_time", options).await.unwrap();
        app.ready().await.unwrap();
        assert_eq!(stage.record.log()[20..22], ["app launch", "app restore \"kept\""]);
    }
}

on_both! {
    async fn a_state_that_is_too_large_is_not_kept(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Pages).await;
        tap(&app, "misremember", json!({})).await.unwrap();
        assert_eq!(*app.evict().await, EndReason::Evicted);
        assert_eq!(app.take_saved(), None);
        let uncaught = stage.record.uncaught();
        assert_eq!(uncaught, [("save".to_owned(), "too-large: the state has 262146 bytes, 262144 are allowed; keep less".to_owned())]);
    }
}
