//! A mini-app that sends requests, one after another, and how each came out. Knows
//! nothing of what it asks for.

use std::collections::BTreeMap;

use miniapp_host::{MiniApp, PageId};
use serde_json::Value;

use super::web::WASI;
use crate::arena::{self, Arena};
use crate::attack::End;

/// How a request came out for the mini-app.
#[derive(Debug)]
pub enum Came {
    /// It was answered.
    Answer(Value),
    /// It was told an error: code and message.
    Told(String, String),
    /// Of several at once, so many were answered, and so many told each code.
    Many(u64, BTreeMap<String, u64>),
    /// It is no more.
    Ended(End),
}

impl Came {
    /// The same in a few words, for the table.
    pub fn label(&self) -> String {
        match self {
            Self::Answer(_) => "answered".to_owned(),
            Self::Told(code, _) => format!("told `{code}`"),
            Self::Many(0, codes) => {
                let codes: Vec<String> = codes.keys().map(|code| format!("`{code}`")).collect();
                format!("all told {}", codes.join(" or "))
            }
            Self::Many(..) => "some answered".to_owned(),
            Self::Ended(end) => end.label(),
        }
    }

    /// All that the mini-app could read of it.
    pub fn text(&self) -> String {
        match self {
            Self::Answer(answer) => answer.to_string(),
            Self::Told(code, message) => format!("{code}: {message}"),
            Self::Many(..) => String::new(),
            Self::Ended(end) => format!("{end:?}"),
        }
    }

    /// Whether it was told an error of one of these codes, each time.
    pub fn told(&self, expected: &[&str]) -> bool {
        let expected = |code: &String| expected.contains(&code.as_str());
        match self {
            Self::Told(code, _) => expected(code),
            Self::Many(0, codes) => !codes.is_empty() && codes.keys().all(expected),
            _ => false,
        }
    }
}

/// A mini-app that lives until it is dropped, or asks for what ends it.
pub struct Visitor<'a> {
    arena: &'a Arena,
    app: &'static str,
    live: Option<MiniApp>,
}

impl<'a> Visitor<'a> {
    /// A mini-app that is launched when it is first needed.
    pub fn new(arena: &'a Arena, app: &'static str) -> Self {
        let live = None;
        Self { arena, app, live }
    }

    /// Sends a request and waits for what comes of it; with an `n`, as many at once.
    pub async fn ask(&mut self, request: &Value) -> Came {
        let app = match self.live.take() {
            Some(app) => app,
            None => match self.arena.launch(self.app).await {
                Ok(app) => app,
                Err(end) => return Came::Ended(end),
            },
        };
        let handler = match request.get("n") {
            Some(_) => "fetch-many",
            None if self.app == WASI => "http",
            None => "fetch",
        };
        let came = match arena::event(&app, handler, request).await {
            End::Lives => {
                let data = app.data(PageId::FIRST).await.unwrap_or_default();
                match handler {
                    "fetch-many" => many(&data),
                    "http" => of_wasi(&data["http"]),
                    _ => Came::Answer(data["response"].clone()),
                }
            }
            End::Told(code, message) => Came::Told(code, message),
            end => return Came::Ended(end),
        };
        self.live = Some(app);
        came
    }

    /// Closes it, and its connections with it.
    pub async fn leave(&mut self) {
        if let Some(app) = self.live.take() {
            app.close().await;
        }
    }
}

fn many(data: &Value) -> Came {
    let codes = data["codes"].as_object().into_iter().flatten();
    let codes = codes.map(|(code, times)| (code.clone(), times.as_u64().unwrap_or_default()));
    Came::Many(data["ok"].as_u64().unwrap_or_default(), codes.collect())
}

/// The guest `wasi` sets its data to what it was told, too.
fn of_wasi(answer: &Value) -> Came {
    let Some(error) = answer["error"].as_str() else {
        return Came::Answer(answer.clone());
    };
    let code = error.trim_start_matches("ErrorCode::");
    let code = code.split('(').next().unwrap_or_default();
    Came::Told(code.to_owned(), error.to_owned())
}
