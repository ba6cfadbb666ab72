//! The mini-app itself.

mod harm;

use acme::loyalty::ledger;
use futures_util::future::join_all;
use miniapp::host::extension as by_name;
use miniapp_guest::device::{file_transfer, location, payment, scan, share};
use miniapp_guest::dialog::Question;
use miniapp_guest::prelude::*;
use serde::Deserialize;

// What the SDK's documentation of `extension` shows.
// extension.rs: begin
use acme::loyalty::points;

wit_bindgen::generate!({
    // The contract, and what the native app adds to it.
    path: ["../../../wit", "wit"],
    world: "acme:loyalty/guest",
    generate_all,
});

/// With `?` alone, the error would have the code `app`, and no permission.
fn own(error: miniapp::host::types::Error) -> Error {
    Error::from_contract(error.code, error.message, error.permission, error.line)
}

/// What a member has; [`Error::is_denied`] tells whether it is the manifests that do not allow it.
async fn balance(member: String) -> Result<points::Account> {
    points::balance(member).await.map_err(own)
}
// extension.rs: end

#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    name: String,
    text: Option<String>,
    bytes: Option<usize>,
    depth: Option<usize>,
    lists: Option<usize>,
    #[serde(default)]
    n: usize,
}

impl Detail {
    fn text(&self) -> String {
        match (&self.text, self.bytes, self.depth, self.lists) {
            (Some(text), ..) => text.clone(),
            (_, Some(bytes), ..) => format!("\"{}\"", "x".repeat(bytes.saturating_sub(2))),
            (_, _, Some(depth), _) => "[".repeat(depth) + &"]".repeat(depth),
            (.., Some(lists)) => format!("[{}[]]", "[],".repeat(lists.saturating_sub(1))),
            _ => "null".to_owned(),
        }
    }
}

fn count<T>(page: PageHandle, outcomes: Vec<Result<T>>) -> Result<()> {
    let ok = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let errors = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    let codes: Vec<&str> = errors.map(Error::code).collect();
    page.update().set("ok", &ok)?.set("codes", &codes)?.apply()
}

#[derive(Default)]
struct Index;

impl Page for Index {
    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        let detail: Detail = event.detail()?;
        match event.handler() {
            "noop" => Ok(()),
            "invoke" => {
                let answer = by_name::invoke(detail.name.clone(), detail.text())
                    .await
                    .map_err(own)?;
                match detail.bytes {
                    Some(_) => page.set_data("answered", &answer.len()),
                    None => page.update().set_json("answer", answer).apply(),
                }
            }
            "invoke-many" => {
                let calls =
                    (0..detail.n).map(|_| by_name::invoke(detail.name.clone(), detail.text()));
                let outcomes = join_all(calls).await;
                count(
                    page,
                    outcomes
                        .into_iter()
                        .map(|outcome| outcome.map_err(own))
                        .collect(),
                )
            }
            "balance" => {
                let balance = balance(detail.text()).await?;
                let told = json!({ "points": balance.points, "until": balance.valid_until });
                page.set_data("balance", &told)
            }
            "echo" | "echo-text" => {
                let bytes = detail.bytes.unwrap_or_default();
                let (text, list) = match event.handler() {
                    "echo" => (String::new(), vec![7; bytes]),
                    _ => ("x".repeat(bytes), Vec::new()),
                };
                let (text, list) = points::echo(text, list).await.map_err(own)?;
                page.set_data("echoed", &(text.len() + list.len()))
            }
            "names" => {
                let members = vec![detail.text(); detail.n];
                page.set_data("named", &points::names(members).await.map_err(own)?)
            }
            "note" => page.set_data("noted", &ledger::note(&detail.text()).map_err(own)?),
            "enter" => {
                let entry = match (&detail.text, detail.bytes) {
                    (Some(text), _) => ledger::Entry::Line(text.clone()),
                    (None, Some(bytes)) => ledger::Entry::Sum(Err("x".repeat(bytes))),
                    _ if detail.n > 0 => ledger::Entry::Sum(Ok(7)),
                    _ => ledger::Entry::Nothing,
                };
                page.set_data("entered", &ledger::enter(&entry).map_err(own)?)
            }
            "toasts" => {
                let text = "t".repeat(detail.bytes.unwrap_or(1));
                for _ in 0..detail.n {
                    ui::show_toast(&text)?;
                }
                ui::hide_toast();
                ui::hide_toast();
                Ok(())
            }
            "loading" => match detail.text {
                Some(text) => ui::show_loading(&text),
                None => {
                    ui::hide_loading();
                    Ok(())
                }
            },
            "title" => ui::set_title(page, &detail.text()),
            "ask" => {
                let text = detail.text();
                let reply = dialog::ask(Question {
                    text,
                    ..Question::default()
                })
                .await?;
                page.set_data("reply", &json!([reply.confirmed, reply.input]))
            }
            "ask-many" => {
                let calls = (0..detail.n).map(|n| dialog::confirm(n.to_string()));
                count(page, join_all(calls).await)
            }
            "copy" => clipboard::write(detail.text()).await,
            "paste" => page.set_data("pasted", &clipboard::read().await?),
            "locate" => {
                let position = location::current(location::Options::default()).await?;
                page.set_data("position", &[position.latitude, position.longitude])
            }
            "files" => {
                let chosen = file_transfer::choose(&["image/*"], 1).await?;
                let file = chosen.into_iter().next().context("a file")?;
                let content = file.read(1, 3).await?;
                page.set_data("file", &json!([file.name, file.size, content]))?;
                file.release().await?;
                file_transfer::save("copy", "image/png", content)
                    .await
                    .map(drop)
            }
            "pay" => {
                let order = payment::Order {
                    token: detail.text(),
                    amount: 1_290,
                    currency: "CHF".to_owned(),
                    description: "Two tickets".to_owned(),
                };
                let receipt = payment::pay(order).await?;
                page.set_data("receipt", &json!([receipt.status, receipt.reference]))
            }
            "scan" => {
                let options = scan::Options {
                    formats: vec!["ean-13".to_owned()],
                    pictures: true,
                };
                let found = scan::read(options).await?;
                let found = found.map(|found| json!([found.text, found.content, found.format]));
                page.set_data("scanned", &found)
            }
            "share" => {
                let content = share::Content {
                    title: detail.text(),
                    page: Some("pages/index?id=7".to_owned()),
                    picture: Some(vec![1, 2, 3]),
                    ..share::Content::default()
                };
                page.set_data("shared", &share::share(content).await?)
            }
            "log" => {
                log::warn!("{}", detail.text());
                Ok(())
            }
            _ => harm::on_event(page, event).await,
        }
    }
}

mini_app! {
    pages: { "pages/index" => Index }
}
