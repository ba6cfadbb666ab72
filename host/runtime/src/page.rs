//! The pages of one mini-app that are open: their stack, and the data of each.
//! Knows nothing of the guest, nor of who asks for a page.

mod navigation;
mod stack;

use std::collections::BTreeMap;
use std::fmt;
use std::task::{Context, Poll, Waker};

use miniapp_data::DataTree;

pub use navigation::{Navigation, NavigationError};
pub(crate) use navigation::{Pace, Routes};
pub(crate) use stack::{PageStack, Step};

/// Names one opened page of a mini-app for as long as it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(pub(crate) u32);

impl PageId {
    /// The page that a launch opens.
    pub const FIRST: Self = Self(1);

    /// The number that the guest sees.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for PageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "page {}", self.0)
    }
}

/// One page of a mini-app's stack.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenPage {
    /// Names it in events and reports.
    pub id: PageId,
    /// Its path in the app manifest.
    pub path: String,
    /// The decoded pairs of the query that it was opened with.
    pub query: Vec<(String, String)>,
}

/// The open pages of one mini-app.
pub(crate) struct Pages {
    pub(crate) stack: PageStack,
    pub(crate) pace: Pace,
    /// From the beginning of `on-load` to the beginning of `on-unload`.
    data: BTreeMap<PageId, DataTree>,
    /// Whether callbacks may be due.
    due: bool,
    /// Who is to be woken once they may be.
    waiting: Option<Waker>,
}

impl Pages {
    /// Room for so many pages.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            stack: PageStack::new(limit),
            pace: Pace::default(),
            data: BTreeMap::new(),
            due: false,
            waiting: None,
        }
    }

    /// Callbacks may be due from now on.
    pub(crate) fn touch(&mut self) {
        self.due = true;
        if let Some(waiting) = self.waiting.take() {
            waiting.wake();
        }
    }

    /// Waits until callbacks may be due.
    pub(crate) fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.due {
            return Poll::Ready(());
        }
        match &mut self.waiting {
            Some(waiting) => waiting.clone_from(cx.waker()),
            waiting => *waiting = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// Whether callbacks may be due since this was last asked.
    pub(crate) fn take_due(&mut self) -> bool {
        std::mem::take(&mut self.due)
    }

    /// A page begins to load.
    pub(crate) fn open(&mut self, page: PageId) {
        self.data.insert(page, DataTree::default());
    }

    /// Drops a page's data and returns what it weighed.
    pub(crate) fn close(&mut self, page: PageId) -> usize {
        self.data.remove(&page).map_or(0, |data| data.weight())
    }

    pub(crate) fn data(&self, page: PageId) -> Option<&DataTree> {
        self.data.get(&page)
    }

    pub(crate) fn data_mut(&mut self, page: PageId) -> Option<&mut DataTree> {
        self.data.get_mut(&page)
    }
}
