//! Opening as a user does: by address, again, one too many, and after logging out.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt, poll};
use miniapp_host::{
    AppId, Consent, ConsentStore, ConsentStoreError, Decision, EndReason, Event, LaunchError,
    LaunchOptions, Limits, MiniApp, PageId, Permission, RunError, Tenant, UserId,
};
use miniapp_tests::{Guest, Manifests, Stage, on_both};
use serde_json::{Value, json};

/// So many mini-apps of the same code under different ids.
pub async fn install(stage: &Stage, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        let id = format!("miniapp_pages_{number}");
        let manifests = Guest::Pages
            .manifests()
            .app_with("miniapp_pages", &id)
            .partner_with("miniapp_pages", &id);
        stage.install_with(Guest::Pages, &manifests).await.unwrap();
        ids.push(id);
    }
    ids
}

async fn remember(app: &MiniApp, what: Value) -> Value {
    let event = Event::new("remember").detail(json!({ "what": what }));
    let top = app.pages().await.pop().unwrap().id;
    app.event(top, event).await.unwrap();
    app.data(top).await.unwrap()["restored"].clone()
}

fn ids(apps: &[MiniApp]) -> Vec<&str> {
    apps.iter().map(|app| app.app_id().as_str()).collect()
}

on_both! {
    async fn the_least_recently_used_makes_room_and_finds_its_state_again(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.keep_open(2)).set().await;
        let names = install(&stage, 3).await;
        let first = stage.host.open(&names[0]).await.unwrap();
        remember(&first, json!("first")).await;
        first.hide().await;
        let second = stage.host.open(&names[1]).await.unwrap();
        second.hide().await;
        // Opened again, so that the other one is the least recently used.
        let again = stage.host.open(&names[0]).await.unwrap();
        assert_eq!(again.hidden_for(), None);
        again.hide().await;
        let third = stage.host.open(&names[2]).await.unwrap();
        assert_eq!(*second.ended().await, EndReason::Evicted);
        assert!(first.is_live());
        assert_eq!(ids(&stage.host.open_apps()), [&names[2], &names[0]]);

        third.hide().await;
        stage.host.open(&names[1]).await.unwrap();
        assert_eq!(*first.ended().await, EndReason::Evicted);
        stage.host.open_apps()[0].hide().await;
        let first = stage.host.open(&names[0]).await.unwrap();
        assert_eq!(remember(&first, json!("then")).await, json!("first"));

        // Closing is not making room: it begins anew.
        let tenant = first.tenant().clone();
        assert!(stage.host.close(&tenant).await);
        assert!(!stage.host.close(&tenant).await);
        let first = stage.host.open(&names[0]).await.unwrap();
        assert_eq!(remember(&first, json!(null)).await, json!(null));
    }
}

on_both! {
    async fn those_in_the_foreground_make_no_room(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.keep_open(1)).set().await;
        let names = install(&stage, 2).await;
        let first = stage.host.open(&names[0]).await.unwrap();
        let error = stage.host.open(&names[1]).await.unwrap_err();
        assert_eq!(error.to_string(), "1 mini-apps are open and all in the foreground; hide or close one, or raise `HostBuilder::keep_open`");
        first.hide().await;
        stage.host.open(&names[1]).await.unwrap();
        assert_eq!(*first.ended().await, EndReason::Evicted);
        // One that was launched by hand is nobody's to evict.
        let by_hand = stage.host.launch(&names[0]).await.unwrap();
        assert!(by_hand.is_live());
        assert_eq!(stage.host.open_apps().len(), 1);
    }
}

on_both! {
    async fn one_that_is_just_ending_is_not_opened(execution: Execution) {
        let stage = Stage::set(execution).await;
        stage.install(Guest::Pages).await;
        let options = LaunchOptions {
            query: vec![("hide".to_owned(), "wait".to_owned())],
            ..LaunchOptions::default()
        };
        let ending = stage.host.open_with("miniapp_pages", options).await.unwrap();
        ending.ready().await.unwrap();
        // It takes its time for its `on-hide`.
        assert!(ending.close().now_or_never().is_none());
        let anew = stage.host.open("miniapp_pages").await.unwrap();
        assert!(!ending.is_live());
        assert!(anew.is_live());
        assert_eq!(anew.pages().await.len(), 1);
    }
}

on_both! {
    async fn a_state_outlives_an_opening_that_fails(execution: Execution) {
        let mut limits = Limits::default();
        limits.launch = Duration::from_secs(1);
        let stage = Stage::builder(execution).host(|host| host.keep_open(1).limits(limits)).set().await;
        let names = install(&stage, 2).await;
        let first = stage.host.open(&names[0]).await.unwrap();
        remember(&first, json!("kept")).await;
        first.hide().await;
        let second = stage.host.open(&names[1]).await.unwrap();
        assert_eq!(*first.ended().await, EndReason::Evicted);
        stage.host.open(&names[0]).await.unwrap_err();
        second.hide().await;
        let unknown = LaunchOptions { page: Some("pages/none".to_owned()), ..LaunchOptions::default() };
        stage.host.open_with(&names[0], unknown).await.unwrap_err();
        // Nor is it lost to one that does not get as far as to restore it.
        let waits = LaunchOptions {
            page: Some("pages/a".to_owned()),
            query: vec![("launch".to_owned(), "wait".to_owned())],
            ..LaunchOptions::default()
        };
        let error = stage.host.open_with(&names[0], waits).await.unwrap_err();
        assert!(error.to_string().starts_with("the launch did not finish within 1000 ms"), "{error}");
        let first = stage.host.open(&names[0]).await.unwrap();
        assert_eq!(remember(&first, json!("crash")).await, "kept");

        // One that it cannot begin with is tried once.
        first.hide().await;
        stage.host.open(&names[1]).await.unwrap().hide().await;
        let error = stage.host.open(&names[0]).await.unwrap_err();
        assert!(matches!(error, LaunchError::Failed(RunError::NotRestored(_))), "{error}");
        let first = stage.host.open(&names[0]).await.unwrap();
        assert_eq!(remember(&first, json!(null)).await, json!(null));
    }
}

on_both! {
    async fn no_more_are_kept_than_may_live(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.live_apps(2).keep_open(9)).set().await;
        let names = install(&stage, 3).await;
        let first = stage.host.open(&names[0]).await.unwrap();
        first.hide().await;
        stage.host.open(&names[1]).await.unwrap();
        stage.host.open(&names[2]).await.unwrap();
        assert_eq!(*first.ended().await, EndReason::Evicted);
    }
}

/// The pages guest in another version.
fn version(version: &str) -> Manifests {
    let manifests = Guest::Pages.manifests();
    manifests.app_with("version: 1.0.0", &format!("version: {version}"))
}

on_both! {
    async fn an_address_opens_the_version_that_it_asks_for(execution: Execution) {
        let stage = Stage::set(execution).await;
        let without_c = version("1.0.0").app_with("  - pages/c\ntabs:\n  - pages/a\n  - pages/c\n", "");
        stage.install_with(Guest::Pages, &without_c).await.unwrap();
        let one = stage.host.open("miniapp_pages").await.unwrap();
        stage.install_with(Guest::Pages, &version("2.0.0")).await.unwrap();
        // Whatever is open will do, unless another version is asked for.
        stage.host.open("platform://miniapp/miniapp_pages/pages/b").await.unwrap();
        assert_eq!(one.pages().await[0].path, "pages/b");
        let two = stage.host.open("platform://miniapp/miniapp_pages;version=2.0.0").await.unwrap();
        assert_eq!(*one.ended().await, EndReason::Closed);
        assert_eq!(two.pages().await[0].path, "pages/a");
        assert_eq!(stage.host.open_apps().len(), 1);

        // Or a page that the open one lacks.
        stage.host.close(two.tenant()).await;
        stage.install_with(Guest::Pages, &without_c).await.unwrap();
        let one = stage.host.open("miniapp_pages").await.unwrap();
        stage.install_with(Guest::Pages, &version("2.0.0")).await.unwrap();
        stage.host.open("platform://miniapp/miniapp_pages/pages/none").await.unwrap_err();
        assert!(one.is_live());
        let two = stage.host.open("platform://miniapp/miniapp_pages/pages/c").await.unwrap();
        assert_eq!(*one.ended().await, EndReason::Closed);
        assert_eq!(two.pages().await[0].path, "pages/c");
    }
}

on_both! {
    async fn what_a_launch_may_carry_a_live_mini_app_is_opened_with(execution: Execution) {
        let stage = Stage::set(execution).await;
        stage.install(Guest::Pages).await;
        let app = stage.host.open("miniapp_pages").await.unwrap();
        // More than an address holds.
        let query = vec![("q".to_owned(), "x".repeat(5_000))];
        let options = LaunchOptions {
            page: Some("pages/b".to_owned()),
            query: query.clone(),
            ..LaunchOptions::default()
        };
        stage.host.open_with("miniapp_pages", options).await.unwrap();
        let pages = app.pages().await;
        assert_eq!((pages.len(), pages[0].path.as_str()), (1, "pages/b"));
        assert_eq!(pages[0].query, query);
    }
}

on_both! {
    async fn an_id_means_itself_before_one_that_differs_in_case(execution: Execution) {
        let stage = Stage::set(execution).await;
        let other = Guest::Pages.manifests()
            .app_with("miniapp_pages", "MINIAPP_pages")
            .partner_with("miniapp_pages", "MINIAPP_pages");
        stage.install_with(Guest::Pages, &other).await.unwrap();
        let other = stage.host.open("platform://miniapp/miniapp_pages").await.unwrap();
        assert_eq!(other.app_id().as_str(), "MINIAPP_pages");
        stage.install(Guest::Pages).await;
        let app = stage.host.open("platform://miniapp/miniapp_pages").await.unwrap();
        assert_eq!(app.app_id().as_str(), "miniapp_pages");
    }
}

on_both! {
    async fn another_version_does_not_get_the_state_of_the_first(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.keep_open(1)).set().await;
        let names = install(&stage, 2).await;
        let first = stage.host.open(&names[0]).await.unwrap();
        remember(&first, json!("old")).await;
        first.hide().await;
        stage.host.open(&names[1]).await.unwrap().hide().await;
        assert_eq!(*first.ended().await, EndReason::Evicted);
        install(&stage, 1).await;
        let anew = stage.host.open(&names[0]).await.unwrap();
        assert_eq!(remember(&anew, json!("new")).await, json!(null));
    }
}

on_both! {
    async fn an_address_opens_its_page_and_a_live_mini_app_goes_there(execution: Execution) {
        let stage = Stage::set(execution).await;
        stage.install(Guest::Pages).await;
        let app = stage.host.open("platform://miniapp/miniapp_pages;version=1.0.0/pages/b?k=v#bar").await.unwrap();
        app.ready().await.unwrap();
        let pages = app.pages().await;
        assert_eq!((pages[0].path.as_str(), &pages[0].query[..]), ("pages/b", &[("k".to_owned(), "v".to_owned())][..]));
        assert!(stage.record.log().contains(&"app show bar".to_owned()));
        app.hide().await;
        // The same address again: nothing but the foreground changes.
        stage.host.open("platform://miniapp/miniapp_pages/pages/b?k=v#again").await.unwrap();
        assert_eq!(app.pages().await, pages);
        assert!(stage.record.log().contains(&"app show again".to_owned()));
        // Another one.
        stage.host.open("platform://miniapp/miniapp_pages/pages/c").await.unwrap();
        let paths: Vec<String> = app.pages().await.into_iter().map(|page| page.path).collect();
        assert_eq!(paths, ["pages/c"]);
        // None at all leaves the page where it is.
        stage.host.open("miniapp_pages").await.unwrap();
        assert_eq!(app.pages().await[0].path, "pages/c");

        for (address, refused) in [
            ("platform://miniapp/miniapp_pages;version=2.0.0/pages/b", "the address asks for version 2.0.0 of `miniapp_pages`, and 1.0.0 is installed; leave the version out, or install that one"),
            ("platform://miniapp/miniapp_none/pages/b", "no mini-app `miniapp_none` is installed; installed are: miniapp_pages"),
            ("platform://miniapp/miniapp_pages/pages/none", "the mini-app has no page `pages/none`; its pages are pages/a, pages/b, pages/c"),
        ] {
            assert_eq!(stage.host.open(address).await.unwrap_err().to_string(), refused);
        }
        assert!(app.is_live());
    }
}

on_both! {
    async fn two_who_open_it_at_once_get_the_same(execution: Execution) {
        let stage = Stage::set(execution).await;
        stage.install(Guest::Pages).await;
        let (one, two) = tokio::join!(stage.host.open("miniapp_pages"), stage.host.open("miniapp_pages"));
        one.unwrap().close().await;
        assert!(!two.unwrap().is_live());
        let launches = stage.record.log().iter().filter(|line| *line == "app launch").count();
        assert_eq!(launches, 1);
    }
}

on_both! {
    async fn logging_out_ends_and_deletes_what_is_the_users(execution: Execution) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().to_owned();
        let stage = Stage::builder(execution).host(|host| host.files(folder)).set().await;
        stage.install(Guest::Pages).await;
        let mia = UserId::new("mia").unwrap();
        let noa = UserId::new("noa").unwrap();
        let of = |user: &UserId| LaunchOptions { user: Some(user.clone()), ..LaunchOptions::default() };
        let opened = stage.host.open_with("miniapp_pages", of(&mia)).await.unwrap();
        let launched = stage.host.launch_with("miniapp_pages", of(&mia)).await.unwrap();
        let other = stage.host.open_with("miniapp_pages", of(&noa)).await.unwrap();
        let users = std::fs::read_dir(root.path()).unwrap().count();
        assert_eq!(users, 0, "{:?} keeps no files", Permission::Files);

        stage.host.log_out(Some(&mia)).await.unwrap();
        assert_eq!(*opened.ended().await, EndReason::Closed);
        assert_eq!(*launched.ended().await, EndReason::Closed);
        assert!(other.is_live());
        assert_eq!(ids(&stage.host.open_apps()), ["miniapp_pages"]);
        let tenant: &Tenant = other.tenant();
        assert!(stage.host.close(tenant).await);
        assert_eq!(other.data(PageId::FIRST).await, None);
    }
}

/// A store of consents that keeps nothing, and whose next reader waits until it may go on.
#[derive(Clone, Default)]
struct SlowStore {
    slow: Arc<Mutex<Option<mpsc::Receiver<()>>>>,
    asked: Arc<AtomicBool>,
}

impl SlowStore {
    /// Holds the next reader until what is returned is dropped.
    fn hold(&self) -> mpsc::Sender<()> {
        let (sender, held) = mpsc::channel();
        *self.slow.lock().unwrap() = Some(held);
        self.asked.store(false, Ordering::SeqCst);
        sender
    }

    async fn is_asked(&self) {
        while !self.asked.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl ConsentStore for SlowStore {
    fn of_user(&self, _: Option<&UserId>) -> Result<Vec<Consent>, ConsentStoreError> {
        let held = self.slow.lock().unwrap().take();
        if let Some(held) = held {
            self.asked.store(true, Ordering::SeqCst);
            assert!(held.recv().is_err());
        }
        Ok(Vec::new())
    }

    fn set(
        &self,
        _: Option<&UserId>,
        _: &AppId,
        _: &Permission,
        _: Option<Decision>,
    ) -> Result<(), ConsentStoreError> {
        Ok(())
    }

    fn forget(&self, _: Option<&UserId>) -> Result<(), ConsentStoreError> {
        Ok(())
    }
}

on_both! {
    async fn a_launch_under_way_does_not_outlive_its_users_log_out(execution: Execution) {
        let store = SlowStore::default();
        let consents = store.clone();
        let stage = Stage::builder(execution).host(|host| host.consent_store(consents)).set().await;
        stage.install(Guest::Rogue).await;
        let mia = UserId::new("mia").unwrap();
        let options = LaunchOptions { user: Some(mia.clone()), ..LaunchOptions::default() };
        let launched = async |opens: bool| if opens {
            stage.host.open_with("miniapp_rogue", options.clone()).await
        } else {
            stage.host.launch_with("miniapp_rogue", options.clone()).await
        };
        for opens in [false, true] {
            let held = store.hold();
            let mut launching = pin!(launched(opens));
            tokio::select! {
                _ = &mut launching => panic!("it waits for the store"),
                () = store.is_asked() => {}
            }
            // One that waits for it, where there is one for each user.
            let mut waiting = pin!(launched(true));
            assert!(!opens || poll!(waiting.as_mut()).is_pending());
            let mut leaving = pin!(stage.host.log_out(Some(&mia)));
            assert!(poll!(leaving.as_mut()).is_pending());
            let told = "the user logged out meanwhile; launch it again for who is logged in now";
            assert_eq!(launched(opens).await.unwrap_err().to_string(), told);
            drop(held);
            // It needs nobody who waits for the launches.
            leaving.await.unwrap();
            assert_eq!(launching.await.unwrap_err().to_string(), told);
            if opens {
                assert_eq!(waiting.await.unwrap_err().to_string(), told);
            }
            assert!(stage.host.open_apps().is_empty());
            stage.assert_pool_is_empty().await;
        }
        // Another session has nothing to do with it.
        assert!(launched(true).await.unwrap().is_live());
    }
}

on_both! {
    async fn a_form_in_steps_outlives_the_mini_app(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.keep_open(1)).set().await;
        stage.install(Guest::Showcase).await;
        stage.install(Guest::Pages).await;
        let app = stage.host.open("platform://miniapp/miniapp_showcase/pages/steps").await.unwrap();
        app.settled().await;
        let tap = async |handler: &str, detail: Value| {
            let top = app.pages().await.pop().unwrap().id;
            app.event(top, Event::new(handler).detail(detail)).await.unwrap();
            app.settled().await;
        };
        tap("onInput", json!({ "value": "Mia" })).await;
        tap("onNext", json!({})).await;
        tap("onInput", json!({ "value": "Zurich" })).await;
        assert_eq!(app.pages().await.len(), 2);
        app.hide().await;
        stage.host.open("miniapp_pages").await.unwrap().hide().await;
        assert_eq!(*app.ended().await, EndReason::Evicted);

        let app = stage.host.open("miniapp_showcase").await.unwrap();
        app.settled().await;
        let data = app.data(PageId::FIRST).await.unwrap();
        assert_eq!(data, json!({ "step": 2, "answer": "Zurich" }));
        app.navigate(miniapp_host::Navigation::Open("pages/steps".to_owned())).await.unwrap();
        app.settled().await;
        let first = app.pages().await.pop().unwrap().id;
        assert_eq!(app.data(first).await.unwrap()["answer"], "Mia");
    }
}
