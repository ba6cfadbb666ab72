//! Owns how a faulty address is reported. Must not know the grammar of addresses.

use std::fmt;

use thiserror::Error;

use crate::address::{MAX_ADDRESS_BYTES, MAX_PREFIX_BYTES};
use crate::app_id::InvalidAppId;
use crate::app_manifest::MAX_VERSION_BYTES;
use crate::query::MAX_QUERY_PAIRS;
use crate::quote::quoted;
use crate::relative_path::{self, PathProblem};

/// A text that is not an address, or not the prefix of one.
///
/// Shown in one line: what came, what is wrong, at which character, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidAddress(Box<Report>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Report {
    given: String,
    kind: Kind,
    problem: Problem,
    character: usize,
}

impl InvalidAddress {
    /// `text` was to be a `kind`.
    pub(crate) fn new(text: &str, kind: Kind, fault: Fault) -> Self {
        let before = text.char_indices().take_while(|(at, _)| *at < fault.at);
        Self(Box::new(Report {
            given: quoted(text),
            kind,
            problem: fault.problem,
            character: before.count() + 1,
        }))
    }

    /// Where the text is wrong, in characters, counted from 1.
    #[must_use]
    pub fn character(&self) -> usize {
        self.0.character
    }
}

impl fmt::Display for InvalidAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report {
            given,
            kind,
            problem,
            character,
        } = &*self.0;
        write!(f, "{given} is not {}: ", kind.name())?;
        if problem.has_place() {
            write!(f, "at character {character}, ")?;
        }
        write!(f, "{problem}; {}", problem.help(*kind))
    }
}

impl std::error::Error for InvalidAddress {}

/// What a text was to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Page,
    App,
    Prefix,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Page => "the address of a page",
            Self::App => "the address of a mini-app",
            Self::Prefix => "the prefix of addresses",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::Page => "write it as in `pages/offer?id=7`",
            Self::App => "write it as in `platform://miniapp/my_miniapp/pages/offer?id=7#top`",
            Self::Prefix => "write it as in `platform://` or `https://platform.org/`",
        }
    }
}

/// What is wrong, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    /// In bytes from the beginning of the text.
    at: usize,
    problem: Problem,
}

impl Fault {
    pub(crate) fn new(at: usize, problem: Problem) -> Self {
        Self { at, problem }
    }

    /// A fault of the path that stands at `at`.
    pub(crate) fn of_path(at: usize, fault: relative_path::Fault) -> Self {
        Self::new(at + fault.at, Problem::Path(fault.problem))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Problem {
    #[error("it has {0} bytes, more than {MAX_ADDRESS_BYTES}")]
    TooLong(usize),
    #[error("it has {0} bytes, more than {MAX_PREFIX_BYTES}")]
    TooLongPrefix(usize),
    #[error("as a URI it has {0} bytes, more than {MAX_ADDRESS_BYTES}")]
    TooLongEscaped(usize),
    #[error("its path is faulty: {0}")]
    Path(PathProblem),
    #[error("it has a fragment")]
    Fragment,
    #[error("its query has more than {MAX_QUERY_PAIRS} pairs")]
    TooManyPairs,
    #[error("it has the control character {}", quoted(.0.encode_utf8(&mut [0; 4])))]
    Control(char),
    #[error("`%` is not followed by two hexadecimal digits")]
    Percent,
    #[error("what is escaped is not UTF-8")]
    NotUtf8,
    #[error("it does not begin with `{0}`")]
    OtherPrefix(String),
    #[error("it does not go on with `miniapp/`")]
    NoInfix,
    #[error("{0}")]
    App(InvalidAppId),
    #[error("it has the parameter {0}")]
    Parameter(String),
    #[error("its version is {0}")]
    Version(String),
    #[error("it has no scheme")]
    NoScheme,
    #[error("its scheme is {0}")]
    Scheme(String),
    #[error("it has more than a scheme")]
    MoreThanScheme,
    #[error("it has no host and a `/` after it")]
    NoHost,
}

impl Problem {
    fn has_place(&self) -> bool {
        !matches!(
            self,
            Self::TooLong(_)
                | Self::TooLongPrefix(_)
                | Self::TooLongEscaped(_)
                | Self::Path(PathProblem::Empty)
                | Self::OtherPrefix(_)
                | Self::NoScheme
                | Self::Scheme(_)
        )
    }

    fn help(&self, kind: Kind) -> String {
        match self {
            Self::TooLong(_) | Self::TooLongEscaped(_) => {
                "shorten it, and keep what is long in the storage".to_owned()
            }
            Self::Path(PathProblem::LeadingSlash) => "write one `/` only".to_owned(),
            Self::Path(PathProblem::Character(_)) => {
                "the path is one of the app manifest's pages, of `A-Z a-z 0-9 _ . - /`".to_owned()
            }
            Self::Path(_) => kind.example().to_owned(),
            Self::Fragment => {
                "leave it out: only the address of a mini-app has a fragment; write `%23` for a `#` \
                 in the query"
                    .to_owned()
            }
            Self::TooManyPairs => "join some of them".to_owned(),
            Self::Control(_) => "remove it, or escape it as in `%0A`".to_owned(),
            Self::Percent => "write `%25` for a `%`".to_owned(),
            Self::NotUtf8 => "escape the bytes of UTF-8, as in `%C3%BC` for `ü`".to_owned(),
            Self::OtherPrefix(prefix) => {
                format!("write it as in `{prefix}miniapp/my_miniapp/pages/offer?id=7#top`")
            }
            Self::NoInfix | Self::App(_) => kind.example().to_owned(),
            Self::Parameter(_) => "the only one is `;version=`, as in `;version=1.0.1`".to_owned(),
            Self::Version(_) => format!(
                "expected at most {MAX_VERSION_BYTES} of the characters `A-Z a-z 0-9 - . _ ~`, as in \
                 `;version=1.0.1-trial`"
            ),
            Self::TooLongPrefix(_) | Self::NoScheme | Self::MoreThanScheme | Self::NoHost => kind.example().to_owned(),
            Self::Scheme(_) => {
                "expected `https`, or a scheme of your own: a letter, then letters, digits, `-` and `.`"
                    .to_owned()
            }
        }
    }
}
