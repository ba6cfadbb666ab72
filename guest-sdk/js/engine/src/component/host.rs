//! The host, as the imports of the contract reach it. What the manifest does not ask for is
//! answered here, and its import is never called.

use std::future::Future;
use std::pin::Pin;

use super::bindings::miniapp::host as wit;
use super::slot::asked;
use super::{has_host, supply};
use crate::Failure;
use crate::outside::{
    DateOptions, Level, NumberOptions, Outside, Question, Reply, Request, Response, Usage, Work,
};

/// Fuel that is left when a script is stopped: enough to tell where it was. Between two looks
/// the engine runs ten thousand jumps and calls, which is a few million.
const RESERVE: u64 = 20_000_000;

/// The share of the whole supply that is left at most, where that is small.
const RESERVED_SHARE: u64 = 5;

/// The host.
pub(crate) struct Host;

impl From<wit::types::Error> for Failure {
    fn from(error: wit::types::Error) -> Self {
        Self {
            code: error.code,
            message: error.message,
            permission: error.permission,
            line: error.line,
        }
    }
}

/// A call of an interface that has to be asked for.
fn work<T: 'static>(
    interface: &'static str,
    call: impl Future<Output = Result<T, wit::types::Error>> + 'static,
) -> Work<T> {
    Box::pin(async move {
        asked(interface)?;
        Ok(call.await?)
    })
}

/// [`work`] where the answer comes at once.
fn at_once<T>(
    interface: &'static str,
    call: impl FnOnce() -> Result<T, wit::types::Error>,
) -> Result<T, Failure> {
    asked(interface)?;
    Ok(call()?)
}

impl From<wit::storage_types::StorageUsage> for Usage {
    fn from(usage: wit::storage_types::StorageUsage) -> Self {
        Self {
            bytes: usage.bytes,
            limit: usage.limit,
        }
    }
}

impl Outside for Host {
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        wit_bindgen::spawn_local(work);
    }

    fn now(&self) -> u64 {
        wit::clock::now()
    }

    fn monotonic(&self) -> u64 {
        wit::clock::monotonic()
    }

    fn random(&self, length: u32) -> Result<Vec<u8>, Failure> {
        Ok(wit::random::bytes(length)?)
    }

    fn log(&self, level: Level, message: &str) {
        let level = match level {
            Level::Trace => wit::log::Level::Trace,
            Level::Debug => wit::log::Level::Debug,
            Level::Info => wit::log::Level::Info,
            Level::Warn => wit::log::Level::Warn,
            Level::Error => wit::log::Level::Error,
        };
        wit::log::write(level, message);
    }

    fn sleep(&self, milliseconds: u32) -> Work<()> {
        Box::pin(async move { Ok(wit::timer::sleep(milliseconds).await?) })
    }

    fn set_data(&self, page: u32, changes: Vec<(String, String)>) -> Result<(), Failure> {
        let change = |(path, value)| wit::view::Change { path, value };
        let changes: Vec<_> = changes.into_iter().map(change).collect();
        Ok(wit::view::set_data(page, &changes)?)
    }

    fn fetch(&self, request: Request) -> Work<Response> {
        let request = wit::http::Request {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
            timeout: request.timeout,
        };
        Box::pin(async move {
            asked("request")?;
            let response = wit::request::fetch(request).await?;
            Ok(Response {
                status: response.status,
                url: response.url,
                headers: response.headers,
                body: response.body,
            })
        })
    }

    fn language(&self) -> String {
        wit::locale::language()
    }

    fn time_zone(&self) -> String {
        wit::locale::time_zone()
    }

    fn format_number(&self, number: &str, options: NumberOptions) -> Result<String, Failure> {
        let style = if options.percent {
            wit::locale::NumberStyle::Percent
        } else {
            wit::locale::NumberStyle::Decimal
        };
        let options = wit::locale::NumberOptions {
            style,
            minimum_fraction: options.minimum_fraction,
            maximum_fraction: options.maximum_fraction,
            grouping: options.grouping,
            language: options.language,
        };
        Ok(wit::locale::format_number(number, &options)?)
    }

    fn format_currency(
        &self,
        amount: &str,
        currency: &str,
        language: Option<String>,
    ) -> Result<String, Failure> {
        Ok(wit::locale::format_currency(
            amount,
            currency,
            language.as_deref(),
        )?)
    }

    fn format_date(&self, milliseconds: i64, options: DateOptions) -> Result<String, Failure> {
        let date = options.date.map(|date| match date.as_str() {
            "short" => wit::locale::DateLength::Short,
            "long" => wit::locale::DateLength::Long,
            _ => wit::locale::DateLength::Medium,
        });
        let time = options.time.map(|time| match time.as_str() {
            "minutes" => wit::locale::TimeLength::Minutes,
            _ => wit::locale::TimeLength::Seconds,
        });
        let options = wit::locale::DateOptions {
            date,
            weekday: options.weekday,
            time,
            time_zone: options.time_zone,
            language: options.language,
        };
        Ok(wit::locale::format_date(milliseconds, &options)?)
    }

    fn utc_offset(&self, milliseconds: i64) -> Result<i32, Failure> {
        Ok(wit::locale::utc_offset(milliseconds, None)?)
    }

    fn read_profile(&self, fields: Vec<String>) -> Work<Vec<(String, String)>> {
        work("profile", wit::profile::read(fields))
    }

    fn login_code(&self) -> Work<String> {
        work("login", wit::login::code())
    }

    fn consent_status(&self, permission: &str) -> Result<String, Failure> {
        Ok(wit::consent::status(permission)?)
    }

    fn ask_consent(&self, permission: String) -> Work<()> {
        Box::pin(async move { Ok(wit::consent::ask(permission).await?) })
    }

    fn storage_get(&self, key: String) -> Work<Option<Vec<u8>>> {
        work("storage", wit::storage::get(key))
    }

    fn storage_set(&self, key: String, value: Vec<u8>) -> Work<()> {
        work("storage", wit::storage::set(key, value))
    }

    fn storage_remove(&self, key: String) -> Work<()> {
        work("storage", wit::storage::remove(key))
    }

    fn storage_keys(&self) -> Work<Vec<String>> {
        work("storage", wit::storage::keys())
    }

    fn storage_clear(&self) -> Work<()> {
        work("storage", wit::storage::clear())
    }

    fn storage_usage(&self) -> Work<Usage> {
        work("storage", async { Ok(wit::storage::usage().await?.into()) })
    }

    fn storage_get_now(&self, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        at_once("storage", || wit::storage_sync::get(key))
    }

    fn storage_set_now(&self, key: &str, value: &[u8]) -> Result<(), Failure> {
        at_once("storage", || wit::storage_sync::set(key, value))
    }

    fn storage_remove_now(&self, key: &str) -> Result<(), Failure> {
        at_once("storage", || wit::storage_sync::remove(key))
    }

    fn storage_keys_now(&self) -> Result<Vec<String>, Failure> {
        at_once("storage", wit::storage_sync::keys)
    }

    fn storage_clear_now(&self) -> Result<(), Failure> {
        at_once("storage", wit::storage_sync::clear)
    }

    fn storage_usage_now(&self) -> Result<Usage, Failure> {
        at_once("storage", wit::storage_sync::usage).map(Usage::from)
    }

    fn open(&self, address: String) -> Work<()> {
        Box::pin(async move { Ok(wit::navigation::open(address).await?) })
    }

    fn redirect(&self, address: String) -> Work<()> {
        Box::pin(async move { Ok(wit::navigation::redirect(address).await?) })
    }

    fn back(&self, pages: u32) -> Work<()> {
        Box::pin(async move { Ok(wit::navigation::back(pages).await?) })
    }

    fn switch_tab(&self, address: String) -> Work<()> {
        Box::pin(async move { Ok(wit::navigation::switch_tab(address).await?) })
    }

    fn reload(&self, address: String) -> Work<()> {
        Box::pin(async move { Ok(wit::navigation::reload(address).await?) })
    }

    fn invoke(&self, name: String, payload: String) -> Work<String> {
        work("extension", wit::extension::invoke(name, payload))
    }

    fn show_toast(&self, text: &str, icon: &str, milliseconds: u32) -> Result<(), Failure> {
        let icon = match icon {
            "success" => wit::ui::Icon::Success,
            "error" => wit::ui::Icon::Error,
            "loading" => wit::ui::Icon::Loading,
            _ => wit::ui::Icon::None,
        };
        Ok(wit::ui::show_toast(text, icon, milliseconds)?)
    }

    fn hide_toast(&self) {
        wit::ui::hide_toast();
    }

    fn show_loading(&self, text: &str) -> Result<(), Failure> {
        Ok(wit::ui::show_loading(text)?)
    }

    fn hide_loading(&self) {
        wit::ui::hide_loading();
    }

    fn set_title(&self, page: u32, title: &str) -> Result<(), Failure> {
        Ok(wit::ui::set_title(page, title)?)
    }

    fn ask(&self, question: Question) -> Work<Reply> {
        let question = wit::dialog_types::Question {
            title: question.title,
            text: question.text,
            confirm: question.confirm,
            cancellable: question.cancellable,
            cancel: question.cancel,
            placeholder: question.placeholder,
        };
        Box::pin(async move {
            let reply = wit::dialog::ask(question).await?;
            Ok(Reply {
                confirmed: reply.confirmed,
                input: reply.input,
            })
        })
    }

    fn read_clipboard(&self) -> Work<Option<String>> {
        work("clipboard", wit::clipboard::read())
    }

    fn write_clipboard(&self, text: String) -> Work<()> {
        work("clipboard", wit::clipboard::write(text))
    }

    fn uncaught(&self, failure: Failure) {
        wit::health::uncaught(&failure.into());
    }

    fn must_stop(&self) -> bool {
        has_host() && wit::health::fuel() < RESERVE.min(supply() / RESERVED_SHARE)
    }
}
