//! The stack of pages, and which callback is due: pages are opened, covered and
//! closed here, and the app goes to the background and comes back. Knows neither
//! the guest nor the pages' data, and waits for nothing.
//!
//! What is asked for takes effect on the stack at once; the callbacks follow it.
//! [`PageStack::next`] names the next one to begin, [`PageStack::returned`] tells that
//! one is over. A page has one callback under way at a time, but for those that hide
//! and close it, which wait for nothing: whoever leaves a page that still loads, or is
//! still being shown, must not be kept. Pages do not wait for one another.
//!
//! The order is that of the W3C's MiniApp Lifecycle, and WeChat's where that is
//! silent: a page is hidden before the one that covers it is loaded; what is closed
//! is hidden and unloaded, the topmost first, before what lies below is shown; the
//! app is shown before its page, which waits for that, and hidden after it. The app's own
//! two wait for nothing, as little as those that hide a page: one that never returns must
//! not be the last.

use super::{OpenPage, PageId};

/// One callback to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    AppShow,
    AppHide,
    Load(PageId),
    Show(PageId),
    Ready(PageId),
    Hide(PageId),
    Unload(PageId),
}

/// How far a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Its `on-load` was not begun.
    Planned,
    /// Its `on-load` is under way.
    Loading,
    /// It is loaded, and covered or in the background.
    Hidden,
    /// Its `on-show` was begun.
    Shown,
}

#[derive(Debug)]
struct Entry {
    page: OpenPage,
    stage: Stage,
    /// Callbacks of it that are under way: one, and the `on-hide` that did not wait for it.
    calls: u8,
    /// Whether its `on-ready` was begun.
    ready: bool,
}

/// The stack of a mini-app's pages.
#[derive(Debug)]
pub(crate) struct PageStack {
    /// The lowest one first.
    open: Vec<Entry>,
    /// Closed, and their last callbacks not begun; the topmost first. They were loaded, and
    /// nothing is loaded while there are any: with the open ones that are, never more than
    /// `limit`, however often the stack is changed.
    closing: Vec<Entry>,
    foreground: bool,
    /// Whether nothing is begun any more but what leads out of it.
    leaving: bool,
    app_shown: bool,
    /// Whether its last `on-show` is under way, and nothing has hidden it since.
    app_showing: bool,
    /// Callbacks of the app that are under way.
    app_calls: u8,
    last: u32,
    limit: usize,
}

/// There is no room for another page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// There is nothing to go back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lowest;

impl PageStack {
    /// A stack for so many pages, of an app that was shown.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            open: Vec::new(),
            closing: Vec::new(),
            foreground: true,
            leaving: false,
            app_shown: true,
            app_showing: false,
            app_calls: 0,
            last: 0,
            limit: limit.max(1),
        }
    }

    /// Opens a page on top.
    pub(crate) fn push(
        &mut self,
        path: String,
        query: Vec<(String, String)>,
    ) -> Result<PageId, Full> {
        if self.open.len() >= self.limit {
            return Err(Full);
        }
        // A life in which four thousand million pages were opened goes on with the last id.
        self.last = self.last.saturating_add(1);
        let id = PageId(self.last);
        self.open.push(Entry {
            page: OpenPage { id, path, query },
            stage: Stage::Planned,
            calls: 0,
            ready: false,
        });
        Ok(id)
    }

    /// Closes so many pages from the top, at least one, but never the lowest one.
    pub(crate) fn back(&mut self, pages: usize) -> Result<(), Lowest> {
        let closable = self.open.len().saturating_sub(1);
        if closable == 0 {
            return Err(Lowest);
        }
        self.close(pages.clamp(1, closable));
        Ok(())
    }

    /// Closes so many pages from the top, the lowest one too. One that was not begun
    /// leaves no trace.
    pub(crate) fn close(&mut self, pages: usize) {
        let left = self.open.len().saturating_sub(pages);
        let closed = self.open.drain(left..).rev();
        self.closing
            .extend(closed.filter(|entry| entry.stage != Stage::Planned));
    }

    /// The app goes to the foreground or the background.
    pub(crate) fn set_foreground(&mut self, foreground: bool) {
        self.foreground = foreground;
    }

    /// The app goes to the background for good: what hides and closes is due, and nothing
    /// else any more.
    pub(crate) fn leave(&mut self) {
        self.foreground = false;
        self.leaving = true;
    }

    /// The next callback to begin; nothing where all that are due have begun.
    pub(crate) fn next(&mut self) -> Option<Step> {
        self.next_closing()
            .or_else(|| self.next_hiding())
            .or_else(|| self.next_of_app())
            .or_else(|| self.next_loading())
            .or_else(|| self.next_showing())
    }

    fn next_closing(&mut self) -> Option<Step> {
        let entry = self.closing.first_mut()?;
        let id = entry.page.id;
        if entry.stage == Stage::Shown {
            entry.stage = Stage::Hidden;
            return Some(Step::Hide(id));
        }
        self.closing.remove(0);
        Some(Step::Unload(id))
    }

    fn next_hiding(&mut self) -> Option<Step> {
        let top = self.top();
        let foreground = self.foreground;
        let covered = |entry: &&mut Entry| {
            entry.stage == Stage::Shown && !(foreground && Some(entry.page.id) == top)
        };
        let entry = self.open.iter_mut().find(covered)?;
        entry.stage = Stage::Hidden;
        entry.calls = entry.calls.saturating_add(1);
        Some(Step::Hide(entry.page.id))
    }

    fn next_of_app(&mut self) -> Option<Step> {
        if self.app_shown == self.foreground {
            return None;
        }
        self.app_shown = self.foreground;
        self.app_showing = self.foreground;
        self.app_calls = self.app_calls.saturating_add(1);
        Some(if self.foreground {
            Step::AppShow
        } else {
            Step::AppHide
        })
    }

    fn next_loading(&mut self) -> Option<Step> {
        let leaving = self.leaving;
        let planned = |entry: &&mut Entry| entry.stage == Stage::Planned && !leaving;
        let entry = self.open.iter_mut().find(planned)?;
        entry.stage = Stage::Loading;
        entry.calls = 1;
        Some(Step::Load(entry.page.id))
    }

    fn next_showing(&mut self) -> Option<Step> {
        let visible = self.foreground && self.app_shown && !self.app_showing;
        let top = self
            .open
            .last_mut()
            .filter(|top| visible && top.calls == 0)?;
        let id = top.page.id;
        match top.stage {
            Stage::Hidden => {
                top.stage = Stage::Shown;
                top.calls = 1;
                Some(Step::Show(id))
            }
            Stage::Shown if !top.ready => {
                top.ready = true;
                top.calls = 1;
                Some(Step::Ready(id))
            }
            _ => None,
        }
    }

    /// A callback has returned.
    pub(crate) fn returned(&mut self, step: Step) {
        let id = match step {
            Step::AppShow | Step::AppHide => {
                self.app_calls = self.app_calls.saturating_sub(1);
                if step == Step::AppShow {
                    self.app_showing = false;
                }
                return;
            }
            // Nothing waits for these of a page that is closed.
            Step::Unload(_) => return,
            Step::Load(id) | Step::Show(id) | Step::Ready(id) | Step::Hide(id) => id,
        };
        let pages = self.open.iter_mut().chain(&mut self.closing);
        if let Some(entry) = pages.into_iter().find(|entry| entry.page.id == id) {
            entry.calls = entry.calls.saturating_sub(1);
            if entry.stage == Stage::Loading {
                entry.stage = Stage::Hidden;
            }
        }
    }

    /// Whether the app and its pages are as visible as they are to be, and have been told.
    /// A page that loads keeps nobody waiting.
    pub(crate) fn is_settled(&self) -> bool {
        self.app_calls == 0
            && self.app_shown == self.foreground
            && self.closing.is_empty()
            && self
                .open
                .iter()
                .all(|entry| entry.calls == 0 || entry.stage == Stage::Loading)
    }

    /// Whether no callback is under way or due, of pages that load neither.
    pub(crate) fn is_idle(&self) -> bool {
        let due = |entry: &Entry| entry.calls > 0 || entry.stage == Stage::Planned;
        self.is_settled() && !self.open.iter().any(due)
    }

    /// Whether the app goes for good.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// The page on top.
    pub(crate) fn top(&self) -> Option<PageId> {
        self.open.last().map(|entry| entry.page.id)
    }

    /// The open pages, the lowest one first.
    pub(crate) fn pages(&self) -> impl DoubleEndedIterator<Item = &OpenPage> {
        self.open.iter().map(|entry| &entry.page)
    }

    /// An open page.
    pub(crate) fn page(&self, id: PageId) -> Option<&OpenPage> {
        self.pages().find(|page| page.id == id)
    }

    /// How many pages are open.
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// How many pages may be open.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }
}

#[cfg(test)]
#[path = "stack_tests.rs"]
mod tests;
