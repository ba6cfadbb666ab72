//! The pages of one mini-app that are open, each with its data. Knows no order
//! of opening: that is the page stack's.

use std::collections::BTreeMap;
use std::fmt;

use crate::data::DataTree;

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

/// The open pages of one mini-app.
#[derive(Default)]
pub(crate) struct Pages {
    open: BTreeMap<PageId, DataTree>,
}

impl Pages {
    pub(crate) fn open(&mut self, page: PageId) {
        self.open.entry(page).or_default();
    }

    /// Drops a page's data and returns what it weighed.
    pub(crate) fn close(&mut self, page: PageId) -> usize {
        self.open.remove(&page).map_or(0, |data| data.weight())
    }

    pub(crate) fn data(&self, page: PageId) -> Option<&DataTree> {
        self.open.get(&page)
    }

    pub(crate) fn data_mut(&mut self, page: PageId) -> Option<&mut DataTree> {
        self.open.get_mut(&page)
    }
}
