//! The callbacks of the contract. Each returns when the script's own function has, and what that
//! has begun goes on by itself; but the launch waits for what `onLaunch` promises.

use serde::Serialize;

use super::bindings::Component;
use super::bindings::exports::miniapp::host::{lifecycle, page, state};
use super::bindings::miniapp::host::launch::LaunchOptions;
use super::bindings::miniapp::host::types::Error;
use super::engine;
use crate::Failure;

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self {
            code: failure.code,
            message: failure.message,
            permission: failure.permission,
            line: failure.line,
        }
    }
}

#[derive(Serialize)]
struct Options<'a> {
    path: &'a str,
    query: &'a [(String, String)],
    fragment: &'a Option<String>,
    referrer: &'a Option<String>,
    extra: &'a Option<String>,
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|error| Failure::new("unavailable", error.to_string()).into())
}

fn options(options: &LaunchOptions) -> Result<String, Error> {
    json(&Options {
        path: &options.path,
        query: &options.query,
        fragment: &options.fragment,
        referrer: &options.referrer,
        extra: &options.extra,
    })
}

impl lifecycle::Guest for Component {
    async fn on_launch(given: LaunchOptions) -> Result<(), Error> {
        engine()?.launch(&options(&given)?).await;
        Ok(())
    }

    async fn on_show(given: LaunchOptions) -> Result<(), Error> {
        Ok(engine()?.show(&options(&given)?)?)
    }

    async fn on_hide() -> Result<(), Error> {
        Ok(engine()?.hide()?)
    }
}

impl page::Guest for Component {
    async fn on_load(page: u32, path: String, query: Vec<(String, String)>) -> Result<(), Error> {
        Ok(engine()?.page_load(page, &path, &json(&query)?)?)
    }

    async fn on_ready(page: u32) -> Result<(), Error> {
        Ok(engine()?.page_ready(page)?)
    }

    async fn on_show(page: u32) -> Result<(), Error> {
        Ok(engine()?.page_show(page)?)
    }

    async fn on_hide(page: u32) -> Result<(), Error> {
        Ok(engine()?.page_hide(page)?)
    }

    async fn on_unload(page: u32) -> Result<(), Error> {
        Ok(engine()?.page_unload(page)?)
    }

    async fn on_event(page: u32, event: page::PageEvent) -> Result<(), Error> {
        Ok(engine()?.event(page, &event.handler, &event.detail, &event.dataset)?)
    }
}

impl state::Guest for Component {
    async fn save() -> Result<Option<String>, Error> {
        Ok(engine()?.save()?)
    }

    async fn restore(state: String) -> Result<(), Error> {
        Ok(engine()?.restore(&state)?)
    }
}
