//! Keys and values that last: a list of notes, which is there the next time, too.

use miniapp_guest::prelude::*;
use serde::Deserialize;

/// Shows the notes, adds one (`onAdd` with `{text}`), and forgets them all (`onForget`).
#[derive(Default)]
pub struct Storage;

#[derive(Deserialize)]
struct Note {
    text: String,
}

async fn show(page: PageHandle, notes: &[String]) -> Result<()> {
    let usage = storage::usage().await?;
    let percent = usage.bytes * 100 / usage.limit.max(1);
    page.update()
        .set("notes", notes)?
        .set("percent", &percent)?
        .apply()
}

impl Page for Storage {
    async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
        let notes: Vec<String> = storage::get("notes").await?.unwrap_or_default();
        show(page, &notes).await
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        let mut notes: Vec<String> = storage::get("notes").await?.unwrap_or_default();
        match event.handler() {
            "onAdd" => {
                let Note { text } = event.detail()?;
                notes.push(text);
                // When this returns, the note is safe, whatever happens next.
                storage::set("notes", &notes).await?;
            }
            "onForget" => {
                notes.clear();
                storage::remove("notes").await?;
            }
            _ => {}
        }
        show(page, &notes).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn notes_are_there_the_next_time() {
        let host = Host::new();
        let page = host.open::<Storage>("pages/storage", []);
        page.load().unwrap();
        page.event("onAdd", json!({ "text": "milk" })).unwrap();
        let again = host.open::<Storage>("pages/storage", []);
        again.load().unwrap();
        assert_eq!(again.data("notes"), json!(["milk"]));
        again.event("onForget", json!({})).unwrap();
        assert_eq!(host.stored("notes"), Value::Null);
    }

    #[test]
    fn without_the_permission_it_says_so() {
        let page = Host::new()
            .deny("storage:local")
            .open::<Storage>("pages/storage", []);
        assert!(page.load().unwrap_err().is_denied());
    }
}
