//! What may be asked of the stack of pages, by the mini-app and by the embedder,
//! and why it may be refused. Knows neither the guest nor the callbacks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use miniapp_package::{InvalidAddress, PageAddress};

use super::Pages;
use super::stack::{Full, Lowest};
use crate::end::EndReason;

/// A change of the stack of pages. Addresses are a page's path with an optional
/// query: `pages/offer?id=7`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Navigation {
    /// Opens a page on top.
    Open(String),
    /// Replaces the page on top.
    Redirect(String),
    /// Closes so many pages, at least one; the lowest one stays.
    Back(u32),
    /// Closes all pages and opens one of the app manifest's tabs.
    SwitchTab(String),
    /// Closes all pages and opens one.
    Reload(String),
}

/// The stack of pages was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NavigationError {
    /// The address cannot be read.
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    /// The app manifest has no such page.
    #[error("the mini-app has no page `{page}`; its pages are {}", .known.join(", "))]
    UnknownPage {
        /// The page.
        page: String,
        /// The pages of the manifest.
        known: Vec<String>,
    },
    /// The app manifest has no such tab.
    #[error("`{page}` is no tab; {}", tabs(.known))]
    NotATab {
        /// The page.
        page: String,
        /// The tabs of the manifest.
        known: Vec<String>,
    },
    /// There is no room for another page.
    #[error("{limit} pages are open, which is the limit; go back, or redirect in place of opening")]
    TooManyPages {
        /// The limit.
        limit: usize,
    },
    /// There is nothing to go back to.
    #[error("only one page is open, and the lowest one stays; to leave it, close the mini-app")]
    Lowest,
    /// The mini-app opens pages faster than anybody can look at them.
    #[error(
        "pages follow one another too fast: {} at once, and {} in a second in the long run; wait for the user in between",
        Pace::BURST,
        Pace::PER_SECOND
    )]
    TooFast,
    /// The mini-app has ended.
    #[error("the mini-app has ended: {0}")]
    Ended(Arc<EndReason>),
}

fn tabs(known: &[String]) -> String {
    if known.is_empty() {
        return "miniapp.yaml has no `tabs`".to_owned();
    }
    format!("the tabs are {}", known.join(", "))
}

/// The pages that a mini-app has.
#[derive(Debug)]
pub(crate) struct Routes {
    pub(crate) pages: Vec<String>,
    pub(crate) tabs: Vec<String>,
}

impl Routes {
    /// An address of one of the pages.
    pub(crate) fn find(&self, address: &str) -> Result<PageAddress, NavigationError> {
        let address = PageAddress::parse(address)?;
        if self.pages.contains(&address.path) {
            return Ok(address);
        }
        Err(NavigationError::UnknownPage {
            page: address.path,
            known: self.pages.clone(),
        })
    }

    fn tab(&self, address: &str) -> Result<PageAddress, NavigationError> {
        let address = self.find(address)?;
        if self.tabs.contains(&address.path) {
            return Ok(address);
        }
        Err(NavigationError::NotATab {
            page: address.path,
            known: self.tabs.clone(),
        })
    }
}

impl Pages {
    /// Changes the stack, all or nothing. The callbacks follow.
    pub(crate) fn navigate(
        &mut self,
        navigation: &Navigation,
        routes: &Routes,
    ) -> Result<(), NavigationError> {
        let stack = &mut self.stack;
        let limit = stack.limit();
        let full = |Full| NavigationError::TooManyPages { limit };
        let (closed, address) = match navigation {
            Navigation::Back(pages) => {
                let pages = usize::try_from(*pages).unwrap_or(usize::MAX);
                stack
                    .back(pages)
                    .map_err(|Lowest| NavigationError::Lowest)?;
                self.touch();
                return Ok(());
            }
            Navigation::Open(address) => (0, routes.find(address)?),
            Navigation::Redirect(address) => (1, routes.find(address)?),
            Navigation::SwitchTab(address) => (stack.len(), routes.tab(address)?),
            Navigation::Reload(address) => (stack.len(), routes.find(address)?),
        };
        stack.close(closed);
        // What was closed has made room, so that only an `Open` can find none.
        stack.push(address.path, address.query).map_err(full)?;
        self.touch();
        Ok(())
    }
}

/// How fast a mini-app may change its pages by itself: a loop of redirections is not
/// to keep the native app busy. The embedder, who speaks for the user, is not held back.
#[derive(Debug)]
pub(crate) struct Pace {
    left: u32,
    since: Option<Instant>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            left: Self::BURST,
            since: None,
        }
    }
}

impl Pace {
    /// Changes at once: more than any chain of redirections that means well.
    const BURST: u32 = 32;
    /// Changes in a second, in the long run: nobody looks at more pages.
    const PER_SECOND: u32 = 4;

    /// Takes one change, if there is one left.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), NavigationError> {
        let step = Duration::from_secs(1) / Self::PER_SECOND;
        let since = *self.since.get_or_insert(now);
        let steps = now.saturating_duration_since(since).as_millis() / step.as_millis();
        let steps = u32::try_from(steps).unwrap_or(Self::BURST).min(Self::BURST);
        if steps > 0 {
            self.left = self.left.saturating_add(steps).min(Self::BURST);
            self.since = Some(now);
        }
        self.left = self.left.checked_sub(1).ok_or(NavigationError::TooFast)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Routes {
            pages: names(&["pages/index", "pages/offer", "pages/me"]),
            tabs: names(&["pages/index", "pages/me"]),
        }
    }

    fn paths(pages: &Pages) -> Vec<String> {
        pages.stack.pages().map(|page| page.path.clone()).collect()
    }

    fn go(pages: &mut Pages, navigation: Navigation) -> Result<(), NavigationError> {
        pages.navigate(&navigation, &routes())
    }

    #[test]
    fn the_stack_after_each_change() {
        let mut pages = Pages::new(3);
        let open = |path: &str| Navigation::Open(path.to_owned());
        go(&mut pages, open("pages/index")).unwrap();
        go(&mut pages, open("/pages/offer?id=7")).unwrap();
        assert_eq!(paths(&pages), ["pages/index", "pages/offer"]);
        go(&mut pages, Navigation::Redirect("pages/me".to_owned())).unwrap();
        assert_eq!(paths(&pages), ["pages/index", "pages/me"]);
        go(&mut pages, Navigation::Back(9)).unwrap();
        assert_eq!(paths(&pages), ["pages/index"]);
        assert_eq!(
            go(&mut pages, Navigation::Back(1)),
            Err(NavigationError::Lowest)
        );
        go(&mut pages, open("pages/me")).unwrap();
        go(&mut pages, open("pages/me")).unwrap();
        let full = NavigationError::TooManyPages { limit: 3 };
        assert_eq!(go(&mut pages, open("pages/me")), Err(full));
        go(&mut pages, Navigation::Redirect("pages/offer".to_owned())).unwrap();
        go(&mut pages, Navigation::SwitchTab("pages/index".to_owned())).unwrap();
        assert_eq!(paths(&pages), ["pages/index"]);
        go(&mut pages, Navigation::Reload("pages/offer".to_owned())).unwrap();
        assert_eq!(paths(&pages), ["pages/offer"]);
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let mut pages = Pages::new(3);
        go(&mut pages, Navigation::Open("pages/index".to_owned())).unwrap();
        let refused = [
            Navigation::Open("pages/none".to_owned()),
            Navigation::Redirect(String::new()),
            Navigation::SwitchTab("pages/offer".to_owned()),
            Navigation::Reload("pages/index#part".to_owned()),
        ];
        for navigation in refused {
            let error = go(&mut pages, navigation.clone()).unwrap_err();
            assert_eq!(paths(&pages), ["pages/index"], "{navigation:?}: {error}");
        }
    }

    #[test]
    fn a_burst_and_one_more_and_the_long_run() {
        let now = Instant::now();
        let mut pace = Pace::default();
        for _ in 0..Pace::BURST {
            pace.take(now).unwrap();
        }
        assert_eq!(pace.take(now), Err(NavigationError::TooFast));
        let later = now + Duration::from_millis(510);
        assert_eq!(pace.take(later), Ok(()));
        assert_eq!(pace.take(later), Ok(()));
        assert_eq!(pace.take(later), Err(NavigationError::TooFast));
        for _ in 0..Pace::BURST {
            pace.take(later + Duration::from_secs(3600)).unwrap();
        }
    }
}
