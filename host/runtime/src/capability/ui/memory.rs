//! What is drawn, kept instead: for tests and for hosts without a screen. Must not know what
//! it means.

use std::collections::VecDeque;
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use miniapp_package::AppId;

use super::{Asking, NoDialog, Toast, UserInterface};
use crate::contract::imports::dialog_types::{Question, Reply};
use crate::contract::imports::ui::Icon;
use crate::page::PageId;
use crate::tenant::Tenant;

/// Drawings that are kept, the newest: what a mini-app draws in some minutes at the pace that
/// it is held to, in about 20 MB with the longest questions.
const MAX_DRAWINGS: usize = 4_096;

/// One thing that a mini-app has had drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Drawing {
    /// A toast was shown.
    Toast {
        /// What it says.
        text: String,
        /// The picture in it.
        icon: Icon,
        /// How long it is shown.
        duration: Duration,
    },
    /// The toast was taken away.
    ToastHidden,
    /// The user was told to wait, with this text.
    Loading(String),
    /// The wait is over.
    LoadingHidden,
    /// The title of a page was set.
    Title {
        /// The page.
        page: PageId,
        /// Its title.
        title: String,
    },
    /// The user was asked.
    Question {
        /// The question's title.
        title: String,
        /// What it says.
        text: String,
    },
}

/// A user interface that shows nothing to anybody: it keeps what it is to draw, and answers
/// questions with the replies that it was given before, at once. For tests and demonstrations:
/// where it answers, no user was asked.
#[derive(Debug, Default)]
pub struct MemoryInterface {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    drawings: VecDeque<(AppId, Drawing)>,
    replies: VecDeque<Reply>,
}

impl MemoryInterface {
    /// Answers one more question, after those that were given before. A question for which
    /// nothing is left fails.
    pub fn reply(&self, confirmed: bool, input: Option<&str>) {
        let input = input.map(str::to_owned);
        self.kept().replies.push_back(Reply { confirmed, input });
    }

    /// What was drawn, in its order: the last 4,096 of all mini-apps.
    pub fn drawn(&self) -> Vec<Drawing> {
        let kept = self.kept();
        kept.drawings.iter().map(|(_, one)| one.clone()).collect()
    }

    /// What one mini-app has had drawn, whoever its user is.
    pub fn drawn_by(&self, app: &AppId) -> Vec<Drawing> {
        let kept = self.kept();
        let own = kept.drawings.iter().filter(|(by, _)| by == app);
        own.map(|(_, one)| one.clone()).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, tenant: &Tenant, drawing: Drawing) {
        let mut kept = self.kept();
        if kept.drawings.len() >= MAX_DRAWINGS {
            kept.drawings.pop_front();
        }
        kept.drawings.push_back((tenant.app.clone(), drawing));
    }
}

impl UserInterface for MemoryInterface {
    fn show_toast(&self, tenant: &Tenant, toast: &Toast<'_>) {
        let toast = Drawing::Toast {
            text: toast.text.to_owned(),
            icon: toast.icon,
            duration: toast.duration,
        };
        self.keep(tenant, toast);
    }

    fn hide_toast(&self, tenant: &Tenant) {
        self.keep(tenant, Drawing::ToastHidden);
    }

    fn show_loading(&self, tenant: &Tenant, text: &str) {
        self.keep(tenant, Drawing::Loading(text.to_owned()));
    }

    fn hide_loading(&self, tenant: &Tenant) {
        self.keep(tenant, Drawing::LoadingHidden);
    }

    fn set_title(&self, tenant: &Tenant, page: PageId, title: &str) {
        let title = title.to_owned();
        self.keep(tenant, Drawing::Title { page, title });
    }

    fn ask<'a>(&'a self, tenant: &'a Tenant, question: &'a Question) -> Option<Asking<'a>> {
        let (title, text) = (question.title.clone(), question.text.clone());
        self.keep(tenant, Drawing::Question { title, text });
        let reply = self.kept().replies.pop_front();
        let reply = reply.ok_or_else(|| NoDialog("no reply is left for this question".to_owned()));
        Some(Box::pin(ready(reply)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_at_the_limit_and_one_past() {
        let interface = MemoryInterface::default();
        let tenant = |app: &str| Tenant::new(AppId::parse(app).unwrap(), None);
        let (first, second) = (tenant("miniapp_first"), tenant("miniapp_second"));
        interface.set_title(&first, PageId::FIRST, "Cart");
        for _ in 1..MAX_DRAWINGS {
            interface.hide_toast(&second);
        }
        assert_eq!(interface.drawn().len(), MAX_DRAWINGS);
        let (page, title) = (PageId::FIRST, "Cart".to_owned());
        assert_eq!(
            interface.drawn_by(&first.app),
            [Drawing::Title { page, title }]
        );
        interface.show_loading(&second, "Ordering");
        assert_eq!(interface.drawn().len(), MAX_DRAWINGS);
        assert_eq!(interface.drawn_by(&first.app), []);
    }
}
