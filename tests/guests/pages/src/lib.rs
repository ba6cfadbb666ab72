//! A mini-app of several pages that goes where it is told, and logs every call of its life as
//! `<page> <call>`. Must not know what the host makes of it.
//!
//! The app does what the query of its launch says: `at-launch`, `at-restore` and `at-show` open an
//! address there and then, `launch=wait` and `app-hide=wait` never return from there, and
//! `app-show=<ms>` takes so long for `on-show`. It crashes where it is to restore `"crash"`.
//!
//! A page does what its query says when it is loaded:
//!
//! | query | what it does |
//! |---|---|
//! | `wait` | never returns |
//! | `open=<address>` | opens that page |
//! | `redirect=<address>` | goes there instead |
//! | `fetch=<url>` | fetches, then sets `fetched` |
//! | `loop` | goes to itself, and so on |
//! | `bytes=<n>` | sets `bytes` to a text of so many |
//! | `fail` | fails |
//! | `hide=wait` | never returns from `on-hide` |
//! | `hide=set` | sets `hidden` in `on-hide` |
//! | `unload=<ms>` | takes so long for `on-unload` |
//!
//! | event | detail | what it does |
//! |---|---|---|
//! | `open`, `redirect`, `switch-tab`, `reload` | `{to}` | goes there; sets `code` |
//! | `open-and-stay` | `{to, ms}` | goes there and sleeps |
//! | `back` | `{pages}` | goes back; sets `code` |
//! | `open-many` | `{n}` | opens so many pages in a row; sets `opened` |
//! | `fetch` | `{url}` | fetches, then sets `code` |
//! | `sleep` | `{ms}` | sleeps, then sets `slept` |
//! | `remember` | `{what}` | has `what` saved, and sets what was restored as `restored` |
//! | `misremember` | | has more saved than there is room for |

use miniapp_guest::error::code;
use miniapp_guest::prelude::*;
use serde::Deserialize;
use std::cell::{Cell, RefCell};
use std::time::Duration;

#[derive(Default)]
struct Pages {
    remembered: RefCell<Option<Value>>,
    launch: RefCell<Query>,
}

impl Pages {
    /// Opens what the launch's query says for this moment.
    async fn open_at(&self, moment: &str) -> Result<()> {
        let address = self.launch.borrow().get(moment).map(str::to_owned);
        match address {
            Some(address) => navigation::open(address).await,
            None => Ok(()),
        }
    }

    fn launched_with(&self, name: &str) -> Option<String> {
        self.launch.borrow().get(name).map(str::to_owned)
    }
}

impl App for Pages {
    async fn on_launch(&self, launch: Launch) -> Result<()> {
        log::info!("app launch");
        *self.launch.borrow_mut() = launch.query;
        if self.launched_with("launch").is_some() {
            wait().await?;
        }
        self.open_at("at-launch").await
    }

    async fn on_show(&self, launch: Launch) -> Result<()> {
        let fragment = launch.fragment.as_deref().unwrap_or_default();
        log::info!("{}", format!("app show {fragment}").trim_end());
        if let Some(ms) = self.launched_with("app-show") {
            let ms = ms.parse().unwrap_or_default();
            timer::sleep(Duration::from_millis(ms)).await?;
            log::info!("app shown");
        }
        self.open_at("at-show").await
    }

    async fn on_hide(&self) -> Result<()> {
        log::info!("app hide");
        if self.launched_with("app-hide").is_some() {
            wait().await?;
        }
        Ok(())
    }

    async fn on_save(&self) -> Result<Option<Value>> {
        log::info!("app save");
        Ok(self.remembered.borrow().clone())
    }

    async fn on_restore(&self, state: Value) -> Result<()> {
        log::info!("app restore {state}");
        assert_ne!(state, "crash");
        *self.remembered.borrow_mut() = Some(state);
        self.open_at("at-restore").await
    }
}

#[derive(Default)]
struct Any {
    when_hidden: RefCell<Option<String>>,
    takes_to_unload: Cell<Option<Duration>>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Detail {
    to: String,
    pages: u32,
    n: u32,
    ms: u64,
    url: String,
    what: Value,
}

async fn wait() -> Result<()> {
    loop {
        timer::sleep(Duration::from_secs(3_600)).await?;
    }
}

fn code_of(outcome: Result<()>) -> String {
    outcome.map_or_else(|error| error.code().to_owned(), |()| "ok".to_owned())
}

impl Page for Any {
    async fn on_load(&self, page: PageHandle, query: Query) -> Result<()> {
        let pairs: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        log::info!(
            "{}",
            format!("{} load {}", page.path(), pairs.join("&")).trim_end()
        );
        *self.when_hidden.borrow_mut() = query.get("hide").map(str::to_owned);
        let unload = query.get("unload").and_then(|ms| ms.parse().ok());
        self.takes_to_unload.set(unload.map(Duration::from_millis));
        page.set_data("path", page.path())?;
        if let Some(bytes) = query.get("bytes").and_then(|bytes| bytes.parse().ok()) {
            page.set_data("bytes", &"x".repeat(bytes))?;
        }
        if query.get("fail").is_some() {
            return Err(Error::app("told to fail"));
        }
        if query.get("wait").is_some() {
            wait().await?;
        }
        if let Some(url) = query.get("fetch") {
            request::get(url).await?;
            page.set_data("fetched", &true)?;
        }
        if query.get("loop").is_some() {
            return navigation::redirect("pages/a?loop=1").await;
        }
        if let Some(address) = query.get("open") {
            return navigation::open(address).await;
        }
        if let Some(address) = query.get("redirect") {
            return navigation::redirect(address).await;
        }
        Ok(())
    }

    async fn on_ready(&self, page: PageHandle) -> Result<()> {
        log::info!("{} ready", page.path());
        Ok(())
    }

    async fn on_show(&self, page: PageHandle) -> Result<()> {
        log::info!("{} show", page.path());
        Ok(())
    }

    async fn on_hide(&self, page: PageHandle) -> Result<()> {
        log::info!("{} hide", page.path());
        let told = self.when_hidden.borrow().clone();
        match told.as_deref() {
            Some("wait") => wait().await,
            Some("set") => page.set_data("hidden", &true),
            _ => Ok(()),
        }
    }

    async fn on_unload(&self, page: PageHandle) -> Result<()> {
        log::info!("{} unload", page.path());
        if let Some(time) = self.takes_to_unload.get() {
            timer::sleep(time).await?;
            log::info!("{} unloaded", page.path());
        }
        Ok(())
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        let detail: Detail = event.detail()?;
        let outcome = match event.handler() {
            "open" => navigation::open(detail.to).await,
            "open-and-stay" => {
                navigation::open(detail.to).await?;
                return timer::sleep(Duration::from_millis(detail.ms)).await;
            }
            "redirect" => navigation::redirect(detail.to).await,
            "switch-tab" => navigation::switch_tab(detail.to).await,
            "reload" => navigation::reload(detail.to).await,
            "back" => navigation::back(detail.pages).await,
            "open-many" => {
                let mut codes = Vec::new();
                for _ in 0..detail.n {
                    codes.push(code_of(navigation::open("pages/b").await));
                }
                return page.set_data("opened", &codes);
            }
            "fetch" => request::get(&detail.url).await.map(drop),
            "sleep" => {
                timer::sleep(Duration::from_millis(detail.ms)).await?;
                return page.set_data("slept", &true);
            }
            "remember" => {
                let app = app::current::<Pages>()?;
                let before = app.remembered.replace(Some(detail.what));
                return page.set_data("restored", &before);
            }
            "misremember" => {
                let app = app::current::<Pages>()?;
                *app.remembered.borrow_mut() = Some("x".repeat(256 * 1024).into());
                return Ok(());
            }
            other => Err(Error::app(format!("there is no handler `{other}`"))),
        };
        if outcome
            .as_ref()
            .is_err_and(|error| error.code() == code::APP)
        {
            return outcome;
        }
        // The page may be closed by now, for that was asked.
        page.set_data("code", &code_of(outcome)).or(Ok(()))
    }
}

mini_app! {
    app: Pages,
    pages: {
        "pages/a" => Any,
        "pages/b" => Any,
        "pages/c" => Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::navigation::Navigation;
    use miniapp_guest::testing::Host;

    #[test]
    fn it_goes_where_it_is_told() {
        let host = Host::new();
        let page = host.open::<Any>("pages/a", [("open", "pages/b?x=1")]);
        page.load().unwrap();
        page.event("back", json!({ "pages": 2 })).unwrap();
        assert_eq!(page.data("code"), "ok");
        assert_eq!(
            host.navigations(),
            [Navigation::Open("pages/b?x=1".into()), Navigation::Back(2)]
        );
        assert!(page.event("nowhere", json!({})).is_err());
    }
}
