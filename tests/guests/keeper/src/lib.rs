//! A mini-app that stores what it is told. Must not know what the host does about it.
//!
//! | handler | detail | what it does |
//! |---|---|---|
//! | `run` | `{steps, together?}` | takes steps one after another or at once, sets `outcomes` |
//! | `fill` | `{n, bytes?}` | sets so many keys, sets `outcomes` to the first error or `ok` |
//! | `flood` | `{n, op, bytes?}` | takes so many steps at once, sets `outcomes` to how many came out how |
//! | `time` | `{n, op, bytes?, keys?, from?}` | takes a step so often, one after another, of so many keys in turn |
//! | `storm` | `{op, bytes?}` | takes 50 steps at once, for ever |
//! | `acknowledge` | `{from, keys, clears}` | changes so many keys for ever, and logs each change when it was acknowledged |
//!
//! The key of a step is `key` so often as `keys` says, its value `value` so often as `bytes` says.

use futures_util::future::join_all;
use miniapp_guest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Default)]
struct Index;

#[derive(Clone, Deserialize)]
struct Step {
    op: String,
    #[serde(default)]
    key: String,
    #[serde(default = "once")]
    keys: usize,
    #[serde(default)]
    value: String,
    #[serde(default = "once")]
    bytes: usize,
}

fn once() -> usize {
    1
}

#[derive(Deserialize)]
struct Steps {
    steps: Vec<Step>,
    #[serde(default)]
    together: bool,
}

#[derive(Deserialize)]
struct Many {
    #[serde(default)]
    n: usize,
    #[serde(default)]
    op: String,
    #[serde(default)]
    bytes: usize,
    #[serde(default = "once")]
    keys: usize,
    #[serde(default)]
    from: usize,
}

/// What `acknowledge` is to do.
#[derive(Deserialize)]
struct Changes {
    /// The number of the first round.
    from: u64,
    /// How many keys there are.
    keys: u64,
    /// Whether it clears the storage now and then.
    clears: bool,
}

impl Step {
    async fn take(&self) -> Value {
        self.outcome()
            .await
            .unwrap_or_else(|error| error.code().into())
    }

    async fn outcome(&self) -> Result<Value> {
        let key = self.key.repeat(self.keys);
        Ok(match self.op.as_str() {
            "get" => match storage::get_bytes(&key).await? {
                Some(value) if value.len() > 64 => json!(value.len()),
                Some(value) => json!(String::from_utf8_lossy(&value)),
                None => Value::Null,
            },
            // The number of the round in which it was acknowledged, if the value is whole.
            "round" => {
                let value = storage::get_bytes(&key).await?.unwrap_or_default();
                let value = String::from_utf8_lossy(&value).into_owned();
                let (round, rest) = value.split_once(' ').context("a cut value")?;
                let round: u64 = round.parse().context("no number")?;
                if rest.len() != padding(round) || rest.contains(|other| other != 'x') {
                    return Err(Error::app("a broken value"));
                }
                json!(round)
            }
            "set" => {
                storage::set_bytes(&key, self.value.repeat(self.bytes)).await?;
                json!("ok")
            }
            "remove" => {
                storage::remove(&key).await?;
                json!("ok")
            }
            "keys" => json!(storage::keys().await?),
            "clear" => {
                storage::clear().await?;
                json!("ok")
            }
            _ => {
                let usage = storage::usage().await?;
                json!([usage.keys, usage.bytes, usage.limit])
            }
        })
    }
}

impl Many {
    fn step(&self, number: usize) -> Step {
        let op = match self.op.as_str() {
            "set and clear" if number % 2 == 1 => "clear",
            "set and clear" => "set",
            "set and get" if number % 2 == 1 => "get",
            "set and get" => "set",
            op => op,
        };
        Step {
            op: op.into(),
            key: format!("k{number}"),
            keys: 1,
            value: "v".into(),
            bytes: self.bytes,
        }
    }
}

async fn fill(n: usize, bytes: usize) -> Result<()> {
    let numbers: Vec<usize> = (0..n).collect();
    for some in numbers.chunks(50) {
        let set = some.iter().map(|number| async move {
            storage::set_bytes(&format!("k{number}"), "v".repeat(bytes)).await
        });
        for done in join_all(set).await {
            done?;
        }
    }
    Ok(())
}

/// Bytes of a value of `acknowledge`, beyond its number.
fn padding(round: u64) -> usize {
    if round.is_multiple_of(16) {
        100_000
    } else {
        10
    }
}

/// One change of the storage; what takes something away is logged before it is begun.
enum Change {
    Set(String),
    Remove(String),
    Clear,
}

impl Change {
    async fn make(self, round: u64) -> Result<()> {
        match self {
            Self::Set(key) => {
                let value = format!("{round} {}", "x".repeat(padding(round)));
                storage::set_bytes(&key, value).await?;
                log::info!("kept {key} {round}");
            }
            Self::Remove(key) => {
                log::info!("removes {key} {round}");
                storage::remove(&key).await?;
                log::info!("removed {key} {round}");
            }
            Self::Clear => {
                log::info!("clears * {round}");
                storage::clear().await?;
                log::info!("cleared * {round}");
            }
        }
        Ok(())
    }
}

/// What is done in a round: some alone, some that share a commit, and a large one now and then.
fn changes(round: u64, of: &Changes) -> Vec<Change> {
    let key = |number: u64| format!("k{}", number % of.keys);
    if of.clears && round % 40 == 39 {
        return vec![Change::Clear];
    }
    let set = (0..=round % 4).map(|place| Change::Set(key(round + place * 7)));
    let removed = (round % 4 == 1).then(|| Change::Remove(key(round + 20)));
    set.chain(removed).collect()
}

async fn acknowledge(what: Changes) -> Result<()> {
    for round in what.from.. {
        let changes = changes(round, &what).into_iter();
        for made in join_all(changes.map(|change| change.make(round))).await {
            made?;
        }
    }
    Ok(())
}

impl Page for Index {
    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "run" => {
                let Steps { steps, together } = event.detail()?;
                let outcomes = if together {
                    join_all(steps.iter().map(Step::take)).await
                } else {
                    let mut outcomes = Vec::new();
                    for step in steps {
                        outcomes.push(step.take().await);
                    }
                    outcomes
                };
                page.set_data("outcomes", &outcomes)
            }
            "fill" => {
                let many: Many = event.detail()?;
                let outcome = fill(many.n, many.bytes).await;
                let outcome =
                    outcome.map_or_else(|error| error.code().to_owned(), |()| "ok".into());
                page.set_data("outcomes", &outcome)
            }
            "flood" => {
                let many: Many = event.detail()?;
                let steps: Vec<Step> = (0..many.n).map(|number| many.step(number)).collect();
                let mut counts = BTreeMap::<String, usize>::new();
                for outcome in join_all(steps.iter().map(Step::take)).await {
                    let label = outcome.as_str().unwrap_or("answered").to_owned();
                    *counts.entry(label).or_default() += 1;
                }
                page.set_data("outcomes", &counts)
            }
            "time" => {
                let many: Many = event.detail()?;
                for number in many.from..many.from + many.n {
                    many.step(number % many.keys).outcome().await?;
                }
                Ok(())
            }
            "storm" => {
                let many: Many = event.detail()?;
                let steps: Vec<Step> = (0..50).map(|number| many.step(number)).collect();
                loop {
                    join_all(steps.iter().map(Step::take)).await;
                }
            }
            _ => acknowledge(event.detail()?).await,
        }
    }
}

mini_app! {
    pages: {
        "pages/index" => Index,
    }
}
