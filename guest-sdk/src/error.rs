//! Why something failed, on either side of the contract; must not know which capability it was.

use std::borrow::Cow;
use std::fmt;

/// What fallible functions of a mini-app return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The codes of errors. The list may grow: treat an unknown code like [`UNAVAILABLE`](code::UNAVAILABLE).
pub mod code {
    /// The mini-app itself failed.
    pub const APP: &str = "app";
    /// Too much of it is under way already.
    pub const BUSY: &str = "busy";
    /// Nobody wants it any more: the mini-app is being closed.
    pub const CANCELLED: &str = "cancelled";
    /// The manifests or the user do not allow it.
    pub const DENIED: &str = "denied";
    /// What was asked for makes no sense.
    pub const INVALID_ARGUMENT: &str = "invalid-argument";
    /// The other side could not be reached.
    pub const NETWORK: &str = "network";
    /// There is no such thing, or no longer.
    pub const NOT_FOUND: &str = "not-found";
    /// No answer came in time.
    pub const TIMEOUT: &str = "timeout";
    /// It is larger than allowed.
    pub const TOO_LARGE: &str = "too-large";
    /// It does not work here or now.
    pub const UNAVAILABLE: &str = "unavailable";
}

/// Why a call did not do what was asked.
///
/// Every [`std::error::Error`] becomes one through `?`, with the code [`app`](code::APP) and the messages
/// of all its sources. For that it is none itself. What bindings of a mini-app's own make of the contract's
/// record is such an error, too: hand it to [`Error::from_contract`], or code and permission are lost in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: Cow<'static, str>,
    message: String,
    permission: Option<String>,
    line: Option<String>,
}

impl Error {
    /// A failure of the mini-app itself.
    pub fn app(message: impl Into<String>) -> Self {
        Self::new(code::APP, message)
    }

    /// An error with a [code].
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            permission: None,
            line: None,
        }
    }

    /// The contract's record `error`, as bindings of a mini-app's own have it, from its fields. The SDK cannot
    /// name their type: each `wit_bindgen::generate!` makes another one. See [`extension`](crate::extension).
    ///
    /// ```
    /// # use miniapp_guest::Error;
    /// # struct Theirs { code: String, message: String, permission: Option<String>, line: Option<String> }
    /// fn own(error: Theirs) -> Error {
    ///     Error::from_contract(error.code, error.message, error.permission, error.line)
    /// }
    /// # let (code, message) = ("denied".to_owned(), "not granted".to_owned());
    /// # let error = own(Theirs { code, message, permission: Some("ext:points".to_owned()), line: None });
    /// # assert!(error.is_denied());
    /// # assert_eq!((error.permission(), error.line()), (Some("ext:points"), None));
    /// ```
    pub fn from_contract(
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
        permission: Option<String>,
        line: Option<String>,
    ) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            permission,
            line,
        }
    }

    /// Names the permission that was missing.
    #[must_use]
    pub fn with_permission(mut self, permission: impl Into<String>) -> Self {
        self.permission = Some(permission.into());
        self
    }

    /// Names the line of the partner manifest that would grant it.
    #[must_use]
    pub fn with_line(mut self, line: impl Into<String>) -> Self {
        self.line = Some(line.into());
        self
    }

    /// What happened, for programs: one of the [codes](code), or a newer one.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What happened, for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The permission that was missing, such as `user:readProfile`.
    pub fn permission(&self) -> Option<&str> {
        self.permission.as_deref()
    }

    /// The line of the partner manifest that would grant it.
    pub fn line(&self) -> Option<&str> {
        self.line.as_deref()
    }

    /// Whether the manifests or the user do not allow it.
    pub fn is_denied(&self) -> bool {
        self.code == code::DENIED
    }

    #[cfg(target_family = "wasm")]
    pub(crate) fn into_parts(self) -> (String, String, Option<String>, Option<String>) {
        (
            self.code.into_owned(),
            self.message,
            self.permission,
            self.line,
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::app(message)
    }
}

/// Says what was tried when something failed or was missing.
///
/// ```
/// use miniapp_guest::prelude::*;
///
/// fn index(text: Option<&str>) -> Result<usize> {
///     text.context("the element has no index")?.parse::<usize>().context("the element's index")
/// }
///
/// assert_eq!(index(Some("7")), Ok(7));
/// assert_eq!(index(None).unwrap_err().message(), "the element has no index");
/// assert_eq!(
///     index(Some("x")).unwrap_err().message(),
///     "the element's index: invalid digit found in string"
/// );
/// ```
pub trait Context<T> {
    /// Puts what was tried before the message of a failure; for a missing value, it is the message.
    ///
    /// # Errors
    /// Fails as before, or with the code [`app`](code::APP) for a missing value.
    fn context(self, tried: impl fmt::Display) -> Result<T>;
}

impl<T, E: Into<Error>> Context<T> for Result<T, E> {
    fn context(self, tried: impl fmt::Display) -> Result<T> {
        self.map_err(|error| {
            let error = error.into();
            Error {
                message: format!("{tried}: {}", error.message),
                ..error
            }
        })
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, tried: impl fmt::Display) -> Result<T> {
        self.ok_or_else(|| Error::app(tried.to_string()))
    }
}
