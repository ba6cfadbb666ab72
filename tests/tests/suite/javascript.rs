//! Mini-apps in JavaScript: bundled, built, and run by the host. Each scenario is run in both forms
//! of a mini-app, which behave alike: a component of its own, and a script for the shared engine.

use std::collections::BTreeSet;
use std::path::Path;

use hyper::Request;
use hyper::body::Bytes;
use miniapp_host::{AppId, EndReason, Event, EventError, HostBuilder, MiniApp, PageId, Tenant};
use miniapp_package::ComponentInfo;
use miniapp_tests::script::{self, Bundled, Form};
use miniapp_tests::{Answer, Guest, Manifests, Stage, json, on_both};
use serde_json::{Value, json};

/// Makes four tests of one: in both forms, each compiled to machine code and interpreted.
macro_rules! in_both_forms {
    (async fn $name:ident($execution:ident: Execution, $form:ident: Form) $body:block) => {
        mod $name {
            use super::*;

            async fn in_form($execution: ::miniapp_host::Execution, $form: Form) $body

            on_both! {
                async fn as_a_component(execution: Execution) {
                    in_form(execution, Form::Component).await;
                }
            }

            on_both! {
                async fn as_a_script(execution: Execution) {
                    in_form(execution, Form::Script).await;
                }
            }
        }
    };
}

mod lifecycle;
mod locale;
mod waiting;

fn answer(request: Request<Bytes>) -> Answer {
    let answer = match request.uri().path() {
        "/campaigns/summer" => json(200, &json!([{ "title": "Ice cream" }, { "title": "Lido" }])),
        "/echo" => json(
            200,
            &json!({ "method": request.method().as_str(), "body": String::from_utf8_lossy(request.body()) }),
        ),
        _ => json(404, &json!(null)),
    };
    Box::pin(std::future::ready(answer))
}

fn campaign() -> Bundled {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/campaign");
    script::folder(&folder)
}

async fn install(stage: &Stage, form: Form, bundled: &Bundled) -> AppId {
    if form == Form::Script {
        let engine = miniapp_js::engine().unwrap().to_vec();
        stage.host.add_script_engine(engine).await.unwrap();
    }
    let partner = bundled.manifests.partner();
    let installed = stage.host.install(bundled.package(form), &partner).await;
    installed.unwrap_or_else(|error| panic!("{error}"))
}

async fn start(stage: &Stage, form: Form, bundled: &Bundled) -> MiniApp {
    let id = install(stage, form, bundled).await;
    let app = stage.launch(&id).await;
    app.settled().await;
    app
}

#[test]
fn the_campaign_is_the_origins_byte_for_byte() {
    let script = include_bytes!("../../../examples/campaign/campaign.js");
    let digest = "blake3:1764efde5d7fd16aac631c28b1731410f4002e65cfbe8ad6b01a5d43693c5979";
    assert_eq!(miniapp_package::Digest::of(script).to_string(), digest);
}

in_both_forms! {
    async fn the_campaign_of_the_origin_runs_word_for_word(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).serve(answer).set().await;
        let app = start(&stage, form, &campaign()).await;
        let offers = json!({ "offers": [{ "title": "Ice cream" }, { "title": "Lido" }] });
        assert_eq!(stage.data(&app).await, offers);
        assert_eq!(*app.close().await, EndReason::Closed);
        assert_eq!(stage.record.uncaught(), []);
        let seen = stage.server.seen();
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].header("host"), Some("api.your-platform.com"));
    }
}

/// A manifest that asks for everything that the scripts of these tests use, or for less.
fn manifests(permissions: &str, hosts: &str) -> Manifests {
    let asked: String = permissions
        .split_whitespace()
        .map(|permission| format!("  - name: {permission}\n    reason: To test it.\n"))
        .collect();
    let granted: Vec<String> = permissions
        .split_whitespace()
        .map(|p| format!("{p:?}"))
        .collect();
    Manifests {
        app: format!(
            "appId: miniapp_script\nname: Script\nversion: 1.0.0\npages: [pages/index, pages/offer]\npermissions:{}\n{asked}network:\n  allow: [{hosts}]\n",
            if asked.is_empty() { " []" } else { "" }
        ),
        partner: format!(
            "partner:\n  id: tests\n  mini_apps:\n    - appId: miniapp_script\n      permissions: [{}]\n      network: {{ default: deny, allow: [{hosts}] }}\n      sandbox: true\n",
            granted.join(", ")
        ),
    }
}

const UTILS: &str = "
exports.shout = (text) => text.toUpperCase() + '!';
exports.fail = function fail() {
  throw new RangeError('no such offer');
};
";

const OFFER: &str = "
import { shout } from '../utils.js';
Page({
  data: { id: '' },
  onLoad(options) {
    this.setData({ id: shout(options.id) });
  },
  onUnload() {
    getApp().closed = (getApp().closed ?? 0) + 1;
  },
});
";

const INDEX: &str = "
const utils = require('../utils');
import texts from '../texts.json';

interface Tap { detail: { what: string } }

Page({
  data: { said: '' },
  onLoad() {
    this.setData({ said: texts.hello });
  },
  onFail() {
    utils.fail();
  },
  async onLate() {
    await new Promise((done) => setTimeout(done, 1));
    utils.fail();
  },
  onSpin() {
    for (;;) {
      this.spun = true;
    }
  },
  onRecurse() {
    const again = () => again() + 1;
    again();
  },
  onCount() {
    let count = 0;
    for (let i = 0; i < 20000; i += 1) count += 1;
    this.setData({ count });
  },
  onDeep(event) {
    const deep = 100000;
    const nested = () => {
      let list = [];
      for (let i = 0; i < deep; i += 1) list = [list];
      return list;
    };
    switch (event.detail.how) {
      case 'parse': return JSON.parse('['.repeat(deep));
      case 'stringify': return this.setData({ nested: nested() });
      case 'regexp': return new RegExp('('.repeat(deep) + ')'.repeat(deep));
      case 'clone': return structuredClone(nested());
      case 'join': return String(nested());
      case 'console': return console.log(nested());
      case 'bind': {
        let f = () => 1;
        for (let i = 0; i < deep; i += 1) f = f.bind(null);
        return f();
      }
      case 'proxy': {
        let proxy = {};
        for (let i = 0; i < deep; i += 1) proxy = new Proxy(proxy, {});
        return proxy.x;
      }
    }
  },
  onGrow() {
    const kept = [];
    for (;;) kept.push(new Uint8Array(1 << 20).fill(1));
  },
  async onDenied(event: Tap) {
    try {
      const { what } = event.detail;
      if (what === 'storage') await wx.setStorage({ key: 'k', data: 1 });
      if (what === 'storageSync') wx.setStorageSync('k', 1);
      if (what === 'profile') await wx.getUserProfile();
      if (what === 'request') await wx.request({ url: 'https://rogue.example.com/' });
      if (what === 'login') await wx.login();
      if (what === 'invoke') await wx.invoke({ name: 'points' });
      if (what === 'clipboard') await wx.getClipboardData();
      this.setData({ denied: 'not at all' });
    } catch (error) {
      this.setData({ denied: error.message, code: error.code });
    }
  },
  async onAll() {
    await wx.setStorage({ key: 'cart', data: [1, 2] });
    const kept = wx.getStorageSync('cart');
    const { userInfo } = await wx.getUserProfile();
    const posted = await wx.request({ url: 'https://rogue.example.com/echo', method: 'POST', data: { n: 1 } });
    const points = await wx.invoke({ name: 'points', data: { member: 'mia' } });
    this.setData({ all: [kept, userInfo.nickName, posted.data, points.data] });
  },
  onOpen() {
    wx.navigateTo({ url: '/pages/offer?id=ice' });
  },
  onSee() {
    this.setData({ closed: getApp().closed, pages: getCurrentPages().length });
  },
  onHalf() {
    // As `slice` leaves it of a text.
    const half = '😀'.slice(0, 1);
    this.setData({ [`half${half}`]: half, list: [{ [half]: `\\\\ud83d ${half}!` }] });
    this.setData({ isAlike: Object.keys(this.data).some((key) => key === 'half\\ufffd') && this.data.list[0]['\\ufffd'].endsWith('\\ufffd!') });
  },
  onRandom() {
    this.setData({ random: Math.random(), now: Date.now() });
  },
});
";

const FILES: [(&str, &str); 4] = [
    ("utils.js", UTILS),
    ("texts.json", r#"{ "hello": "Grüezi" }"#),
    ("pages/index.ts", INDEX),
    ("pages/offer.js", OFFER),
];

fn points(host: HostBuilder) -> HostBuilder {
    host.extension("points", |_: Tenant, asked: Value| async move {
        Ok(json!({ "of": asked["member"], "points": 120 }))
    })
}

in_both_forms! {
    async fn a_project_of_several_files_does_what_it_is_granted(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).serve(answer).host(|host| points(host).storage_in_memory()).set().await;
        let manifests = manifests("storage:local user:readProfile ext:points", "rogue.example.com");
        let app = start(&stage, form, &script::files(&manifests, &FILES)).await;
        assert_eq!(stage.data(&app).await["said"], "Grüezi");
        stage.event(&app, "onAll", json!({})).await.unwrap();
        app.settled().await;
        assert_eq!(
            stage.data(&app).await["all"],
            json!([[1, 2], "Mia", { "method": "POST", "body": "{\"n\":1}" }, { "of": "mia", "points": 120 }])
        );

        stage.event(&app, "onOpen", json!({})).await.unwrap();
        app.settled().await;
        let top = app.pages().await.pop().unwrap();
        assert_eq!(app.data(top.id).await.unwrap(), json!({ "id": "ICE!" }));
        app.navigate(miniapp_host::Navigation::Back(1)).await.unwrap();
        app.settled().await;
        stage.event(&app, "onSee", json!({})).await.unwrap();
        assert_eq!((&stage.data(&app).await["closed"], &stage.data(&app).await["pages"]), (&json!(1), &json!(1)));
        assert_eq!(stage.record.uncaught(), []);
    }
}

const OLD: &str = "
Page({
  async onRead() {
    const told = await fc.getStorage({ key: 'old' }).catch((error) => error.code);
    fc.setStorageSync('old', [1]);
    this.setData({ told, kept: (await fc.getStorage({ key: 'old' })).data });
  },
});
";

in_both_forms! {
    async fn what_the_mini_app_stored_before_it_was_a_script_may_be_no_json(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).host(HostBuilder::storage_in_memory).set().await;
        let manifests = manifests("storage:local", "");
        let before = stage.install_with(Guest::Keeper, &manifests).await.unwrap();
        let keeper = stage.launch(&before).await;
        let set = json!({ "steps": [{ "op": "set", "key": "old", "value": "{no json" }] });
        stage.event(&keeper, "run", set).await.unwrap();
        keeper.close().await;

        let files = [("pages/index.js", OLD), ("pages/offer.js", "Page({});")];
        let app = start(&stage, form, &script::files(&manifests, &files)).await;
        stage.event(&app, "onRead", json!({})).await.unwrap();
        app.settled().await;
        let data = stage.data(&app).await;
        assert_eq!((&data["told"], &data["kept"]), (&json!("app"), &json!([1])));
        assert_eq!(stage.record.uncaught(), []);
    }
}

in_both_forms! {
    async fn errors_name_the_original_file_and_line(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).set().await;
        let manifests = manifests("", "");
        let app = start(&stage, form, &script::files(&manifests, &FILES)).await;
        let failed = stage.event(&app, "onFail", json!({})).await.unwrap_err();
        let told = "app: RangeError: no such offer\n    at fail (utils.js:4:13)\n    at onFail (pages/index.ts:13:11)";
        assert_eq!(failed.to_string().replace("the handler failed: ", ""), told, "{failed}");
        stage.event(&app, "onLate", json!({})).await.unwrap();
        app.settled().await;
        let late = "app: unhandled rejection: RangeError: no such offer\n    at fail (utils.js:4:13)\n    at onLate (pages/index.ts:17:11)";
        let uncaught = stage.record.uncaught();
        assert_eq!(uncaught[0], ("on-event".to_owned(), told.to_owned()));
        assert_eq!(uncaught[1], (String::new(), late.to_owned()));
    }
}

in_both_forms! {
    async fn what_the_manifest_does_not_ask_for_is_denied_with_the_line(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).set().await;
        let manifests = manifests("", "");
        let app = start(&stage, form, &script::files(&manifests, &FILES)).await;
        for (what, told) in [
            ("storage", "setStorage: the app manifest does not ask for `storage:local`; to grant it, write in miniapp.yaml: permissions: [{ name: \"storage:local\", reason: \"…\" }]"),
            ("storageSync", "setStorageSync: the app manifest does not ask for `storage:local`; to grant it, write in miniapp.yaml: permissions: [{ name: \"storage:local\", reason: \"…\" }]"),
            ("profile", "getUserProfile: the app manifest does not ask for `user:readProfile`; to grant it, write in miniapp.yaml: permissions: [{ name: \"user:readProfile\", reason: \"…\" }]"),
            ("request", "request: the app manifest names no host to talk to; to grant it, write in miniapp.yaml: network: { allow: [\"api.example.com\"] }"),
            ("login", "login: the app manifest does not ask for `user:login`; to grant it, write in miniapp.yaml: permissions: [{ name: \"user:login\", reason: \"…\" }]"),
            ("invoke", "invoke: the app manifest does not ask for `ext:<name>`; to grant it, write in miniapp.yaml: permissions: [{ name: \"ext:<name>\", reason: \"…\" }]"),
            ("clipboard", "getClipboardData: the app manifest does not ask for `device:clipboard`; to grant it, write in miniapp.yaml: permissions: [{ name: \"device:clipboard\", reason: \"…\" }]"),
        ] {
            stage.event(&app, "onDenied", json!({ "what": what })).await.unwrap();
            app.settled().await;
            let data = stage.data(&app).await;
            assert_eq!((&data["denied"], &data["code"]), (&json!(told), &json!("denied")), "{what}");
        }
    }
}

in_both_forms! {
    async fn a_script_that_runs_too_long_is_stopped_and_told_where(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).set().await;
        let manifests = manifests("", "");
        let app = start(&stage, form, &script::files(&manifests, &FILES)).await;
        let failed = stage.event(&app, "onSpin", json!({})).await.unwrap_err();
        let told = failed.to_string();
        assert!(told.contains("InternalError: interrupted\n    at onSpin (pages/index.ts:19:"), "{told}");
        let failed = stage.event(&app, "onRecurse", json!({})).await.unwrap_err();
        assert!(failed.to_string().contains("RangeError: Maximum call stack size exceeded"), "{failed}");
        // It lives on.
        stage.event(&app, "onSee", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["pages"], 1);
    }
}

in_both_forms! {
    async fn a_small_supply_is_enough_for_what_is_small(execution: Execution, form: Form) {
        let small = |host: HostBuilder| {
            let mut limits = miniapp_host::Limits::default();
            limits.fuel_per_event = 25_000_000;
            host.limits(limits)
        };
        let stage = Stage::builder(execution).host(small).set().await;
        let manifests = manifests("", "");
        let app = start(&stage, form, &script::files(&manifests, &FILES)).await;
        stage.event(&app, "onCount", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["count"], 20_000);
    }
}

in_both_forms! {
    async fn what_is_nested_too_deep_is_an_error_or_the_end_of_one(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).serve(answer).set().await;
        let manifests = manifests("", "");
        let id = install(&stage, form, &script::files(&manifests, &FILES)).await;
        let other = start(&stage, form, &campaign()).await;
        for how in ["parse", "stringify", "regexp", "clone", "join", "console", "bind", "proxy"] {
            let app = stage.launch(&id).await;
            match stage.event(&app, "onDeep", json!({ "how": how })).await {
                Ok(()) | Err(EventError::App(_)) => assert_eq!(*app.close().await, EndReason::Closed),
                Err(EventError::Ended(reason)) => assert!(!matches!(*reason, EndReason::Host(_)), "{how}: {reason}"),
                Err(other) => panic!("{how}: {other}"),
            }
        }
        assert_eq!(stage.data(&other).await["offers"][0]["title"], "Ice cream");
    }
}

in_both_forms! {
    async fn a_script_that_grows_without_end_is_ended_alone(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).serve(answer).set().await;
        let manifests = manifests("", "");
        let app = start(&stage, form, &script::files(&manifests, &FILES)).await;
        let other = start(&stage, form, &campaign()).await;
        match stage.event(&app, "onGrow", json!({})).await.unwrap_err() {
            // Out of memory is an error of the language first.
            EventError::App(error) => assert!(error.message.contains("out of memory"), "{error}"),
            EventError::Ended(reason) => assert!(!matches!(*reason, EndReason::Host(_)), "{reason}"),
            other => panic!("{other}"),
        }
        assert_eq!(stage.data(&other).await["offers"][0]["title"], "Ice cream");
    }
}

in_both_forms! {
    async fn half_a_character_is_shown_as_one_that_nobody_knows(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).set().await;
        let manifests = manifests("", "");
        let app = start(&stage, form, &script::files(&manifests, &FILES)).await;
        stage.event(&app, "onHalf", json!({})).await.unwrap();
        let data = stage.data(&app).await;
        assert_eq!(data["half\u{fffd}"], "\u{fffd}");
        assert_eq!(data["list"], json!([{ "\u{fffd}": "\\ud83d \u{fffd}!" }]));
        assert_eq!(data["isAlike"], true);
    }
}

in_both_forms! {
    async fn no_two_lives_roll_the_same(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).set().await;
        let manifests = manifests("", "");
        let id = install(&stage, form, &script::files(&manifests, &FILES)).await;
        let mut rolled = Vec::new();
        for _ in 0..2 {
            let app = stage.launch(&id).await;
            app.event(PageId::FIRST, Event::new("onRandom")).await.unwrap();
            let data = stage.data(&app).await;
            assert!(data["now"].as_f64().unwrap() > 1.7e12, "{data}");
            rolled.push(data["random"].as_f64().unwrap());
            app.close().await;
        }
        assert_ne!(rolled[0].to_bits(), rolled[1].to_bits());
    }
}

/// What the manifest has to ask for; the rest needs no permission.
const ASKED_FOR: [&str; 7] = [
    "clipboard",
    "extension",
    "login",
    "profile",
    "request",
    "storage",
    "storage-sync",
];

#[test]
fn a_component_imports_what_its_manifest_asks_for_and_is_the_same_each_time() {
    let imports = |manifests: &Manifests| {
        let component = script::files(manifests, &FILES).component();
        assert_eq!(component, script::files(manifests, &FILES).component());
        let info = ComponentInfo::inspect(&component).unwrap();
        let names = info.imports.into_iter().flat_map(|import| import.interface);
        names
            .inspect(|name| assert!(name.is_of("miniapp", "host"), "{name}"))
            .map(|name| name.interface)
            .filter(|name| ASKED_FOR.contains(&name.as_str()))
            .collect::<BTreeSet<_>>()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(imports(&manifests("", "")), set(&[]));
    let storage = manifests("storage:local", "");
    assert_eq!(imports(&storage), set(&["storage", "storage-sync"]));
    let profile = manifests("user:email", "a.example");
    assert_eq!(imports(&profile), set(&["profile", "request"]));
    let others = manifests("user:login ext:x device:clipboard", "");
    assert_eq!(imports(&others), set(&["clipboard", "extension", "login"]));
}

#[test]
fn a_component_has_the_bytes_of_its_scripts_file() {
    let bundled = script::files(&manifests("storage:local", ""), &FILES);
    let (component, file) = (bundled.component(), bundled.file());
    let found = component
        .windows(file.len())
        .filter(|bytes| *bytes == file.as_bytes());
    assert_eq!(found.count(), 1);
}
