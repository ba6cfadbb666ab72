//! Attacks that consist of more than there should be: requests, events, data,
//! lines, sleeps, calls that are given up, calls of every import without end.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use miniapp_host::{EndReason, Event, EventError, PageId, TrapKind};
use serde_json::json;

use crate::arena::{self, Arena};
use crate::attack::{Attack, End, Outcome, Played};
use crate::server;

const CLASS: &str = "floods";

type Expected = fn(&End) -> bool;

/// All of them.
pub fn attacks() -> Vec<Attack> {
    let meter = "`meter::price`, fuel of an event";
    let mut attacks: Vec<Attack> = [
        ("set-data", "set-data"),
        ("log", "log.write"),
        ("clock", "clock.now"),
        ("random", "random.bytes of 64 KiB"),
        ("locale", "locale.language"),
        ("denied", "fetch that is denied"),
        ("navigate", "redirections to pages that never load"),
        ("toast", "ui.show-toast"),
        ("dialog", "dialog.ask, which nobody shows"),
    ]
    .into_iter()
    .map(|(import, name)| {
        one(
            "metering",
            &format!("{name}, for ever"),
            meter,
            "call-forever",
            json!({ "import": import }),
            End::computed_too_much,
        )
    })
    .collect();
    attacks.extend([
        one(
            "metering",
            "set-data of gaps within gaps, for ever",
            "`price::BUILT_BYTE`",
            "call-forever",
            json!({ "import": "set-gaps" }),
            End::out_of_fuel,
        ),
        one(
            "broken code",
            "computes for ever",
            meter,
            "spin",
            json!({}),
            End::computed_too_much,
        ),
        one(
            "broken code",
            "panics in an event",
            "the store is dropped",
            "panic",
            json!({}),
            |end| end.trapped("unreachable"),
        ),
        one(
            "recursion",
            "calls itself for ever, in Rust",
            "`limits::WASM_STACK`",
            "recurse",
            json!({}),
            |end| {
                end.ended(|reason| {
                    matches!(
                        reason,
                        EndReason::Trap {
                            kind: TrapKind::StackOverflow,
                            ..
                        }
                    )
                })
            },
        ),
        one(
            "memory and tables",
            "allocates for ever, in Rust",
            "`MemoryMeter`",
            "allocate",
            json!({}),
            |end| end.ended(|reason| matches!(reason, EndReason::OutOfMemory { .. })),
        ),
        one(
            CLASS,
            "10,000 requests at once",
            "fuel of an event; 10 run, 100 wait",
            "fetch-many",
            json!({ "url": server::SLOW, "n": 10_000 }),
            |end| end.out_of_fuel() || end.lives(),
        ),
        one(
            CLASS,
            "5,000 sleeps at once",
            "fuel of an event; 1,024 wait",
            "sleep-many",
            json!({ "n": 5_000, "ms": 1 }),
            |end| end.out_of_fuel() || end.lives(),
        ),
        one(
            CLASS,
            "5,000 sleeps given up",
            "a dropped call is over",
            "abandon-sleeps",
            json!({ "n": 5_000 }),
            |end| end.out_of_fuel() || end.lives(),
        ),
        one(
            CLASS,
            "1,000 requests given up",
            "a dropped call is over",
            "abandon-fetches",
            json!({ "url": server::NEVER, "n": 1_000 }),
            |end| end.out_of_fuel() || end.lives(),
        ),
        one(
            CLASS,
            "one request after another, for ever",
            "fuel per second",
            "fetch-forever",
            json!({ "url": server::QUICK }),
            |end| end.waits() || end.computed_too_much(),
        ),
        Attack::new(
            CLASS,
            "150 requests at once, 67 times",
            "10 run, 100 wait, the rest is `busy`",
            requests,
        )
        .once(),
        Attack::new(
            CLASS,
            "1,000 events at once",
            "`limits::MAILBOX`, `limits::CALLBACKS`",
            mailbox,
        ),
        Attack::new(
            CLASS,
            "data until there is no more room",
            "`MemoryMeter`: the page's data counts",
            data,
        )
        .once(),
        Attack::new(
            CLASS,
            "100,000 lines of the log",
            "256 KiB in a second",
            lines,
        )
        .once(),
        Attack::new(
            CLASS,
            "50 lives begun and dropped at once",
            "places in front of the pool",
            lives,
        ),
    ]);
    attacks
}

fn one(
    class: &'static str,
    name: &str,
    against: &'static str,
    handler: &'static str,
    detail: serde_json::Value,
    expected: Expected,
) -> Attack {
    Attack::new(class, name, against, move |arena| {
        let detail = detail.clone();
        Box::pin(async move {
            let end = arena.rogue(handler, detail).await;
            Outcome::default().end(&end, expected)
        })
    })
}

/// Each event asks for more than may be under way; each request counts.
fn requests(arena: &Arena) -> Played<'_> {
    Box::pin(async move {
        let mut outcome = Outcome::default();
        let app = match arena.launch("miniapp_rogue").await {
            Ok(app) => app,
            Err(end) => return outcome.end(&end, |_| false),
        };
        let mut attempts = 0_u64;
        let mut answered = 0;
        let mut busy = 0;
        for _ in 0..67 {
            let end =
                arena::event(&app, "fetch-many", json!({ "url": server::SLOW, "n": 150 })).await;
            if !end.lives() {
                outcome.count(end.label(), false, || format!("{end:?}"));
                continue;
            }
            let data = app.data(PageId::FIRST).await.unwrap_or_default();
            attempts += data["ok"].as_u64().unwrap_or(0) + data["failed"].as_u64().unwrap_or(0);
            answered += data["ok"].as_u64().unwrap_or(0);
            busy += data["codes"]["busy"].as_u64().unwrap_or(0);
        }
        app.close().await;
        let most = server::MOST.swap(0, Ordering::Relaxed);
        for (label, count) in [("answered", answered), ("told `busy`", busy)] {
            outcome.attempts += usize::try_from(count).unwrap_or_default();
            outcome.contained += usize::try_from(count).unwrap_or_default();
            outcome
                .ends
                .insert(label.to_owned(), usize::try_from(count).unwrap_or_default());
        }
        outcome.count(
            format!("{most} under way at most"),
            most <= 10 && attempts == 10_050 && answered + busy == 10_050,
            || format!("{most} requests under way at once; of {attempts}, {answered} answered and {busy} busy"),
        );
        outcome
    })
}

fn mailbox(arena: &Arena) -> Played<'_> {
    Box::pin(async move {
        let mut outcome = Outcome::default();
        let app = match arena.launch("miniapp_rogue").await {
            Ok(app) => app,
            Err(end) => return outcome.end(&end, |_| false),
        };
        let flood = (0..1_000).map(|_| {
            app.event(
                PageId::FIRST,
                Event::new("sleep").detail(json!({ "ms": 5 })),
            )
        });
        for answered in join_all(flood).await {
            let label = match &answered {
                Ok(()) => "handled",
                Err(EventError::Busy) => "told the embedder `busy`",
                Err(_) => "failed",
            };
            outcome.count(label, label != "failed", || format!("{answered:?}"));
        }
        let handled = outcome.ends.get("handled").copied().unwrap_or_default();
        // What runs and what waits, with what was handled while the flood came.
        outcome.count(
            "accepted within bounds",
            (64..1_000).contains(&handled),
            || format!("{handled} handled"),
        );
        app.close().await;
        outcome
    })
}

fn data(arena: &Arena) -> Played<'_> {
    Box::pin(async move {
        let mut outcome = Outcome::default();
        let app = match arena.launch("miniapp_rogue").await {
            Ok(app) => app,
            Err(end) => return outcome.end(&end, |_| false),
        };
        let mut refused = false;
        for place in 0..80 {
            let detail = json!({ "path": format!("p{place}"), "bytes": 512 << 10 });
            let end = arena::event(&app, "set-size", detail).await;
            refused |= end.told("too-large");
            outcome.count(end.label(), end.lives() || end.told("too-large"), || {
                format!("{end:?}")
            });
        }
        outcome.count("refused in the end", refused, || {
            "40 MiB were kept of 16".to_owned()
        });
        app.close().await;
        outcome
    })
}

fn lines(arena: &Arena) -> Played<'_> {
    Box::pin(async move {
        let mut outcome = Outcome::default();
        let app = match arena.launch("miniapp_rogue").await {
            Ok(app) => app,
            Err(end) => return outcome.end(&end, |_| false),
        };
        let (began, before) = (Instant::now(), arena.reports.bytes.load(Ordering::Relaxed));
        let mut written = 0;
        for _ in 0..100 {
            let end = arena::event(&app, "log", json!({ "n": 1_000, "bytes": 100 })).await;
            outcome.count(end.label(), end.lives(), || format!("{end:?}"));
            written += 1_000;
        }
        app.close().await;
        let reported = arena.reports.bytes.load(Ordering::Relaxed) - before;
        let seconds = began.elapsed().as_secs() + 2;
        let allowed = usize::try_from(seconds)
            .unwrap_or(usize::MAX)
            .saturating_mul(256 << 10);
        outcome.count(
            format!("{reported} bytes reported"),
            reported <= allowed,
            || format!("{reported} bytes of {written} lines reported in {seconds} s"),
        );
        outcome
    })
}

/// More lives than there are places; each is dropped as soon as it is begun.
fn lives(arena: &Arena) -> Played<'_> {
    Box::pin(async move {
        let mut outcome = Outcome::default();
        let begun = (0..50).map(|_| async {
            let launched = arena.host.launch("miniapp_rogue").await;
            let app = launched.map(drop);
            tokio::time::sleep(Duration::from_millis(1)).await;
            app
        });
        for launched in join_all(begun).await {
            let label = if launched.is_ok() {
                "launched and dropped"
            } else {
                "refused: no place"
            };
            let contained = launched.as_ref().map_or_else(
                |error| error.to_string().contains("mini-apps are live"),
                |()| true,
            );
            outcome.count(label, contained, || format!("{launched:?}"));
        }
        outcome
    })
}
