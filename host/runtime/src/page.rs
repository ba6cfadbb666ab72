//! The pages of one mini-app that are open: their stack, and the data of each.
//! Knows nothing of the guest, nor of who asks for a page.

mod navigation;
mod stack;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use miniapp_data::DataTree;
use tokio::sync::Notify;

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
    /// Told when the mini-app itself has changed the stack.
    changed: Arc<Notify>,
}

impl Pages {
    /// Room for so many pages.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            stack: PageStack::new(limit),
            pace: Pace::default(),
            data: BTreeMap::new(),
            due: false,
            changed: Arc::default(),
        }
    }

    /// Who is told that the stack has changed.
    pub(crate) fn changed(&self) -> Arc<Notify> {
        Arc::clone(&self.changed)
    }

    /// Callbacks may be due from now on.
    pub(crate) fn touch(&mut self) {
        self.due = true;
        self.changed.notify_one();
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
