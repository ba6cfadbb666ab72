//! The component's exports, and which event tries what.

use exports::miniapp::host::{lifecycle_sync, page_sync};
use miniapp::host::event::PageEvent;
use miniapp::host::launch::LaunchOptions;
use miniapp::host::types::Error;
use miniapp::host::view;
use serde_json::Value;

use crate::{files, http, system};

wit_bindgen::generate!({
    path: ["../../../wit", "wit"],
    world: "tests:wasi/guest",
    generate_all,
});

struct Guest;

fn set(page: u32, path: &str, value: Value) -> Result<(), Error> {
    view::set_data(
        page,
        &[view::Change {
            path: path.into(),
            value: value.to_string(),
        }],
    )
}

impl lifecycle_sync::Guest for Guest {
    fn on_launch(_options: LaunchOptions) -> Result<(), Error> {
        Ok(())
    }

    fn on_show(_options: LaunchOptions) -> Result<(), Error> {
        Ok(())
    }

    fn on_hide() -> Result<(), Error> {
        Ok(())
    }
}

impl page_sync::Guest for Guest {
    fn on_load(_page: u32, _path: String, _query: Vec<(String, String)>) -> Result<(), Error> {
        Ok(())
    }

    fn on_ready(_page: u32) -> Result<(), Error> {
        Ok(())
    }

    fn on_show(_page: u32) -> Result<(), Error> {
        Ok(())
    }

    fn on_hide(_page: u32) -> Result<(), Error> {
        Ok(())
    }

    fn on_unload(_page: u32) -> Result<(), Error> {
        Ok(())
    }

    fn on_event(page: u32, event: PageEvent) -> Result<(), Error> {
        let detail: Value = serde_json::from_str(&event.detail).unwrap();
        let number = |name: &str| detail[name].as_u64().unwrap();
        let result = match event.handler.as_str() {
            "noop" => Value::Null,
            "print" => system::print(&detail),
            "random" => system::random(number("n")),
            "clocks" => system::clocks(),
            "sleep" => system::sleep(number("ns")),
            "poll-same" => system::poll_same(number("n")),
            "hold" => system::hold(number("n")),
            "surroundings" => system::surroundings(),
            "sockets" => system::sockets(),
            "exit" => system::exit(number("code")),
            "random-storm" => system::random_storm(),
            "storm" => system::storm(number("n")),
            "write-storm" => system::write_storm(),
            "http" => http::ask(&detail),
            "http-limits" => http::limits(),
            "http-unfinished" => http::unfinished(&detail),
            "http-keep" => http::keep(&detail),
            "files" => files::run(&detail),
            "file-write-storm" => files::write_storm(number("bytes")),
            "file-read-at-once" => files::read_at_once(number("n")),
            "http-with-options" => http::with_options(number("n")),
            "field-storm" => http::field_storm(number("n")),
            other => panic!("there is no handler `{other}`"),
        };
        set(page, &event.handler.replace('-', "_"), result)
    }
}

export!(Guest);
