//! The component's exports; there is nothing else.

use exports::miniapp::host::{lifecycle_sync, page_sync, state_sync};
use miniapp::host::event::PageEvent;
use miniapp::host::http::Request;
use miniapp::host::launch::LaunchOptions;
use miniapp::host::log::{Level, write};
use miniapp::host::types::Error;
use miniapp::host::{consent_sync, navigation_sync, request_sync, storage_sync, timer_sync, view};
use serde_json::Value;

wit_bindgen::generate!({
    path: "../../../wit",
    world: "mini-app-sync-with-state",
});

struct OneCallAtATime;

fn set(page: u32, path: &str, value: Value) -> Result<(), Error> {
    view::set_data(
        page,
        &[view::Change {
            path: path.into(),
            value: value.to_string(),
        }],
    )
}

fn live(call: &str) {
    write(Level::Info, call);
}

fn failed(message: String) -> Error {
    Error {
        code: "app".into(),
        message,
        permission: None,
        line: None,
    }
}

impl lifecycle_sync::Guest for OneCallAtATime {
    fn on_launch(_options: LaunchOptions) -> Result<(), Error> {
        live("app launch");
        Ok(())
    }

    fn on_show(_options: LaunchOptions) -> Result<(), Error> {
        live("app show");
        Ok(())
    }

    fn on_hide() -> Result<(), Error> {
        live("app hide");
        Ok(())
    }
}

impl state_sync::Guest for OneCallAtATime {
    fn save() -> Result<Option<String>, Error> {
        live("app save");
        Ok(Some("\"kept\"".into()))
    }

    fn restore(state: String) -> Result<(), Error> {
        live(&format!("app restore {state}"));
        Ok(())
    }
}

impl page_sync::Guest for OneCallAtATime {
    fn on_load(page: u32, path: String, query: Vec<(String, String)>) -> Result<(), Error> {
        live(&format!("{page} load {path}"));
        if query.iter().any(|(name, _)| name == "fail") {
            return Err(failed("told to fail".into()));
        }
        let Some((_, url)) = query.into_iter().find(|(name, _)| name == "url") else {
            return Ok(());
        };
        let request = Request {
            method: "GET".into(),
            url,
            headers: Vec::new(),
            body: None,
            timeout: None,
        };
        let body = request_sync::fetch(&request)?.body;
        set(page, "body", String::from_utf8_lossy(&body).into())
    }

    fn on_ready(page: u32) -> Result<(), Error> {
        live(&format!("{page} ready"));
        Ok(())
    }

    fn on_show(page: u32) -> Result<(), Error> {
        live(&format!("{page} show"));
        Ok(())
    }

    fn on_hide(page: u32) -> Result<(), Error> {
        live(&format!("{page} hide"));
        Ok(())
    }

    fn on_unload(page: u32) -> Result<(), Error> {
        live(&format!("{page} unload"));
        Ok(())
    }

    fn on_event(page: u32, event: PageEvent) -> Result<(), Error> {
        match event.handler.as_str() {
            "noop" => Ok(()),
            "keep" => {
                storage_sync::set("b", event.detail.as_bytes())?;
                storage_sync::set("a", b"")?;
                storage_sync::set("c", b"gone")?;
                storage_sync::remove("c")?;
                let kept = storage_sync::get("b")?.unwrap_or_default();
                set(page, "kept", String::from_utf8_lossy(&kept).into())?;
                set(page, "keys", storage_sync::keys()?.into())?;
                storage_sync::clear()?;
                set(page, "left", storage_sync::usage()?.keys.into())
            }
            "open" => navigation_sync::open("pages/other?k=v"),
            "back" => navigation_sync::back(1),
            "sleep" => {
                let detail: Value = serde_json::from_str(&event.detail)
                    .map_err(|error| failed(error.to_string()))?;
                let milliseconds = detail["ms"].as_u64().and_then(|ms| u32::try_from(ms).ok());
                timer_sync::sleep(milliseconds.ok_or_else(|| failed("`ms` is missing".into()))?)?;
                set(page, "slept", true.into())
            }
            "ask" => {
                let detail: Value = serde_json::from_str(&event.detail)
                    .map_err(|error| failed(error.to_string()))?;
                let permission = detail["permission"].as_str();
                let permission =
                    permission.ok_or_else(|| failed("`permission` is missing".into()))?;
                consent_sync::ask(permission)?;
                set(page, "status", consent_sync::status(permission)?.into())
            }
            other => Err(failed(format!("there is no handler `{other}`"))),
        }
    }
}

export!(OneCallAtATime);
