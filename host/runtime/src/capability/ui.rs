//! `ui`: what the native app draws over a page, and the hooks by which it does.
//!
//! The threats: a mini-app that draws faster than anybody can look, to keep the native
//! app busy; one that draws from the background, over another one. Failure mode: what is
//! too much, or not of what the user looks at, is not shown, and counted.

mod memory;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::time::{Duration, Instant};

use wasmtime::component::{Access, HasSelf};

use super::{Capability, lacks_nothing};
use crate::contract::imports::dialog_types::{Question, Reply};
use crate::contract::imports::ui::{self, Host, HostWithStore, Icon};
use crate::contract::{GuestError, code};
use crate::instance::State;
use crate::meter::{Meter, price};
use crate::page::PageId;
use crate::report::Level;
use crate::tenant::Tenant;

pub use memory::{Drawing, MemoryInterface};

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/ui",
    lacks: lacks_nothing,
    link: |linker| ui::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

/// Bytes of a toast, of what is said while the user waits, and of a title.
pub(super) const TEXT_BYTES: usize = 256;

/// How long a toast is shown if it is not said, as in WeChat.
const TOAST: Duration = Duration::from_millis(1_500);

/// How long a toast is shown at most.
const LONGEST_TOAST: Duration = Duration::from_secs(10);

/// Toasts, waits and titles of a mini-app that the native app is told of in one second:
/// nobody reads more. What is to be taken away always is.
const DRAWN_PER_SECOND: u32 = 20;

/// A short message over a page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Toast<'a> {
    /// At most 256 bytes. May contain any character.
    pub text: &'a str,
    /// The picture in it.
    pub icon: Icon,
    /// How long it is shown; at most 10 seconds.
    pub duration: Duration,
}

/// What a dialog returns: the user's answer; an error where it cannot be shown.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<Reply, NoDialog>> + Send + 'a>>;

/// A dialog cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoDialog(
    /// Why, in words that the mini-app may see.
    pub String,
);

/// Draws over mini-apps' pages. The native app implements what it has; of the rest
/// nothing is seen.
///
/// All but [`ask`](Self::ask) are called in the midst of the mini-app's call, on its
/// task and its fiber's stack, of which about a mebibyte is left: hand on what is to be
/// drawn to the thread that draws, and return. A mini-app has at most 20 toasts, waits
/// and titles in a second drawn; what is beyond is dropped, as are toasts and waits while
/// it is in the background, and their number written to its log. A panic is written there
/// too, and does nothing else. When a mini-app ends
/// ([`Report::Ended`](crate::Report::Ended)) or goes to the background, what is shown of it
/// is the native app's to take away.
pub trait UserInterface: Send + Sync {
    /// Shows a toast in place of one that is shown. It goes away by itself.
    fn show_toast(&self, tenant: &Tenant, toast: &Toast<'_>) {
        let _ = (tenant, toast);
    }

    /// Takes the toast away.
    fn hide_toast(&self, tenant: &Tenant) {
        let _ = tenant;
    }

    /// Shows that the user has to wait, with a text of at most 256 bytes, in place of
    /// one that is shown.
    fn show_loading(&self, tenant: &Tenant, text: &str) {
        let _ = (tenant, text);
    }

    /// Takes it away.
    fn hide_loading(&self, tenant: &Tenant) {
        let _ = tenant;
    }

    /// Sets the title of a page, of at most 256 bytes.
    fn set_title(&self, tenant: &Tenant, page: PageId, title: &str) {
        let _ = (tenant, page, title);
    }

    /// Asks the user, who may take their time: one question of a mini-app after the
    /// other, each begun while the mini-app is shown. Nothing where there are no dialogs, which the mini-app is told.
    ///
    /// The future runs on the mini-app's task. It is dropped when the mini-app ends, and
    /// the dialog is then to be taken away: do so in its `Drop`. What the user has typed is
    /// cut at 4 KiB.
    fn ask<'a>(&'a self, tenant: &'a Tenant, question: &'a Question) -> Option<Asking<'a>> {
        let _ = (tenant, question);
        None
    }
}

/// What one mini-app has had drawn.
#[derive(Default)]
pub(crate) struct Drawn {
    since: Option<Instant>,
    count: u32,
    dropped: usize,
    toast: bool,
    loading: bool,
}

impl Drawn {
    /// Counts something to be drawn, which would be seen or not. Tells whether it may be, and
    /// how many before it were not and are not yet reported.
    fn admit(&mut self, now: Instant, is_seen: bool) -> (bool, usize) {
        let mut dropped = 0;
        let current = |since| now - since < Duration::from_secs(1);
        if !self.since.is_some_and(current) {
            dropped = std::mem::take(&mut self.dropped);
            self.since = Some(now);
            self.count = 0;
        }
        let admitted = is_seen && self.count < DRAWN_PER_SECOND;
        if admitted {
            self.count += 1;
        } else {
            self.dropped += 1;
        }
        (admitted, dropped)
    }

    /// What is to be told of what was not drawn, once nothing more will be.
    pub(super) fn finish(&mut self) -> Option<String> {
        let dropped = std::mem::take(&mut self.dropped);
        (dropped > 0).then(|| not_shown(dropped))
    }
}

fn not_shown(dropped: usize) -> String {
    format!(
        "{dropped} toasts, waits or titles were not shown: more than {DRAWN_PER_SECOND} in a second, or in the background"
    )
}

/// Refuses a text that is too long.
pub(super) fn check(what: &str, text: &str, limit: usize) -> Result<(), GuestError> {
    if text.len() <= limit {
        return Ok(());
    }
    let message = format!("{what} has {} bytes, {limit} are allowed", text.len());
    Err(GuestError::new(code::TOO_LARGE, message))
}

type Answer = Result<(), GuestError>;

impl State {
    /// Whether something may be drawn now over whatever the user looks at.
    fn may_draw_over(&mut self) -> bool {
        let is_seen = self.sight.is_shown();
        self.may_draw(is_seen)
    }

    fn may_draw(&mut self, is_seen: bool) -> bool {
        let (admitted, dropped) = self.drawn.admit(Instant::now(), is_seen);
        if dropped > 0 {
            self.log(Level::Warn, not_shown(dropped));
        }
        admitted
    }

    fn draw(&mut self, draw: impl FnOnce(&dyn UserInterface, &Tenant)) {
        let Some(interface) = self.services.user_interface.clone() else {
            return;
        };
        let drawn = AssertUnwindSafe(|| draw(&*interface, &self.tenant));
        if catch_unwind(drawn).is_err() {
            let message = "what this app draws over the page has crashed; its makers can mend it";
            self.log(Level::Error, message.to_owned());
        }
    }
}

fn charge(host: &mut Access<'_, State, HasSelf<State>>, bytes: usize) -> wasmtime::Result<()> {
    let fuel = price::call(bytes, 0).saturating_add(price::DRAWN);
    Meter::charge(host, fuel)
}

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    fn show_toast(
        mut host: Access<State, Self>,
        text: String,
        icon: Icon,
        milliseconds: u32,
    ) -> wasmtime::Result<Answer> {
        charge(&mut host, text.len())?;
        if let Err(too_large) = check("a toast", &text, TEXT_BYTES) {
            return Ok(Err(too_large));
        }
        let duration = match milliseconds {
            0 => TOAST,
            given => Duration::from_millis(given.into()).min(LONGEST_TOAST),
        };
        let state = host.data_mut();
        if state.may_draw_over() {
            state.drawn.toast = true;
            state.draw(|interface, tenant| {
                let toast = Toast {
                    text: &text,
                    icon,
                    duration,
                };
                interface.show_toast(tenant, &toast);
            });
        }
        Ok(Ok(()))
    }

    fn hide_toast(mut host: Access<State, Self>) -> wasmtime::Result<()> {
        charge(&mut host, 0)?;
        let state = host.data_mut();
        if std::mem::take(&mut state.drawn.toast) {
            state.draw(|interface, tenant| interface.hide_toast(tenant));
        }
        Ok(())
    }

    fn show_loading(mut host: Access<State, Self>, text: String) -> wasmtime::Result<Answer> {
        charge(&mut host, text.len())?;
        if let Err(too_large) = check("what is said while the user waits", &text, TEXT_BYTES) {
            return Ok(Err(too_large));
        }
        let state = host.data_mut();
        if state.may_draw_over() {
            state.drawn.loading = true;
            state.draw(|interface, tenant| interface.show_loading(tenant, &text));
        }
        Ok(Ok(()))
    }

    fn hide_loading(mut host: Access<State, Self>) -> wasmtime::Result<()> {
        charge(&mut host, 0)?;
        let state = host.data_mut();
        if std::mem::take(&mut state.drawn.loading) {
            state.draw(|interface, tenant| interface.hide_loading(tenant));
        }
        Ok(())
    }

    fn set_title(
        mut host: Access<State, Self>,
        page: u32,
        title: String,
    ) -> wasmtime::Result<Answer> {
        charge(&mut host, title.len())?;
        if let Err(too_large) = check("a title", &title, TEXT_BYTES) {
            return Ok(Err(too_large));
        }
        let (page, state) = (PageId(page), host.data_mut());
        if state.pages.data(page).is_none() {
            let message = format!("{page} is not open; set the title of one that is");
            return Ok(Err(GuestError::new(code::NOT_FOUND, message)));
        }
        // A page keeps its title until it is seen again.
        if state.may_draw(true) {
            state.draw(|interface, tenant| interface.set_title(tenant, page, &title));
        }
        Ok(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_at_the_limit_and_one_past() {
        let now = Instant::now();
        let mut drawn = Drawn::default();
        for _ in 0..DRAWN_PER_SECOND {
            assert_eq!(drawn.admit(now, true), (true, 0));
        }
        assert_eq!(drawn.admit(now, true), (false, 0));
        assert_eq!(drawn.admit(now, false), (false, 0));
        assert_eq!(drawn.admit(now + Duration::from_secs(1), true), (true, 2));
    }
}
