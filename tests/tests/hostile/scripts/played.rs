//! How an attack of the class is played: each way in a life of its own, beside a script that lives
//! in the same engine, goes on answering, and sees whether anything of its own has changed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join;
use miniapp_host::{EndReason, MiniApp, PageId, TrapKind};
use serde_json::{Value, json};

use super::{BYSTANDER, CLASS, attacker};
use crate::arena::{self, Arena};
use crate::attack::{Attack, End, Outcome};

/// How long what an attack has set off may go on before the attacker is asked whether it answers.
const SETTLING: Duration = Duration::from_millis(500);

/// Between two events of the bystander.
const PAUSE: Duration = Duration::from_millis(60);

/// Bytes of the log that are reported in a second.
const LOG: usize = 256 << 10;

/// The host that it may talk to.
const GRANTED: &str = "rogue.example.com";

/// What the attacker is asked, and has to show.
const ANSWER: u64 = 4711;

/// How the attacker came out of one way of attacking.
pub struct Seen {
    /// The event by which it attacked.
    pub end: End,
    /// The event after it.
    pub after: End,
    /// What the lowest page shows that then was open.
    pub data: Value,
    /// Whether an error was reported that no callback returned.
    pub was_uncaught: bool,
    /// How many pages were open.
    pub pages: usize,
    /// Whether no more of its log was reported than may be in the time that it took.
    pub logs_within: bool,
    /// The hosts that requests of its arrived at.
    pub hosts: BTreeSet<String>,
}

impl Seen {
    /// Whether it lives and answers as before.
    pub fn answers(&self) -> bool {
        self.after.lives() && self.data["answer"] == ANSWER
    }

    /// Whether it was told an error that says so, and answers as before.
    pub fn is_told(&self, words: &str) -> bool {
        matches!(&self.end, End::Told(_, message) if message.contains(words)) && self.answers()
    }

    /// Whether it was ended for having taken too much, of whatever it was.
    pub fn is_ended(&self) -> bool {
        [&self.end, &self.after]
            .iter()
            .any(|end| end.computed_too_much() || end.waited_out_of_fuel() || end.ended(is_limit))
    }

    /// Whether it says that it has tried, and that nothing got where it must not.
    pub fn has_reached_nothing(&self) -> bool {
        self.data["tried"].as_u64() > Some(0) && self.data["reached"] == json!([])
    }

    /// Whether no request of its arrived at a host that it is not granted.
    pub fn stays_within(&self) -> bool {
        self.hosts.iter().all(|host| host == GRANTED)
    }

    fn label(&self) -> String {
        match (&self.end, &self.after) {
            (End::Lives, End::Lives) => "lives".to_owned(),
            (End::Lives, after) => format!("then {}", after.label()),
            (end, _) => end.label(),
        }
    }
}

/// Whether one of a mini-app's limits was reached.
pub fn is_limit(reason: &EndReason) -> bool {
    matches!(
        reason,
        EndReason::OutOfMemory { .. }
            | EndReason::Trap {
                kind: TrapKind::StackOverflow,
                ..
            }
    )
}

/// Whether a way was contained.
pub type Expected = fn(&Seen) -> bool;

/// Attacks by one handler.
pub struct Sheet {
    pub name: &'static str,
    pub against: &'static str,
    /// The mini-app that plays them.
    pub theme: &'static str,
    pub handler: &'static str,
    /// Whether each of its ways has a life of its own; else there is one for all of them.
    pub has_ways: bool,
    pub expected: Expected,
    /// What the attacker is asked afterwards, in a new life if it needs one.
    pub then: Option<(&'static str, Expected)>,
}

impl Sheet {
    /// A row.
    pub fn attack(self) -> Attack {
        Attack::new(CLASS, self.name, self.against, move |arena| {
            let (app, handler) = (attacker(self.theme), self.handler);
            let (has_ways, expected, then) = (self.has_ways, self.expected, self.then);
            Box::pin(beside(arena, async move |outcome: &mut Outcome| {
                let ways = if has_ways {
                    ways(arena, &app, handler).await
                } else {
                    vec![json!(null)]
                };
                if ways.is_empty() {
                    outcome.count("not begun", false, || format!("{handler} has no ways"));
                }
                for way in ways {
                    let seen =
                        play(arena, &app, handler, &way, then.map(|(handler, _)| handler)).await;
                    let contained = expected(&seen) && then.is_none_or(|(_, then)| then(&seen));
                    // One life for all of them counts for as many as it says that it has tried.
                    let (label, times) = match seen.data["tried"].as_u64() {
                        Some(tried) if contained && !has_ways => ("got nowhere".to_owned(), tried),
                        _ => (seen.label(), 1),
                    };
                    for _ in 0..times {
                        outcome.count(&label, contained, || describe(&way, &seen));
                    }
                }
            }))
        })
        .once()
    }
}

fn describe(way: &Value, seen: &Seen) -> String {
    let shown: String = seen.data.to_string().chars().take(1_000).collect();
    format!(
        "{way}: {:?}, then {:?}; uncaught: {}, {} pages, {:?}, {shown}",
        seen.end, seen.after, seen.was_uncaught, seen.pages, seen.hosts
    )
}

/// Launches a mini-app. Where the machine is busy with others, that may take longer than it may;
/// then it is tried again.
pub async fn launch(arena: &Arena, app: &str) -> Result<MiniApp, End> {
    const TIMES: usize = 5;
    let mut launched = arena.launch(app).await;
    for _ in 1..TIMES {
        let is_late = |reason: &EndReason| matches!(reason, EndReason::LaunchTooLong { .. });
        match &launched {
            Err(end) if end.ended(is_late) => launched = arena.launch(app).await,
            _ => break,
        }
    }
    launched
}

/// The ways of a handler.
async fn ways(arena: &Arena, app: &str, handler: &str) -> Vec<Value> {
    let Ok(app) = launch(arena, app).await else {
        return Vec::new();
    };
    arena::event(&app, "ways", json!(handler)).await;
    let mut data = app.data(PageId::FIRST).await.unwrap_or_default();
    app.close().await;
    match data["ways"].take() {
        Value::Array(ways) => ways,
        _ => Vec::new(),
    }
}

/// Plays one way.
async fn play(
    arena: &Arena,
    attacker: &str,
    handler: &str,
    way: &Value,
    then: Option<&str>,
) -> Seen {
    let (began, logged) = (Instant::now(), arena.reports.bytes.load(Ordering::Relaxed));
    let uncaught = &arena.reports.uncaught;
    let before = uncaught.load(Ordering::Relaxed);
    let mut seen = Seen {
        end: End::Lives,
        after: End::Lives,
        data: Value::Null,
        was_uncaught: false,
        pages: 0,
        logs_within: true,
        hosts: BTreeSet::new(),
    };
    let mut app = match launch(arena, attacker).await {
        Ok(app) => app,
        Err(end) => return Seen { end, ..seen },
    };
    arena.server.forget();
    seen.end = arena::event(&app, handler, way).await;
    // What goes on for ever is asked all the same.
    let _ = tokio::time::timeout(SETTLING, app.settled()).await;
    if let Some(then) = then {
        if !is_alive(&app).await {
            app = match launch(arena, attacker).await {
                Ok(app) => app,
                Err(after) => return Seen { after, ..seen },
            };
        }
        arena::event(&app, then, json!(null)).await;
    }
    let pages = app.pages().await;
    let first = pages.first().map_or(PageId::FIRST, |page| page.id);
    seen.after = arena::event_on(&app, first, "answer", json!(ANSWER)).await;
    seen.data = app.data(first).await.unwrap_or_default();
    seen.pages = pages.len();
    let hosts = arena.server.seen();
    let hosts = hosts.iter().filter_map(|asked| asked.header("host"));
    seen.hosts = hosts.map(str::to_owned).collect();
    seen.was_uncaught = uncaught.load(Ordering::Relaxed) > before;
    app.close().await;
    let logged = arena.reports.bytes.load(Ordering::Relaxed) - logged;
    let seconds = usize::try_from(began.elapsed().as_secs()).unwrap_or(usize::MAX);
    seen.logs_within = logged <= seconds.saturating_add(2).saturating_mul(LOG);
    seen
}

async fn is_alive(app: &MiniApp) -> bool {
    !app.pages().await.is_empty()
}

/// Plays something beside the bystander, and counts whether that was well all the time.
pub async fn beside<'a>(arena: &'a Arena, attack: impl AsyncFnOnce(&mut Outcome) + 'a) -> Outcome {
    let mut outcome = Outcome::default();
    let bystander = match launch(arena, BYSTANDER).await {
        Ok(bystander) => bystander,
        Err(end) => return outcome.end(&end, |_| false),
    };
    let is_over = AtomicBool::new(false);
    let (_, wrong) = join(
        async {
            attack(&mut outcome).await;
            is_over.store(true, Ordering::Relaxed);
        },
        live(&bystander, &is_over),
    )
    .await;
    let ended = bystander.close().await;
    let is_well = wrong.is_none() && *ended == EndReason::Closed;
    outcome.count("bystander well", is_well, || {
        format!("the bystander: {wrong:?}, {ended}")
    });
    outcome
}

/// Gives the bystander events until it is over; tells the first wrong answer.
async fn live(bystander: &MiniApp, is_over: &AtomicBool) -> Option<String> {
    for beat in 0_u64.. {
        let end = arena::event(bystander, "beat", beat).await;
        let data = bystander.data(PageId::FIRST).await.unwrap_or_default();
        let right = json!({ "beat": beat, "isChanged": false, "pages": 1, "app": [] });
        if !end.lives() || data != right {
            return Some(format!("{end:?}, {data}"));
        }
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    let end = arena::event(bystander, "kept", json!(null)).await;
    let data = bystander.data(PageId::FIRST).await.unwrap_or_default();
    let is_right = end.lives() && data["kept"] == json!(["own"]);
    (!is_right).then(|| format!("{end:?}, {data}"))
}
