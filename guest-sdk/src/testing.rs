//! A host in memory, for the unit tests of a mini-app: it answers what the test says and notes what the
//! mini-app does. Must not know the real host.
//!
//! It is there on all targets but WebAssembly. What it does not do: it looks at no manifest, so nothing is
//! denied unless a test says so, and how a permission stands it knows of those alone that the test names; it knows no limits of sizes and numbers but those of the storage; it does not merge data paths,
//! but notes each path with the value that was last set there. Only running the component shows these.
//!
//! Time stands still while the mini-app computes and jumps ahead when it sleeps: no test waits.

use crate::app::{App, Launch};
use crate::device::{location, payment, scan, share};
use crate::dialog::{Question, Reply};
use crate::error::{Error, Result, code};
use crate::log::Level;
use crate::navigation::Navigation;
use crate::page::{Page, PageHandle};
use crate::query::Query;
use crate::request::{Request, Response};
use serde::Serialize;
use serde_json::Value;
use state::{Answer, Consent, Login, State};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) mod device;
mod executor;
mod formats;
pub(crate) mod imports;
mod open_page;
mod state;

pub use open_page::OpenPage;

/// A host in memory. Clones are the same host.
///
/// ```
/// use miniapp_guest::prelude::*;
/// use miniapp_guest::testing::Host;
///
/// #[derive(Default)]
/// struct Index;
///
/// impl Page for Index {
///     async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
///         let profile = profile::read(&["nickname"]).await?;
///         page.set_data("greeting", &format!("Hello {}", profile.nickname().unwrap_or("you")))
///     }
/// }
///
/// let page = Host::new().profile("nickname", "Mia").open::<Index>("pages/index", []);
/// page.load().unwrap();
/// assert_eq!(page.data("greeting"), "Hello Mia");
///
/// let page = Host::new().deny("user:readProfile").open::<Index>("pages/index", []);
/// assert!(page.load().unwrap_err().is_denied());
/// ```
#[derive(Clone, Default)]
pub struct Host {
    state: Rc<RefCell<State>>,
}

impl Host {
    /// A host that has nothing to answer.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(self, change: impl FnOnce(&mut State)) -> Self {
        change(&mut self.state.borrow_mut());
        self
    }

    /// Answers requests of any method for a URL with a status and a JSON body. Several answers for one URL
    /// are given in their order, the last one again and again.
    #[must_use]
    pub fn respond(self, url: impl Into<String>, status: u16, body: Value) -> Self {
        let headers = [("content-type", "application/json")];
        self.respond_with(url, status, &headers, body.to_string())
    }

    /// Answers requests for a URL with a status, headers and a body of any kind.
    #[must_use]
    pub fn respond_with(
        self,
        url: impl Into<String>,
        status: u16,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Self {
        let url = url.into();
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let response = Response {
            status,
            url: url.clone(),
            headers,
            body: body.into(),
        };
        self.with(|state| {
            state.answers.push(Answer {
                url,
                outcome: Ok(response),
                given: false,
            })
        })
    }

    /// Fails requests for a URL.
    #[must_use]
    pub fn fail(self, url: impl Into<String>, error: Error) -> Self {
        self.with(|state| {
            state.answers.push(Answer {
                url: url.into(),
                outcome: Err(error),
                given: false,
            })
        })
    }

    /// Fills in a field of the user's profile.
    #[must_use]
    pub fn profile(self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|state| state.profile.push((field.into(), value.into())))
    }

    /// Denies what a permission stands for: `user:readProfile`, `storage:local`, `ext:<name>`.
    #[must_use]
    pub fn deny(self, permission: impl Into<String>) -> Self {
        self.with(|state| state.denied.push(permission.into()))
    }

    /// Allows what a permission stands for without a question: the user has agreed before, or is not asked.
    /// Everything is allowed without this, too; it is for a mini-app that wants to know beforehand, see
    /// [`consent`](crate::consent).
    #[must_use]
    pub fn allow(self, permission: impl Into<String>) -> Self {
        self.with(|state| state.allowed.push(permission.into()))
    }

    /// Asks the user for a permission at its first use, and says whether they agree.
    #[must_use]
    pub fn consent(self, permission: impl Into<String>, agrees: bool) -> Self {
        let consent = Consent {
            permission: permission.into(),
            agrees,
            asked: false,
        };
        self.with(|state| state.consents.push(consent))
    }

    /// Answers logins with this code, always the same.
    #[must_use]
    pub fn login(self, code: impl Into<String>) -> Self {
        self.with(|state| state.login = Some(Login::Same(code.into())))
    }

    /// Answers each login with another code, as the real host does: `prefix-1`, `prefix-2`.
    #[must_use]
    pub fn numbered_logins(self, prefix: impl Into<String>) -> Self {
        self.with(|state| state.login = Some(Login::Numbered(prefix.into(), 0)))
    }

    /// Puts a value into the storage, as JSON.
    ///
    /// # Errors
    /// Fails if the value cannot be written as JSON, or the storage refuses it.
    pub fn store(self, key: impl Into<String>, value: &(impl Serialize + ?Sized)) -> Result<Self> {
        let bytes = serde_json::to_vec(value)?;
        self.state.borrow_mut().store(key.into(), bytes)?;
        Ok(self)
    }

    /// Fails the next call of the storage, and the one after it where this is said twice. The real one fails
    /// with the code `busy` where too much is under way, `unavailable` where the disk does not do what it
    /// should, and `too-large` where there is no room left, of which this host has as much.
    ///
    /// ```
    /// use miniapp_guest::error::code;
    /// use miniapp_guest::prelude::*;
    /// use miniapp_guest::testing::Host;
    ///
    /// async fn save() -> Result<()> {
    ///     match storage::set("visits", &1).await {
    ///         Err(error) if error.code() == code::BUSY => storage::set("visits", &1).await,
    ///         done => done,
    ///     }
    /// }
    ///
    /// let host = Host::new().fail_storage(Error::new(code::BUSY, "too much is under way"));
    /// host.block_on(save()).unwrap();
    /// assert_eq!(host.stored("visits"), 1);
    /// ```
    #[must_use]
    pub fn fail_storage(self, error: Error) -> Self {
        self.with(|state| state.storage_failures.push_back(error))
    }

    /// Answers calls of an extension.
    #[must_use]
    pub fn extension(
        self,
        name: impl Into<String>,
        answer: impl Fn(Value) -> Result<Value> + 'static,
    ) -> Self {
        self.with(|state| state.extensions.push((name.into(), Rc::new(answer))))
    }

    /// Answers a question to the user: whether they agree, and what they type. Several are answered in
    /// their order; without an answer, there are no dialogs.
    #[must_use]
    pub fn answer_dialog(self, confirmed: bool, input: Option<&str>) -> Self {
        let input = input.map(str::to_owned);
        let reply = Reply { confirmed, input };
        self.with(|state| state.drawn.replies.push_back(reply))
    }

    /// Puts a text into the clipboard.
    #[must_use]
    pub fn clipboard(self, text: impl Into<String>) -> Self {
        self.with(|state| state.drawn.clipboard = Some(text.into()))
    }

    /// Says where the device is.
    #[must_use]
    pub fn location(self, latitude: f64, longitude: f64) -> Self {
        self.with(|state| {
            state.device.position = Some(location::Position {
                latitude,
                longitude,
                accuracy: 10.0,
                ..location::Position::default()
            });
        })
    }

    /// Takes payments.
    #[must_use]
    pub fn pay(self, pay: impl Fn(payment::Order) -> Result<payment::Receipt> + 'static) -> Self {
        self.with(|state| state.device.payment = Some(Rc::new(pay)))
    }

    /// Holds a code before the camera. Several are read in their order; then the user gives up.
    #[must_use]
    pub fn scan(self, text: impl Into<String>, format: impl Into<String>) -> Self {
        let text = text.into();
        let scanned = scan::Scanned {
            content: text.clone().into_bytes(),
            text,
            format: format.into(),
        };
        self.with(|state| state.device.scanned.push_back(scanned))
    }

    /// Adds a file that the user chooses when asked.
    #[must_use]
    pub fn file(
        self,
        name: impl Into<String>,
        media_type: impl Into<String>,
        content: impl Into<Vec<u8>>,
    ) -> Self {
        let (name, media_type, content) = (name.into(), media_type.into(), content.into());
        self.with(|state| state.device.add_file(name, media_type, content))
    }

    /// Sets language and time zone, `en` and `UTC` before.
    #[must_use]
    pub fn locale(self, language: impl Into<String>, time_zone: impl Into<String>) -> Self {
        self.with(|state| state.locale = (language.into(), time_zone.into()))
    }

    /// Sets what a time zone is ahead of UTC, in minutes, at any moment; 0 before. Texts are the same in
    /// every language, see [`locale`](crate::locale).
    #[must_use]
    pub fn utc_offset(self, time_zone: impl Into<String>, minutes: i32) -> Self {
        self.with(|state| state.utc_offsets.extend([(time_zone.into(), minutes)]))
    }

    /// Sets the time of the launch, 1970-01-01T00:00:00Z before.
    #[must_use]
    pub fn at(self, time: SystemTime) -> Self {
        self.with(|state| state.launched = time.duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    /// Launches an app and shows it.
    ///
    /// # Errors
    /// Fails if one of its calls does.
    pub fn launch<A: App>(&self, launch: Launch) -> Result<Rc<A>> {
        let app = imports::scope(&self.state, || Rc::new(A::default()));
        self.state.borrow_mut().app = Some(app.clone());
        self.block_on(app.on_launch(launch.clone()))?;
        self.block_on(app.on_show(launch))?;
        Ok(app)
    }

    /// Opens a page, without any call yet.
    pub fn open<P: Page>(&self, path: &'static str, query: impl Into<Query>) -> OpenPage<P> {
        let page = imports::scope(&self.state, || Rc::new(P::default()));
        let id = self.state.borrow_mut().open_page();
        OpenPage {
            host: self.clone(),
            handle: PageHandle::new(id, path),
            query: query.into(),
            page,
        }
    }

    /// Runs a call of the mini-app to its end, or until it waits for what never comes.
    ///
    /// # Errors
    /// Fails if the call does, or never ends.
    pub fn block_on<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        executor::block_on(&self.state, call).unwrap_or_else(|| {
            Err(Error::new(
                code::TIMEOUT,
                "the call waits for something that never comes",
            ))
        })
    }

    /// The requests that were made, answered or not.
    pub fn requests(&self) -> Vec<Request> {
        self.state.borrow().requests.clone()
    }

    /// The lines that were logged.
    pub fn logs(&self) -> Vec<(Level, String)> {
        self.state.borrow().logs.clone()
    }

    /// The errors that were reported and that no callback returned, see [`crate::health`].
    pub fn uncaught(&self) -> Vec<Error> {
        self.state.borrow().uncaught.clone()
    }

    /// The permissions that the user was asked for, in their order.
    pub fn asked(&self) -> Vec<String> {
        self.state.borrow().asked.clone()
    }

    /// What was asked of the stack of pages.
    pub fn navigations(&self) -> Vec<Navigation> {
        self.state.borrow().navigations.clone()
    }

    /// The toasts that were shown.
    pub fn toasts(&self) -> Vec<String> {
        self.state.borrow().drawn.toasts.clone()
    }

    /// What the user is told to wait for now.
    pub fn loading(&self) -> Option<String> {
        self.state.borrow().drawn.loading.clone()
    }

    /// The title that a page has set.
    pub fn title(&self, page: PageHandle) -> Option<String> {
        self.state.borrow().drawn.titles.get(&page.id()).cloned()
    }

    /// What the user was asked.
    pub fn questions(&self) -> Vec<Question> {
        self.state.borrow().drawn.questions.clone()
    }

    /// The text in the clipboard.
    pub fn copied(&self) -> Option<String> {
        self.state.borrow().drawn.clipboard.clone()
    }

    /// What was shared.
    pub fn shared(&self) -> Vec<share::Content> {
        self.state.borrow().device.shared.clone()
    }

    /// The content of a file of this name, the newest one.
    pub fn saved(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.state.borrow();
        let mut files = state.device.files.iter().rev();
        let found = files.find(|(file, _)| file.name == name);
        found.map(|(_, content)| content.clone())
    }

    /// The stored value of a key, read as JSON; null if there is none.
    pub fn stored(&self, key: &str) -> Value {
        let state = self.state.borrow();
        state
            .storage
            .get(key)
            .and_then(|bytes| serde_json::from_slice(bytes).ok())
            .unwrap_or_default()
    }

    /// How long the mini-app has slept since the launch.
    pub fn elapsed(&self) -> Duration {
        self.state.borrow().elapsed
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
