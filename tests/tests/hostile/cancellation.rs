//! Mini-apps that are closed, or whose handle is dropped, at every point at which
//! they wait: while they are launched, load, connect, read, are redirected, sleep,
//! ask the embedder, and take their leave. And callbacks that fail there.

use std::time::Duration;

use miniapp_host::{EndReason, Event, LaunchOptions, MiniApp, PageId};
use serde_json::{Value, json};

use crate::arena::Arena;
use crate::attack::{Attack, End, Outcome};
use crate::server;

const CLASS: &str = "cancellation";
const AGAINST: &str = "one task owns the store: dropping it drops all";

/// When it is cut, after it was begun, in microseconds: from at once to well inside the wait.
const MOMENTS: [u64; 6] = [0, 100, 500, 2_000, 8_000, 30_000];

/// All of them.
pub fn attacks() -> Vec<Attack> {
    let waits = [
        ("while it sleeps", "sleep", json!({ "ms": 60_000 })),
        (
            "while it sleeps a hundred times at once",
            "sleep-many",
            json!({ "n": 100, "ms": 60_000 }),
        ),
        (
            "while it waits for an answer",
            "fetch",
            json!({ "url": server::NEVER }),
        ),
        (
            "while it is redirected",
            "fetch",
            json!({ "url": "https://rogue.example.com/hops" }),
        ),
        (
            "while it connects",
            "fetch",
            json!({ "url": "https://mute.names.example.com/" }),
        ),
        (
            "while a name is resolved",
            "fetch",
            json!({ "url": "https://unresolved.names.example.com/" }),
        ),
        (
            "while a body comes",
            "fetch",
            json!({ "url": "http://dribble.plain.example.com/body" }),
        ),
        (
            "while a hundred requests wait",
            "fetch-many",
            json!({ "url": server::NEVER, "n": 100 }),
        ),
        ("while it computes", "burn", json!({ "rounds": 1_000_000 })),
    ];
    let mut attacks: Vec<Attack> = waits
        .into_iter()
        .flat_map(|(name, handler, detail)| {
            [("closed", false), ("dropped", true)].map(|(how, dropped)| {
                let detail = detail.clone();
                Attack::new(CLASS, format!("{how} {name}"), AGAINST, move |arena| {
                    let detail = detail.clone();
                    Box::pin(
                        async move { cut(arena, "miniapp_rogue", handler, detail, dropped).await },
                    )
                })
                .once()
            })
        })
        .collect();
    for fate in ["wait", "slow", "panic", "fail"] {
        attacks.push(
            Attack::new(
                CLASS,
                format!("dropped while it is launched, which is to {fate}"),
                AGAINST,
                move |arena| Box::pin(async move { cut_launch(arena, fate).await }),
            )
            .once(),
        );
        for callback in ["hide", "unload"] {
            attacks.push(Attack::new(
                "traps in callbacks",
                format!("`on-{callback}` is to {fate}"),
                "`Limits::close`",
                move |arena| Box::pin(async move { farewell(arena, callback, fate).await }),
            ));
        }
    }
    for (callback, fate) in [("hide", "spin"), ("unload", "spin")] {
        attacks.push(Attack::new(
            "traps in callbacks",
            format!("`on-{callback}` is to {fate}"),
            "`Limits::close`, fuel",
            move |arena| Box::pin(async move { farewell(arena, callback, fate).await }),
        ));
    }
    attacks.push(
        Attack::new(CLASS, "dropped while its page loads", AGAINST, |arena| {
            Box::pin(async move {
                let mut outcome = Outcome::default();
                for moment in MOMENTS {
                    let query = vec![("wait".to_owned(), "1".to_owned())];
                    let options = LaunchOptions {
                        query,
                        ..LaunchOptions::default()
                    };
                    match arena.host.launch_with("miniapp_rogue", options).await {
                        Ok(app) => {
                            tokio::time::sleep(Duration::from_micros(moment)).await;
                            let reason = app.close().await;
                            outcome.count("closed", is_closed(&reason), || format!("{reason}"));
                        }
                        Err(error) => outcome.count("not launched", false, || error.to_string()),
                    }
                }
                outcome
            })
        })
        .once(),
    );
    attacks
}

fn is_closed(reason: &EndReason) -> bool {
    matches!(reason, EndReason::Closed | EndReason::ClosedByForce { .. })
}

/// Ends a mini-app at each moment after it was given an event.
pub async fn cut(
    arena: &Arena,
    app: &str,
    handler: &'static str,
    detail: Value,
    dropped: bool,
) -> Outcome {
    let mut outcome = Outcome::default();
    for moment in MOMENTS {
        let app = match arena.launch(app).await {
            Ok(app) => app,
            Err(end) => {
                outcome.count(end.label(), false, || format!("{end:?}"));
                continue;
            }
        };
        let busy = begin(&app, handler, &detail);
        tokio::time::sleep(Duration::from_micros(moment)).await;
        if dropped {
            busy.abort();
            // Whoever waited for the answer is gone, and so is the last handle.
            busy.await.ok();
            drop(app);
            outcome.count("dropped", true, String::new);
        } else {
            let reason = app.close().await;
            busy.await.ok();
            outcome.count("closed", is_closed(&reason), || format!("{reason}"));
        }
    }
    outcome
}

fn begin(app: &MiniApp, handler: &'static str, detail: &Value) -> tokio::task::JoinHandle<()> {
    let (app, event) = (app.clone(), Event::new(handler).detail(detail));
    tokio::spawn(async move {
        app.event(PageId::FIRST, event).await.ok();
    })
}

async fn cut_launch(arena: &Arena, fate: &'static str) -> Outcome {
    let mut outcome = Outcome::default();
    for moment in MOMENTS {
        let options = LaunchOptions {
            extra: Some(json!({ "launch": fate }).to_string()),
            ..LaunchOptions::default()
        };
        let launch = arena.host.launch_with("miniapp_rogue", options);
        let launched = tokio::time::timeout(Duration::from_micros(moment), launch).await;
        let label = match &launched {
            Err(_) => "dropped",
            Ok(Err(_)) => "had ended",
            Ok(Ok(_)) => "had been launched",
        };
        outcome.count(label, true, String::new);
    }
    outcome
}

async fn farewell(arena: &Arena, callback: &'static str, fate: &'static str) -> Outcome {
    let app = match arena.launch("miniapp_rogue").await {
        Ok(app) => app,
        Err(end) => return Outcome::default().end(&end, |_| false),
    };
    let armed = crate::arena::event(&app, "arm", json!({ callback: fate })).await;
    let reason = app.close().await;
    let end = End::Ended(reason);
    Outcome::default().end(&end, |end| {
        armed.lives()
            && match fate {
                "panic" => end.trapped("unreachable"),
                "wait" => end.ended(|reason| matches!(reason, EndReason::ClosedByForce { .. })),
                "spin" => end.computed_too_much() || end.ended(is_closed),
                _ => end.ended(is_closed),
            }
    })
}
