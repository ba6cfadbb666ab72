//! Attacks by way of files: out of the folder, past the quota, on whoever else waits for
//! the disk. Knows nothing of how files are kept.

use std::path::PathBuf;
use std::sync::Arc;

use miniapp_host::{Execution, Host, MiniApp, PageId};
use miniapp_tests::Guest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::arena::{self, Arena};
use crate::attack::{Attack, Outcome};

const CLASS: &str = "files";

/// The guest `wasi` with a folder.
const APP: &str = "miniapp_files";

/// What no mini-app may read or change.
const SECRET: &str = "of the native app";

/// Where files lie, and what lies beside.
pub struct Disk {
    root: TempDir,
}

impl Disk {
    /// An empty one, with something beside the mini-apps' folders that is not theirs.
    pub fn set() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("secret"), SECRET).unwrap();
        Self { root }
    }

    /// Where the mini-apps' folders of one host lie.
    pub fn folder(&self, execution: Execution) -> PathBuf {
        self.root.path().join("files").join(execution.to_string())
    }

    fn secret(&self) -> PathBuf {
        self.root.path().join("secret")
    }

    /// Whether what is not theirs is as it was, and nothing has come beside it.
    fn is_untouched(&self) -> bool {
        let beside = std::fs::read_dir(self.root.path()).unwrap().count();
        beside == 2 && std::fs::read_to_string(self.secret()).is_ok_and(|text| text == SECRET)
    }

    /// Installs the mini-app.
    pub async fn install(&self, host: &Host) {
        let asked = "permissions: [{ name: storage:files, reason: r }]";
        let manifests = Guest::Wasi
            .manifests()
            .app_with("miniapp_wasi", APP)
            .partner_with("miniapp_wasi", APP)
            .app_with("permissions: []", asked)
            .partner_with("permissions: []", "permissions: [\"storage:files\"]");
        let package = manifests.package(Guest::Wasi.component());
        host.install(package, &manifests.partner()).await.unwrap();
    }
}

/// All of them.
pub fn attacks(disk: &Arc<Disk>) -> Vec<Attack> {
    let secret = disk.secret();
    let secret = secret.to_str().unwrap();
    let lexical = "paths are made plain first";
    vec![
        steps(disk, "paths that lead out", lexical, &leading_out(secret)),
        steps(disk, "links", "there are none", &links(secret)),
        steps(disk, "renames with slashes at the end", lexical, &slashes()),
        steps(
            disk,
            "values that are odd",
            "checked by the ledger, and by the system",
            &odd(),
        ),
        steps(disk, "more than there is room for", "`Ledger`", &full()),
        steps(
            disk,
            "room for what is deleted and open",
            "what is open is `busy`",
            &open(),
        ),
        storm(
            "writes without end",
            "file-write-storm",
            json!({ "bytes": 1 }),
        ),
        storm(
            "half megabytes without end",
            "file-write-storm",
            json!({ "bytes": 500_000 }),
        ),
        storm(
            "hundreds of reads at once",
            "file-read-at-once",
            json!({ "n": 500 }),
        ),
    ]
}

/// What is tried, and the only answers that it may get.
type Tried = (Value, &'static [&'static str]);

const OUTSIDE: &[&str] = &["not-permitted"];

fn leading_out(secret: &str) -> Vec<Tried> {
    let mut tried = Vec::new();
    let up = [
        "..",
        "../..",
        "../../..",
        "a/../..",
        "./..",
        "a/../../a/..",
        ".//..",
    ];
    for way in up {
        tried.push((json!(["read", format!("{way}/secret")]), OUTSIDE));
        tried.push((json!(["write", format!("{way}/x"), "x", 0]), OUTSIDE));
        tried.push((json!(["folder", format!("{way}/x")]), OUTSIDE));
        tried.push((json!(["remove", format!("{way}/secret")]), OUTSIDE));
        tried.push((json!(["rename", format!("{way}/secret"), "s"]), OUTSIDE));
        tried.push((json!(["rename", "a", format!("{way}/a")]), OUTSIDE));
        tried.push((json!(["list", way]), OUTSIDE));
    }
    tried.push((json!(["read", secret]), OUTSIDE));
    tried.push((json!(["read", format!("/{secret}")]), OUTSIDE));
    for odd in [
        "..\\secret",
        "a\u{0}/../secret",
        "C:/secret",
        "secret:stream",
        "..\\..\\secret",
    ] {
        tried.push((json!(["read", odd]), &["invalid"]));
    }
    tried.push((
        json!(["write", "n".repeat(256), "x", 0]),
        &["name-too-long"],
    ));
    tried.push((
        json!(["write", "d/".repeat(500) + "x", "x", 0]),
        &["name-too-long"],
    ));
    tried
}

fn links(secret: &str) -> Vec<Tried> {
    vec![
        (json!(["symlink", secret, "s"]), OUTSIDE),
        (json!(["symlink", "../../../secret", "s"]), OUTSIDE),
        (json!(["symlink", "a", "s"]), OUTSIDE),
        (json!(["link", "a", "l"]), OUTSIDE),
        (json!(["read", "s"]), &["no-entry"]),
        (json!(["read-link", "a"]), &["invalid"]),
    ]
}

fn slashes() -> Vec<Tried> {
    vec![
        (json!(["rename", "a/", "b"]), &["not-directory"]),
        (json!(["rename", "a", "b/"]), &["not-directory"]),
        (json!(["rename", "a", "f/"]), &["not-directory"]),
        (json!(["rename", "a/.", "b"]), &["not-directory"]),
        (json!(["rename", "f/", "a"]), &["not-directory"]),
        (json!(["rename", "f/", "f/g"]), &["cross-device"]),
        (json!(["rename", ".", "b"]), &["busy"]),
        (json!(["remove", "a/"]), &["not-directory"]),
        (json!(["write", "b/", "x", 0]), &["is-directory"]),
    ]
}

fn odd() -> Vec<Tried> {
    vec![
        (json!(["read-at", "a", 1, u64::MAX]), &["invalid"]),
        (
            json!(["set-times", "a", u64::MAX]),
            &["overflow", "invalid"],
        ),
        (
            json!(["set-times", "a", 1_u64 << 62]),
            &["overflow", "invalid", "ok"],
        ),
        (
            json!(["set-times", "a", 1_u64 << 40]),
            &["overflow", "invalid", "ok"],
        ),
        (json!(["write", "a", "x", u64::MAX]), &["quota"]),
        (json!(["write", "a", "x", u64::MAX - 1]), &["quota"]),
        (json!(["resize", "a", u64::MAX]), &["quota"]),
        (json!(["resize", "a", 1_u64 << 62]), &["quota"]),
        (json!(["fine-time", "a"]), &["false"]),
    ]
}

fn full() -> Vec<Tried> {
    const QUOTA: u64 = 10 << 20;
    vec![
        (json!(["resize", "b", QUOTA]), &["quota"]),
        (json!(["resize", "b", QUOTA - 1]), &["ok"]),
        (json!(["append", "a", "x"]), &["quota"]),
        (json!(["stream", "c", "x", 0]), &["quota"]),
        (json!(["write", "c", "x", 0]), &["quota"]),
        (json!(["resize", "b", 0]), &["ok"]),
    ]
}

fn open() -> Vec<Tried> {
    vec![
        (json!(["hold", "b"]), &["ok"]),
        (json!(["resize", "b", 10_000_000]), &["ok"]),
        (json!(["remove", "b"]), &["busy"]),
        (json!(["rename", "a", "b"]), &["busy"]),
        (json!(["write", "c", 500_000, 0]), &["quota"]),
        (json!(["release"]), &["ok"]),
        (json!(["resize", "b", 0]), &["ok"]),
    ]
}

/// A row whose attempts are steps of one mini-app.
fn steps(disk: &Arc<Disk>, name: &str, against: &'static str, tried: &[Tried]) -> Attack {
    let (disk, tried) = (Arc::clone(disk), tried.to_vec());
    Attack::new(CLASS, name, against, move |arena| {
        let (disk, tried) = (Arc::clone(&disk), tried.clone());
        Box::pin(async move {
            let mut outcome = Outcome::default();
            let app = match arena.launch(APP).await {
                Ok(app) => app,
                Err(end) => return outcome.end(&end, |_| false),
            };
            run(
                &app,
                &json!([["write", "a", "x", 0], ["resize", "a", 1], ["folder", "f"]]),
            )
            .await;
            for (step, expected) in &tried {
                let told = run(&app, &json!([step])).await;
                let told = told
                    .as_str()
                    .map_or_else(|| told.to_string(), str::to_owned);
                let contained = expected.contains(&told.as_str()) && disk.is_untouched();
                outcome.count(format!("`{told}`"), contained, || format!("{step}: {told}"));
            }
            app.close().await;
            outcome
        })
    })
}

/// What one step was told.
async fn run(app: &MiniApp, steps: &Value) -> Value {
    let end = arena::event(app, "files", json!({ "steps": steps })).await;
    if !end.lives() {
        return json!(end.label());
    }
    let data = app.data(PageId::FIRST).await.unwrap_or_default();
    data["files"][0].clone()
}

/// A row of one mini-app that keeps the disk busy: it burns its fuel, or is held to what
/// a second of it buys, until it is closed.
fn storm(name: &str, handler: &'static str, detail: Value) -> Attack {
    Attack::new(
        CLASS,
        name,
        "its price; one step at a time",
        move |arena: &Arena| {
            let detail = detail.clone();
            Box::pin(async move {
                let end = arena.tries(APP, handler, &detail).await;
                Outcome::default().end(&end, |end| {
                    end.computed_too_much() || end.waits() || end.lives()
                })
            })
        },
    )
    .once()
}
