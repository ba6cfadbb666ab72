//! A mini-app that calls every function of the contract once, but for those of the page stack: the
//! fixture that every later host must go on serving. Must not know what the host grants.
//!
//! The event `all` does it; each outcome, `ok` or the code of the error, is set in the page's data under
//! the function's name, such as `storage.get`, with what came back under `values`.

use miniapp_guest::log::Level;
use miniapp_guest::prelude::*;
use miniapp_guest::serde_json::Map;
use std::time::{Duration, UNIX_EPOCH};

/// The name of the extension that is called.
const EXTENSION: &str = "contract.echo";

#[derive(Default)]
struct Contract;

impl App for Contract {}

#[derive(Default)]
struct Index;

impl Page for Index {
    async fn on_load(&self, page: PageHandle, query: Query) -> Result<()> {
        page.set_data("query", &query.iter().collect::<Vec<_>>())
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "all" => {
                let detail: Value = event.detail()?;
                let url = detail["url"]
                    .as_str()
                    .unwrap_or("https://rogue.example.com/");
                let mut outcomes = Outcomes::default();
                outcomes.immediate(page);
                outcomes.awaited(url).await;
                let Outcomes { codes, values } = outcomes;
                page.update()
                    .set("outcomes", &codes)?
                    .set("values", &values)?
                    .apply()
            }
            other => Err(Error::app(format!("there is no handler `{other}`"))),
        }
    }
}

#[derive(Default)]
struct Outcomes {
    codes: Map<String, Value>,
    values: Map<String, Value>,
}

impl Outcomes {
    fn note(&mut self, function: &str, outcome: Result<Value>) {
        let (code, value) = match outcome {
            Ok(value) => ("ok".to_owned(), value),
            Err(error) => (error.code().to_owned(), error.message().into()),
        };
        self.codes.insert(function.to_owned(), code.into());
        self.values.insert(function.to_owned(), value);
    }

    fn immediate(&mut self, page: PageHandle) {
        self.note(
            "view.set-data",
            page.set_data("set", &1).map(|()| json!(null)),
        );
        log::write(Level::Info, "all");
        self.note("log.write", Ok(json!(null)));
        let now = clock::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.note("clock.now", Ok(json!(now.as_millis() as u64)));
        self.note(
            "clock.monotonic",
            Ok(json!(clock::monotonic().as_micros() as u64)),
        );
        self.note(
            "random.bytes",
            random::bytes(16).map(|bytes| json!(bytes.len())),
        );
        self.note("random.number", Ok(json!(random::number())));
        self.note("locale.language", Ok(json!(locale::language())));
        self.note("locale.time-zone", Ok(json!(locale::time_zone())));
    }

    async fn awaited(&mut self, url: &str) {
        let nothing = |()| json!(null);
        self.note(
            "timer.sleep",
            timer::sleep(Duration::from_millis(1)).await.map(nothing),
        );
        let answer = request::get(url).await;
        self.note(
            "request.fetch",
            answer.map(|answer| json!({ "status": answer.status(), "url": answer.url() })),
        );
        let profile = profile::read(&["nickname"]).await;
        self.note(
            "profile.read",
            profile.map(|profile| json!(profile.nickname())),
        );
        self.note(
            "storage.set",
            storage::set("key", "value").await.map(nothing),
        );
        self.note(
            "storage.get",
            storage::get::<Value>("key").await.map(|value| json!(value)),
        );
        self.note(
            "storage.keys",
            storage::keys().await.map(|keys| json!(keys)),
        );
        let usage = storage::usage().await;
        self.note(
            "storage.usage",
            usage.map(|usage| json!([usage.keys, usage.bytes, usage.limit])),
        );
        self.note("storage.remove", storage::remove("key").await.map(nothing));
        self.note("storage.clear", storage::clear().await.map(nothing));
        let answer = extension::invoke(EXTENSION, &json!({ "echo": true })).await;
        self.note("extension.invoke", answer);
    }
}

mini_app! {
    app: Contract,
    pages: { "pages/index" => Index }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn every_function_has_an_outcome() {
        let host = Host::new()
            .respond("https://rogue.example.com/", 204, json!(null))
            .profile("nickname", "Mia")
            .extension(EXTENSION, Ok)
            .deny("storage:local");
        let page = host.open::<Index>("pages/index", []);
        page.event("all", json!({})).unwrap();
        let outcomes = page.data("outcomes");
        let functions = outcomes.as_object().unwrap();
        assert_eq!(functions.len(), 18);
        for (function, outcome) in functions {
            let denied = function.starts_with("storage.");
            assert_eq!(outcome, if denied { "denied" } else { "ok" }, "{function}");
        }
        assert_eq!(
            page.data("values")["extension.invoke"],
            json!({ "echo": true })
        );
    }
}
