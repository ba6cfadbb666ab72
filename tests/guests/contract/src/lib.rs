//! A mini-app that calls every function of the contract once: the fixture that every later host must go
//! on serving. Must not know what the host grants.
//!
//! The event `all` does it; each outcome, `ok` or the code of the error, is set in the page's data under
//! the function's name, such as `storage.get`, with what came back under `values`.

use miniapp_guest::dialog::Question;
use miniapp_guest::locale::DateLength;
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
        health::uncaught(Error::app("no more than a test"));
        self.note("health.uncaught", Ok(json!(null)));
        self.note("health.fuel", Ok(json!(health::fuel() > 0)));
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
        let text = |written: Result<String>| written.map(Value::from);
        self.note("locale.format-number", text(locale::number(1).write()));
        self.note(
            "locale.format-currency",
            text(locale::currency(1, "CHF").write()),
        );
        let moment = locale::moment(UNIX_EPOCH).date(DateLength::Short);
        self.note("locale.format-date", text(moment.write()));
        let offset = locale::utc_offset(UNIX_EPOCH);
        self.note("locale.utc-offset", offset.map(Value::from));
        let nothing = |()| json!(null);
        self.note("ui.show-toast", ui::show_toast("toast").map(nothing));
        ui::hide_toast();
        self.note("ui.hide-toast", Ok(json!(null)));
        self.note("ui.show-loading", ui::show_loading("wait").map(nothing));
        ui::hide_loading();
        self.note("ui.hide-loading", Ok(json!(null)));
        self.note("ui.set-title", ui::set_title(page, "Contract").map(nothing));
        let status = consent::status("user:readProfile");
        self.note(
            "consent.status",
            status.map(|status| json!(format!("{status:?}"))),
        );
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
        self.note(
            "consent.ask",
            consent::ask("user:readProfile").await.map(nothing),
        );
        self.note("login.code", login::code().await.map(Value::from));
        let replied = dialog::ask(Question::default()).await;
        self.note("dialog.ask", replied.map(|reply| json!(reply.confirmed)));
        self.note(
            "clipboard.write",
            clipboard::write("text").await.map(nothing),
        );
        self.note(
            "clipboard.read",
            clipboard::read().await.map(|text| json!(text)),
        );
        // Addresses that lead nowhere, so that the page stays.
        self.note(
            "navigation.redirect",
            navigation::redirect("").await.map(nothing),
        );
        self.note(
            "navigation.switch-tab",
            navigation::switch_tab("").await.map(nothing),
        );
        self.note(
            "navigation.reload",
            navigation::reload("").await.map(nothing),
        );
        self.note(
            "navigation.open",
            navigation::open("pages/index").await.map(nothing),
        );
        self.note("navigation.back", navigation::back(1).await.map(nothing));
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
            .login("a-code")
            .allow("user:readProfile")
            .answer_dialog(true, None)
            .extension(EXTENSION, Ok)
            .deny("storage:local");
        let page = host.open::<Index>("pages/index", []);
        page.event("all", json!({})).unwrap();
        let outcomes = page.data("outcomes");
        let functions = outcomes.as_object().unwrap();
        assert_eq!(functions.len(), 40);
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
