//! The contract's functions as the host in memory answers them; must not know what they are called for.

use super::formats;
use super::state::State;
use crate::dialog::{Question, Reply};
use crate::error::{Context as _, Error, Result, code};
use crate::locale::{MomentOptions, NumberOptions};
use crate::log::Level;
use crate::navigation::Navigation;
use crate::request::{Request, Response};
use crate::storage::Usage;
use crate::ui::Icon;
use std::any::Any;
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

thread_local! {
    /// The hosts whose mini-apps are running, the innermost one last.
    static RUNNING: RefCell<Vec<Rc<RefCell<State>>>> = const { RefCell::new(Vec::new()) };
}

/// Lets a host answer what is called meanwhile.
pub(super) fn scope<T>(state: &Rc<RefCell<State>>, run: impl FnOnce() -> T) -> T {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            RUNNING.with_borrow_mut(Vec::pop);
        }
    }
    RUNNING.with_borrow_mut(|running| running.push(state.clone()));
    let _leave = Leave;
    run()
}

fn running() -> Option<Rc<RefCell<State>>> {
    RUNNING.with_borrow(|running| running.last().cloned())
}

pub(super) fn host<T>(answer: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
    let message = "there is no host: run the call by `testing::Host`";
    let state = running().ok_or_else(|| Error::new(code::UNAVAILABLE, message))?;
    let mut state = state.borrow_mut();
    answer(&mut state)
}

/// What cannot fail is harmless without a host, too.
fn host_or_default<T: Default>(answer: impl FnOnce(&mut State) -> T) -> T {
    running()
        .map(|state| answer(&mut state.borrow_mut()))
        .unwrap_or_default()
}

pub(crate) fn current_app() -> Option<Rc<dyn Any>> {
    host_or_default(|state| state.app.clone())
}

pub(crate) fn set_data(page: u32, changes: Vec<(String, String)>) -> Result<()> {
    host(|state| state.set_data(page, changes))
}

pub(crate) fn log(level: Level, message: &str) {
    host_or_default(|state| state.logs.push((level, message.to_owned())));
}

pub(crate) fn uncaught(error: Error) {
    host_or_default(|state| state.uncaught.push(error));
}

pub(crate) fn fuel() -> u64 {
    u64::MAX
}

pub(crate) fn now() -> u64 {
    host_or_default(|state| {
        u64::try_from((state.launched + state.elapsed).as_millis()).unwrap_or(u64::MAX)
    })
}

pub(crate) fn monotonic() -> u64 {
    host_or_default(|state| u64::try_from(state.elapsed.as_micros()).unwrap_or(u64::MAX))
}

pub(crate) async fn sleep(milliseconds: u32) -> Result<()> {
    let due = host(|state| Ok(state.elapsed + Duration::from_millis(milliseconds.into())))?;
    poll_fn(|context| {
        let slept = host(|state| {
            let slept = state.elapsed >= due;
            if !slept {
                state.timers.push((due, context.waker().clone()));
            }
            Ok(slept)
        });
        match slept {
            Ok(false) => Poll::Pending,
            Ok(true) => Poll::Ready(Ok(())),
            Err(error) => Poll::Ready(Err(error)),
        }
    })
    .await
}

pub(crate) fn random_bytes(length: u32) -> Result<Vec<u8>> {
    host(|state| {
        Ok((0..length)
            .map(|_| state.random().to_le_bytes()[0])
            .collect())
    })
}

pub(crate) fn random_number() -> u64 {
    host_or_default(State::random)
}

pub(crate) fn language() -> String {
    host_or_default(|state| state.locale.0.clone())
}

pub(crate) fn time_zone() -> String {
    host_or_default(|state| state.locale.1.clone())
}

pub(crate) fn format_number(number: &str, options: &NumberOptions) -> Result<String> {
    host(|_| formats::number(number, options))
}

pub(crate) fn format_currency(
    amount: &str,
    currency: &str,
    _language: Option<&str>,
) -> Result<String> {
    host(|_| formats::currency(amount, currency))
}

pub(crate) fn format_date(milliseconds: i64, options: &MomentOptions) -> Result<String> {
    host(|state| {
        let ahead = i64::from(state.utc_offset(options.time_zone.as_deref())) * 60_000;
        formats::moment(milliseconds.saturating_add(ahead), options)
    })
}

pub(crate) fn utc_offset(_milliseconds: i64, time_zone: Option<&str>) -> Result<i32> {
    host(|state| Ok(state.utc_offset(time_zone)))
}

pub(crate) async fn fetch(request: Request) -> Result<Response> {
    host(|state| {
        let answer = state.answer(&request);
        state.requests.push(request);
        answer
    })
}

pub(crate) async fn read_profile(fields: Vec<String>) -> Result<Vec<(String, String)>> {
    host(|state| state.read_profile(&fields))
}

pub(crate) fn consent_status(permission: &str) -> Result<String> {
    host(|state| Ok(state.consent_status(permission)?.to_owned()))
}

pub(crate) async fn ask_consent(permission: String) -> Result<()> {
    host(|state| state.ask_consent(&permission))
}

pub(crate) async fn login_code() -> Result<String> {
    host(|state| {
        state.check("user:login")?;
        let message = "the test's host has no login: add `.login(\"…\")` to it";
        let login = state.login.as_mut();
        let login = login.ok_or_else(|| Error::new(code::UNAVAILABLE, message))?;
        Ok(login.code())
    })
}

fn storage<T>(answer: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
    host(|state| {
        state.check("storage:local")?;
        match state.storage_failures.pop_front() {
            Some(failure) => Err(failure),
            None => answer(state),
        }
    })
}

pub(crate) async fn storage_get(key: String) -> Result<Option<Vec<u8>>> {
    storage(|state| {
        State::check_key(&key)?;
        Ok(state.storage.get(&key).cloned())
    })
}

pub(crate) async fn storage_set(key: String, value: Vec<u8>) -> Result<()> {
    storage(|state| state.store(key, value))
}

pub(crate) async fn storage_remove(key: String) -> Result<()> {
    storage(|state| {
        State::check_key(&key)?;
        state.storage.remove(&key);
        Ok(())
    })
}

pub(crate) async fn storage_keys() -> Result<Vec<String>> {
    storage(|state| Ok(state.storage.keys().cloned().collect()))
}

pub(crate) async fn storage_clear() -> Result<()> {
    storage(|state| {
        state.storage.clear();
        Ok(())
    })
}

pub(crate) async fn storage_usage() -> Result<Usage> {
    storage(|state| Ok(state.usage()))
}

pub(crate) async fn navigate(navigation: Navigation) -> Result<()> {
    host(|state| {
        state.navigations.push(navigation);
        Ok(())
    })
}

pub(crate) async fn invoke(name: String, payload: String) -> Result<String> {
    let answer = host(|state| {
        if name.starts_with("device:") {
            state.check(&name)?;
        } else {
            state.check(&format!("ext:{name}"))?;
        }
        let found = state.extensions.iter().rev().find(|(own, _)| *own == name);
        let none = || {
            Error::new(
                code::NOT_FOUND,
                format!("the test's host has no extension `{name}`"),
            )
        };
        found.map(|(_, answer)| answer.clone()).ok_or_else(none)
    })?;
    let payload = serde_json::from_str(&payload).context("the payload")?;
    Ok(answer(payload)?.to_string())
}

pub(crate) fn show_toast(text: &str, _icon: Icon, _milliseconds: u32) -> Result<()> {
    host(|state| {
        state.drawn.toasts.push(text.to_owned());
        Ok(())
    })
}

pub(crate) fn hide_toast() {}

pub(crate) fn show_loading(text: &str) -> Result<()> {
    host(|state| {
        state.drawn.loading = Some(text.to_owned());
        Ok(())
    })
}

pub(crate) fn hide_loading() {
    host_or_default(|state| state.drawn.loading = None);
}

pub(crate) fn set_title(page: u32, title: &str) -> Result<()> {
    host(|state| {
        if !state.is_open(page) {
            let message = format!("page {page} is not open");
            return Err(Error::new(code::NOT_FOUND, message));
        }
        state.drawn.titles.insert(page, title.to_owned());
        Ok(())
    })
}

pub(crate) async fn ask(question: Question) -> Result<Reply> {
    host(|state| {
        state.drawn.questions.push(question);
        let message = "the test answers no dialog: add `.answer_dialog(true, None)` to its host";
        let reply = state.drawn.replies.pop_front();
        reply.ok_or_else(|| Error::new(code::UNAVAILABLE, message))
    })
}

pub(crate) async fn read_clipboard() -> Result<Option<String>> {
    host(|state| {
        state.check("device:clipboard")?;
        Ok(state.drawn.clipboard.clone())
    })
}

pub(crate) async fn write_clipboard(text: String) -> Result<()> {
    host(|state| {
        state.check("device:clipboard")?;
        state.drawn.clipboard = Some(text);
        Ok(())
    })
}
