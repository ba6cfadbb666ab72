//! A mini-app that misbehaves on command: each handler is one way to harm a host. Must not know what
//! the host does about it.
//!
//! | handler | detail | what it does |
//! |---|---|---|
//! | `noop` | | nothing |
//! | `spin` | | computes for ever |
//! | `burn` | `{rounds}` | computes for a while |
//! | `recurse` | | calls itself for ever |
//! | `allocate` | | takes and touches memory for ever, 1 MiB at a time |
//! | `panic` | | panics |
//! | `wait-forever` | | sleeps again and again |
//! | `set` | `{path, value}` | sets data |
//! | `set-raw` | `{path, text}` | sets data to a text that need not be JSON |
//! | `set-size` | `{path, bytes}` | sets data so that path and value are so many bytes |
//! | `sleep` | `{ms}` | sleeps, then sets `slept` |
//! | `sleep-many` | `{n, ms?}` | sleeps so often at once, sets `busy` to how many were refused |
//! | `fetch` | `{url, method?, headers?, body?, timeout?}` | sends a request, sets `response` |
//! | `fetch-many` | `{url, n}` | sends so many at once, sets `ok` and `failed` |
//! | `fetch-forever` | `{url}` | sends one after another, for ever |
//! | `abandon-sleeps` | `{n}` | begins so many long sleeps and gives each up, sets `slept` |
//! | `abandon-fetches` | `{url, n}` | begins so many requests and gives each up, sets `slept` |
//! | `call-forever` | `{import}` | calls an `Import` of the host's again and again |
//! | `seed` | | sets `seed` to a random number |
//! | `set-many` | `{changes: [[path, text]], n}` | sets all of them so often, in one call |
//! | `profile` | | reads the profile, sets `profile` |
//! | `random` | `{length}` | asks for random bytes, sets `random` to how many came |
//! | `log` | `{n, bytes}` | writes so many lines of so many bytes |
//! | `arm` | `{hide?, unload?}` | sets what those calls of this page will do, a `Fate` |
//!
//! A launch does what the field `launch` of its extra data says, a `Fate`. Every call of the lifecycle
//! is logged as `life <name>`. The page `pages/fail` fails to load,
//! and one with `wait` in its query never does.

mod commands;
mod harm;

use commands::Command;
use harm::Fate;
use miniapp_guest::prelude::*;
use serde::Deserialize;
use std::cell::Cell;

#[derive(Default)]
struct Rogue;

#[derive(Deserialize)]
struct Extra {
    launch: Option<Fate>,
}

impl App for Rogue {
    async fn on_launch(&self, launch: Launch) -> Result<()> {
        log::info!("life app.launch");
        match launch.extra()? {
            Some(Extra { launch: Some(fate) }) => fate.meet().await,
            _ => Ok(()),
        }
    }

    async fn on_show(&self, _launch: Launch) -> Result<()> {
        log::info!("life app.show");
        Ok(())
    }

    async fn on_hide(&self) -> Result<()> {
        log::info!("life app.hide");
        Ok(())
    }
}

#[derive(Default)]
struct Index {
    armed: Cell<Armed>,
}

/// What calls of a page will do.
#[derive(Clone, Copy, Default, Deserialize)]
struct Armed {
    #[serde(default)]
    hide: Fate,
    #[serde(default)]
    unload: Fate,
}

impl Page for Index {
    async fn on_load(&self, page: PageHandle, query: Query) -> Result<()> {
        log::info!("life page.load");
        if query.get("wait").is_some() {
            return Fate::Wait.meet().await;
        }
        let pairs: Vec<_> = query.iter().collect();
        page.update()
            .set("path", page.path())?
            .set("query", &pairs)?
            .apply()
    }

    async fn on_ready(&self, _page: PageHandle) -> Result<()> {
        log::info!("life page.ready");
        Ok(())
    }

    async fn on_show(&self, _page: PageHandle) -> Result<()> {
        log::info!("life page.show");
        Ok(())
    }

    async fn on_hide(&self, _page: PageHandle) -> Result<()> {
        log::info!("life page.hide");
        self.armed.get().hide.meet().await
    }

    async fn on_unload(&self, _page: PageHandle) -> Result<()> {
        log::info!("life page.unload");
        self.armed.get().unload.meet().await
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        if event.handler() == "arm" {
            self.armed.set(event.detail()?);
            return Ok(());
        }
        Command::read(&event)?.run(page).await
    }
}

#[derive(Default)]
struct Fail;

impl Page for Fail {
    async fn on_load(&self, _page: PageHandle, _query: Query) -> Result<()> {
        log::info!("life page.load");
        Err(Error::app("this page fails to load"))
    }
}

mini_app! {
    app: Rogue,
    pages: {
        "pages/index" => Index,
        "pages/fail" => Fail,
    }
}

#[cfg(test)]
mod tests;
