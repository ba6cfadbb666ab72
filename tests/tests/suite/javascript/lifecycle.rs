//! The life of a mini-app in JavaScript: the table of all mini-apps, and what hooks do that are
//! asynchronous.

use std::time::Duration;

use miniapp_host::{EndReason, HostBuilder, Limits};
use miniapp_tests::script::{self, Bundled, Form};
use miniapp_tests::{Line, Manifests, Stage, on_both};
use serde_json::json;

use super::{install, manifests, start};
use crate::pages::lives;

const TOLD: &str = "
const told = (call) => function () {
  console.log(`${this.route ?? 'app'} ${call}`);
};
exports.app = { onLaunch: told('launch'), onShow: told('show'), onHide: told('hide'), onSaveState: told('save') };
exports.page = {
  onLoad(options) {
    told('load').call(this);
    if (options.fail) throw new Error('told to fail');
  },
  onShow: told('show'), onReady: told('ready'), onHide: told('hide'), onUnload: told('unload'),
};
";

in_both_forms! {
    async fn its_lives_are_those_of_the_table(execution: Execution, form: Form) {
        let page = "Page(require('../told').page);";
        let files = [
            ("told.js", TOLD),
            ("app.js", "App(require('./told').app);"),
            ("pages/a.js", page),
            ("pages/b.js", page),
            ("pages/c.js", page),
        ];
        let manifests = manifests("", "").app_with("pages: [pages/index, pages/offer]\n", lives::PAGES);
        let bundled = script::files(&manifests, &files);
        lives::play_all(execution, async |stage| install(stage, form, &bundled).await).await;
    }
}

const PAGE: &str = "
Page({
  onLoad() {
    console.log('load');
    this.setData({ kept: wx.getStorageSync('kept'), second: wx.getStorageSync('second') });
  },
  onShow() {
    console.log('show');
  },
  async onLater() {
    console.log('event');
    await new Promise((done) => setTimeout(done, 5));
    this.setData({ later: true });
  },
  async onHide() {
    await wx.setStorage({ key: 'first', data: 1 });
    const { data } = await wx.getStorage({ key: 'first' });
    await wx.setStorage({ key: 'second', data: data + 1 });
  },
  async onUnload() {
    await new Promise((done) => setTimeout(done, 5));
    await wx.setStorage({ key: 'kept', data: 3 });
  },
});
";

fn app(app: &str) -> Bundled {
    let files = [
        ("app.js", app),
        ("pages/index.js", PAGE),
        ("pages/offer.js", "Page({});"),
    ];
    let manifests: Manifests = manifests("storage:local", "");
    script::files(&manifests, &files)
}

async fn stage(execution: miniapp_host::Execution, limits: Limits) -> Stage {
    let with = |host: HostBuilder| host.storage_in_memory().limits(limits);
    Stage::builder(execution).host(with).set().await
}

in_both_forms! {
    async fn no_page_is_loaded_before_what_the_launch_promises(execution: Execution, form: Form) {
        let waits = app("App({
          async onLaunch() {
            console.log('launch');
            await wx.setStorage({ key: 'kept', data: 7 });
            await new Promise((done) => setTimeout(done, 20));
            console.log('launched');
          },
          onShow() { console.log('app show'); },
        });");
        let stage = stage(execution, Limits::default()).await;
        let app = start(&stage, form, &waits).await;
        assert_eq!(stage.record.log(), ["launch", "launched", "app show", "load", "show"]);
        assert_eq!(stage.data(&app).await["kept"], 7);
        assert_eq!(stage.record.uncaught(), []);
    }
}

in_both_forms! {
    async fn a_launch_that_fails_is_told_and_lives_on(execution: Execution, form: Form) {
        let told = "onError(error) { console.log('onError', error.split('\\n')[0]); },
          onUnhandledRejection({ reason }) { console.log('onUnhandledRejection', reason.message); },";
        let failing = "App({ OTHERS onLaunch() { throw new Error('now'); } });";
        let rejecting = "App({ OTHERS async onLaunch() { await null; throw new Error('late'); } });";
        for (script, log, uncaught) in [
            (failing, "onError Error: now", "app: Error: now\n    at onLaunch (app.js:2:"),
            (rejecting, "onUnhandledRejection late", "app: unhandled rejection: Error: late\n    at onLaunch (app.js:2:"),
        ] {
            let stage = stage(execution, Limits::default()).await;
            let app = start(&stage, form, &app(&script.replace("OTHERS", told))).await;
            assert_eq!(stage.record.log(), [log, "load", "show"]);
            let told = stage.record.uncaught();
            assert!(told.len() == 1 && told[0].1.starts_with(uncaught), "{told:?}");
            assert_eq!(*app.close().await, EndReason::Closed);
        }
    }
}

in_both_forms! {
    async fn a_launch_that_never_ends_is_ended(execution: Execution, form: Form) {
        let mut limits = Limits::default();
        limits.launch = Duration::from_secs(1);
        let stage = stage(execution, limits).await;
        let never = app("App({ onLaunch: () => new Promise(() => {}) });");
        let id = install(&stage, form, &never).await;
        let error = stage.host.launch(id.as_str()).await.unwrap_err().to_string();
        assert!(error.starts_with("the launch did not finish within 1000 ms"), "{error}");
        assert_eq!(stage.record.log(), [""; 0]);
    }
}

in_both_forms! {
    async fn what_a_farewell_has_begun_is_finished(execution: Execution, form: Form) {
        let stage = stage(execution, Limits::default()).await;
        let bundled = app("");
        let app = start(&stage, form, &bundled).await;
        assert_eq!(stage.data(&app).await, json!({ "kept": "", "second": "" }));
        assert_eq!(*app.close().await, EndReason::Closed);
        let app = stage.launch(app.app_id()).await;
        assert_eq!(stage.data(&app).await, json!({ "kept": 3, "second": 2 }));
        assert_eq!(*app.evict().await, EndReason::Evicted);
        assert_eq!(stage.record.uncaught(), []);
    }
}

in_both_forms! {
    async fn a_farewell_that_begins_something_without_end_is_no_failure(execution: Execution, form: Form) {
        let mut limits = Limits::default();
        limits.close = Duration::from_millis(200);
        let stage = stage(execution, limits).await;
        let endless = app("App({ onHide() { setInterval(() => {}, 10); } });");
        let app = start(&stage, form, &endless).await;
        assert_eq!(*app.close().await, EndReason::Closed);
        stage.assert_pool_is_empty().await;
    }
}

in_both_forms! {
    async fn what_an_event_has_begun_goes_on_in_the_background_for_a_while(execution: Execution, form: Form) {
        let mut limits = Limits::default();
        limits.suspend = Duration::from_secs(1);
        let stage = stage(execution, limits).await;
        let app = start(&stage, form, &app("")).await;
        app.hide().await;
        let suspended = async || {
            while stage.record.lines().last() != Some(&Line::Suspended(true)) {
                stage.moment().await;
            }
        };
        suspended().await;
        // The handler returns at once, and is asked nothing more.
        stage.event(&app, "onLater", json!({})).await.unwrap();
        while stage.record.lines().last() == Some(&Line::Suspended(true)) {
            stage.moment().await;
        }
        suspended().await;
        assert!(stage.record.lines().contains(&Line::Data("later".to_owned(), "true".to_owned())));
    }
}
