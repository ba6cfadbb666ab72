//! Attacks by way of what the native app adds: extensions by name, interfaces in WIT, those
//! of the device, the clipboard and questions to the user. Knows nothing of how they are
//! called; what was called, and what of it is left, the native app tells.

mod app;
mod ends;

use std::collections::BTreeMap;

use miniapp_host::{HostBuilder, MiniApp, PageId};
use serde_json::{Value, json};

use crate::arena::{Arena, event};
use crate::attack::{Attack, End, Outcome};

use app::{APP, BARE, CALLS, CLIPBOARD, FILE, TYPED, VICTIM, Watch, clipboard};

pub use app::install;

/// The class of all of them.
pub const CLASS: &str = "native functions";

/// Calls that a mini-app may have under way.
const MOST_CALLS: usize = 16;

/// The same of the clipboard.
const MOST_OF_CLIPBOARD: usize = 4;

/// Adds what is attacked to a host.
pub fn offer(host: HostBuilder) -> HostBuilder {
    app::offer(host)
}

/// All of them.
pub fn attacks() -> Vec<Attack> {
    [floods(), single(), ends::attacks(), lists(), typed()]
        .into_iter()
        .flatten()
        .collect()
}

fn single() -> Vec<Attack> {
    vec![
        Attack::new(
            CLASS,
            "twenty calls at once that nobody answers, again and again",
            "calls under way are counted; their time-out",
            |arena| Box::pin(twenty(arena)),
        )
        .once(),
        Attack::new(
            CLASS,
            "names that are none, or of nothing that was granted",
            "a name is a permission, and parsed as one",
            |arena| Box::pin(names(arena)),
        ),
        Attack::new(
            CLASS,
            "functions that panic, for ever",
            "a panic is an error of that call",
            |arena| Box::pin(panics(arena)),
        )
        .once(),
        Attack::new(
            CLASS,
            "handles of another tenant's files",
            "a handle is good for its tenant",
            |arena| Box::pin(handles(arena)),
        ),
        Attack::new(
            CLASS,
            "copy and paste without the permission",
            "linked to functions that answer `denied`",
            |arena| Box::pin(without_clipboard(arena)),
        ),
    ]
}

/// More at once than there may be: what would be seen is more under way, in the native app
/// or on the heap.
fn floods() -> Vec<Attack> {
    let calls = |name, detail: Value| flood(name, "invoke-many", detail, &CALLS, MOST_CALLS);
    let clipboard =
        |name, handler, detail: Value| flood(name, handler, detail, &CLIPBOARD, MOST_OF_CLIPBOARD);
    let never = json!("never").to_string();
    let much = json!("much").to_string();
    vec![
        calls(
            "ten thousand calls at once that nobody answers",
            json!({ "name": "points", "text": never, "n": 10_000 }),
        ),
        calls(
            "256 KiB of empty lists, sixteen times at once",
            json!({ "name": "points", "lists": 87_381, "n": 16 }),
        ),
        calls(
            "16 KiB of empty lists, sixteen times at once",
            json!({ "name": "points", "lists": 5_461, "n": 16 }),
        ),
        calls(
            "answers of 1 MiB, sixteen at once",
            json!({ "name": "points", "text": much, "n": 16 }),
        ),
        clipboard("5,000 pastes at once", "paste-many", json!({ "n": 5_000 })),
        clipboard("300 pastes at once", "paste-many", json!({ "n": 300 })),
        clipboard(
            "a hundred copies of 100 KiB at once",
            "copy-many",
            json!({ "n": 100, "bytes": 100 << 10 }),
        ),
        clipboard(
            "twelve copies of 1 MiB at once",
            "copy-many",
            json!({ "n": 12, "bytes": 1 << 20 }),
        ),
    ]
}

fn flood(
    name: &str,
    handler: &'static str,
    detail: Value,
    watch: &'static Watch,
    limit: usize,
) -> Attack {
    let against = "calls under way are counted, and their price";
    Attack::new(CLASS, name, against, move |arena| {
        let detail = detail.clone();
        Box::pin(async move {
            *clipboard() = "x".repeat(100 << 10);
            watch.watch();
            let end = arena.tries(APP, handler, &detail).await;
            let (most, quiet) = (watch.most(), watch.is_quiet().await);
            *clipboard() = String::new();
            // One that lives has had its calls answered; the fuel of others may have ended first.
            let contained = match end.lives() {
                true => most > 0,
                false => end.computed_too_much() || end.waited_out_of_fuel(),
            };
            let mut outcome = Outcome::default();
            outcome.count(end.label(), contained && quiet && most <= limit, || {
                format!("{end:?}; {most} calls at once; all over: {quiet}")
            });
            outcome
        })
    })
}

/// What became of many calls at once: codes, `ok` among them, and how many were told each.
async fn codes(
    app: &MiniApp,
    handler: &str,
    detail: Value,
) -> Result<BTreeMap<String, usize>, End> {
    match event(app, handler, detail).await {
        End::Lives => {
            let data = app.data(PageId::FIRST).await.unwrap_or_default();
            let ok = data["ok"].as_u64().and_then(|ok| usize::try_from(ok).ok());
            let mut counts = BTreeMap::from([("ok".to_owned(), ok.unwrap_or_default())]);
            let codes = data["codes"].as_array().into_iter().flatten();
            for code in codes.filter_map(Value::as_str) {
                *counts.entry(code.to_owned()).or_default() += 1;
            }
            counts.retain(|_, count| *count > 0);
            Ok(counts)
        }
        end => Err(end),
    }
}

fn are(counts: &Result<BTreeMap<String, usize>, End>, expected: &[(&str, usize)]) -> bool {
    let expected = expected.iter();
    let expected: BTreeMap<String, usize> = expected
        .map(|(code, count)| ((*code).to_owned(), *count))
        .collect();
    counts.as_ref().is_ok_and(|counts| *counts == expected)
}

/// A place that is not given back would be seen as one more that is `busy`.
async fn twenty(arena: &Arena) -> Outcome {
    let mut outcome = Outcome::default();
    let app = match arena.launch(APP).await {
        Ok(app) => app,
        Err(end) => return outcome.end(&end, |_| false),
    };
    let never = json!({ "name": "points", "text": "\"never\"", "n": 20 });
    for _ in 0..20 {
        CALLS.watch();
        let told = codes(&app, "invoke-many", never.clone()).await;
        let contained = are(&told, &[("timeout", 16), ("busy", 4)])
            && CALLS.most() == MOST_CALLS
            && CALLS.is_quiet().await;
        outcome.count("16 `timeout`, 4 `busy`", contained, || {
            format!("{told:?}; {} at once", CALLS.most())
        });
    }
    app.close().await;
    outcome
}

/// A call that got through would be seen by the native app.
async fn names(arena: &Arena) -> Outcome {
    let mut outcome = Outcome::default();
    let invoke = |name: &str| ("invoke", json!({ "name": name, "text": "1" }));
    let long = format!("device:{}", "a".repeat(65));
    let before = CALLS.watch();
    for ((handler, detail), code) in [
        (invoke(""), "invalid-argument"),
        (invoke("points\0"), "invalid-argument"),
        (invoke("points "), "invalid-argument"),
        (invoke("ext:points"), "invalid-argument"),
        (invoke("device:"), "invalid-argument"),
        (invoke(&long), "invalid-argument"),
        (("invoke-long", json!({ "n": 4 << 20 })), "invalid-argument"),
        (invoke("Points"), "denied"),
        (invoke("device:lock"), "denied"),
        // Granted, and no extension.
        (invoke("ledger"), "not-found"),
        (invoke("device:clipboard"), "not-found"),
    ] {
        let end = arena.tries(APP, handler, &detail).await;
        outcome.count(end.label(), end.told(code), || format!("{detail}: {end:?}"));
    }
    let begun = CALLS.begun() - before;
    outcome.count("nothing was called", begun == 0, || {
        format!("{begun} calls got through")
    });
    outcome
}

async fn panics(arena: &Arena) -> Outcome {
    let before = CALLS.watch();
    let end = arena
        .tries(APP, "for-ever", json!({ "text": "panic" }))
        .await;
    let (begun, quiet) = (CALLS.begun() - before, CALLS.is_quiet().await);
    let contained = end.computed_too_much() || end.waits() || end.waited_out_of_fuel();
    let mut outcome = Outcome::default();
    outcome.count(end.label(), contained && quiet && begun > 1, || {
        format!("{end:?}; {begun} calls; all over: {quiet}")
    });
    outcome
}

/// Tries the handles around one that another tenant holds. A file that is read, or is gone
/// for who holds it, would be seen.
async fn handles(arena: &Arena) -> Outcome {
    let mut outcome = Outcome::default();
    let (victim, thief) = match (arena.launch(VICTIM).await, arena.launch(APP).await) {
        (Ok(victim), Ok(thief)) => (victim, thief),
        (victim, thief) => {
            let ends = [victim, thief].map(|app| app.map(|_| ()));
            outcome.count("not launched", false, || format!("{ends:?}"));
            return outcome;
        }
    };
    let chosen = event(&victim, "choose", json!({})).await;
    let data = victim.data(PageId::FIRST).await.unwrap_or_default();
    let handle = data["handle"].as_u64().unwrap_or_default();
    outcome.count("chosen", chosen.lives() && handle > 0, || {
        format!("{chosen:?}, {handle}")
    });
    let first = handle.saturating_sub(500);
    for hundred in 0..10 {
        let some = json!({ "handle": first + hundred * 100, "n": 100 });
        for (handler, code) in [("read-files", "not-found"), ("release-files", "ok")] {
            let told = codes(&thief, handler, some.clone()).await;
            let label = format!("{handler}: {code}");
            outcome.count(label, are(&told, &[(code, 100)]), || format!("{told:?}"));
        }
    }
    let size = u64::try_from(FILE.len()).unwrap_or_default();
    for (offset, length, expected) in [
        (0, u32::MAX, size),
        (1, u32::MAX, size - 1),
        (u64::MAX, u32::MAX, 0),
        (0, 0, 0),
    ] {
        let detail = json!({ "handle": handle, "offset": offset, "length": length });
        let read = event(&victim, "read-file", detail).await;
        let data = victim.data(PageId::FIRST).await.unwrap_or_default();
        outcome.count(
            "read by its owner",
            read.lives() && data["read"] == expected,
            || format!("{read:?}, {} of {expected} bytes", data["read"]),
        );
    }
    let one = json!({ "handle": handle, "n": 1 });
    let told = codes(&victim, "release-files", one.clone()).await;
    let gone = codes(&victim, "read-files", one).await;
    outcome.count(
        "let go by its owner",
        are(&told, &[("ok", 1)]) && are(&gone, &[("not-found", 1)]),
        || format!("{told:?}, {gone:?}"),
    );
    victim.close().await;
    thief.close().await;
    outcome
}

/// A text that was given or taken would be seen.
async fn without_clipboard(arena: &Arena) -> Outcome {
    const TEXT: &str = "what the user has copied";
    let mut outcome = Outcome::default();
    let before = CLIPBOARD.watch();
    *clipboard() = TEXT.to_owned();
    for (handler, detail) in [("copy", json!({ "text": "mine" })), ("paste", json!({}))] {
        let end = arena.tries(BARE, handler, &detail).await;
        let untouched = *clipboard() == TEXT && CLIPBOARD.begun() == before;
        outcome.count(end.label(), end.told("denied") && untouched, || {
            format!("{handler}: {end:?}; untouched: {untouched}")
        });
    }
    *clipboard() = String::new();
    outcome
}

type Expected = fn(&End) -> bool;

/// Lists that are more than a function may be given. One that it was given would be seen.
fn lists() -> Vec<Attack> {
    let rows: [(&str, usize, usize, Expected); 2] = [
        // What is too large is not weighed to its end, and costs what the host may have copied.
        ("nine names of 1 MiB", 9, 1 << 20, End::out_of_fuel),
        ("eleven names of 1 MiB", 11, 1 << 20, |end| {
            end.trapped("too much data")
        }),
    ];
    rows.map(|(name, n, bytes, expected)| {
        let against = "`limits::HOST_CALL_BYTES`; what a call carries is weighed";
        Attack::new(CLASS, name, against, move |arena| {
            Box::pin(async move {
                let before = CALLS.watch();
                let detail = json!({ "n": n, "bytes": bytes });
                let end = arena.tries(APP, "names", detail).await;
                let called = CALLS.begun() - before;
                Outcome::default().end(&end, |end| expected(end) && called == 0)
            })
        })
    })
    .into()
}

/// Values that no compiler would make. What is right is done: the others trap for what is
/// wrong with them.
fn typed() -> Vec<Attack> {
    let rows: [(&str, &str, Expected); 13] = [
        ("a", "variant of 9", |end| end.trapped("discriminant")),
        ("b", "result of 7, inside a variant", |end| {
            end.trapped("discriminant")
        }),
        ("c", "text of 2^31 bytes, inside a variant", |end| {
            end.trapped("out of bounds")
        }),
        ("d", "text across the end, inside a result", |end| {
            end.trapped("out of bounds")
        }),
        ("e", "text of 2^31 bytes for a function", |end| {
            end.trapped("out of bounds")
        }),
        ("f", "text that is not UTF-8 for a function", |end| {
            end.trapped("utf-8")
        }),
        ("g", "place for a function's result past the end", |end| {
            end.trapped("out of bounds")
        }),
        ("h", "place for a function's result across the end", |end| {
            end.trapped("out of bounds")
        }),
        ("i", "place for a function's result not aligned", |end| {
            end.trapped("not aligned")
        }),
        ("j", "2^28 names for a function", |end| {
            end.trapped("out of bounds")
        }),
        ("k", "names that are not aligned", |end| {
            end.trapped("not aligned")
        }),
        ("l", "a text and a place that are right", End::lives),
        ("m", "400,000 empty names in 3 MiB", End::out_of_fuel),
    ];
    rows.map(|(letter, name, expected)| {
        let against = match letter {
            "m" => "what a call carries is weighed",
            _ => "canonical ABI, with the types that were checked when it was installed",
        };
        Attack::new(CLASS, name, against, move |arena| {
            Box::pin(async move {
                let end = arena.tries(TYPED, letter, "0").await;
                Outcome::default().end(&end, expected)
            })
        })
    })
    .into()
}
