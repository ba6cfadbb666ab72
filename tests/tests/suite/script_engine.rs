//! Engines of scripts: what they are, and what a script can do to its host and to others that
//! run in the same engine.

use std::fs;

use insta::assert_snapshot;
use miniapp_host::{
    AppId, EndReason, Execution, InstallError, LaunchError, Package, RunError, Script,
};
use miniapp_tests::script::{self, Bundled};
use miniapp_tests::{Guest, Manifests, Stage, component, on_both};
use serde_json::json;

const INDEX: &str = "
Page({
  data: { said: 'nothing' },
  async onSay() {
    try {
      const { userInfo } = await wx.getUserProfile();
      this.setData({ said: userInfo.nickName });
    } catch (error) {
      this.setData({ said: error.message });
    }
  },
});
";

/// A mini-app that can do without the profile.
fn bundled(app: &str, granted: &str) -> Bundled {
    let comment = "#\n".repeat(app.len());
    let manifests = Manifests {
        app: format!(
            "appId: {app}\nname: Script\nversion: 1.0.0\npages: [pages/index]\npermissions:\n  - {{ name: user:readProfile, reason: To greet you., optional: true }}\n"
        ),
        partner: format!(
            "{comment}partner:\n  id: tests\n  mini_apps:\n    - appId: {app}\n      permissions: [{granted}]\n      network: {{ default: deny, allow: [] }}\n      sandbox: true\n"
        ),
    };
    script::files(&manifests, &[("pages/index.js", INDEX)])
}

async fn add_engine(stage: &Stage) {
    let engine = miniapp_js::engine().unwrap().to_vec();
    stage.host.add_script_engine(engine).await.unwrap();
}

async fn install(stage: &Stage, bundled: &Bundled, file: &str) -> Result<AppId, InstallError> {
    let script = Script::new(file).unwrap();
    let package = Package::of_script(bundled.manifests.manifest(), script);
    let partner = bundled.manifests.partner();
    stage.host.install(package, &partner).await
}

fn without_digests(text: &str) -> String {
    let mut parts = text.split("blake3:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "blake3:…" + &part[64..])
}

#[tokio::test]
async fn what_is_no_engine_is_refused() {
    let stage = Stage::set(Execution::Jit).await;
    let refusal = async |bytes: &[u8]| {
        let added = stage.host.add_script_engine(bytes.to_vec()).await;
        added.unwrap_err().to_string()
    };
    assert_snapshot!(refusal(b"Page({})").await, @"the engine is not one: expected a WebAssembly component, came text, such as source code: give the path of the `.wasm` file that `miniapp build` writes");
    assert_snapshot!(refusal(&Guest::Pages.component()).await, @"the component does not import `miniapp:script/source`, so it is no engine of scripts; install it as a mini-app");
}

#[tokio::test]
async fn a_script_without_its_engine_is_refused() {
    let stage = Stage::set(Execution::Jit).await;
    let bundled = bundled("miniapp_one", "");
    let refusal = async || {
        let installed = install(&stage, &bundled, &bundled.file()).await;
        without_digests(&installed.unwrap_err().to_string())
    };
    assert_snapshot!(refusal().await, @"the script is for the engine blake3:…, which this app does not have (it has none); add it with `Host::add_script_engine`, or build the script for one that is there");
    stage
        .host
        .add_script_engine(component(GREEDY))
        .await
        .unwrap();
    assert_snapshot!(refusal().await, @"the script is for the engine blake3:…, which this app does not have (it has blake3:…); add it with `Host::add_script_engine`, or build the script for one that is there");
}

#[tokio::test]
async fn an_engine_is_no_mini_app() {
    let stage = Stage::set(Execution::Jit).await;
    let bundled = bundled("miniapp_one", "");
    let package = bundled.manifests.package(component(GREEDY));
    let partner = bundled.manifests.partner();
    let refused = stage.host.install(package, &partner).await.unwrap_err();
    assert_snapshot!(refused, @"the component imports `miniapp:script/source@1.0.0`, which is no interface of this host: it is an engine that runs scripts; add it with `Host::add_script_engine`, and install the scripts");
}

on_both! {
    async fn scripts_of_one_engine_are_granted_apart(execution: Execution) {
        let stage = Stage::set(execution).await;
        add_engine(&stage).await;
        let mut said = Vec::new();
        for (app, granted) in [("miniapp_one", ""), ("miniapp_eleven", ""), ("miniapp_three", "user:readProfile")] {
            let bundled = bundled(app, granted);
            let id = install(&stage, &bundled, &bundled.file()).await.unwrap();
            let app = stage.launch(&id).await;
            stage.event(&app, "onSay", json!({})).await.unwrap();
            app.settled().await;
            said.push(stage.data(&app).await["said"].as_str().unwrap().to_owned());
            assert_eq!(*app.close().await, EndReason::Closed);
        }
        let told = |line: u32| format!("getUserProfile: `user:readProfile` is not granted to this mini-app; to grant it, write in partner.yaml:{line}: permissions: [\"user:readProfile\"]");
        assert_eq!(said, [told(16), told(19), "Mia".to_owned()]);
    }
}

on_both! {
    async fn a_script_that_was_tampered_with_reaches_nothing(execution: Execution) {
        let stage = Stage::set(execution).await;
        add_engine(&stage).await;
        let neighbour = bundled("miniapp_two", "user:readProfile");
        let id = install(&stage, &neighbour, &neighbour.file()).await.unwrap();
        let neighbour = stage.launch(&id).await;

        // Asks for nothing, and its file does not tell the engine so.
        let mut tampered = bundled("miniapp_one", "");
        tampered.manifests = tampered.manifests.app_with("permissions:\n  - { name: user:readProfile, reason: To greet you., optional: true }\n", "permissions: []\n");
        let mut file: serde_json::Value = serde_json::from_str(&tampered.file()).unwrap();
        file["denied"] = json!({});
        let id = install(&stage, &tampered, &file.to_string()).await.unwrap();
        let app = stage.launch(&id).await;
        let _ = stage.event(&app, "onSay", json!({})).await;
        let ended = app.ended().await.to_string();
        assert!(ended.contains("miniapp:host/profile"), "{ended}");

        stage.event(&neighbour, "onSay", json!({})).await.unwrap();
        neighbour.settled().await;
        assert_eq!(stage.data(&neighbour).await["said"], "Mia");
    }
}

on_both! {
    async fn a_file_that_no_engine_understands_fails_its_launch(execution: Execution) {
        let stage = Stage::set(execution).await;
        add_engine(&stage).await;
        let bundled = bundled("miniapp_one", "");
        let file: serde_json::Value = serde_json::from_str(&bundled.file()).unwrap();
        let with = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut file = file.clone();
            change(&mut file);
            file.to_string()
        };
        for broken in [
            with(&|file| file["text"] = json!(1)),
            with(&|file| file["text"] = json!("Page({")),
            with(&|file| file["text"] = json!("throw new Error('at once')")),
            with(&|file| drop(file.as_object_mut().unwrap().remove("text"))),
            with(&|file| file["denied"] = json!([1, 2])),
        ] {
            let id = install(&stage, &bundled, &broken).await.unwrap();
            let LaunchError::Failed(RunError::Ended(reason)) = stage.host.launch(id.as_str()).await.unwrap_err() else {
                panic!("it was refused otherwise");
            };
            assert!(matches!(*reason, EndReason::LaunchRefused(_)), "{reason}");
        }
        stage.assert_pool_is_empty().await;
    }
}

/// Reads its script twice when it is launched.
const GREEDY: &str = r#"
;;; lower
(core func $source (canon lower (func $source "read") (memory $memory) (realloc $realloc)))
;;; with
(export "source" (func $source))
;;; core
(import "env" "source" (func $source (param i32)))
(table $attacks 1 funcref)
(func (export "on-launch") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (call $source (i32.const 32))
  (call $source (i32.const 32))
  (i32.const 16))
"#;

on_both! {
    async fn an_engine_that_reads_twice_is_ended(execution: Execution) {
        let stage = Stage::set(execution).await;
        let greedy = component(GREEDY);
        let engine = stage.host.add_script_engine(greedy).await.unwrap();
        let bundled = bundled("miniapp_one", "");
        let file = json!({ "engine": engine.to_string() }).to_string();
        let id = install(&stage, &bundled, &file).await.unwrap();
        let failed = stage.host.launch(id.as_str()).await.unwrap_err();
        let told = failed.to_string();
        assert!(told.starts_with("the mini-app crashed: the engine has read its script a second time"), "{told}");
    }
}

#[tokio::test]
async fn a_script_on_the_disk_is_read_at_each_launch() {
    let stage = Stage::set(Execution::Jit).await;
    add_engine(&stage).await;
    let bundled = bundled("miniapp_one", "user:readProfile");
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("miniapp.yaml", &bundled.manifests.app);
    write("app.script", &bundled.file());
    let package = Package::open(folder.path()).unwrap();
    let partner = bundled.manifests.partner();
    let id = stage.host.install(package, &partner).await.unwrap();
    stage.launch(&id).await.close().await;
    stage.launch(&id).await.close().await;

    let shown = |error: LaunchError| {
        let name = folder.path().canonicalize().unwrap();
        error.to_string().replace(&*name.to_string_lossy(), "DIR")
    };
    write(
        "app.script",
        &bundled.file().replace("nothing", "something"),
    );
    let changed = stage.host.launch(id.as_str()).await.unwrap_err();
    assert_snapshot!(shown(changed), @"the script `DIR/app.script` has changed since it was installed; install it again");
    fs::remove_file(folder.path().join("app.script")).unwrap();
    let gone = stage.host.launch(id.as_str()).await.unwrap_err();
    assert_snapshot!(shown(gone), @"cannot read the script `DIR/app.script`: No such file or directory (os error 2); build it with `miniapp build --script`");
    stage.assert_pool_is_empty().await;
    write("app.script", &bundled.file());
    stage.launch(&id).await.close().await;
}
