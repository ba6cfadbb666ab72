//! Questions to the user that wait for an answer; must not know how they look.
//!
//! One question of a mini-app is shown after the other, and at most 8 wait. What is asked from the background
//! waits until the mini-app is shown.
//!
//! ```
//! use miniapp_guest::prelude::*;
//! use miniapp_guest::testing::Host;
//!
//! #[derive(Default)]
//! struct Cart;
//!
//! impl Page for Cart {
//!     async fn on_event(&self, page: PageHandle, _event: Event) -> Result<()> {
//!         if dialog::confirm("Empty the cart?").await? {
//!             page.set_data("items", &[0; 0])?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let host = Host::new().answer_dialog(true, None);
//! let page = host.open::<Cart>("pages/cart", []);
//! page.event("onEmpty", json!({})).unwrap();
//! assert_eq!(host.questions()[0].text, "Empty the cart?");
//! assert_eq!(page.data("items"), json!([]));
//! ```

use crate::error::Result;
use crate::host;

/// What the user is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// At most 256 bytes; may be empty.
    pub title: String,
    /// At most 4 KiB.
    pub text: String,
    /// The word on the button that agrees, at most 64 bytes; the native app's own if absent.
    pub confirm: Option<String>,
    /// Whether there is a button that declines.
    pub cancellable: bool,
    /// The word on it, at most 64 bytes; the native app's own if absent.
    pub cancel: Option<String>,
    /// If there, the user may type a text, and this stands in the empty field; at most 256 bytes.
    pub placeholder: Option<String>,
}

/// What the user has answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Whether they agreed.
    pub confirmed: bool,
    /// What they typed, at most 4 KiB.
    pub input: Option<String>,
}

/// Asks, and waits for the answer.
///
/// # Errors
/// Fails if the question is too large, too many wait, or the native app shows no dialogs.
pub async fn ask(question: Question) -> Result<Reply> {
    host::ask(question).await
}

/// Tells the user something, and waits until they have seen it.
///
/// # Errors
/// Fails as [`ask`] does.
pub async fn alert(text: impl Into<String>) -> Result<()> {
    let text = text.into();
    let question = Question {
        text,
        ..Question::default()
    };
    ask(question).await.map(drop)
}

/// Whether the user agrees.
///
/// # Errors
/// Fails as [`ask`] does.
pub async fn confirm(text: impl Into<String>) -> Result<bool> {
    let text = text.into();
    let question = Question {
        text,
        cancellable: true,
        ..Question::default()
    };
    Ok(ask(question).await?.confirmed)
}

/// What the user types, unless they decline.
///
/// # Errors
/// Fails as [`ask`] does.
pub async fn prompt(
    text: impl Into<String>,
    placeholder: impl Into<String>,
) -> Result<Option<String>> {
    let question = Question {
        text: text.into(),
        cancellable: true,
        placeholder: Some(placeholder.into()),
        ..Question::default()
    };
    let reply = ask(question).await?;
    let typed = reply.input.unwrap_or_default();
    Ok(reply.confirmed.then_some(typed))
}
