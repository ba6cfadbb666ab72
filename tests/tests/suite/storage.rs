//! Keys and values that last, through real mini-apps: limits, tenants, lives, hosts, keys of
//! the embedder's, copies and damage.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use futures_util::FutureExt;
use miniapp_host::{
    AppId, Execution, Host, LaunchOptions, MiniApp, PageId, Report, Storage, StorageError,
    StorageKey, Tenant, UserId, storage,
};
use miniapp_tests::{Guest, Stage, on_both};
use serde_json::{Value, json};

async fn stage(execution: Execution, folder: &Path) -> Stage {
    let folder = folder.to_owned();
    let key = StorageKey([7; 32]);
    Stage::builder(execution)
        .host(|host| host.storage(folder, key))
        .set()
        .await
}

async fn launch(stage: &Stage, app: &AppId, user: Option<&str>) -> MiniApp {
    let options = LaunchOptions {
        user: user.map(|user| UserId::new(user).unwrap()),
        ..LaunchOptions::default()
    };
    let app = stage.host.launch_with(app.as_str(), options).await;
    let app = app.unwrap();
    app.ready().await.unwrap();
    app
}

/// Takes steps one after another, and tells what came of each.
async fn run(stage: &Stage, app: &MiniApp, steps: Value) -> Value {
    let detail = json!({ "steps": steps });
    stage.event(app, "run", detail).await.unwrap();
    stage.data(app).await["outcomes"].clone()
}

fn set(key: &str, value: &str) -> Value {
    json!({ "op": "set", "key": key, "value": value })
}

fn get(key: &str) -> Value {
    json!({ "op": "get", "key": key })
}

/// A value of so many bytes.
fn set_size(key: &str, bytes: usize) -> Value {
    json!({ "op": "set", "key": key, "value": "v", "bytes": bytes })
}

/// A key of so many times a text.
fn with_key(op: &str, key: &str, times: usize) -> Value {
    json!({ "op": op, "key": key, "keys": times, "value": "v" })
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_of(&path));
        } else {
            files.push(path);
        }
    }
    files
}

on_both! {
    async fn values_are_set_read_listed_and_removed(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let app = stage.start(Guest::Keeper).await;
        let outcomes = run(&stage, &app, json!([
            get("a"),
            set("b", "1"), set("a", "2"), set("Ä", "3"), set("b", "4"), set("empty", ""),
            get("a"), get("b"), get("Ä"), get("empty"),
            { "op": "keys" }, { "op": "usage" },
            { "op": "remove", "key": "b" }, { "op": "remove", "key": "b" }, get("b"),
            { "op": "clear" }, { "op": "keys" }, { "op": "usage" },
        ])).await;
        let bytes = "b4a2Ä3empty".len() + 4 * 64;
        assert_eq!(outcomes, json!([
            null,
            "ok", "ok", "ok", "ok", "ok",
            "2", "4", "3", "",
            ["a", "b", "empty", "Ä"], [4, bytes, 10 << 20],
            "ok", "ok", null,
            "ok", [], [0, 0, 10 << 20],
        ]));
        app.close().await;
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn calls_take_effect_in_the_order_in_which_they_were_made(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let app = stage.start(Guest::Keeper).await;
        let mut steps = Vec::new();
        for number in 0..15 {
            steps.extend([set("a", &number.to_string()), get("a")]);
        }
        steps.extend([json!({ "op": "clear" }), get("a"), set("b", "x"), json!({ "op": "keys" })]);
        let detail = json!({ "steps": steps, "together": true });
        stage.event(&app, "run", detail).await.unwrap();
        let outcomes = stage.data(&app).await["outcomes"].clone();
        let mut expected = Vec::new();
        for number in 0..15 {
            expected.extend([json!("ok"), json!(number.to_string())]);
        }
        expected.extend([json!("ok"), json!(null), json!("ok"), json!(["b"])]);
        assert_eq!(outcomes, Value::Array(expected));
    }
}

on_both! {
    async fn keys_and_values_at_the_limit_and_one_past(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let app = stage.start(Guest::Keeper).await;
        // A character of two bytes fits in wholly, or not at all.
        let half = storage::MAX_KEY_BYTES / 2;
        let outcomes = run(&stage, &app, json!([
            set("", "x"), get(""), { "op": "remove" },
            with_key("set", "k", storage::MAX_KEY_BYTES),
            with_key("set", "k", storage::MAX_KEY_BYTES + 1),
            with_key("get", "k", storage::MAX_KEY_BYTES + 1),
            with_key("remove", "k", storage::MAX_KEY_BYTES + 1),
            with_key("set", "ü", half), with_key("get", "ü", half),
            with_key("set", "ü", half + 1),
            set_size("a", storage::MAX_VALUE_BYTES), get("a"),
            set_size("a", storage::MAX_VALUE_BYTES + 1), get("a"),
        ])).await;
        assert_eq!(outcomes, json!([
            "invalid-argument", "invalid-argument", "invalid-argument",
            "ok", "too-large", "too-large", "too-large",
            "ok", "v", "too-large",
            "ok", storage::MAX_VALUE_BYTES, "too-large", storage::MAX_VALUE_BYTES,
        ]));
    }
}

on_both! {
    async fn the_quota_at_the_limit_and_one_past(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let app = stage.start(Guest::Keeper).await;
        let each = storage::MAX_VALUE_BYTES + 1 + 64;
        let mut steps: Vec<Value> = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
            .map(|key| set_size(key, storage::MAX_VALUE_BYTES))
            .into();
        let left = (10 << 20) - 9 * each - 1 - 64;
        steps.extend([set_size("j", left + 1), set_size("j", left), json!({ "op": "usage" })]);
        // Less is always allowed, and makes room for others.
        steps.extend([set("k", ""), set_size("a", 0), set("k", "")]);
        let outcomes = run(&stage, &app, Value::Array(steps)).await;
        let outcomes = &outcomes.as_array().unwrap()[9..];
        let full = json!([10, 10 << 20, 10 << 20]);
        assert_eq!(outcomes, [json!("too-large"), json!("ok"), full, json!("too-large"), json!("ok"), json!("ok")]);
    }
}

on_both! {
    async fn ten_thousand_keys_and_no_more(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let app = stage.start(Guest::Keeper).await;
        // In pieces: a fill of all of them at once is more than an event may burn.
        for fill in (1..=10).map(|tenth| tenth * storage::MAX_KEYS / 10) {
            stage.event(&app, "fill", json!({ "n": fill })).await.unwrap();
            assert_eq!(stage.data(&app).await["outcomes"], "ok");
        }
        let outcomes = run(&stage, &app, json!([set("one more", ""), set("k17", "again"), { "op": "usage" }])).await;
        assert_eq!(outcomes[0], "too-large");
        assert_eq!(outcomes[1], "ok");
        assert_eq!(outcomes[2][0], storage::MAX_KEYS);
    }
}

on_both! {
    async fn too_many_calls_at_once_are_busy(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let app = stage.start(Guest::Keeper).await;
        let detail = json!({ "n": 65, "op": "set", "bytes": 1 });
        stage.event(&app, "flood", detail).await.unwrap();
        let outcomes = stage.data(&app).await["outcomes"].clone();
        assert_eq!(outcomes, json!({ "busy": 1, "ok": 64 }));
    }
}

on_both! {
    async fn tenants_share_nothing(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let one = stage.install(Guest::Keeper).await;
        let other = Guest::Keeper
            .manifests()
            .app_with("miniapp_keeper", "miniapp_other")
            .partner_with("miniapp_keeper", "miniapp_other");
        let other = stage.install_with(Guest::Keeper, &other).await.unwrap();
        let apps = [
            launch(&stage, &one, None).await,
            launch(&stage, &other, None).await,
            launch(&stage, &one, Some("mia")).await,
            launch(&stage, &one, Some("ben")).await,
        ];
        for (number, app) in apps.iter().enumerate() {
            let outcomes = run(&stage, app, json!([get("a"), set("a", &number.to_string())])).await;
            assert_eq!(outcomes, json!([null, "ok"]));
        }
        for (number, app) in apps.iter().enumerate() {
            let outcomes = run(&stage, app, json!([get("a"), { "op": "keys" }])).await;
            assert_eq!(outcomes, json!([number.to_string(), ["a"]]));
        }
        // Two lives of one tenant share what they store.
        let again = launch(&stage, &one, Some("mia")).await;
        assert_eq!(run(&stage, &again, json!([get("a"), set("a", "new")])).await, json!(["2", "ok"]));
        assert_eq!(run(&stage, &apps[2], json!([get("a")])).await, json!(["new"]));
    }
}

on_both! {
    async fn what_was_stored_outlives_the_life_and_the_host(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let first = stage(execution, folder.path()).await;
        let id = first.install(Guest::Keeper).await;
        let app = first.launch(&id).await;
        run(&first, &app, json!([set("a", "1"), set_size("b", 100_000)])).await;
        app.close().await;
        let app = first.launch(&id).await;
        assert_eq!(run(&first, &app, json!([get("a"), set("a", "2")])).await, json!(["1", "ok"]));
        app.close().await;
        drop((app, first));
        let second = stage(execution, folder.path()).await;
        let usage = second.host.storage().unwrap().usage(&Tenant::new(id, None)).await;
        assert_eq!(usage.unwrap().keys, 2);
        let app = second.start(Guest::Keeper).await;
        assert_eq!(run(&second, &app, json!([get("a"), get("b")])).await, json!(["2", 100_000]));
        assert_eq!(second.record.storage(), []);
    }
}

on_both! {
    async fn what_is_in_memory_outlives_the_life_and_no_more(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.storage_in_memory()).set().await;
        let id = stage.install(Guest::Keeper).await;
        let app = stage.launch(&id).await;
        run(&stage, &app, json!([set("a", "1")])).await;
        app.close().await;
        let app = stage.launch(&id).await;
        assert_eq!(run(&stage, &app, json!([get("a"), { "op": "usage" }])).await, json!(["1", [1, 66, 10 << 20]]));
        stage.host.log_out(None).await.unwrap();
        let app = stage.launch(&id).await;
        assert_eq!(run(&stage, &app, json!([get("a")])).await, json!([null]));
    }
}

on_both! {
    async fn logging_out_leaves_nothing(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let id = stage.install(Guest::Keeper).await;
        let [mia, ben] = ["mia", "ben"].map(|user| UserId::new(user).unwrap());
        let of_mia = launch(&stage, &id, Some("mia")).await;
        let of_ben = launch(&stage, &id, Some("ben")).await;
        run(&stage, &of_mia, json!([set("a", "1")])).await;
        run(&stage, &of_ben, json!([set("a", "2")])).await;
        let storage = stage.host.storage().unwrap();
        storage.snapshot(of_mia.tenant()).await.unwrap();
        // One that was set aside, too.
        let mine = files_of(folder.path());
        let store = mine.iter().find(|file| file.with_extension("redb.snapshot-1").exists());
        fs::write(store.unwrap().with_extension("redb.damaged"), "damaged").unwrap();
        assert_eq!(files_of(folder.path()).len(), 4);
        stage.host.log_out(Some(&mia)).await.unwrap();
        assert!(!of_mia.is_live() && of_ben.is_live());
        assert_eq!(files_of(folder.path()).len(), 1);
        assert_eq!(run(&stage, &of_ben, json!([get("a")])).await, json!(["2"]));
        let again = launch(&stage, &id, Some("mia")).await;
        assert_eq!(run(&stage, &again, json!([get("a")])).await, json!([null]));
        stage.host.log_out(Some(&ben)).await.unwrap();
        stage.host.log_out(Some(&mia)).await.unwrap();
        assert_eq!(files_of(folder.path()), Vec::<PathBuf>::new());
    }
}

on_both! {
    async fn a_log_out_is_finished_whoever_waits_for_it(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let id = stage.install(Guest::Keeper).await;
        let app = launch(&stage, &id, None).await;
        run(&stage, &app, json!([set("a", "1")])).await;
        assert_eq!(files_of(folder.path()).len(), 1);
        // Begun, and given up at once.
        assert!(stage.host.log_out(None).now_or_never().is_none());
        app.ended().await;
        let deleted = async {
            while !files_of(folder.path()).is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), deleted).await.unwrap();
    }
}

on_both! {
    async fn logging_out_reaches_what_no_life_has_touched(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        {
            let stage = stage(execution, folder.path()).await;
            let id = stage.install(Guest::Keeper).await;
            for user in ["mia", "ben"] {
                let app = launch(&stage, &id, Some(user)).await;
                run(&stage, &app, json!([set("a", user)])).await;
                app.close().await;
            }
        }
        let stage = stage(execution, folder.path()).await;
        let id = stage.install(Guest::Keeper).await;
        let of_ben = launch(&stage, &id, Some("ben")).await;
        assert_eq!(run(&stage, &of_ben, json!([get("a")])).await, json!(["ben"]));
        assert_eq!(files_of(folder.path()).len(), 2);
        // The other user's storage of the same app is open, and hers was not asked for since.
        stage.host.log_out(Some(&UserId::new("mia").unwrap())).await.unwrap();
        assert_eq!(files_of(folder.path()).len(), 1);
        assert_eq!(run(&stage, &of_ben, json!([get("a")])).await, json!(["ben"]));
    }
}

on_both! {
    async fn a_snapshot_is_restored_under_a_live_mini_app(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let app = stage.start(Guest::Keeper).await;
        let storage = stage.host.storage().unwrap();
        let mut ids = Vec::new();
        for round in 0..4 {
            run(&stage, &app, json!([set("a", &round.to_string())])).await;
            ids.push(storage.snapshot(app.tenant()).await.unwrap());
        }
        run(&stage, &app, json!([{ "op": "clear" }, set("b", "x")])).await;
        assert_eq!(storage.snapshots(app.tenant()).await.unwrap(), ids[1..]);
        let missing = storage.restore(app.tenant(), ids[0]).await.unwrap_err();
        assert_eq!(missing.to_string(), "there is no snapshot 1; kept are: 2, 3, 4");
        storage.restore(app.tenant(), ids[2]).await.unwrap();
        assert_eq!(run(&stage, &app, json!([get("a"), get("b")])).await, json!(["2", null]));
        let usage = storage.usage(app.tenant()).await.unwrap();
        assert_eq!((usage.keys, usage.bytes, usage.limit), (1, 66, 10 << 20));
        // And where it is not live.
        let tenant = app.tenant().clone();
        app.close().await;
        storage.restore(&tenant, ids[1]).await.unwrap();
        let app = stage.launch(&tenant.app).await;
        assert_eq!(run(&stage, &app, json!([get("a")])).await, json!(["1"]));
        storage.wipe_tenant(&tenant).await.unwrap();
        assert_eq!(run(&stage, &app, json!([get("a")])).await, json!([null]));
        assert_eq!(files_of(folder.path()), Vec::<PathBuf>::new());
    }
}

on_both! {
    async fn a_damaged_file_is_set_aside_and_told(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let app = stage.start(Guest::Keeper).await;
        let tenant = app.tenant().clone();
        run(&stage, &app, json!([set("a", "1")])).await;
        app.close().await;
        // Behind what waits, so that the file is closed.
        let store = files_of(folder.path()).remove(0);
        stage.host.storage().unwrap().snapshot(&tenant).await.unwrap();
        fs::write(&store, "no database").unwrap();
        let app = stage.launch(&tenant.app).await;
        assert_eq!(run(&stage, &app, json!([get("a"), set("a", "2"), get("a")])).await, json!([null, "ok", "2"]));
        let told = stage.record.storage();
        let aside = store.with_extension("redb.damaged");
        assert!(matches!(&told[..], [StorageError::Damaged { file, .. }] if *file == aside), "{told:?}");
        assert_eq!(fs::read_to_string(aside).unwrap(), "no database");
    }
}

on_both! {
    async fn with_a_wrong_key_it_is_unavailable_and_untouched(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let first = stage(execution, folder.path()).await;
        let app = first.start(Guest::Keeper).await;
        run(&first, &app, json!([set("a", "1")])).await;
        let tenant = app.tenant().clone();
        app.close().await;
        first.host.storage().unwrap().snapshot(&tenant).await.unwrap();
        let at = folder.path().to_owned();
        let second = Stage::builder(execution)
            .host(|host| host.storage(at, StorageKey([8; 32])))
            .set()
            .await;
        let app = second.start(Guest::Keeper).await;
        assert_eq!(run(&second, &app, json!([get("a"), set("a", "2")])).await, json!(["unavailable", "unavailable"]));
        let error = second.host.storage().unwrap().usage(&tenant).await.unwrap_err();
        assert!(matches!(error, StorageError::WrongKey { .. }), "{error}");
        assert_eq!(second.record.storage(), [error]);
        app.close().await;
        assert_eq!(first.host.storage().unwrap().usage(&tenant).await.unwrap().keys, 1);
    }
}

on_both! {
    async fn without_a_storage_it_is_not_offered(execution: Execution) {
        let stage = Stage::set(execution).await;
        assert!(stage.host.storage().is_none());
        let refused = stage.install_with(Guest::Keeper, &Guest::Keeper.manifests()).await;
        assert_eq!(
            refused.unwrap_err().to_string(),
            "the component imports `miniapp:host/storage`, which this app does not offer: no storage is set; see `HostBuilder::storage`",
        );
        let optional = Guest::Keeper
            .manifests()
            .app_with("reason: To test what is stored.", "reason: r\n    optional: true");
        let app = stage.install_with(Guest::Keeper, &optional).await.unwrap();
        let app = stage.launch(&app).await;
        assert_eq!(run(&stage, &app, json!([get("a")])).await, json!(["denied"]));
    }
}

on_both! {
    async fn one_call_at_a_time_stores_too(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let manifests = Guest::OneCallAtATime
            .manifests()
            .partner_with("permissions: []", "permissions: [\"storage:local\"]");
        let app = stage.install_with(Guest::OneCallAtATime, &manifests).await.unwrap();
        let app = stage.launch(&app).await;
        stage.event(&app, "keep", json!({ "x": 1 })).await.unwrap();
        let data = stage.data(&app).await;
        assert_eq!(data["kept"], "{\"x\":1}");
        assert_eq!(data["keys"], json!(["a", "b"]));
        assert_eq!(data["left"], 0);
    }
}

on_both! {
    async fn the_showcase_keeps_notes(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(execution, folder.path()).await;
        let id = stage.install(Guest::Showcase).await;
        let open = || async {
            let options = LaunchOptions { page: Some("pages/storage".to_owned()), ..LaunchOptions::default() };
            let app = stage.host.launch_with(id.as_str(), options).await.unwrap();
            app.ready().await.unwrap();
            app
        };
        let app = open().await;
        stage.event(&app, "onAdd", json!({ "text": "milk" })).await.unwrap();
        app.close().await;
        let app = open().await;
        assert_eq!(app.data(PageId::FIRST).await.unwrap()["notes"], json!(["milk"]));
        stage.event(&app, "onForget", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["notes"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_of_a_storage_may_wait_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let builder = || {
        Host::builder()
            .live_apps(1)
            .storage(folder.path(), StorageKey([7; 32]))
    };
    let tenant = Tenant::new(AppId::parse("rewards").unwrap(), None);
    let host = builder().build().unwrap();
    host.storage().unwrap().snapshot(&tenant).await.unwrap();
    let mut files = files_of(folder.path());
    files.sort();
    fs::write(&files[0], "no database").unwrap();
    let storage = Arc::new(OnceLock::<Storage>::new());
    let (sender, usages) = mpsc::channel();
    let asked = Arc::clone(&storage);
    let host = builder()
        .observe(move |_, report| {
            let Report::Storage { tenant, .. } = report else {
                return;
            };
            let usage = asked.get().unwrap().usage(tenant);
            let tokio = tokio::runtime::Handle::current();
            let usage = tokio.block_on(tokio::time::timeout(Duration::from_secs(5), usage));
            sender.send(usage).unwrap();
        })
        .build()
        .unwrap();
    let storage = storage.get_or_init(|| host.storage().unwrap());
    assert_eq!(storage.usage(&tenant).await.unwrap().keys, 0);
    // Told before anybody is answered.
    let told = usages.try_recv().unwrap();
    assert_eq!(told.expect("it waits for itself").unwrap().keys, 0);
}

#[test]
fn a_key_is_not_printed() {
    let builder = Host::builder().storage("folder", StorageKey([231; 32]));
    assert!(!format!("{builder:?}").contains("231"));
    assert_eq!(format!("{:?}", StorageKey([231; 32])), "StorageKey(…)");
}
