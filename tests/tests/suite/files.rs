//! Files of a mini-app that imports WASI's: under their permission, within their
//! folder and their quota.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use miniapp_host::{
    AppId, EndReason, EventError, Execution, InstallError, LaunchOptions, Limits, MiniApp, UserId,
};
use miniapp_tests::{Guest, Manifests, Stage, on_both};
use serde_json::{Value, json};
use tempfile::TempDir;

const QUOTA: u64 = 1_000_000;

/// Files in all: what `limits::FILE_ENTRIES` allows.
const ENTRIES: u64 = 1_024;

struct Files {
    stage: Stage,
    root: TempDir,
}

fn asks(manifests: Manifests, optional: bool) -> Manifests {
    manifests.app_with(
        "permissions: []",
        &format!("permissions: [{{ name: storage:files, reason: r, optional: {optional} }}]"),
    )
}

fn grants(manifests: Manifests) -> Manifests {
    manifests.partner_with("permissions: []", "permissions: [\"storage:files\"]")
}

fn granted() -> Manifests {
    grants(asks(Guest::Wasi.manifests(), false))
}

async fn set(execution: Execution) -> Files {
    let root = tempfile::tempdir().unwrap();
    let mut limits = Limits::default();
    limits.files = QUOTA;
    let folder = root.path().join("files");
    let stage = Stage::builder(execution)
        .host(|host| host.limits(limits).files(folder))
        .set()
        .await;
    stage.install_with(Guest::Wasi, &granted()).await.unwrap();
    Files { stage, root }
}

async fn run(stage: &Stage, app: &MiniApp, steps: Value) -> Value {
    let detail = json!({ "steps": steps });
    stage.event(app, "files", detail).await.unwrap();
    stage.data(app).await["files"].clone()
}

fn wasi() -> AppId {
    "miniapp_wasi".parse().unwrap()
}

impl Files {
    async fn launch(&self) -> MiniApp {
        self.stage.launch(&wasi()).await
    }

    async fn launch_for(&self, user: &str) -> MiniApp {
        let options = LaunchOptions {
            user: Some(UserId::new(user).unwrap()),
            ..LaunchOptions::default()
        };
        let app = self.stage.host.launch_with("miniapp_wasi", options).await;
        let app = app.unwrap();
        app.ready().await.unwrap();
        app
    }

    async fn run(&self, app: &MiniApp, steps: Value) -> Value {
        run(&self.stage, app, steps).await
    }

    /// The folder of the device's only user.
    fn folder(&self) -> PathBuf {
        let of_user = self.root.path().join("files/device");
        let mut folders = fs::read_dir(of_user).unwrap();
        folders.next().unwrap().unwrap().path()
    }
}

/// The names and sizes of everything below a folder.
fn found(folder: &Path) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                found.push((name.to_owned(), path.metadata().unwrap().len()));
            }
        }
    }
    found.sort();
    found
}

on_both! {
    async fn files_are_kept_from_one_life_to_the_next(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        let told = files.run(&app, json!([
            ["folder", "notes"],
            ["write", "notes/a", "hello", 0],
            ["write", "notes/a", "J", 0],
            ["append", "notes/a", ", world"],
            ["stream", "notes/b", 100_000, 0],
            ["rename", "notes/b", "c"],
            ["sync", "c"],
            ["list", "."],
            ["list", "notes/"],
        ])).await;
        let list = (json!(["c", "notes"]), json!(["a"]));
        assert_eq!(told, json!(["ok", 5, 1, "ok", "ok", "ok", "ok", list.0, list.1]));
        app.close().await;
        let app = files.launch().await;
        let told = files.run(&app, json!([
            ["read", "notes/a"], ["read-at", "./notes/../notes/a", 5, 7], ["size", "c"],
        ])).await;
        assert_eq!(told, json!([[12, "Jello, world"], "world", 100_000]));
        assert_eq!(
            found(&files.folder()),
            [("c".to_owned(), 100_000), ("notes/a".to_owned(), 12)]
        );
        app.close().await;
        files.stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn without_the_permission_there_is_no_folder(execution: Execution) {
        let files = set(execution).await;
        let none = Guest::Wasi.manifests();
        for manifests in [none.clone(), asks(none, true)] {
            files.stage.install_with(Guest::Wasi, &manifests).await.unwrap();
            let app = files.launch().await;
            assert_eq!(files.run(&app, json!([])).await, "no folder");
            app.close().await;
        }
        assert!(!files.root.path().join("files").exists());
    }
}

#[tokio::test]
async fn what_is_not_granted_or_not_offered_is_refused() {
    let stage = Stage::set(Execution::Jit).await;
    let refused = |manifests: Manifests| {
        let stage = &stage;
        async move {
            let refused = stage.install_with(Guest::Wasi, &manifests).await;
            let Err(InstallError::Grant(error)) = refused else {
                panic!("{refused:?}")
            };
            error.to_string()
        }
    };
    let asked = asks(Guest::Wasi.manifests(), false);
    insta::assert_snapshot!(refused(asked).await, @r#"the mini-app asks for `storage:files` (miniapp.yaml:6:23), which its partner manifest does not grant; write in partner.yaml:5: permissions: ["storage:files"]"#);
    insta::assert_snapshot!(refused(granted()).await, @"the component imports `wasi:filesystem/types@0.2.12`, which this app does not offer: no folder for files is set; see `HostBuilder::files`");
    let optional = grants(asks(Guest::Wasi.manifests(), true));
    stage.install_with(Guest::Wasi, &optional).await.unwrap();
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    let stage = Stage::builder(Execution::Jit)
        .host(|host| host.files(&file))
        .set()
        .await;
    stage.install_with(Guest::Wasi, &granted()).await.unwrap();
    let error = stage
        .host
        .launch("miniapp_wasi")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("cannot be opened in") && error.contains("HostBuilder::files"),
        "{error}"
    );
    stage.assert_pool_is_empty().await;
}

on_both! {
    async fn nothing_leads_out_of_the_folder(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        files.run(&app, json!([["write", "a", "mine", 0]])).await;
        let secret = files.root.path().join("secret");
        fs::write(&secret, "secret").unwrap();
        // Links that somebody else has put there.
        #[cfg(unix)]
        for (link, to) in [("out", secret.as_path()), ("up", files.root.path())] {
            std::os::unix::fs::symlink(to, files.folder().join(link)).unwrap();
        }
        let absolute = secret.to_str().unwrap();
        for (step, expected) in [
            (json!(["read", absolute]), "not-permitted"),
            (json!(["read", "../secret"]), "not-permitted"),
            (json!(["read", "a/../../../../secret"]), "not-permitted"),
            (json!(["write", "../x", "x", 0]), "not-permitted"),
            (json!(["rename", "a", "../a"]), "not-permitted"),
            (json!(["rename", "../../../secret", "s"]), "not-permitted"),
            (json!(["remove", "/etc/hostname"]), "not-permitted"),
            (json!(["folder", ".."]), "not-permitted"),
            (json!(["symlink", absolute, "s"]), "not-permitted"),
            (json!(["symlink", "a", "s"]), "not-permitted"),
            (json!(["link", "a", "s"]), "not-permitted"),
            (json!(["read", "a\u{0}b"]), "invalid"),
            (json!(["read", "..\\secret"]), "invalid"),
            (json!(["read", ""]), "no-entry"),
            (json!(["read", "out"]), "loop"),
            (json!(["write", "out", "x", 0]), "loop"),
            (json!(["resize", "out", 0]), "loop"),
            (json!(["empty", "out"]), "loop"),
            (json!(["list", "up"]), "loop"),
            (json!(["read", "up/secret"]), "not-permitted"),
            (json!(["write", "up/x", "x", 0]), "not-permitted"),
            (json!(["write-to-read-only", "a"]), "not-permitted"),
        ] {
            let told = files.run(&app, json!([step])).await;
            assert_eq!(told, json!([expected]), "{step}");
        }
        assert_eq!(fs::read_to_string(&secret).unwrap(), "secret");
        let outside = fs::read_dir(files.root.path()).unwrap().count();
        assert_eq!(outside, 2, "the folder of all files, and the secret");
    }
}

on_both! {
    async fn a_slash_at_the_end_is_a_folders(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        let told = files.run(&app, json!([
            ["write", "a", "x", 0], ["folder", "f/"], ["write", "f/b", "x", 0],
            ["rename", "a/", "b"], ["rename", "a", "b/"], ["rename", "a", "f/"],
            ["write", "c/", "x", 0], ["read", "a/"], ["size", "a/"], ["remove", "a/"],
            ["rename", "f/", "g/"], ["read", "g/b"], ["remove", "g"], ["remove", "g/"],
            ["remove-folder", "g/"], ["remove", "g/b"], ["remove-folder", "g/"], ["list", "."],
        ])).await;
        assert_eq!(told, json!([
            1, "ok", 1,
            "not-directory", "not-directory", "not-directory",
            "is-directory", "not-directory", "not-directory", "not-directory",
            "ok", [1, "x"], "is-directory", "is-directory",
            "not-empty", "ok", "ok", ["a"],
        ]));
    }
}

on_both! {
    async fn bytes_at_the_quota_and_one_past(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        let told = files.run(&app, json!([
            ["stream", "a", QUOTA - 10, 0], ["write", "b", 10, 0],
            ["write", "b", 1, 10], ["append", "b", 1], ["resize", "b", 11], ["stream", "c", 1, 0],
            // What changes nothing of the size is allowed.
            ["write", "a", "y", 5], ["resize", "a", QUOTA - 10],
            // What is given back can be used again.
            ["resize", "a", 0], ["write", "b", 1, 10], ["empty", "b"], ["stream", "c", QUOTA, 0],
            ["remove", "c"], ["resize", "a", QUOTA], ["rename", "b", "a"], ["size", "a"],
            ["write", "b", 100, 0],
            // Far away is as large as if it were full.
            ["write", "b", "x", QUOTA], ["write", "b", "x", u64::MAX], ["resize", "b", u64::MAX],
        ])).await;
        assert_eq!(told, json!([
            "ok", 10,
            "quota", "quota", "quota", "quota",
            1, "ok",
            "ok", 1, "ok", "ok",
            "ok", "ok", "ok", 0,
            100,
            "quota", "quota", "quota",
        ]));
        app.close().await;
        // What is there is counted anew.
        let app = files.launch().await;
        let told = files.run(&app, json!([
            ["stream", "c", QUOTA - 99, 0], ["remove", "c"], ["stream", "c", QUOTA - 100, 0],
        ])).await;
        assert_eq!(told, json!(["quota", "ok", "ok"]));
        let sizes: u64 = found(&files.folder()).iter().map(|(_, size)| size).sum();
        assert_eq!(sizes, QUOTA);
    }
}

on_both! {
    async fn what_is_open_cannot_be_deleted_to_make_room(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        let told = files.run(&app, json!([
            ["hold", "a"], ["grow-held", QUOTA, 0], ["remove", "a"], ["write", "b", 1, 0],
            ["rename", "b", "a"], ["rename", "a", "c"], ["remove", "c"], ["release"],
            ["remove", "c"], ["write", "b", 1, 0],
            ["hold-stream", "d"], ["remove", "d"], ["release"], ["remove", "d"],
        ])).await;
        assert_eq!(told, json!([
            "ok", "ok", "busy", "quota",
            "busy", "ok", "busy", "ok",
            "ok", 1,
            "ok", "busy", "ok", "ok",
        ]));
        // A neighbour of the same tenant counts with it.
        let other = files.launch().await;
        files.run(&app, json!([["hold", "e"], ["grow-held", QUOTA - 1, 0]])).await;
        let told = files.run(&other, json!([["remove", "e"], ["write", "f", 1, 0]])).await;
        assert_eq!(told, json!(["busy", "quota"]));
    }
}

on_both! {
    async fn entries_at_the_limit_and_one_past(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        let mut made = 0;
        // An event has fuel for a few hundred of them.
        for round in 0..8 {
            let told = files.run(&app, json!([["make-many", format!("f{round}-"), 130]])).await;
            made += told[0].as_u64().unwrap();
        }
        assert_eq!(made, ENTRIES);
        let told = files.run(&app, json!([
            ["folder", "g"], ["remove", "f0-0"], ["folder", "g"], ["write", "h", 1, 0], ["write", "f1-0", 1, 0],
        ])).await;
        assert_eq!(told, json!(["quota", "ok", "ok", "quota", 1]));
    }
}

on_both! {
    async fn folders_lie_eight_deep_at_most(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        let told = files.run(&app, json!([
            ["folder", "a"], ["folder", "a/b"], ["folder", "a/b/c"], ["folder", "a/b/c/d"],
            ["folder-in", "a/b/c/d", "e"], ["folder-in", "a/b/c/d/e", "f"],
            ["folder-in", "a/b/c/d/e/f", "g"], ["folder-in", "a/b/c/d/e/f/g", "h"],
            ["folder-in", "a/b/c/d/e/f/g/h", "i"], ["write-in", "a/b/c/d/e/f/g/h", "i"],
            ["folder", "x"], ["folder", "x/y"], ["rename", "x", "a/b/x"], ["rename", "x", "a/x"],
            ["rename", "x/y", "a/y"], ["rename", "a/b/c/d/e/f/g", "g"], ["list", "g"],
        ])).await;
        assert_eq!(told, json!([
            "ok", "ok", "ok", "ok",
            "ok", "ok",
            "ok", "ok",
            "name-too-long", "name-too-long",
            "ok", "ok", "cross-device", "cross-device",
            "ok", "ok", ["h"],
        ]));
    }
}

on_both! {
    async fn a_folder_that_is_open_stays_at_its_depth(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        let told = files.run(&app, json!([
            ["folder", "a"], ["folder", "a/b"], ["folder", "a/c"], ["hold-folder", "a/c"],
            ["rename", "a/b", "b"], ["rename", "a/c", "a/d"], ["release"], ["rename", "a/b", "b"],
        ])).await;
        assert_eq!(told, json!(["ok", "ok", "ok", "ok", "busy", "ok", "ok", "ok"]));
    }
}

on_both! {
    async fn listings_at_the_limit_and_one_past(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        let told = files.run(&app, json!([["list-at-once", 8], ["list-at-once", 20], ["list", "."]])).await;
        assert_eq!(told, json!([8, 8, []]), "what was let go can be had again");
    }
}

on_both! {
    async fn long_work_with_files_is_slowed_and_not_ended(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        let before = app.fuel_spent();
        let steps: Vec<Value> = (0..2_500).map(|_| json!(["write", "a", 1, 0])).collect();
        let told = files.run(&app, Value::from(steps)).await;
        assert!(told.as_array().unwrap().iter().all(|written| *written == 1));
        // More than there is at first, and in the first second.
        let limits = Limits::default();
        let spent = app.fuel_spent() - before;
        assert!(spent > limits.fuel_per_event + limits.fuel_per_second, "{spent}");
    }
}

on_both! {
    async fn odd_values_are_errors(execution: Execution) {
        let files = set(execution).await;
        let app = files.launch().await;
        let told = files.run(&app, json!([
            ["write", "a", "x", 0], ["read-at", "a", u64::MAX, 0], ["read-at", "a", 1, u64::MAX],
            ["set-times", "a", 1_000_000], ["fine-time", "a"], ["resize", "nowhere/a", 1],
            ["read-link", "a"], ["remove-folder", "."], ["rename", ".", "b"], ["rename", "a", "."],
            ["read", "."], ["list", "a"], ["rename", "a", "a"], ["size", "a"],
        ])).await;
        assert_eq!(told, json!([
            1, "x", "invalid",
            "ok", false, "no-entry",
            "invalid", "invalid", "busy", "busy",
            "is-directory", "not-directory", "ok", 1,
        ]));
        for seconds in [u64::MAX, 1 << 62, 1 << 40] {
            // Refused or not, that is the system's affair: it is no panic.
            files.run(&app, json!([["set-times", "a", seconds], ["size", "a"]])).await;
        }
    }
}

on_both! {
    async fn users_and_apps_have_folders_of_their_own(execution: Execution) {
        let files = set(execution).await;
        let other = granted()
            .app_with("miniapp_wasi", "Miniapp_WASI")
            .partner_with("miniapp_wasi", "Miniapp_WASI")
            .partner_with("\"tests\"", "\"other\"");
        let other = files.stage.install_with(Guest::Wasi, &other).await.unwrap();
        let apps = [
            files.launch().await,
            files.launch_for("mia").await,
            files.launch_for("../device").await,
            files.launch_for("device").await,
            files.stage.launch(&other).await,
        ];
        for (place, app) in apps.iter().enumerate() {
            let told = files.run(app, json!([
                ["list", "."], ["write", format!("of-{place}"), QUOTA, 0],
            ])).await;
            assert_eq!(told, json!([[], QUOTA]), "{:?}", app.tenant());
        }
        for (place, app) in apps.iter().enumerate() {
            let told = files.run(app, json!([["list", "."]])).await;
            assert_eq!(told, json!([[format!("of-{place}")]]), "{:?}", app.tenant());
        }
    }
}

on_both! {
    async fn work_for_files_is_paid_for(execution: Execution) {
        const ASKED: u64 = 300_000;
        let files = set(execution).await;
        let limits = Limits::default();
        for bytes in [1, 500_000] {
            let app = files.launch().await;
            let begun = Instant::now();
            let storm = files.stage.event(&app, "file-write-storm", json!({ "bytes": bytes }));
            let ended = tokio::time::timeout(Duration::from_millis(500), storm).await;
            // It waits for the disk, and so its bucket is topped up, as far as its supply goes.
            if let Ok(ended) = ended {
                let Err(EventError::Ended(reason)) = ended else { panic!("{ended:?}") };
                assert!(matches!(*reason, EndReason::OutOfFuel { .. }), "{reason}");
            } else {
                let reason = app.close().await;
                assert!(matches!(*reason, EndReason::ClosedByForce { .. }), "{reason}");
            }
            let seconds = begun.elapsed().as_secs() + 2;
            let supply = limits.fuel_per_event + seconds * limits.fuel_per_second;
            assert!((10 * ASKED..supply).contains(&app.fuel_spent()), "{}", app.fuel_spent());
        }
        let app = files.launch().await;
        files.run(&app, json!([["write", "storm", 100_000, 0]])).await;
        let before = app.fuel_spent();
        files.stage.event(&app, "file-read-at-once", json!({ "n": 200 })).await.unwrap();
        let spent = app.fuel_spent() - before;
        assert!(spent >= 200 * ASKED, "{spent}");
        let reason: Arc<EndReason> = app.close().await;
        assert_eq!(*reason, EndReason::Closed);
        files.stage.assert_pool_is_empty().await;
    }
}
