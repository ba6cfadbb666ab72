//! The life of a mini-app and its pages, as one table: what is done, the callbacks that follow in
//! their order, and the states of the W3C's MiniApp Lifecycle that they stand for. Knows no guest.
//!
//! The document is the Working Draft of 29 May 2023, <https://www.w3.org/TR/2023/WD-miniapp-lifecycle-20230529/>.
//! What it leaves open, how the callbacks of two pages follow one another, is WeChat's; so is that a
//! page is ready after it was shown, where the draft has it ready before.
//!
//! Two states of the app have no callback in the contract, on purpose:
//!
//! - *error*: the embedder is told of an error that nobody has handled, and the mini-app lives on. One that
//!   wants to hear of its own errors handles them; the engine of JavaScript calls `App.onError` for it.
//! - *unloaded*: after `on-hide` of the app and `on-unload` of its pages there is nothing left to do,
//!   and whoever is ended by force could not be told.
//!
//! `save` stands for no state: it is asked in the state hidden.

/// A state that the document knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    AppLaunched,
    AppShown,
    AppHidden,
    AppError,
    AppUnloaded,
    PageLoaded,
    PageReady,
    PageShown,
    PageHidden,
    PageUnloaded,
}

use State::{
    AppError, AppHidden, AppLaunched, AppShown, AppUnloaded, PageHidden, PageLoaded, PageReady,
    PageShown, PageUnloaded,
};

/// What the user, the native app or the host does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Launch,
    Open(&'static str),
    Redirect(&'static str),
    Back(u32),
    SwitchTab(&'static str),
    Reload(&'static str),
    /// Opened again, by the address of a page.
    Reopen(&'static str),
    Background,
    Foreground,
    /// It goes to the background, and stays there for as long as it may.
    Left,
    /// It makes room for others.
    Evict,
    Close,
    LogOut,
}

/// A callback, and the state that is reached with it.
pub type Call = (&'static str, Option<State>);

/// One line of the table.
pub struct Row {
    pub action: Action,
    pub calls: &'static [Call],
    /// States that are reached without a callback.
    pub silent: &'static [State],
}

const fn row(action: Action, calls: &'static [Call]) -> Row {
    Row {
        action,
        calls,
        silent: &[],
    }
}

/// A line whose action ends the mini-app.
const fn end(action: Action, calls: &'static [Call]) -> Row {
    Row {
        action,
        calls,
        silent: &[AppUnloaded],
    }
}

const LAUNCH: Row = row(
    Action::Launch,
    &[
        ("app launch", Some(AppLaunched)),
        ("app show", Some(AppShown)),
        ("a load", Some(PageLoaded)),
        ("a show", Some(PageShown)),
        ("a ready", Some(PageReady)),
    ],
);

const OPEN_B: Row = row(
    Action::Open("b"),
    &[
        ("a hide", Some(PageHidden)),
        ("b load", Some(PageLoaded)),
        ("b show", Some(PageShown)),
        ("b ready", Some(PageReady)),
    ],
);

const BACKGROUND: Row = row(
    Action::Background,
    &[("b hide", Some(PageHidden)), ("app hide", Some(AppHidden))],
);

/// A life that the user moves about in, and closes.
const MOVED_ABOUT_IN: &[Row] = &[
    LAUNCH,
    OPEN_B,
    row(
        Action::Open("c"),
        &[
            ("b hide", Some(PageHidden)),
            ("c load", Some(PageLoaded)),
            ("c show", Some(PageShown)),
            ("c ready", Some(PageReady)),
        ],
    ),
    row(
        Action::Back(2),
        &[
            ("c hide", Some(PageHidden)),
            ("c unload", Some(PageUnloaded)),
            ("b unload", Some(PageUnloaded)),
            ("a show", Some(PageShown)),
        ],
    ),
    OPEN_B,
    row(
        Action::Redirect("c"),
        &[
            ("b hide", Some(PageHidden)),
            ("b unload", Some(PageUnloaded)),
            ("c load", Some(PageLoaded)),
            ("c show", Some(PageShown)),
            ("c ready", Some(PageReady)),
        ],
    ),
    row(
        Action::Back(1),
        &[
            ("c hide", Some(PageHidden)),
            ("c unload", Some(PageUnloaded)),
            ("a show", Some(PageShown)),
        ],
    ),
    OPEN_B,
    row(
        Action::SwitchTab("c"),
        &[
            ("b hide", Some(PageHidden)),
            ("b unload", Some(PageUnloaded)),
            ("a unload", Some(PageUnloaded)),
            ("c load", Some(PageLoaded)),
            ("c show", Some(PageShown)),
            ("c ready", Some(PageReady)),
        ],
    ),
    row(
        Action::Reload("a"),
        &[
            ("c hide", Some(PageHidden)),
            ("c unload", Some(PageUnloaded)),
            ("a load", Some(PageLoaded)),
            ("a show", Some(PageShown)),
            ("a ready", Some(PageReady)),
        ],
    ),
    // A hook that fails changes nothing of what follows.
    Row {
        action: Action::Open("b?fail=1"),
        calls: OPEN_B.calls,
        silent: &[AppError],
    },
    row(
        Action::Reopen("c"),
        &[
            ("b hide", Some(PageHidden)),
            ("b unload", Some(PageUnloaded)),
            ("a unload", Some(PageUnloaded)),
            ("c load", Some(PageLoaded)),
            ("c show", Some(PageShown)),
            ("c ready", Some(PageReady)),
        ],
    ),
    end(
        Action::Close,
        &[
            ("c hide", Some(PageHidden)),
            ("app hide", Some(AppHidden)),
            ("c unload", Some(PageUnloaded)),
        ],
    ),
];

/// One that goes to the background and comes back, and has to make room there.
const MAKES_ROOM: &[Row] = &[
    LAUNCH,
    OPEN_B,
    BACKGROUND,
    row(
        Action::Foreground,
        &[("app show", Some(AppShown)), ("b show", Some(PageShown))],
    ),
    BACKGROUND,
    row(
        Action::Reopen("c"),
        &[
            ("b unload", Some(PageUnloaded)),
            ("a unload", Some(PageUnloaded)),
            ("app show", Some(AppShown)),
            ("c load", Some(PageLoaded)),
            ("c show", Some(PageShown)),
            ("c ready", Some(PageReady)),
        ],
    ),
    row(
        Action::Background,
        &[("c hide", Some(PageHidden)), ("app hide", Some(AppHidden))],
    ),
    end(
        Action::Evict,
        &[("app save", None), ("c unload", Some(PageUnloaded))],
    ),
];

/// One that is closed in the background.
const CLOSED_IN_THE_BACKGROUND: &[Row] = &[
    LAUNCH,
    OPEN_B,
    BACKGROUND,
    end(
        Action::Close,
        &[
            ("b unload", Some(PageUnloaded)),
            ("a unload", Some(PageUnloaded)),
        ],
    ),
];

const HIDDEN_AND_UNLOADED: &[Call] = &[
    ("b hide", Some(PageHidden)),
    ("app hide", Some(AppHidden)),
    ("b unload", Some(PageUnloaded)),
    ("a unload", Some(PageUnloaded)),
];

const HIDDEN_SAVED_AND_UNLOADED: &[Call] = &[
    ("b hide", Some(PageHidden)),
    ("app hide", Some(AppHidden)),
    ("app save", None),
    ("b unload", Some(PageUnloaded)),
    ("a unload", Some(PageUnloaded)),
];

/// Each life from its launch to its end.
pub const LIVES: &[&[Row]] = &[
    MOVED_ABOUT_IN,
    MAKES_ROOM,
    CLOSED_IN_THE_BACKGROUND,
    &[LAUNCH, OPEN_B, end(Action::Close, HIDDEN_AND_UNLOADED)],
    &[LAUNCH, OPEN_B, end(Action::LogOut, HIDDEN_AND_UNLOADED)],
    &[
        LAUNCH,
        OPEN_B,
        end(Action::Evict, HIDDEN_SAVED_AND_UNLOADED),
    ],
    &[LAUNCH, OPEN_B, end(Action::Left, HIDDEN_SAVED_AND_UNLOADED)],
];
