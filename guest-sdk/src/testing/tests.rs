//! The host in memory, driven by a small page.

use super::*;
use crate::prelude::*;
use std::cell::Cell;

#[derive(Default)]
struct Shop {
    visits: Cell<u32>,
}

impl App for Shop {
    async fn on_launch(&self, launch: Launch) -> Result<()> {
        self.visits.set(launch.extra()?.unwrap_or_default());
        Ok(())
    }
}

#[derive(Default)]
struct Index {
    taps: Cell<u32>,
}

impl Page for Index {
    async fn on_load(&self, page: PageHandle, query: Query) -> Result<()> {
        timer::sleep(Duration::from_millis(250)).await?;
        page.update()
            .set("id", &query.parse::<u32>("id")?)?
            .set("path", page.path())?
            .apply()
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        self.taps.set(self.taps.get() + 1);
        match event.handler() {
            "onFetch" => page.set_data(
                "status",
                &request::get(event.detail::<String>()?).await?.status(),
            ),
            "onStore" => storage::set("taps", &self.taps.get()).await,
            "onOpen" => navigation::open("pages/other").await,
            "onPoints" => page.set_data(
                "points",
                &extension::invoke::<_, Value>("points", &json!({})).await?,
            ),
            "onVisits" => page.set_data("visits", &app::current::<Shop>()?.visits.get()),
            "onForever" => std::future::pending().await,
            other => Err(Error::app(format!("no {other}"))),
        }
    }
}

#[test]
fn sleeping_takes_no_time_but_passes_it() {
    let host = Host::new();
    let page = host.open::<Index>("pages/index", [("id", "7")]);
    page.load().unwrap();
    assert_eq!(
        (page.data("id"), page.data("path")),
        (json!(7), json!("pages/index"))
    );
    assert_eq!(host.elapsed(), Duration::from_millis(250));
}

#[test]
fn answers_come_in_order_and_the_last_one_stays() {
    let url = "https://api.acme.com/a";
    let host = Host::new()
        .respond(url, 503, json!(null))
        .respond(url, 200, json!(null));
    let page = host.open::<Index>("pages/index", []);
    for status in [503, 200, 200] {
        page.event("onFetch", json!(url)).unwrap();
        assert_eq!(page.data("status"), status);
    }
    assert_eq!(host.requests().len(), 3);
}

#[test]
fn a_request_that_the_test_does_not_expect_says_what_to_add() {
    let page = Host::new().open::<Index>("pages/index", []);
    let error = page
        .event("onFetch", json!("https://api.acme.com/b"))
        .unwrap_err();
    assert_eq!(
        error.message(),
        "the test expects no GET https://api.acme.com/b: add `.respond(\"https://api.acme.com/b\", 200, …)` to its host"
    );
}

#[test]
fn hosts_share_nothing() {
    let (one, other) = (Host::new(), Host::new());
    let page = one.open::<Index>("pages/index", []);
    page.event("onStore", json!(null)).unwrap();
    page.event("onOpen", json!(null)).unwrap();
    assert_eq!(
        (one.stored("taps"), other.stored("taps")),
        (json!(1), Value::Null)
    );
    assert_eq!(one.navigations(), [Navigation::Open("pages/other".into())]);
    assert!(other.navigations().is_empty());
    assert_eq!(page.taps.get(), 2);
}

#[test]
fn the_storage_has_the_limits_of_the_real_one() {
    let host = Host::new();
    let set = |key: String, bytes: usize| {
        host.block_on(async move { storage::set_bytes(&key, vec![0; bytes]).await })
            .map_err(|error| error.code().to_owned())
    };
    let too_large = Err(code::TOO_LARGE.to_owned());
    assert_eq!(set(String::new(), 0), Err(code::INVALID_ARGUMENT.into()));
    assert_eq!(set("k".repeat(storage::MAX_KEY_BYTES), 0), Ok(()));
    assert_eq!(set("k".repeat(storage::MAX_KEY_BYTES + 1), 0), too_large);
    assert_eq!(set("a".into(), storage::MAX_VALUE_BYTES), Ok(()));
    assert_eq!(set("a".into(), storage::MAX_VALUE_BYTES + 1), too_large);
    let usage = || host.block_on(storage::usage()).unwrap();
    let left = |key: &str| {
        let left = usage().limit - usage().bytes;
        usize::try_from(left).unwrap() - storage::KEY_BYTES - key.len()
    };
    for key in ["b", "c", "d", "e", "f", "g", "h", "i"] {
        assert_eq!(set(key.into(), storage::MAX_VALUE_BYTES), Ok(()));
    }
    assert_eq!(set("j".into(), left("j") + 1), too_large);
    assert_eq!(set("j".into(), left("j")), Ok(()));
    assert_eq!(usage().bytes, usage().limit);
    host.block_on(storage::clear()).unwrap();
    for key in 0..storage::MAX_KEYS {
        assert_eq!(set(key.to_string(), 0), Ok(()));
    }
    assert_eq!(set("one more".into(), 0), too_large);
}

#[test]
fn what_is_denied_names_the_permission() {
    let host = Host::new()
        .deny("storage:local")
        .extension("points", |_| Ok(json!(3)))
        .deny("ext:other");
    let page = host.open::<Index>("pages/index", []);
    let error = page.event("onStore", json!(null)).unwrap_err();
    assert_eq!(
        (error.code(), error.permission()),
        (code::DENIED, Some("storage:local"))
    );
    page.event("onPoints", json!(null)).unwrap();
    assert_eq!(page.data("points"), 3);
}

#[test]
fn a_storage_that_fails_fails_so_often() {
    let failed = |code: &'static str| Error::new(code, "on purpose");
    let host = Host::new()
        .fail_storage(failed(code::BUSY))
        .fail_storage(failed(code::UNAVAILABLE));
    let page = host.open::<Index>("pages/index", []);
    for code in [code::BUSY, code::UNAVAILABLE] {
        let error = page.event("onStore", json!(null)).unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(host.stored("taps"), Value::Null);
    }
    page.event("onStore", json!(null)).unwrap();
    assert_eq!(host.stored("taps"), 3);
}

#[test]
fn codes_of_logins_are_the_same_or_numbered() {
    let codes = |host: Host| [(); 2].map(|()| host.block_on(login::code()).unwrap());
    assert_eq!(codes(Host::new().login("a-code")), ["a-code", "a-code"]);
    assert_eq!(
        codes(Host::new().numbered_logins("code")),
        ["code-1", "code-2"]
    );
}

#[test]
fn how_a_permission_stands_is_known_where_the_test_says_so() {
    use crate::consent::Status;
    let host = Host::new()
        .allow("user:login")
        .consent("user:phone", true)
        .consent("user:email", false)
        .deny("storage:local");
    let status = |permission: &'static str| host.block_on(async { consent::status(permission) });
    let ask = |permission| host.block_on(consent::ask(permission));
    assert_eq!(status("user:login"), Ok(Status::Allowed));
    assert_eq!(status("user:phone"), Ok(Status::NotAsked));
    assert_eq!(status("storage:local"), Ok(Status::Denied));
    ask("user:login").unwrap();
    ask("user:phone").unwrap();
    assert!(ask("user:email").unwrap_err().is_denied());
    assert_eq!(status("user:phone"), Ok(Status::Allowed));
    assert_eq!(status("user:email"), Ok(Status::Refused));
    assert_eq!(host.asked(), ["user:phone", "user:email"]);
    for error in [
        status("user:readProfile").unwrap_err(),
        ask("user:readProfile").unwrap_err(),
    ] {
        assert_eq!(error.code(), code::INVALID_ARGUMENT);
        assert!(
            error
                .message()
                .contains("add `.consent(\"user:readProfile\", true)`"),
            "{error}"
        );
    }
}

#[test]
fn pages_reach_the_app_of_their_own_type() {
    let host = Host::new();
    let page = host.open::<Index>("pages/index", []);
    let error = page.event("onVisits", json!(null)).unwrap_err();
    assert!(
        error.message().starts_with("the running app is no "),
        "{error}"
    );
    host.launch::<Shop>(Launch {
        extra: Some("4".into()),
        ..Launch::default()
    })
    .unwrap();
    page.event("onVisits", json!(null)).unwrap();
    assert_eq!(page.data("visits"), 4);
}

#[test]
fn a_call_that_never_ends_fails() {
    let page = Host::new().open::<Index>("pages/index", []);
    assert_eq!(
        page.event("onForever", json!(null)).unwrap_err().code(),
        code::TIMEOUT
    );
}

#[test]
fn a_closed_page_has_no_data() {
    let page = Host::new().open::<Index>("pages/index", [("id", "7")]);
    page.unload().unwrap();
    assert_eq!(page.load().unwrap_err().code(), code::NOT_FOUND);
}

#[test]
fn without_a_host_a_call_says_so() {
    assert_eq!(random::bytes(1).unwrap_err().code(), code::UNAVAILABLE);
    log::info!("lost");
    assert_eq!(locale::language(), "");
}
