//! The imports of a component in this crate's own types; must not know what they are called for.

use crate::bindings::miniapp::host::{
    clipboard, clock, consent, dialog, dialog_types, extension, health, http, locale, log, login,
    navigation, profile, random, request, storage, storage_types, timer, types, ui, view,
};
use crate::dialog::{Question, Reply};
use crate::error::{Error, Result};
use crate::locale::{DateLength, MomentOptions, NumberOptions, TimeLength};
use crate::log::Level;
use crate::mini_app;
use crate::navigation::Navigation;
use crate::request::{Request, Response};
use crate::storage::Usage;
use crate::ui::Icon;
use std::any::Any;
use std::rc::Rc;

pub(super) fn error(error: types::Error) -> Error {
    Error::from_contract(error.code, error.message, error.permission, error.line)
}

/// An error as the contract has it.
pub(crate) fn guest_error(error: Error) -> types::Error {
    let (code, message, permission, line) = error.into_parts();
    types::Error {
        code,
        message,
        permission,
        line,
    }
}

pub(crate) fn current_app() -> Option<Rc<dyn Any>> {
    mini_app::current_app()
}

pub(crate) fn set_data(page: u32, changes: Vec<(String, String)>) -> Result<()> {
    let changes: Vec<_> = changes
        .into_iter()
        .map(|(path, value)| view::Change { path, value })
        .collect();
    view::set_data(page, &changes).map_err(error)
}

pub(crate) fn log(level: Level, message: &str) {
    let level = match level {
        Level::Trace => log::Level::Trace,
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warn => log::Level::Warn,
        Level::Error => log::Level::Error,
    };
    log::write(level, message);
}

pub(crate) fn uncaught(error: Error) {
    health::uncaught(&guest_error(error));
}

pub(crate) fn fuel() -> u64 {
    health::fuel()
}

pub(crate) fn now() -> u64 {
    clock::now()
}

pub(crate) fn monotonic() -> u64 {
    clock::monotonic()
}

pub(crate) async fn sleep(milliseconds: u32) -> Result<()> {
    timer::sleep(milliseconds).await.map_err(error)
}

pub(crate) fn random_bytes(length: u32) -> Result<Vec<u8>> {
    random::bytes(length).map_err(error)
}

pub(crate) fn random_number() -> u64 {
    random::number()
}

pub(crate) fn language() -> String {
    locale::language()
}

pub(crate) fn time_zone() -> String {
    locale::time_zone()
}

pub(crate) fn format_number(number: &str, options: &NumberOptions) -> Result<String> {
    let options = locale::NumberOptions {
        style: match options.percent {
            false => locale::NumberStyle::Decimal,
            true => locale::NumberStyle::Percent,
        },
        minimum_fraction: options.minimum_fraction,
        maximum_fraction: options.maximum_fraction,
        grouping: options.grouping,
        language: options.language.clone(),
    };
    locale::format_number(number, &options).map_err(error)
}

pub(crate) fn format_currency(
    amount: &str,
    currency: &str,
    language: Option<&str>,
) -> Result<String> {
    locale::format_currency(amount, currency, language).map_err(error)
}

pub(crate) fn format_date(milliseconds: i64, options: &MomentOptions) -> Result<String> {
    let options = locale::DateOptions {
        date: options.date.map(|length| match length {
            DateLength::Short => locale::DateLength::Short,
            DateLength::Medium => locale::DateLength::Medium,
            DateLength::Long => locale::DateLength::Long,
        }),
        weekday: options.weekday,
        time: options.time.map(|length| match length {
            TimeLength::Minutes => locale::TimeLength::Minutes,
            TimeLength::Seconds => locale::TimeLength::Seconds,
        }),
        time_zone: options.time_zone.clone(),
        language: options.language.clone(),
    };
    locale::format_date(milliseconds, &options).map_err(error)
}

pub(crate) fn utc_offset(milliseconds: i64, time_zone: Option<&str>) -> Result<i32> {
    locale::utc_offset(milliseconds, time_zone).map_err(error)
}

pub(crate) async fn fetch(request: Request) -> Result<Response> {
    let Request {
        method,
        url,
        headers,
        body,
        timeout,
    } = request;
    let answer = request::fetch(http::Request {
        method,
        url,
        headers,
        body,
        timeout,
    })
    .await
    .map_err(error)?;
    let http::Response {
        status,
        url,
        headers,
        body,
    } = answer;
    Ok(Response {
        status,
        url,
        headers,
        body,
    })
}

pub(crate) fn consent_status(permission: &str) -> Result<String> {
    consent::status(permission).map_err(error)
}

pub(crate) async fn ask_consent(permission: String) -> Result<()> {
    consent::ask(permission).await.map_err(error)
}

pub(crate) async fn login_code() -> Result<String> {
    login::code().await.map_err(error)
}

pub(crate) async fn read_profile(fields: Vec<String>) -> Result<Vec<(String, String)>> {
    profile::read(fields).await.map_err(error)
}

pub(crate) async fn storage_get(key: String) -> Result<Option<Vec<u8>>> {
    storage::get(key).await.map_err(error)
}

pub(crate) async fn storage_set(key: String, value: Vec<u8>) -> Result<()> {
    storage::set(key, value).await.map_err(error)
}

pub(crate) async fn storage_remove(key: String) -> Result<()> {
    storage::remove(key).await.map_err(error)
}

pub(crate) async fn storage_keys() -> Result<Vec<String>> {
    storage::keys().await.map_err(error)
}

pub(crate) async fn storage_clear() -> Result<()> {
    storage::clear().await.map_err(error)
}

pub(crate) async fn storage_usage() -> Result<Usage> {
    let storage_types::StorageUsage { keys, bytes, limit } =
        storage::usage().await.map_err(error)?;
    Ok(Usage { keys, bytes, limit })
}

pub(crate) async fn navigate(navigation: Navigation) -> Result<()> {
    let done = match navigation {
        Navigation::Open(address) => navigation::open(address).await,
        Navigation::Redirect(address) => navigation::redirect(address).await,
        Navigation::Back(pages) => navigation::back(pages).await,
        Navigation::SwitchTab(address) => navigation::switch_tab(address).await,
        Navigation::Reload(address) => navigation::reload(address).await,
    };
    done.map_err(error)
}

pub(crate) async fn invoke(name: String, payload: String) -> Result<String> {
    extension::invoke(name, payload).await.map_err(error)
}

pub(crate) fn show_toast(text: &str, icon: Icon, milliseconds: u32) -> Result<()> {
    let icon = match icon {
        Icon::None => ui::Icon::None,
        Icon::Success => ui::Icon::Success,
        Icon::Error => ui::Icon::Error,
        Icon::Loading => ui::Icon::Loading,
    };
    ui::show_toast(text, icon, milliseconds).map_err(error)
}

pub(crate) fn hide_toast() {
    ui::hide_toast();
}

pub(crate) fn show_loading(text: &str) -> Result<()> {
    ui::show_loading(text).map_err(error)
}

pub(crate) fn hide_loading() {
    ui::hide_loading();
}

pub(crate) fn set_title(page: u32, title: &str) -> Result<()> {
    ui::set_title(page, title).map_err(error)
}

pub(crate) async fn ask(question: Question) -> Result<Reply> {
    let Question {
        title,
        text,
        confirm,
        cancellable,
        cancel,
        placeholder,
    } = question;
    let question = dialog_types::Question {
        title,
        text,
        confirm,
        cancellable,
        cancel,
        placeholder,
    };
    let dialog_types::Reply { confirmed, input } = dialog::ask(question).await.map_err(error)?;
    Ok(Reply { confirmed, input })
}

pub(crate) async fn read_clipboard() -> Result<Option<String>> {
    clipboard::read().await.map_err(error)
}

pub(crate) async fn write_clipboard(text: String) -> Result<()> {
    clipboard::write(text).await.map_err(error)
}
