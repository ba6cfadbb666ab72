//! A host that is none: it records what a script does, and answers what it is told to.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use miniapp_js_engine::{
    DateOptions, Environment, Failure, Level, LoadError, NumberOptions, Outside, Question, Reply,
    Request, Response, Script, Usage, Work,
};

use crate::user::User;

/// What a script has done.
#[derive(Default)]
pub struct Recorder {
    pub log: RefCell<Vec<String>>,
    pub data: RefCell<Vec<(u32, String, String)>>,
    pub requests: RefCell<Vec<Request>>,
    pub uncaught: RefCell<Vec<Failure>>,
    pub called: RefCell<Vec<String>>,
    pub kept: RefCell<BTreeMap<String, Vec<u8>>>,
    /// What requests are answered.
    pub answers: RefCell<Vec<Result<Response, Failure>>>,
    /// Looks at the supply until it is used up; for ever, if it is nought.
    pub looks: Cell<u32>,
    /// Microseconds that were slept beyond the moment at which the clock begins.
    slept: Rc<Cell<u64>>,
    /// Milliseconds of each sleep.
    pub sleeps: RefCell<Vec<u32>>,
    /// Sleeps and requests that are under way.
    pub under_way: Rc<()>,
    /// Whether no request is answered.
    pub is_mute: Cell<bool>,
    pub user: User,
}

fn ready<T: 'static>(value: T) -> Work<T> {
    Box::pin(async move { Ok(value) })
}

impl Recorder {
    fn note(&self, what: String) {
        self.called.borrow_mut().push(what);
    }

    fn call(&self, what: String) -> Work<()> {
        self.note(what);
        ready(())
    }
}

impl Outside for Recorder {
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        tokio::task::spawn_local(work);
    }

    fn now(&self) -> u64 {
        1_764_066_600_000
    }

    fn monotonic(&self) -> u64 {
        12_500 + self.slept.get()
    }

    fn random(&self, length: u32) -> Result<Vec<u8>, Failure> {
        Ok(vec![7; length as usize])
    }

    fn log(&self, level: Level, message: &str) {
        self.log.borrow_mut().push(format!("{level:?}: {message}"));
    }

    fn sleep(&self, milliseconds: u32) -> Work<()> {
        self.sleeps.borrow_mut().push(milliseconds);
        let (under_way, slept) = (Rc::clone(&self.under_way), Rc::clone(&self.slept));
        let until = slept.get() + u64::from(milliseconds) * 1_000;
        Box::pin(async move {
            let _under_way = under_way;
            tokio::time::sleep(std::time::Duration::from_millis(milliseconds.into())).await;
            slept.set(slept.get().max(until));
            Ok(())
        })
    }

    fn set_data(&self, page: u32, changes: Vec<(String, String)>) -> Result<(), Failure> {
        if page == 99 {
            return Err(Failure::new("not-found", "page 99 is not open"));
        }
        let refused = |(path, _): &&(String, String)| path.contains("__proto__");
        if let Some((path, _)) = changes.iter().find(refused) {
            let message = format!("`{path}` is refused");
            return Err(Failure::new("invalid-argument", message));
        }
        for (path, value) in changes {
            self.data.borrow_mut().push((page, path, value));
        }
        Ok(())
    }

    fn fetch(&self, request: Request) -> Work<Response> {
        self.requests.borrow_mut().push(request);
        let answer = self.answers.borrow_mut().pop();
        let (under_way, is_mute) = (Rc::clone(&self.under_way), self.is_mute.get());
        Box::pin(async move {
            let _under_way = under_way;
            tokio::task::yield_now().await;
            if is_mute {
                std::future::pending::<()>().await;
            }
            answer.unwrap_or_else(|| Err(Failure::new("network", "nobody answers")))
        })
    }

    fn language(&self) -> String {
        "de-CH".to_owned()
    }

    fn time_zone(&self) -> String {
        self.user.zone.get().to_owned()
    }

    fn format_number(&self, number: &str, options: NumberOptions) -> Result<String, Failure> {
        self.user.format_number(number, options)
    }

    fn format_currency(
        &self,
        amount: &str,
        currency: &str,
        language: Option<String>,
    ) -> Result<String, Failure> {
        self.user.format_currency(amount, currency, language)
    }

    fn format_date(&self, milliseconds: i64, options: DateOptions) -> Result<String, Failure> {
        self.user.format_date(milliseconds, options)
    }

    fn utc_offset(&self, milliseconds: i64) -> Result<i32, Failure> {
        self.user.utc_offset(milliseconds)
    }

    fn read_profile(&self, fields: Vec<String>) -> Work<Vec<(String, String)>> {
        self.note(format!("profile {fields:?}"));
        ready(vec![
            ("nickname".to_owned(), "Mia".to_owned()),
            ("avatar-url".to_owned(), "x".to_owned()),
        ])
    }

    fn login_code(&self) -> Work<String> {
        ready("code-1".to_owned())
    }

    fn consent_status(&self, _: &str) -> Result<String, Failure> {
        Ok("not-asked".to_owned())
    }

    fn ask_consent(&self, permission: String) -> Work<()> {
        self.call(format!("ask {permission}"))
    }

    fn storage_get(&self, key: String) -> Work<Option<Vec<u8>>> {
        ready(self.kept.borrow().get(&key).cloned())
    }

    fn storage_set(&self, key: String, value: Vec<u8>) -> Work<()> {
        self.kept.borrow_mut().insert(key, value);
        ready(())
    }

    fn storage_remove(&self, key: String) -> Work<()> {
        self.kept.borrow_mut().remove(&key);
        ready(())
    }

    fn storage_keys(&self) -> Work<Vec<String>> {
        ready(self.kept.borrow().keys().cloned().collect())
    }

    fn storage_clear(&self) -> Work<()> {
        self.kept.borrow_mut().clear();
        ready(())
    }

    fn storage_usage(&self) -> Work<Usage> {
        ready(Usage {
            bytes: 2_000,
            limit: 10 << 20,
        })
    }

    fn storage_get_now(&self, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.kept.borrow().get(key).cloned())
    }

    fn storage_set_now(&self, key: &str, value: &[u8]) -> Result<(), Failure> {
        if value.len() > 1_000 {
            return Err(Failure::new("too-large", "more than 1000 bytes"));
        }
        self.kept
            .borrow_mut()
            .insert(key.to_owned(), value.to_vec());
        Ok(())
    }

    fn storage_remove_now(&self, key: &str) -> Result<(), Failure> {
        self.kept.borrow_mut().remove(key);
        Ok(())
    }

    fn storage_keys_now(&self) -> Result<Vec<String>, Failure> {
        Ok(self.kept.borrow().keys().cloned().collect())
    }

    fn storage_clear_now(&self) -> Result<(), Failure> {
        self.kept.borrow_mut().clear();
        Ok(())
    }

    fn storage_usage_now(&self) -> Result<Usage, Failure> {
        Ok(Usage {
            bytes: 2_000,
            limit: 10 << 20,
        })
    }

    fn open(&self, address: String) -> Work<()> {
        self.call(format!("open {address}"))
    }

    fn redirect(&self, address: String) -> Work<()> {
        self.call(format!("redirect {address}"))
    }

    fn back(&self, pages: u32) -> Work<()> {
        self.call(format!("back {pages}"))
    }

    fn switch_tab(&self, address: String) -> Work<()> {
        self.call(format!("switch-tab {address}"))
    }

    fn reload(&self, address: String) -> Work<()> {
        self.call(format!("reload {address}"))
    }

    fn invoke(&self, name: String, payload: String) -> Work<String> {
        if name == "denied" {
            let failure = Failure {
                code: "denied".to_owned(),
                message: "`ext:denied` is not granted to this mini-app".to_owned(),
                permission: Some("ext:denied".to_owned()),
                line: Some("partner.yaml:5: permissions: [\"ext:denied\"]".to_owned()),
            };
            return Box::pin(async move { Err(failure) });
        }
        ready(format!("[{payload}]"))
    }

    fn show_toast(&self, text: &str, icon: &str, milliseconds: u32) -> Result<(), Failure> {
        self.note(format!("toast {text} {icon} {milliseconds}"));
        Ok(())
    }

    fn hide_toast(&self) {
        self.note("hide toast".to_owned());
    }

    fn show_loading(&self, text: &str) -> Result<(), Failure> {
        self.note(format!("loading {text}"));
        Ok(())
    }

    fn hide_loading(&self) {
        self.note("hide loading".to_owned());
    }

    fn set_title(&self, page: u32, title: &str) -> Result<(), Failure> {
        self.note(format!("title {page} {title}"));
        Ok(())
    }

    fn ask(&self, question: Question) -> Work<Reply> {
        self.note(format!("{question:?}"));
        ready(Reply {
            confirmed: true,
            input: Some("typed".to_owned()),
        })
    }

    fn read_clipboard(&self) -> Work<Option<String>> {
        ready(None)
    }

    fn write_clipboard(&self, text: String) -> Work<()> {
        self.call(format!("copy {text}"))
    }

    fn uncaught(&self, failure: Failure) {
        self.uncaught.borrow_mut().push(failure);
    }

    fn must_stop(&self) -> bool {
        match self.looks.get() {
            0 => false,
            1 => true,
            looks => {
                self.looks.set(looks - 1);
                false
            }
        }
    }
}

/// An engine with a script, and what it does.
pub struct Stage {
    pub host: Rc<Recorder>,
    pub engine: Environment,
}

impl Stage {
    pub fn empty() -> Self {
        let host = Rc::new(Recorder::default());
        let engine = Environment::boot(host.clone()).unwrap();
        Self { host, engine }
    }

    pub fn load(text: &str) -> Result<Self, LoadError> {
        let stage = Self::empty();
        stage.engine.load(&Script {
            text: text.to_owned(),
            sources: vec!["index.js".to_owned()],
            mappings: String::new(),
        })?;
        Ok(stage)
    }

    /// One page with this code before and in its definition, opened as page 1.
    pub async fn page(definition: &str) -> Self {
        Self::page_with("", definition).await
    }

    pub async fn page_with(before: &str, definition: &str) -> Self {
        let text = format!("__page('pages/index');{before}\nPage({definition})");
        let stage = Self::load(&text).unwrap_or_else(|error| panic!("{error:?}"));
        stage.engine.launch(OPTIONS).await;
        stage.engine.show(OPTIONS).unwrap();
        stage.engine.page_load(1, "pages/index", "[]").unwrap();
        stage.rest().await;
        stage
    }

    pub fn event(&self, handler: &str, detail: &str) -> Result<(), Failure> {
        self.engine.event(1, handler, detail, "{}")
    }

    /// Lets what was begun go on.
    pub async fn rest(&self) {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    /// How many sleeps and requests are under way.
    pub fn under_way(&self) -> usize {
        Rc::strong_count(&self.host.under_way) - 1
    }

    /// What was set, as `path=value`.
    pub fn data(&self) -> Vec<String> {
        let data = self.host.data.take();
        data.into_iter()
            .map(|(_, path, value)| format!("{path}={value}"))
            .collect()
    }

    pub fn log(&self) -> Vec<String> {
        self.host.log.take()
    }

    pub fn uncaught(&self) -> Vec<String> {
        let uncaught = self.host.uncaught.take();
        uncaught
            .into_iter()
            .map(|failure| failure.message)
            .collect()
    }
}

pub const OPTIONS: &str =
    r#"{"path":"pages/index","query":[["a","1"]],"fragment":null,"referrer":null,"extra":null}"#;

/// A test whose body may spawn.
pub fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, test);
}

/// An answer of a server.
pub fn answer(status: u16, body: &str) -> Response {
    Response {
        status,
        url: "https://api.example.com/".to_owned(),
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

/// What the body of a handler logs, without the level.
pub async fn logged(body: &str) -> Vec<String> {
    logged_by(&Stage::page(&format!("{{ onTap() {{ {body} }} }}")).await)
}

/// What the page's `onTap` logs, without the level.
pub fn logged_by(stage: &Stage) -> Vec<String> {
    stage
        .event("onTap", "null")
        .unwrap_or_else(|failure| panic!("{}", failure.message));
    let log = stage.log().into_iter();
    log.map(|line| line.split_once(": ").unwrap().1.to_owned())
        .collect()
}
