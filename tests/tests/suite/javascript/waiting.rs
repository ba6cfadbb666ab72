//! What a script waits for, and does not wait for any more: timers and requests.

use miniapp_host::{EndReason, MiniApp};
use miniapp_tests::script::{self, Bundled, Form};
use miniapp_tests::{Answer, Stage, json, on_both};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{manifests, start};

const INDEX: &str = "
const HOUR = 3600000;
const URL = 'https://rogue.example.com/never';

Page({
  data: { ran: [] },
  ran(what) {
    this.setData({ ran: [...this.data.ran, what] });
  },
  onClear() {
    clearTimeout(setTimeout(() => this.ran('never'), HOUR));
    this.timer = setTimeout(() => this.ran('never'), HOUR);
  },
  onClearLater() {
    clearTimeout(this.timer);
    const interval = setInterval(() => {
      this.ran('interval');
      clearInterval(interval);
    }, 1);
  },
  onSooner() {
    this.timer = setTimeout(() => this.ran('never'), HOUR);
  },
  onSoon() {
    setTimeout(() => {
      this.ran('soon');
      clearTimeout(this.timer);
    }, 1);
  },
  onMany() {
    const ran = [];
    for (let at = 0; at < 1000; at += 1) {
      setTimeout(() => {
        ran.push(at);
        if (ran.length === 1000) this.setData({ isInOrder: ran.every((one, n) => one === n) });
      }, 5);
    }
  },
  onMore() {
    this.timers ??= [];
    for (let at = 0; at < 300; at += 1) this.timers.push(setTimeout(() => this.ran('never'), HOUR));
  },
  onStop() {
    this.timers.forEach(clearTimeout);
    this.setData({ stopped: this.timers.length });
  },
  onAsk() {
    const told = (what) => (error) => this.ran(`${what} ${error.errMsg ?? error.name}`);
    this.task = fc.request({
      url: URL,
      success: () => this.ran('success'),
      fail: told('fail'),
      complete: told('complete'),
    });
    this.promised = fc.request({ url: URL });
    this.promised.catch(told('caught'));
    this.controller = new AbortController();
    fetch(URL, { signal: this.controller.signal }).catch(told('fetch'));
    fetch(URL, { signal: AbortSignal.timeout(1) }).catch(told('timeout'));
  },
  onAbort() {
    this.task.abort();
    this.promised.abort();
    this.controller.abort();
    this.task.abort();
  },
  onRace() {
    // Some before they are sent, some while they wait, some when they were answered.
    let told = 0;
    for (let at = 0; at < 60; at += 1) {
      const complete = () => {
        told += 1;
        if (told === 60) this.setData({ told });
      };
      const task = fc.request({ url: 'https://rogue.example.com/soon', complete });
      setTimeout(() => task.abort(), at % 15);
    }
  },
  onAbortAtOnce() {
    this.onAsk();
    this.onAbort();
  },
});
";

fn waiting() -> Bundled {
    let manifests = manifests("", "rogue.example.com");
    let offer = ("pages/offer.js", "Page({});");
    script::files(&manifests, &[("pages/index.js", INDEX), offer])
}

async fn event(stage: &Stage, app: &MiniApp, handler: &str) {
    stage.event(app, handler, json!({})).await.unwrap();
}

async fn ran(stage: &Stage, app: &MiniApp) -> Vec<Value> {
    let ran = stage.data(app).await["ran"].take();
    serde_json::from_value(ran).unwrap()
}

in_both_forms! {
    async fn a_timer_that_was_cleared_keeps_nobody_waiting(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).set().await;
        let app = start(&stage, form, &waiting()).await;
        event(&stage, &app, "onClear").await;
        event(&stage, &app, "onClearLater").await;
        app.settled().await;
        assert_eq!(ran(&stage, &app).await, ["interval"]);
        // One that is due before all others is not waited for any longer than it asks for.
        event(&stage, &app, "onSooner").await;
        event(&stage, &app, "onSoon").await;
        app.settled().await;
        assert_eq!(ran(&stage, &app).await, ["interval", "soon"]);
        assert_eq!(stage.record.uncaught(), []);
    }
}

in_both_forms! {
    async fn many_timers_run_in_their_order(execution: Execution, form: Form) {
        let stage = Stage::builder(execution).set().await;
        let app = start(&stage, form, &waiting()).await;
        event(&stage, &app, "onMany").await;
        app.settled().await;
        assert_eq!(stage.data(&app).await["isInOrder"], true);
        // More than the sleeps that the host has for one mini-app.
        for _ in 0..4 {
            event(&stage, &app, "onMore").await;
            // The supply is refilled meanwhile.
            stage.moment().await;
        }
        event(&stage, &app, "onStop").await;
        app.settled().await;
        assert_eq!(stage.data(&app).await["stopped"], 1_200);
        assert_eq!(stage.record.uncaught(), []);
    }
}

in_both_forms! {
    async fn a_request_that_is_aborted_is_over_in_the_host(execution: Execution, form: Form) {
        // Tells when the server has done with a request that it never answers.
        struct Connection(mpsc::UnboundedSender<()>);

        impl Drop for Connection {
            fn drop(&mut self) {
                self.0.send(()).ok();
            }
        }

        let (closed, mut closings) = mpsc::unbounded_channel();
        let never = move |_| {
            let connection = Connection(closed.clone());
            let answer: Answer = Box::pin(async move {
                let _connection = connection;
                std::future::pending().await
            });
            answer
        };
        let stage = Stage::builder(execution).serve(never).set().await;
        let app = start(&stage, form, &waiting()).await;
        event(&stage, &app, "onAsk").await;
        while stage.server.seen().len() < 3 {
            stage.moment().await;
        }
        event(&stage, &app, "onAbort").await;
        app.settled().await;
        let told = [
            "caught request:fail abort",
            "complete request:fail abort",
            "fail request:fail abort",
            "fetch AbortError",
            "timeout TimeoutError",
        ];
        let mut ran_by_now = ran(&stage, &app).await;
        ran_by_now.sort_by_key(Value::to_string);
        assert_eq!(ran_by_now, told);
        for _ in 0..stage.server.seen().len() {
            closings.recv().await.unwrap();
        }
        event(&stage, &app, "onAbortAtOnce").await;
        app.settled().await;
        assert_eq!(ran(&stage, &app).await.len(), 10);
        assert_eq!(stage.record.uncaught(), []);
    }
}

in_both_forms! {
    async fn an_abort_that_meets_the_answer_is_told_once(execution: Execution, form: Form) {
        let soon = |_| -> Answer { Box::pin(std::future::ready(json(200, &json!({})))) };
        let stage = Stage::builder(execution).serve(soon).set().await;
        let app = start(&stage, form, &waiting()).await;
        event(&stage, &app, "onRace").await;
        app.settled().await;
        assert_eq!(stage.data(&app).await["told"], 60);
        assert_eq!(*app.close().await, EndReason::Closed);
        assert_eq!(stage.record.uncaught(), []);
    }
}
