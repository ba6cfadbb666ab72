//! What is drawn over a page, questions to the user, the clipboard, and what developers read.

mod background;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::{pending, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use miniapp_host::{
    AppError, Asking, Clipboard, ClipboardAnswer, Drawing, EventError, FixedConsent, HostBuilder,
    Icon, LaunchOptions, Limits, MemoryClipboard, MemoryInterface, MiniApp, NoDialog, PageId,
    Question, Reply, Tenant, Toast, UserInterface,
};
use miniapp_tests::{Guest, Stage, on_both};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

/// Notes what it is to draw, and answers questions when it may.
struct Screen {
    drawn: Mutex<Vec<String>>,
    /// How many questions may be answered.
    answers: Semaphore,
    /// Questions that are shown now.
    shown: Mutex<Vec<String>>,
    begun: Notify,
    taken_away: Notify,
}

impl Screen {
    fn new(answers: usize) -> Arc<Self> {
        Arc::new(Self {
            drawn: Mutex::default(),
            answers: Semaphore::new(answers),
            shown: Mutex::default(),
            begun: Notify::new(),
            taken_away: Notify::new(),
        })
    }

    fn note(&self, what: String) {
        self.drawn.lock().unwrap().push(what);
    }

    fn drawn(&self) -> Vec<String> {
        self.drawn.lock().unwrap().clone()
    }
}

/// One question that is shown.
struct Shown<'a>(&'a Screen);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.0.shown.lock().unwrap().pop();
        self.0.taken_away.notify_one();
    }
}

impl UserInterface for Screen {
    fn show_toast(&self, _: &Tenant, toast: &Toast<'_>) {
        assert_ne!(toast.text, "panic", "a toast that panics");
        self.note(format!("toast {} {:?}", toast.text, toast.duration));
    }

    fn hide_toast(&self, _: &Tenant) {
        self.note("no toast".to_owned());
    }

    fn show_loading(&self, tenant: &Tenant, text: &str) {
        self.note(format!("{} loads {text}", tenant.app));
    }

    fn hide_loading(&self, _: &Tenant) {
        self.note("loaded".to_owned());
    }

    fn set_title(&self, _: &Tenant, page: PageId, title: &str) {
        self.note(format!("{page}: {title}"));
    }

    fn ask<'a>(&'a self, _: &'a Tenant, question: &'a Question) -> Option<Asking<'a>> {
        assert_ne!(question.text, "panic", "a dialog that panics");
        Some(Box::pin(async move {
            {
                let mut shown = self.shown.lock().unwrap();
                shown.push(question.text.clone());
                assert_eq!(shown.len(), 1, "one question at a time: {shown:?}");
            }
            let _shown = Shown(self);
            self.begun.notify_one();
            if question.text == "no" {
                return Err(NoDialog("there is no screen".to_owned()));
            }
            self.answers.acquire().await.unwrap().forget();
            self.note(format!("asked {}", question.text));
            Ok(Reply {
                confirmed: true,
                input: Some("é".repeat(4 << 10)),
            })
        }))
    }
}

/// Draws nothing and asks nobody.
struct Blank;

impl UserInterface for Blank {}

fn base(host: HostBuilder) -> HostBuilder {
    super::extensions::interfaces(host)
}

async fn stage(execution: miniapp_host::Execution, screen: &Arc<Screen>) -> Stage {
    let screen = Arc::clone(screen);
    let with = |host| base(host).user_interface(screen);
    Stage::builder(execution).host(with).set().await
}

async fn failure(stage: &Stage, app: &MiniApp, handler: &str, detail: Value) -> AppError {
    match stage.event(app, handler, detail).await.unwrap_err() {
        EventError::App(error) => error,
        other => panic!("{other}"),
    }
}

on_both! {
    async fn toasts_waits_and_titles_are_drawn(execution: Execution) {
        let screen = Screen::new(0);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        stage.event(&app, "loading", json!({ "text": "Ordering" })).await.unwrap();
        stage.event(&app, "loading", json!({})).await.unwrap();
        stage.event(&app, "loading", json!({})).await.unwrap();
        stage.event(&app, "title", json!({ "text": "Cart" })).await.unwrap();
        stage.event(&app, "toasts", json!({ "n": 1 })).await.unwrap();
        assert_eq!(
            screen.drawn(),
            ["miniapp_native loads Ordering", "loaded", "page 1: Cart", "toast t 1.5s", "no toast"],
            "what is not shown is not hidden"
        );
    }
}

on_both! {
    async fn texts_at_the_limit_and_one_past(execution: Execution) {
        let screen = Screen::new(0);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        for handler in ["loading", "title"] {
            stage.event(&app, handler, json!({ "text": "x".repeat(256) })).await.unwrap();
            let error = failure(&stage, &app, handler, json!({ "text": "x".repeat(257) })).await;
            assert_eq!(error.code, "too-large");
        }
        stage.event(&app, "toasts", json!({ "n": 1, "bytes": 256 })).await.unwrap();
        let error = failure(&stage, &app, "toasts", json!({ "n": 1, "bytes": 257 })).await;
        assert_eq!(error.code, "too-large");
        let error = failure(&stage, &app, "ask", json!({ "text": "x".repeat(4097) })).await;
        assert_eq!(error.code, "too-large");
        screen.answers.add_permits(1);
        stage.event(&app, "ask", json!({ "text": "x".repeat(4096) })).await.unwrap();
    }
}

on_both! {
    async fn a_storm_of_toasts_is_not_shown_but_counted(execution: Execution) {
        let screen = Screen::new(0);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        stage.event(&app, "toasts", json!({ "n": 1000 })).await.unwrap();
        let toasts = screen.drawn();
        let shown = toasts.iter().filter(|drawn| drawn.starts_with("toast")).count();
        // A storm that lasts longer than a second on a slow machine has a second second.
        assert!((20..=200).contains(&shown), "{shown}");
        assert_eq!(toasts.last().unwrap(), "no toast", "what is shown can be hidden");
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        stage.event(&app, "toasts", json!({ "n": 1 })).await.unwrap();
        let log = stage.record.log();
        assert!(log.iter().any(|line| line.contains("were not shown: more than 20 in a second")), "{log:?}");
    }
}

on_both! {
    async fn what_was_not_shown_is_told_at_the_end_at_the_latest(execution: Execution) {
        let screen = Screen::new(0);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        // More than so many seconds can show.
        stage.event(&app, "toasts", json!({ "n": 1000 })).await.unwrap();
        app.close().await;
        let shown = screen.drawn().iter().filter(|drawn| drawn.starts_with("toast")).count();
        let told = stage.record.log().into_iter().filter_map(|line| {
            let dropped = line.strip_suffix(" toasts, waits or titles were not shown: more than 20 in a second, or in the background")?;
            dropped.parse::<usize>().ok()
        });
        assert_eq!(told.sum::<usize>() + shown, 1000);
    }
}

on_both! {
    async fn lines_that_were_dropped_are_told_at_the_end_at_the_latest(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        stage.event(&app, "log", json!({ "n": 100, "bytes": 8 << 10 })).await.unwrap();
        app.close().await;
        let log = stage.record.log();
        let written = log.iter().filter(|line| line.len() >= 8 << 10).count();
        let told = log.iter().filter_map(|line| {
            let dropped = line.strip_suffix(" lines were dropped: more than 256 KiB in a second")?;
            dropped.parse::<usize>().ok()
        });
        // Or some of those that tell of its life.
        assert!(told.sum::<usize>() + written >= 100, "{written}");
    }
}

on_both! {
    async fn without_anything_that_draws_nothing_is_seen(execution: Execution) {
        for blank in [false, true] {
            let with = |host| match blank {
                false => base(host),
                true => base(host).user_interface(Arc::new(Blank)),
            };
            let stage = Stage::builder(execution).host(with).set().await;
            let app = stage.start(Guest::Native).await;
            stage.event(&app, "toasts", json!({ "n": 1 })).await.unwrap();
            stage.event(&app, "loading", json!({ "text": "x" })).await.unwrap();
            stage.event(&app, "title", json!({ "text": "x" })).await.unwrap();
            let error = failure(&stage, &app, "ask", json!({ "text": "x" })).await;
            assert_eq!(
                error.to_string(),
                "unavailable: this app shows no dialogs; do without, or ask on the page"
            );
        }
    }
}

on_both! {
    async fn what_draws_may_panic(execution: Execution) {
        let screen = Screen::new(0);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        let error = failure(&stage, &app, "ask", json!({ "text": "panic" })).await;
        assert_eq!(error.to_string(), "unavailable: the dialog has crashed; this app's makers can mend it");
        let error = failure(&stage, &app, "ask", json!({ "text": "no" })).await;
        assert_eq!(error.to_string(), "unavailable: there is no screen");
        // The drawing of a title does, once its lock is poisoned.
        let poison = Arc::clone(&screen);
        std::thread::spawn(move || {
            let _drawn = poison.drawn.lock().unwrap();
            panic!("on purpose");
        }).join().unwrap_err();
        stage.event(&app, "title", json!({ "text": "x" })).await.unwrap();
        let log = stage.record.log();
        assert_eq!(log, ["what this app draws over the page has crashed; its makers can mend it"]);
    }
}

on_both! {
    async fn one_question_after_the_other_and_eight_wait(execution: Execution) {
        let screen = Screen::new(0);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        let asking = stage.event(&app, "ask-many", json!({ "n": 10 }));
        let answering = async {
            screen.begun.notified().await;
            // It has asked all of them when it answers the next event.
            stage.event(&app, "noop", json!({})).await.unwrap();
            screen.answers.add_permits(9);
        };
        let (asked, ()) = tokio::join!(asking, answering);
        asked.unwrap();
        let data = stage.data(&app).await;
        assert_eq!((&data["ok"], &data["codes"]), (&json!(9), &json!(["busy"])));
        let asked: Vec<String> = (0..9).map(|n| format!("asked {n}")).collect();
        assert_eq!(screen.drawn(), asked);
    }
}

on_both! {
    async fn two_events_ask_at_once(execution: Execution) {
        let screen = Screen::new(2);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        let (one, other) = tokio::join!(
            stage.event(&app, "ask", json!({ "text": "one" })),
            stage.event(&app, "ask", json!({ "text": "other" })),
        );
        one.unwrap();
        other.unwrap();
        assert_eq!(screen.drawn().len(), 2);
        let reply = &stage.data(&app).await["reply"];
        assert_eq!(reply[0], true);
        assert_eq!(reply[1].as_str().unwrap().len(), 4 << 10, "what is typed is cut at 4 KiB");
    }
}

on_both! {
    async fn a_question_whose_mini_app_is_gone_is_taken_away(execution: Execution) {
        let screen = Screen::new(0);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        let asking = {
            let app = app.clone();
            tokio::spawn(async move {
                let event = miniapp_host::Event::new("ask-many").detail(json!({ "n": 3 }));
                app.event(PageId::FIRST, event).await
            })
        };
        screen.begun.notified().await;
        // It goes on answering events meanwhile.
        stage.event(&app, "noop", json!({})).await.unwrap();
        app.close().await;
        screen.taken_away.notified().await;
        assert_eq!(screen.shown.lock().unwrap().len(), 0);
        assert!(asking.await.unwrap().is_err());
        assert_eq!(screen.drawn(), [""; 0], "the others were never asked");
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn the_clipboard_is_written_and_read(execution: Execution) {
        let clipboard = Arc::new(MemoryClipboard::default());
        let kept = Arc::clone(&clipboard);
        let stage = Stage::builder(execution).host(|host| base(host).clipboard(kept)).set().await;
        let app = stage.start(Guest::Native).await;
        stage.event(&app, "paste", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["pasted"], Value::Null);
        stage.event(&app, "copy", json!({ "text": "CODE-7" })).await.unwrap();
        assert_eq!(clipboard.text().as_deref(), Some("CODE-7"));
        stage.event(&app, "paste", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["pasted"], "CODE-7");
        stage.event(&app, "copy", json!({ "bytes": 1 << 20 })).await.unwrap();
        let error = failure(&stage, &app, "copy", json!({ "bytes": (1 << 20) + 1 })).await;
        assert_eq!(error.code, "too-large");
        clipboard.set("x".repeat((1 << 20) + 1));
        assert_eq!(failure(&stage, &app, "paste", json!({})).await.code, "too-large");
    }
}

on_both! {
    async fn reading_the_clipboard_asks_and_writing_does_not(execution: Execution) {
        let clipboard = Arc::new(MemoryClipboard::default());
        let with = |host| base(host).clipboard(clipboard).consent(FixedConsent::refuse());
        let stage = Stage::builder(execution).host(with).set().await;
        let app = stage.start(Guest::Native).await;
        stage.event(&app, "copy", json!({ "text": "x" })).await.unwrap();
        let error = failure(&stage, &app, "paste", json!({})).await;
        assert_eq!(error.code, "denied");
        let denied = stage.record.denied();
        assert_eq!(denied[0].interface, "miniapp:host/clipboard");
    }
}

/// Answers never, or panics.
struct Broken;

impl Clipboard for Broken {
    fn read<'a>(&'a self, _: &'a Tenant) -> ClipboardAnswer<'a, Option<String>> {
        panic!("a clipboard that panics")
    }

    fn write<'a>(&'a self, _: &'a Tenant, text: String) -> ClipboardAnswer<'a, ()> {
        match text.as_str() {
            "never" => Box::pin(pending()),
            _ => Box::pin(ready(Err(miniapp_host::ProviderError("locked".to_owned())))),
        }
    }
}

on_both! {
    async fn a_broken_clipboard_is_an_error_of_one_call(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| base(host).clipboard(Arc::new(Broken))).set().await;
        let app = stage.start(Guest::Native).await;
        assert_eq!(failure(&stage, &app, "paste", json!({})).await.code, "unavailable");
        let error = failure(&stage, &app, "copy", json!({ "text": "x" })).await;
        assert_eq!(error.to_string(), "unavailable: locked");
        let copy = tokio::time::timeout(
            Duration::from_millis(50),
            stage.event(&app, "copy", json!({ "text": "never" })),
        );
        assert!(copy.await.is_err());
        stage.event(&app, "noop", json!({})).await.unwrap();
        app.close().await;
        stage.assert_pool_is_empty().await;
    }
}

/// As much memory as is needed for one text and not for two.
#[tokio::test]
async fn a_text_for_the_clipboard_is_kept_in_the_mini_apps_memory() {
    let mut told = Vec::new();
    for halves in 5..12 {
        let clipboard = Arc::new(MemoryClipboard::default());
        let mut limits = Limits::default();
        limits.memory = halves << 19;
        let stage = Stage::builder(miniapp_host::Execution::Jit)
            .host(|host| base(host).clipboard(clipboard).limits(limits))
            .set()
            .await;
        let app = stage.start(Guest::Native).await;
        match stage.event(&app, "copy", json!({ "bytes": 1 << 20 })).await {
            Ok(()) => break,
            Err(EventError::App(error)) => told.push(error.to_string()),
            // It has not even the memory for one.
            Err(_) => {}
        }
    }
    let full = "too-large: the text does not fit into the mini-app's memory while it is kept";
    assert!(told.iter().any(|error| error == full), "{told:?}");
}

on_both! {
    async fn the_showcase_greets(execution: Execution) {
        let screen = Arc::new(MemoryInterface::default());
        let clipboard = Arc::new(MemoryClipboard::default());
        let (drawing, kept) = (Arc::clone(&screen), Arc::clone(&clipboard));
        let with = |host: HostBuilder| host.user_interface(drawing).clipboard(kept);
        let stage = Stage::builder(execution).host(with).set().await;
        let id = stage.install(Guest::Showcase).await;
        let options = LaunchOptions {
            page: Some("pages/surface".to_owned()),
            ..LaunchOptions::default()
        };
        let app = stage.host.launch_with(id.as_str(), options).await.unwrap();
        app.ready().await.unwrap();
        let error = failure(&stage, &app, "onGreet", json!({})).await;
        assert_eq!(error.to_string(), "unavailable: no reply is left for this question");
        screen.reply(true, Some("Mia"));
        screen.reply(false, None);
        stage.event(&app, "onGreet", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["greeting"], "Hello Mia");
        assert_eq!(clipboard.text().unwrap(), "Hello Mia");
        stage.event(&app, "onForget", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["greeting"], "Hello Mia");
        let question = |title: &str, text: &str| Drawing::Question {
            title: title.to_owned(),
            text: text.to_owned(),
        };
        let name = question("", "What are you called?");
        assert_eq!(
            screen.drawn_by(&id),
            [
                Drawing::Title { page: PageId::FIRST, title: "Over the page".to_owned() },
                name.clone(),
                name,
                Drawing::Toast {
                    text: "Copied".to_owned(),
                    icon: Icon::Success,
                    duration: Duration::from_secs(2),
                },
                question("Forget", "Shall the greeting be forgotten?"),
            ],
        );
    }
}

/// Level and fields of an event.
type Told = (String, BTreeMap<&'static str, String>);

/// Keeps events of the target `miniapp`.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Told>>>);

impl tracing::Subscriber for Kept {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "miniapp"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields(BTreeMap<&'static str, String>);
        impl tracing::field::Visit for Fields {
            fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
                self.0.insert(field.name(), value.to_owned());
            }
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
                self.0.insert(field.name(), format!("{value:?}"));
            }
        }
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        let level = event.metadata().level().to_string();
        self.0.lock().unwrap().push((level, fields.0));
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// Wants nothing. While there is one beside it, `tracing` asks every subscriber whether a place
/// in the code is of interest, and not the one alone of the thread that comes there first.
struct Deaf;

impl tracing::Subscriber for Deaf {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        false
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(tracing::level_filters::LevelFilter::OFF)
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// Listens on this thread, on which mini-apps run in a test of its own runtime, until what is
/// returned is dropped.
fn listen(kept: &Kept) -> (tracing::Dispatch, tracing::subscriber::DefaultGuard) {
    let deaf = tracing::Dispatch::new(Deaf);
    (deaf, tracing::subscriber::set_default(kept.clone()))
}

#[tokio::test]
async fn what_a_mini_app_writes_is_one_line_of_tracing() {
    let kept = Kept::default();
    let _listening = listen(&kept);
    let stage = Stage::builder(miniapp_host::Execution::Jit)
        .host(base)
        .set()
        .await;
    let app = stage.start(Guest::Native).await;
    let forged = "a\u{1b}[2K\r\nERROR b\u{85}c\u{2028}d\u{202e}e\tf";
    stage
        .event(&app, "log", json!({ "text": forged }))
        .await
        .unwrap();
    stage.event(&app, forged, json!({})).await.unwrap_err();
    app.close().await;
    let kept = kept.0.lock().unwrap().clone();
    let escaped = r"a\u{1b}[2K\r\nERROR b\u{85}c\u{2028}d\u{202e}e\tf";
    let told = |message: &str| {
        let mut told = kept.iter().map(|(_, fields)| &fields["message"]);
        assert!(told.any(|told| told.contains(message)), "{kept:?}");
    };
    told(escaped);
    told(&format!(
        "uncaught in on-event: app: there is no handler `{escaped}`"
    ));
    assert!(stage.record.log().contains(&forged.to_owned()));
}

#[tokio::test]
async fn what_developers_read_goes_to_tracing() {
    let kept = Kept::default();
    let _listening = listen(&kept);
    let stage = Stage::builder(miniapp_host::Execution::Jit)
        .host(base)
        .set()
        .await;
    let id = stage.install(Guest::Rogue).await;
    let options = LaunchOptions {
        user: Some(miniapp_host::UserId::new("mia@example.com").unwrap()),
        ..LaunchOptions::default()
    };
    let app = stage.host.launch_with(id.as_str(), options).await.unwrap();
    app.ready().await.unwrap();
    stage
        .event(&app, "log", json!({ "n": 1, "bytes": 3 }))
        .await
        .unwrap();
    let denied = json!({ "url": "https://denied.example.com/" });
    stage.event(&app, "fetch", denied).await.unwrap_err();
    app.close().await;
    let kept = kept.0.lock().unwrap().clone();
    assert!(
        kept.iter()
            .all(|(_, fields)| fields["app"] == "miniapp_rogue"),
        "{kept:?}"
    );
    assert!(!format!("{kept:?}").contains("mia@example.com"));
    let told = |level: &str, message: &str| {
        kept.iter()
            .any(|(at, fields)| at == level && fields["message"].starts_with(message))
    };
    assert!(told("INFO", "life app.launch"), "{kept:?}");
    assert!(
        told(
            "WARN",
            "denied: the host `denied.example.com` is not allowed"
        ),
        "{kept:?}"
    );
    assert!(told("ERROR", "uncaught in on-event"), "{kept:?}");
    assert_eq!(
        stage.record.denied().len(),
        1,
        "the observer is told as before"
    );
}
