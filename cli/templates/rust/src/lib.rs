//! The mini-app's pages.

use std::cell::Cell;

use miniapp_guest::prelude::*;

/// The page `pages/index` of miniapp.yaml. The native app shows its data, which `set_data` changes.
#[derive(Default)]
struct Index {
    taps: Cell<u32>,
}

impl Page for Index {
    /// The page was opened, with the query of its address.
    async fn on_load(&self, page: PageHandle, query: Query) -> Result<()> {
        let name = query.get("name").unwrap_or("you");
        page.update()
            .set("greeting", &format!("Hello {name}"))?
            .set("taps", &self.taps.get())?
            .apply()
    }

    /// What the view binds to a tap, and to whatever else.
    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "onTap" => {
                self.taps.set(self.taps.get() + 1);
                page.set_data("taps", &self.taps.get())
            }
            other => Err(Error::app(format!(
                "the view binds `{other}`, which nothing handles"
            ))),
        }
    }
}

mini_app! {
    pages: { "pages/index" => Index }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn whoever_opens_the_page_is_greeted() {
        let page = Host::new().open::<Index>("pages/index", [("name", "Mia")]);
        page.load().unwrap();
        assert_eq!(page.data("greeting"), "Hello Mia");
    }

    #[test]
    fn taps_are_counted() {
        let page = Host::new().open::<Index>("pages/index", []);
        page.load().unwrap();
        page.event("onTap", json!({})).unwrap();
        page.event("onTap", json!({})).unwrap();
        assert_eq!(page.data("taps"), 2);
    }

    #[test]
    fn an_event_that_nothing_handles_is_an_error() {
        let page = Host::new().open::<Index>("pages/index", []);
        let error = page.event("onNothing", json!({})).unwrap_err();
        assert_eq!(
            error.message(),
            "the view binds `onNothing`, which nothing handles"
        );
    }
}
