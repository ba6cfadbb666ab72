//! Calls of what the native app adds that end before they are answered: dropped by the
//! mini-app, or with it.

use serde_json::json;

use super::app::{APP, CALLS, CLIPBOARD, NEVER, QUESTIONS, Watch, clipboard};
use super::{CLASS, MOST_CALLS, MOST_OF_CLIPBOARD, are, codes};
use crate::arena::{Arena, event};
use crate::attack::{Attack, Outcome};
use crate::cancellation::cut;

/// Calls that are begun and dropped, in so many events.
const DROPPED: usize = 100;
/// See [`DROPPED`].
const EVENTS: usize = 10;

/// All of them.
pub fn attacks() -> Vec<Attack> {
    [drops(), cuts()].into_iter().flatten().collect()
}

/// Calls that are begun and dropped at once. One that goes on would be seen by the native
/// app, and a place that is not given back by the calls that come after.
fn drops() -> Vec<Attack> {
    [
        ("invoke", &CALLS),
        ("balance", &CALLS),
        ("paste", &CLIPBOARD),
        ("ask", &QUESTIONS),
    ]
    .map(|(what, watch)| {
        Attack::new(
            CLASS,
            format!("a thousand calls of `{what}` that are begun and dropped"),
            "a call that is dropped is over",
            move |arena| Box::pin(dropped(arena, what, watch)),
        )
        .once()
    })
    .into()
}

async fn dropped(arena: &Arena, what: &'static str, watch: &'static Watch) -> Outcome {
    let mut outcome = Outcome::default();
    let app = match arena.launch(APP).await {
        Ok(app) => app,
        Err(end) => return outcome.end(&end, |_| false),
    };
    *clipboard() = NEVER.to_owned();
    let before = watch.watch();
    for _ in 0..EVENTS {
        let end = event(&app, "begin", json!({ "what": what, "n": DROPPED })).await;
        outcome.count(end.label(), end.lives(), || format!("{end:?}"));
    }
    let (begun, quiet) = (watch.begun() - before, watch.is_quiet().await);
    outcome.count("begun and over", begun > 0 && quiet, || {
        format!("{begun} begun; all over while it lives: {quiet}")
    });
    *clipboard() = String::new();
    let (handler, most) = match what {
        "paste" => ("paste-many", MOST_OF_CLIPBOARD),
        _ => ("invoke-many", MOST_CALLS),
    };
    let after = json!({ "name": "points", "text": "1", "n": most });
    let told = codes(&app, handler, after).await;
    let label = format!("{most} calls after it");
    outcome.count(label, are(&told, &[("ok", most)]), || format!("{told:?}"));
    app.close().await;
    outcome
}

/// Mini-apps that end while the native app works for them. A call that outlives its mini-app
/// would be seen by the native app.
fn cuts() -> Vec<Attack> {
    let never = json!({ "name": "points", "text": "\"never\"", "n": 20 });
    [
        ("an extension works", "invoke", never.clone(), &CALLS),
        ("twenty extensions work", "invoke-many", never, &CALLS),
        (
            "a function works",
            "balance",
            json!({ "text": "never" }),
            &CALLS,
        ),
        ("a text is pasted", "paste", json!({}), &CLIPBOARD),
        (
            "a question is open",
            "ask",
            json!({ "text": "?" }),
            &QUESTIONS,
        ),
    ]
    .into_iter()
    .flat_map(|(name, handler, detail, watch)| {
        [("closed", false), ("dropped", true)].map(|(how, dropped)| {
            let detail = detail.clone();
            let name = format!("{how} while {name}");
            Attack::new(
                CLASS,
                name,
                "what is asked is dropped with it",
                move |arena| {
                    let detail = detail.clone();
                    Box::pin(async move {
                        *clipboard() = NEVER.to_owned();
                        let before = watch.watch();
                        let mut outcome = cut(arena, APP, handler, detail, dropped).await;
                        let (begun, quiet) = (watch.begun() - before, watch.is_quiet().await);
                        outcome.count("all dropped", begun > 0 && quiet, || {
                            format!("{begun} begun; all over: {quiet}")
                        });
                        *clipboard() = String::new();
                        outcome
                    })
                },
            )
            .once()
        })
    })
    .collect()
}
