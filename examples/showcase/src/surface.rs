//! What is drawn over a page: titles, toasts, questions; and the clipboard.

use miniapp_guest::dialog::Question;
use miniapp_guest::prelude::*;

/// Asks for a name, greets, and copies the greeting.
#[derive(Default)]
pub(crate) struct Surface;

impl Page for Surface {
    async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
        ui::set_title(page, "Over the page")
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "onGreet" => {
                let Some(name) = dialog::prompt("What are you called?", "A name").await? else {
                    return ui::show_toast("Some other time");
                };
                let greeting = format!("Hello {name}");
                page.set_data("greeting", &greeting)?;
                clipboard::write(greeting).await?;
                ui::show_toast_with("Copied", ui::Icon::Success, 2_000)
            }
            "onPaste" => {
                let text = clipboard::read().await?;
                page.set_data("pasted", &text)
            }
            "onForget" => {
                let question = Question {
                    title: "Forget".into(),
                    text: "Shall the greeting be forgotten?".into(),
                    cancellable: true,
                    confirm: Some("Forget".into()),
                    ..Question::default()
                };
                if dialog::ask(question).await?.confirmed {
                    ui::show_loading("Forgetting")?;
                    page.set_data("greeting", &Value::Null)?;
                    ui::hide_loading();
                }
                Ok(())
            }
            other => Err(Error::app(format!("there is no handler `{other}`"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn it_greets_and_copies() {
        let host = Host::new().answer_dialog(true, Some("Mia"));
        let page = host.open::<Surface>("pages/surface", []);
        page.load().unwrap();
        page.event("onGreet", json!({})).unwrap();
        assert_eq!(host.title(page.handle()).as_deref(), Some("Over the page"));
        assert_eq!(page.data("greeting"), "Hello Mia");
        assert_eq!(host.copied().as_deref(), Some("Hello Mia"));
        assert_eq!(host.toasts(), ["Copied"]);
        page.event("onPaste", json!({})).unwrap();
        assert_eq!(page.data("pasted"), "Hello Mia");
    }

    #[test]
    fn who_declines_is_not_greeted() {
        let host = Host::new().answer_dialog(false, None);
        let page = host.open::<Surface>("pages/surface", []);
        page.event("onGreet", json!({})).unwrap();
        assert_eq!(host.toasts(), ["Some other time"]);
        assert_eq!(page.data("greeting"), Value::Null);
    }

    #[test]
    fn it_forgets_when_it_may() {
        let host = Host::new().answer_dialog(true, None);
        let page = host.open::<Surface>("pages/surface", []);
        page.event("onForget", json!({})).unwrap();
        assert_eq!(host.questions()[0].title, "Forget");
        assert_eq!(host.loading(), None);
    }
}
