//! The contract's functions as the host in memory answers them; must not know what they are called for.

use super::state::State;
use crate::error::{Context as _, Error, Result, code};
use crate::log::Level;
use crate::navigation::Navigation;
use crate::request::{Request, Response};
use crate::storage::Usage;
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

fn host<T>(answer: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
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

pub(crate) async fn fetch(request: Request) -> Result<Response> {
    host(|state| {
        let answer = state.answer(&request);
        state.requests.push(request);
        answer
    })
}

pub(crate) async fn read_profile(fields: Vec<String>) -> Result<Vec<(String, String)>> {
    host(|state| {
        state.check("user:readProfile")?;
        let asked = |(field, _): &&(String, String)| fields.is_empty() || fields.contains(field);
        Ok(state.profile.iter().filter(asked).cloned().collect())
    })
}

fn storage<T>(answer: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
    host(|state| {
        state.check("storage:local")?;
        answer(state)
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
        state.check(&format!("ext:{name}"))?;
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
