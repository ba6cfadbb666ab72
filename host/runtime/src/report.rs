//! What the embedder is told while a mini-app runs. Knows nothing of screens,
//! terminals or log formats.

use std::fmt::{self, Display, Write};

use miniapp_package::{AppId, GrantLine, Permission};

use crate::consent::ConsentStoreError;
pub use crate::contract::imports::log::Level;
pub use crate::contract::imports::view::Change;
use crate::end::EndReason;
use crate::lifecycle::Callback;
use crate::meter::Turn;
use crate::page::{OpenPage, PageId};
use crate::storage::StorageError;
use crate::tenant::Tenant;

/// Receives reports. Called on the mini-app's own task, data changes, log lines
/// and denials in the midst of the guest's call and on its fiber's stack, of which
/// about a mebibyte is left: what takes long, or calls into a foreign runtime,
/// belongs elsewhere. A closure of the same shape is an observer.
///
/// A panic in an observer ends the mini-app that was reported on, and no other.
pub trait Observer: Send + Sync {
    /// Something happened in a mini-app.
    fn report(&self, app: &AppId, report: Report<'_>);
}

impl<F: Fn(&AppId, Report<'_>) + Send + Sync> Observer for F {
    fn report(&self, app: &AppId, report: Report<'_>) {
        self(app, report);
    }
}

/// Something that happened in a mini-app.
#[derive(Debug)]
#[non_exhaustive]
pub enum Report<'a> {
    /// A set-data call was applied to a page.
    Data {
        /// The page.
        page: PageId,
        /// What was assigned, in order: data paths and JSON texts, both valid.
        changes: &'a [Change],
    },
    /// The mini-app wrote a line of its log. May contain any character.
    Log {
        /// How important it is.
        level: Level,
        /// At most 8 KiB.
        message: &'a str,
    },
    /// A call was denied. The mini-app was told the same.
    Denied(&'a Denial),
    /// A turn of the mini-app's event loop is over.
    Turn(Turn),
    /// An error that nobody in the mini-app has handled: a callback returned it, or its tool
    /// chain has reported it. Not told of a callback whose page was closed meanwhile, and
    /// which failed for that. Told once, with the code `busy`, of a mini-app that gets no
    /// callbacks any more because too many of them have not returned.
    Uncaught {
        /// The callback that returned it; none for what no callback has returned, such as a
        /// promise that was rejected.
        callback: Option<Callback>,
        /// The page, for a callback of a page.
        page: Option<PageId>,
        /// What went wrong.
        error: &'a AppError,
    },
    /// The stack of pages has changed: the open pages, the lowest one first; the last
    /// one is what the user is to see. The callbacks of the pages follow.
    Pages(&'a [OpenPage]),
    /// The mini-app's storage cannot be used, or was damaged and begins anew. Reported from
    /// a thread for such work, whether the mini-app lives or not; not again while nothing has
    /// changed. The observer may ask for the storage, and wait for it.
    Storage {
        /// Whose storage it is.
        tenant: &'a Tenant,
        /// What is wrong.
        error: &'a StorageError,
    },
    /// The mini-app was suspended in the background (true), or goes on (false): in the
    /// foreground, for a while, or to end.
    Suspended(bool),
    /// What the user has agreed to could not be read or kept: they are asked again, now or
    /// at the next launch. May be reported by another task than the mini-app's.
    Consents(&'a ConsentStoreError),
    /// The mini-app is gone: its memory was given back before this report.
    Ended(&'a EndReason),
}

impl Report<'_> {
    /// Makes an event of `tracing` of what its developer wants to read: lines of the log,
    /// denials and errors that were left uncaught, with the target `miniapp` and the field
    /// `app`. Never with the user. Each is one line, whatever the mini-app writes.
    pub(crate) fn trace(&self, app: &AppId) {
        macro_rules! event {
            ($level:ident, $($rest:tt)*) => {
                tracing::event!(target: "miniapp", tracing::Level::$level, app = app.as_str(), $($rest)*)
            };
        }
        match self {
            Self::Log { level, message } => match (level, OneLine(message)) {
                (Level::Trace, line) => event!(TRACE, "{line}"),
                (Level::Debug, line) => event!(DEBUG, "{line}"),
                (Level::Info, line) => event!(INFO, "{line}"),
                (Level::Warn, line) => event!(WARN, "{line}"),
                (Level::Error, line) => event!(ERROR, "{line}"),
            },
            Self::Denied(denial) => {
                event!(
                    WARN,
                    interface = denial.interface.as_str(),
                    "denied: {}",
                    OneLine(denial)
                );
            }
            Self::Uncaught {
                callback,
                page,
                error,
            } => {
                let page = page.map(PageId::number);
                let error = OneLine(error);
                match callback {
                    Some(callback) => event!(ERROR, page, "uncaught in {callback}: {error}"),
                    None => event!(ERROR, page, "uncaught: {error}"),
                }
            }
            Self::Data { .. }
            | Self::Turn(_)
            | Self::Consents(_)
            | Self::Storage { .. }
            | Self::Pages(_)
            | Self::Suspended(_)
            | Self::Ended(_) => {}
        }
    }
}

/// A text with a mini-app's words in it, for a log that others share: what would begin a new
/// line, steer a terminal or turn the direction of reading is escaped.
struct OneLine<T>(T);

impl<T: Display> Display for OneLine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'e, 'f>(&'e mut fmt::Formatter<'f>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.split_inclusive(is_escaped) {
            match piece.chars().next_back().filter(|last| is_escaped(*last)) {
                Some(last) => {
                    self.0.write_str(piece.trim_end_matches(is_escaped))?;
                    write!(self.0, "{}", last.escape_default())?;
                }
                None => self.0.write_str(piece)?,
            }
        }
        Ok(())
    }
}

fn is_escaped(character: char) -> bool {
    let separates = matches!(character, '\u{2028}' | '\u{2029}');
    let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || separates || turns
}

/// A call that a mini-app's grant does not cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The interface that was called, such as `miniapp:host/request`.
    pub interface: String,
    /// What was denied, for people.
    pub message: String,
    /// The permission that is missing, where it is one.
    pub permission: Option<Permission>,
    /// The line of the partner manifest that would grant it.
    pub line: Option<GrantLine>,
}

impl Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(line) = &self.line {
            write!(f, "; to grant it, write in {line}")?;
        }
        Ok(())
    }
}

/// An error that a mini-app returned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AppError {
    /// What happened, for programs; at most 128 bytes.
    pub code: String,
    /// What happened, for people; at most 8 KiB. May contain any character.
    pub message: String,
}

impl AppError {
    const CODE_BYTES: usize = 128;
    const MESSAGE_BYTES: usize = 8 << 10;

    pub(crate) fn from_guest(error: crate::contract::GuestError) -> Self {
        let mut this = Self {
            code: error.code,
            message: error.message,
        };
        truncate(&mut this.code, Self::CODE_BYTES);
        truncate(&mut this.message, Self::MESSAGE_BYTES);
        this
    }
}

/// Cuts `text` at a character; tells whether there was anything to cut.
pub(crate) fn truncate(text: &mut String, bytes: usize) -> bool {
    if text.len() <= bytes {
        return false;
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    // A guest's long text must not stay in memory behind its short beginning.
    text.shrink_to_fit();
    true
}
