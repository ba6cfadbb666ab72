//! The pages of one mini-app that are open, each with its data. Knows no order
//! of opening: that is the page stack's.

use std::collections::BTreeMap;
use std::fmt;

use miniapp_data::DataTree;

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

/// How far an open page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Its `on-load` has not returned.
    Loading,
    /// It is loaded, and the app is in the foreground.
    Shown,
    /// It is loaded, and the app is in the background.
    Hidden,
}

struct Page {
    data: DataTree,
    stage: Stage,
}

/// The open pages of one mini-app.
#[derive(Default)]
pub(crate) struct Pages {
    open: BTreeMap<PageId, Page>,
}

impl Pages {
    pub(crate) fn open(&mut self, page: PageId) {
        let data = DataTree::default();
        self.open.insert(
            page,
            Page {
                data,
                stage: Stage::Loading,
            },
        );
    }

    /// Drops a page's data and returns what it weighed.
    pub(crate) fn close(&mut self, page: PageId) -> usize {
        self.open.remove(&page).map_or(0, |page| page.data.weight())
    }

    /// How far a page is; nothing where it is not open.
    pub(crate) fn stage(&self, page: PageId) -> Option<Stage> {
        self.open.get(&page).map(|page| page.stage)
    }

    pub(crate) fn set_stage(&mut self, page: PageId, stage: Stage) {
        if let Some(page) = self.open.get_mut(&page) {
            page.stage = stage;
        }
    }

    pub(crate) fn data(&self, page: PageId) -> Option<&DataTree> {
        self.open.get(&page).map(|page| &page.data)
    }

    pub(crate) fn data_mut(&mut self, page: PageId) -> Option<&mut DataTree> {
        self.open.get_mut(&page).map(|page| &mut page.data)
    }
}
