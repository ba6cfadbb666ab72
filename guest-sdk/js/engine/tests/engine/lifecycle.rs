//! App and Page: what is called when, and with what.

use crate::outside::{self, Stage, answer, run};

#[test]
fn the_campaign_page_shows_its_offers() {
    run(async {
        let script = format!(
            "__page('campaign');{}",
            include_str!("../../../../../examples/campaign/campaign.js")
        );
        let stage = Stage::load(&script).unwrap();
        stage.engine.launch(outside::OPTIONS).await;
        let offers = Ok(answer(200, r#"[{"title":"Two for one"}]"#));
        stage.host.answers.borrow_mut().push(offers);
        stage.engine.page_load(1, "campaign", "[]").unwrap();
        assert_eq!(stage.data(), ["offers=[]"]);
        stage.rest().await;
        assert_eq!(stage.data(), [r#"offers=[{"title":"Two for one"}]"#]);
        let request = &stage.host.requests.borrow()[0];
        assert_eq!(
            request.url,
            "https://api.your-platform.com/campaigns/summer"
        );
        assert_eq!(stage.uncaught(), [""; 0]);
    });
}

const ALL: &str = r"
const said = (name) => function (...given) { console.log(name, this === getApp() || this.route, ...given); };
App({
  globalData: { count: 1 },
  onLaunch: said('app launch'), onShow: said('app show'), onHide: said('app hide'),
});
for (const path of ['pages/index', 'pages/offer']) {
  __page(path);
  Page({
    onLoad: said('load'), onShow: said('show'), onReady: said('ready'),
    onHide: said('hide'), onUnload: said('unload'), onTap: said('tap'),
  });
}";

#[test]
fn callbacks_are_told_what_the_peers_tell() {
    run(async {
        let stage = Stage::load(ALL).unwrap();
        let engine = &stage.engine;
        let options = r#"{"path":"pages/index","query":[["id","7"]],"fragment":"x","referrer":"other","extra":"{\"a\":1}"}"#;
        engine.launch(options).await;
        engine.show(options).unwrap();
        engine
            .page_load(1, "pages/index", r#"[["id","7"],["id","8"]]"#)
            .unwrap();
        engine.page_show(1).unwrap();
        engine.page_ready(1).unwrap();
        engine
            .event(1, "onTap", r#"{"x":1}"#, r#"{"index":2}"#)
            .unwrap();
        engine.page_hide(1).unwrap();
        engine.page_load(2, "pages/offer", "[]").unwrap();
        engine.page_unload(2).unwrap();
        engine.hide().unwrap();
        let launch = r#"{ path: "pages/index", query: { id: "7" }, scene: 1001, fragment: "x", referrerInfo: { appId: "other", extraData: { a: 1 } } }"#;
        assert_eq!(
            stage.log(),
            [
                format!("Info: app launch true {launch}"),
                format!("Info: app show true {launch}"),
                r#"Info: load pages/index { id: "8" }"#.to_owned(),
                "Info: show pages/index".to_owned(),
                "Info: ready pages/index".to_owned(),
                r#"Info: tap pages/index { type: "", timeStamp: 12.5, target: { id: "", dataset: { index: 2 } }, currentTarget: { id: "", dataset: { index: 2 } }, detail: { x: 1 } }"#.to_owned(),
                "Info: hide pages/index".to_owned(),
                "Info: load pages/offer {}".to_owned(),
                "Info: unload pages/offer".to_owned(),
                "Info: app hide true".to_owned(),
            ]
        );
    });
}

#[test]
fn pages_are_instances_of_their_own() {
    run(async {
        let stage = Stage::load(
            "__page('a'); Page({ data: { list: [1] }, seen: [], onLoad(o) { this.data.list.push(o.n); this.seen.push(o.n); \
             console.log(this.data, this.seen, getCurrentPages().length, getCurrentPages().at(-1) === this); } });",
        )
        .unwrap();
        stage.engine.page_load(1, "a", r#"[["n","x"]]"#).unwrap();
        stage.engine.page_load(2, "a", r#"[["n","y"]]"#).unwrap();
        stage.engine.page_unload(1).unwrap();
        stage.engine.page_load(3, "a", r#"[["n","z"]]"#).unwrap();
        assert_eq!(
            stage.log(),
            [
                r#"Info: { list: [1, "x"] } ["x"] 1 true"#,
                r#"Info: { list: [1, "y"] } ["y"] 2 true"#,
                r#"Info: { list: [1, "z"] } ["z"] 2 true"#,
            ]
        );
    });
}

#[test]
fn what_is_registered_wrongly_says_how_to_mend_it() {
    let refused = |script: &str| format!("{:?}", Stage::load(script).err().unwrap());
    assert!(refused("Page({})").contains("Page was called outside of a page; call it at the top of a file that the app manifest lists under `pages`\\n    at index.js:1:"), "{}", refused("Page({})"));
    assert!(refused("__page('a'); Page({}); Page({})").contains("Page was called twice in a"));
    assert!(refused("App({}); App({})").contains("App was called twice; a mini-app has one"));
    let early =
        Stage::load("const app = getApp(); App({ n: 1 }); console.log(getApp() === app, app.n)")
            .unwrap();
    assert_eq!(early.log(), ["Info: true 1"]);
    assert!(refused("App()").contains("App: expected an object"));
    assert!(
        refused("__page('a');\nlet x = ;")
            .contains("SyntaxError: unexpected token in expression: ';'\\n    at index.js:2:9"),
        "{}",
        refused("__page('a');\nlet x = ;")
    );
    assert!(
        refused("await new Promise(() => {})")
            .contains("`await` at the top of a file is not supported")
    );
    let stage = Stage::load("__page('a');").unwrap();
    let error = stage.engine.page_load(1, "a", "[]").unwrap_err();
    assert!(
        error
            .message
            .contains("a does not call Page(…), so there is nothing to open"),
        "{}",
        error.message
    );
    assert_eq!(
        stage.engine.load(&miniapp_js_engine::Script::default()),
        Err(miniapp_js_engine::LoadError::Twice)
    );
}

#[test]
fn errors_name_the_line_and_reach_the_app() {
    run(async {
        let stage = Stage::page_with(
            "App({ onError(e) { console.log('onError', e.split('\\n')[0]) }, onUnhandledRejection(r) { console.log('onUnhandledRejection', r.reason.message) } });",
            "{\n  onTap() {\n    this.fail();\n  },\n  fail() { throw new TypeError('no ' + this.route) },\n  async onWait() { await null; throw new Error('late') },\n  onThrow() { throw { a: 1 } },\n  onHandled() { const p = Promise.reject(new Error('seen')); p.catch(() => {}) } }",
        )
        .await;
        let error = stage.event("onTap", "null").unwrap_err();
        assert_eq!(error.code, "app");
        assert_eq!(
            error.message,
            "TypeError: no pages/index\n    at fail (index.js:6:40)\n    at onTap (index.js:4:10)"
        );
        assert_eq!(stage.log(), ["Info: onError TypeError: no pages/index"]);
        stage.event("onWait", "null").unwrap();
        assert_eq!(
            stage.uncaught(),
            ["unhandled rejection: Error: late\n    at onWait (index.js:7:42)"]
        );
        assert_eq!(stage.log(), ["Info: onUnhandledRejection late"]);
        let error = stage.event("onThrow", "null").unwrap_err();
        assert_eq!(
            error.message,
            "a value was thrown that is no error: { a: 1 }"
        );
        stage.event("onHandled", "null").unwrap();
        assert_eq!(stage.uncaught(), [""; 0]);
        let error = stage.event("onMissing", "null").unwrap_err();
        assert!(
            error
                .message
                .starts_with("Error: pages/index has no handler `onMissing`"),
            "{}",
            error.message
        );
        for inherited in ["constructor", "toString", "__proto__", "hasOwnProperty"] {
            assert!(
                stage
                    .event(inherited, "null")
                    .unwrap_err()
                    .message
                    .contains("has no handler")
            );
        }
    });
}

#[test]
fn a_launch_waits_for_what_it_promises() {
    run(async {
        let launched = async |app: &str| {
            let stage = Stage::load(app).unwrap();
            stage.engine.launch(outside::OPTIONS).await;
            (stage.log(), stage.uncaught())
        };
        let told = |log: &[&str], uncaught: &[&str]| {
            let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
            (owned(log), owned(uncaught))
        };
        let waits = "await new Promise((done) => setTimeout(done, 1)); console.log('waited')";
        assert_eq!(
            launched(&format!("App({{ async onLaunch() {{ {waits} }} }})")).await,
            told(&["Info: waited"], &[])
        );
        assert_eq!(
            launched("App({ onLaunch() { return { then(done) { setTimeout(() => { console.log('then'); done() }, 1) } } } })").await,
            told(&["Info: then"], &[])
        );
        // What it fails with goes where every failure does, and the launch is over.
        let told_of = "onError(e) { console.log('onError', e.split('\\n')[0]) }, onUnhandledRejection(r) { console.log('onUnhandledRejection', r.reason.message) }";
        assert_eq!(
            launched(&format!(
                "App({{ {told_of}, async onLaunch() {{ {waits}; throw new Error('late') }} }})"
            ))
            .await
            .0,
            ["Info: waited", "Info: onUnhandledRejection late"]
        );
        let (log, uncaught) = launched(&format!(
            "App({{ {told_of}, onLaunch() {{ throw new Error('now') }} }})"
        ))
        .await;
        assert_eq!(log, ["Info: onError Error: now"]);
        assert!(
            uncaught[0].starts_with("Error: now\n    at onLaunch"),
            "{uncaught:?}"
        );
        assert_eq!(uncaught.len(), 1);
        for odd in [
            "",
            "App({})",
            "App({ onLaunch: 1 })",
            "App({ onLaunch: () => 1 })",
            "App({ onLaunch: () => ({ then: 1 }) })",
        ] {
            assert_eq!(launched(odd).await, told(&[], &[]), "{odd}");
        }
    });
}

#[test]
fn a_state_is_kept_where_the_app_offers_it() {
    let stage = Stage::load(
        "App({ onSaveState() { return { cart: [1] } }, onRestoreState(s) { console.log(s) } })",
    )
    .unwrap();
    assert_eq!(
        stage.engine.save().unwrap().as_deref(),
        Some(r#"{"cart":[1]}"#)
    );
    stage.engine.restore(r#"{"cart":[2]}"#).unwrap();
    assert_eq!(stage.log(), ["Info: { cart: [2] }"]);
    let promised = Stage::load("App({ async onSaveState() { return 1 } })")
        .unwrap()
        .engine
        .save();
    assert!(
        promised
            .unwrap_err()
            .message
            .contains("onSaveState: expected the state itself, came a promise")
    );
    assert_eq!(Stage::load("App({})").unwrap().engine.save().unwrap(), None);
    assert_eq!(Stage::load("").unwrap().engine.save().unwrap(), None);
}
