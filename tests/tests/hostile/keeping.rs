//! Attacks by way of the storage: floods of values, more keys than there may be, storms that
//! keep the disk busy for others. Knows nothing of how values are kept.

use miniapp_host::Host;
use miniapp_tests::Guest;
use serde_json::{Value, json};

use crate::arena::Arena;
use crate::attack::{Attack, Outcome};

const CLASS: &str = "storage";

/// The guest `keeper`.
const APP: &str = "miniapp_keeper";

/// Installs the mini-app.
pub async fn install(host: &Host) {
    let manifests = Guest::Keeper.manifests();
    let package = manifests.package(Guest::Keeper.component());
    host.install(package, &manifests.partner()).await.unwrap();
}

/// All of them.
pub fn attacks() -> Vec<Attack> {
    let storm = |op: &str, bytes: usize| json!({ "op": op, "bytes": bytes });
    vec![
        attack(
            "a thousand values at once",
            "calls that wait are counted, and their price",
            "flood",
            json!({ "n": 1_000, "op": "set", "bytes": 1 }),
        ),
        attack(
            "a hundred megabytes at once",
            "bytes that wait are counted, and their price",
            "flood",
            json!({ "n": 100, "op": "set", "bytes": 1 << 20 }),
        ),
        attack(
            "more keys than there may be",
            "keys are counted",
            "fill",
            json!({ "n": 10_001 }),
        )
        .once(),
        attack(
            "more bytes than there may be",
            "bytes are counted before they are written",
            "fill",
            json!({ "n": 200, "bytes": 100_000 }),
        )
        .once(),
        attack(
            "values without end",
            "its price; commits are shared",
            "storm",
            storm("set", 1_000),
        )
        .once(),
        attack(
            "values that are set and cleared without end",
            "its price; commits are shared",
            "storm",
            storm("set and clear", 50_000),
        )
        .once(),
        attack(
            "values that are set and read without end",
            "its price; answers that wait are counted",
            "storm",
            storm("set and get", 150_000),
        )
        .once(),
        attack(
            "lists of keys without end",
            "its price; answers that wait are counted",
            "storm",
            storm("keys", 0),
        )
        .once(),
    ]
}

/// A row of one mini-app that does what it is told until it is done, has burnt its fuel, or
/// is closed while it waits for more.
fn attack(name: &str, against: &'static str, handler: &'static str, detail: Value) -> Attack {
    Attack::new(CLASS, name, against, move |arena: &Arena| {
        let detail = detail.clone();
        Box::pin(async move {
            let end = arena.tries(APP, handler, &detail).await;
            Outcome::default().end(&end, |end| {
                end.computed_too_much() || end.waits() || end.waited_out_of_fuel() || end.lives()
            })
        })
    })
}
