//! The handlers of a page, read from an event and run; must not know when they come.

use crate::harm;
use futures_util::future::join_all;
use miniapp_guest::error::code;
use miniapp_guest::log::Level;
use miniapp_guest::prelude::*;
use miniapp_guest::request::Request;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

pub enum Command {
    Noop,
    Spin,
    Burn {
        rounds: u64,
    },
    Recurse,
    Allocate,
    Panic,
    WaitForever,
    Set {
        path: String,
        value: Value,
    },
    SetRaw {
        path: String,
        text: String,
    },
    SetSize {
        path: String,
        bytes: usize,
    },
    Sleep {
        ms: u64,
    },
    SleepMany {
        n: usize,
        ms: u64,
    },
    Fetch(Fetch),
    FetchMany {
        url: String,
        n: usize,
    },
    FetchForever {
        url: String,
    },
    AbandonSleeps {
        n: usize,
    },
    AbandonFetches {
        url: String,
        n: usize,
    },
    CallForever(Import),
    Seed,
    SetMany {
        changes: Vec<(String, String)>,
        n: usize,
    },
    Profile,
    /// Reads fields of the profile.
    Read {
        fields: Vec<String>,
    },
    /// Asks for the user's consent so many times at once.
    AskMany {
        permission: String,
        n: usize,
    },
    /// How consent to a permission stands.
    Status {
        permission: String,
    },
    Random {
        length: u32,
    },
    Log {
        n: usize,
        bytes: usize,
    },
}

/// A function of the host's that answers at once, whatever it is asked.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Import {
    SetData,
    /// Set-data that asks for gaps in arrays inside of one another.
    SetGaps,
    Log,
    Clock,
    Random,
    Locale,
    Denied,
    /// Goes to pages that never load.
    Navigate,
    Toast,
    Dialog,
}

impl Import {
    async fn call(self, page: &PageHandle) {
        match self {
            Self::SetData => drop(page.set_data("called", &1)),
            Self::SetGaps => drop(page.set_data(format!("a{}", "[1024]".repeat(63)), &1)),
            Self::Log => log::write(Level::Info, ""),
            Self::Clock => drop(black_box(clock::now())),
            Self::Random => drop(black_box(random::bytes(65_536))),
            Self::Locale => drop(black_box(locale::language())),
            Self::Navigate => drop(navigation::redirect("pages/index?wait=1").await),
            Self::Denied => drop(request::get("https://denied.example.com/").send().await),
            Self::Toast => drop(ui::show_toast("t")),
            Self::Dialog => drop(dialog::alert("d").await),
        }
    }
}

#[derive(Deserialize)]
pub struct Fetch {
    url: String,
    #[serde(default = "get")]
    method: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    body: Option<String>,
    timeout: Option<u64>,
}

fn get() -> String {
    "GET".to_owned()
}

#[derive(Serialize)]
struct Fetched<'a> {
    status: u16,
    url: &'a str,
    headers: &'a [(String, String)],
    body: &'a str,
}

/// The fields of all details; each handler takes its own.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Detail {
    bytes: Option<usize>,
    changes: Option<Vec<(String, String)>>,
    fields: Option<Vec<String>>,
    length: Option<u32>,
    ms: Option<u64>,
    n: Option<usize>,
    import: Option<Import>,
    path: Option<String>,
    permission: Option<String>,
    rounds: Option<u64>,
    text: Option<String>,
    url: Option<String>,
    value: Value,
}

impl Command {
    pub fn read(event: &Event) -> Result<Self> {
        if event.handler() == "fetch" {
            return Ok(Self::Fetch(event.detail()?));
        }
        let detail: Detail = event.detail::<Option<Detail>>()?.unwrap_or_default();
        let (path, url) = (detail.path.context("path"), detail.url.context("url"));
        let n = detail.n.context("n");
        Ok(match event.handler() {
            "noop" => Self::Noop,
            "spin" => Self::Spin,
            "burn" => Self::Burn {
                rounds: detail.rounds.context("rounds")?,
            },
            "recurse" => Self::Recurse,
            "allocate" => Self::Allocate,
            "panic" => Self::Panic,
            "wait-forever" => Self::WaitForever,
            "set" => Self::Set {
                path: path?,
                value: detail.value,
            },
            "set-raw" => Self::SetRaw {
                path: path?,
                text: detail.text.context("text")?,
            },
            "set-size" => Self::SetSize {
                path: path?,
                bytes: detail.bytes.context("bytes")?,
            },
            "sleep" => Self::Sleep {
                ms: detail.ms.context("ms")?,
            },
            "sleep-many" => Self::SleepMany {
                n: n?,
                ms: detail.ms.unwrap_or(50),
            },
            "fetch-many" => Self::FetchMany { url: url?, n: n? },
            "fetch-forever" => Self::FetchForever { url: url? },
            "abandon-sleeps" => Self::AbandonSleeps { n: n? },
            "abandon-fetches" => Self::AbandonFetches { url: url?, n: n? },
            "call-forever" => Self::CallForever(detail.import.context("import")?),
            "seed" => Self::Seed,
            "set-many" => Self::SetMany {
                changes: detail.changes.context("changes")?,
                n: n?,
            },
            "profile" => Self::Profile,
            "read" => Self::Read {
                fields: detail.fields.context("fields")?,
            },
            "ask-many" => Self::AskMany {
                permission: detail.permission.context("permission")?,
                n: n?,
            },
            "status" => Self::Status {
                permission: detail.permission.context("permission")?,
            },
            "random" => Self::Random {
                length: detail.length.context("length")?,
            },
            "log" => Self::Log {
                n: n?,
                bytes: detail.bytes.context("bytes")?,
            },
            other => return Err(Error::app(format!("there is no handler `{other}`"))),
        })
    }

    pub async fn run(self, page: PageHandle) -> Result<()> {
        match self {
            Self::Noop => Ok(()),
            Self::Spin => harm::spin(),
            Self::Burn { rounds } => {
                harm::burn(rounds);
                Ok(())
            }
            Self::Recurse => {
                black_box(harm::recurse());
                Ok(())
            }
            Self::Allocate => harm::allocate(),
            Self::Panic => panic!("told to panic"),
            Self::WaitForever => harm::wait().await,
            Self::Set { path, value } => page.set_data(path, &value),
            Self::SetRaw { path, text } => page.update().set_json(path, text).apply(),
            Self::SetSize { path, bytes } => {
                let quoted = bytes
                    .checked_sub(path.len() + 2)
                    .context("fewer bytes than path and quotes take")?;
                page.update()
                    .set_json(path, format!("\"{}\"", "x".repeat(quoted)))
                    .apply()
            }
            Self::Sleep { ms } => {
                timer::sleep(Duration::from_millis(ms)).await?;
                page.set_data("slept", &true)
            }
            Self::SleepMany { n, ms } => {
                let slept = join_all((0..n).map(|_| timer::sleep(Duration::from_millis(ms)))).await;
                let busy = slept
                    .iter()
                    .flat_map(|slept| slept.as_ref().err())
                    .filter(|error| error.code() == code::BUSY);
                page.set_data("busy", &busy.count())
            }
            Self::Fetch(fetch) => fetch.run(page).await,
            Self::FetchForever { url } => loop {
                drop(request::get(url.as_str()).send().await);
            },
            Self::AbandonSleeps { n } => {
                for _ in 0..n {
                    let mut sleep = pin!(timer::sleep(Duration::from_secs(3_600)));
                    poll_fn(|cx| Poll::Ready(sleep.as_mut().poll(cx).is_ready())).await;
                }
                timer::sleep(Duration::from_millis(1)).await?;
                page.set_data("slept", &true)
            }
            Self::AbandonFetches { url, n } => {
                for _ in 0..n {
                    let mut fetch = pin!(request::get(url.as_str()).send());
                    poll_fn(|cx| Poll::Ready(fetch.as_mut().poll(cx).is_ready())).await;
                }
                timer::sleep(Duration::from_millis(1)).await?;
                page.set_data("slept", &true)
            }
            Self::CallForever(import) => loop {
                import.call(&page).await;
            },
            Self::Seed => page.set_data("seed", &random::number().to_string()),
            Self::SetMany { changes, n } => {
                let mut update = page.update();
                for _ in 0..n {
                    for (path, text) in &changes {
                        update = update.set_json(path.as_str(), text.as_str());
                    }
                }
                update.apply()
            }
            Self::FetchMany { url, n } => {
                let sent = join_all((0..n).map(|_| request::get(url.as_str()).send())).await;
                count(page, &sent)
            }
            Self::Profile => read(page, &[]).await,
            Self::Read { fields } => {
                let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                read(page, &fields).await
            }
            Self::AskMany { permission, n } => {
                let asked = join_all((0..n).map(|_| consent::ask(&permission))).await;
                count(page, &asked)
            }
            Self::Status { permission } => {
                page.set_data("status", &format!("{:?}", consent::status(&permission)?))
            }
            Self::Random { length } => page.set_data("random", &random::bytes(length)?.len()),
            Self::Log { n, bytes } => {
                let line = "x".repeat(bytes);
                (0..n).for_each(|_| log::write(Level::Info, &line));
                Ok(())
            }
        }
    }
}

async fn read(page: PageHandle, fields: &[&str]) -> Result<()> {
    let profile = profile::read(fields).await?;
    let fields: BTreeMap<_, _> = profile.iter().collect();
    page.set_data("profile", &fields)
}

/// Sets how many calls went well, how many did not, and their codes.
fn count<T>(page: PageHandle, calls: &[Result<T>]) -> Result<()> {
    let mut codes = BTreeMap::<String, usize>::new();
    for error in calls.iter().flat_map(|call| call.as_ref().err()) {
        *codes.entry(error.code().to_owned()).or_default() += 1;
    }
    let failed = codes.values().sum::<usize>();
    page.update()
        .set("ok", &(calls.len() - failed))?
        .set("failed", &failed)?
        .set("codes", &codes)?
        .apply()
}

impl Fetch {
    async fn run(self, page: PageHandle) -> Result<()> {
        let mut request = Request::new(self.method, self.url);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        if let Some(milliseconds) = self.timeout {
            request = request.timeout(Duration::from_millis(milliseconds));
        }
        let response = request.await?;
        let body = String::from_utf8_lossy(response.bytes());
        let fetched = Fetched {
            status: response.status(),
            url: response.url(),
            headers: response.headers(),
            body: &body,
        };
        page.set_data("response", &fetched)
    }
}
