//! What the engine needs of the host, in plain Rust types: the contract without its bindings.

use std::future::Future;
use std::pin::Pin;

use crate::Failure;

/// Something that the host does meanwhile.
pub type Work<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

/// How urgent a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// An HTTP request, as `request.fetch` takes it.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    /// Milliseconds.
    pub timeout: Option<u32>,
}

/// What was answered.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Response {
    pub status: u16,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What a storage holds.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Usage {
    pub bytes: u64,
    pub limit: u64,
}

/// What the user is asked.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Question {
    pub title: String,
    pub text: String,
    pub confirm: Option<String>,
    pub cancellable: bool,
    pub cancel: Option<String>,
    pub placeholder: Option<String>,
}

/// What the user has answered.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Reply {
    pub confirmed: bool,
    pub input: Option<String>,
}

/// How a number is written.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NumberOptions {
    pub percent: bool,
    pub minimum_fraction: Option<u8>,
    pub maximum_fraction: Option<u8>,
    pub grouping: bool,
    pub language: Option<String>,
}

/// How a moment is written: `short`, `medium` or `long` for the date, `minutes` or `seconds`
/// for the time.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct DateOptions {
    pub date: Option<String>,
    pub weekday: bool,
    pub time: Option<String>,
    pub time_zone: Option<String>,
    pub language: Option<String>,
}

/// The host, as a script reaches it. Each function is one of the contract's; what the
/// manifest does not ask for answers `denied` before it gets here.
#[allow(missing_docs)]
pub trait Outside {
    /// Runs a future on, also after the call that began it has returned.
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>);

    fn now(&self) -> u64;
    /// Microseconds.
    fn monotonic(&self) -> u64;
    fn random(&self, length: u32) -> Result<Vec<u8>, Failure>;
    fn log(&self, level: Level, message: &str);
    fn sleep(&self, milliseconds: u32) -> Work<()>;

    fn set_data(&self, page: u32, changes: Vec<(String, String)>) -> Result<(), Failure>;
    fn fetch(&self, request: Request) -> Work<Response>;

    fn language(&self) -> String;
    fn time_zone(&self) -> String;
    fn format_number(&self, number: &str, options: NumberOptions) -> Result<String, Failure>;
    fn format_currency(
        &self,
        amount: &str,
        currency: &str,
        language: Option<String>,
    ) -> Result<String, Failure>;
    fn format_date(&self, milliseconds: i64, options: DateOptions) -> Result<String, Failure>;
    fn utc_offset(&self, milliseconds: i64) -> Result<i32, Failure>;

    fn read_profile(&self, fields: Vec<String>) -> Work<Vec<(String, String)>>;
    fn login_code(&self) -> Work<String>;
    fn consent_status(&self, permission: &str) -> Result<String, Failure>;
    fn ask_consent(&self, permission: String) -> Work<()>;

    fn storage_get(&self, key: String) -> Work<Option<Vec<u8>>>;
    fn storage_set(&self, key: String, value: Vec<u8>) -> Work<()>;
    fn storage_remove(&self, key: String) -> Work<()>;
    fn storage_keys(&self) -> Work<Vec<String>>;
    fn storage_clear(&self) -> Work<()>;
    fn storage_usage(&self) -> Work<Usage>;
    fn storage_get_now(&self, key: &str) -> Result<Option<Vec<u8>>, Failure>;
    fn storage_set_now(&self, key: &str, value: &[u8]) -> Result<(), Failure>;
    fn storage_remove_now(&self, key: &str) -> Result<(), Failure>;
    fn storage_keys_now(&self) -> Result<Vec<String>, Failure>;
    fn storage_clear_now(&self) -> Result<(), Failure>;
    fn storage_usage_now(&self) -> Result<Usage, Failure>;

    fn open(&self, address: String) -> Work<()>;
    fn redirect(&self, address: String) -> Work<()>;
    fn back(&self, pages: u32) -> Work<()>;
    fn switch_tab(&self, address: String) -> Work<()>;
    fn reload(&self, address: String) -> Work<()>;

    fn invoke(&self, name: String, payload: String) -> Work<String>;

    /// `icon` is `success`, `error`, `loading` or `none`; anything else is `none`.
    fn show_toast(&self, text: &str, icon: &str, milliseconds: u32) -> Result<(), Failure>;
    fn hide_toast(&self);
    fn show_loading(&self, text: &str) -> Result<(), Failure>;
    fn hide_loading(&self);
    fn set_title(&self, page: u32, title: &str) -> Result<(), Failure>;
    fn ask(&self, question: Question) -> Work<Reply>;
    fn read_clipboard(&self) -> Work<Option<String>>;
    fn write_clipboard(&self, text: String) -> Work<()>;

    /// Reports an error that nothing has handled.
    fn uncaught(&self, failure: Failure);
    /// Whether the script is to stop what it is doing: its supply is nearly used up.
    fn must_stop(&self) -> bool;
}
