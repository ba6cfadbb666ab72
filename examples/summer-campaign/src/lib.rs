//! A campaign page: fetches the summer's offers, shows them and lets them be claimed by a tap.

use miniapp_guest::prelude::*;
use serde::Deserialize;

const OFFERS: &str = "https://api.your-platform.com/campaigns/summer";

#[derive(Default)]
struct Index;

impl Page for Index {
    async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
        page.set_data("title", "Summer campaign")?;
        let offers: Value = request::get(OFFERS).await?.error_for_status()?.json()?;
        page.set_data("offers", &offers)
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "onTap" => {
                let Tapped { index } = event.dataset()?;
                page.set_data(format!("offers[{index}].claimed"), &true)
            }
            other => Err(Error::app(format!(
                "the template binds `{other}`, which nothing handles"
            ))),
        }
    }
}

/// The `data-*` attributes of an offer.
#[derive(Deserialize)]
struct Tapped {
    index: usize,
}

mini_app! {
    pages: { "pages/index" => Index }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn offers_are_fetched_and_shown() {
        let offers = json!([{ "title": "Ice cream" }, { "title": "Sun cream" }]);
        let host = Host::new().respond(OFFERS, 200, offers.clone());
        let page = host.open::<Index>("pages/index", []);
        page.load().unwrap();
        assert_eq!(page.data("title"), "Summer campaign");
        assert_eq!(page.data("offers"), offers);
    }

    #[test]
    fn a_failing_server_is_no_offer() {
        let page = Host::new()
            .respond(OFFERS, 503, json!([]))
            .open::<Index>("pages/index", []);
        let error = page.load().unwrap_err();
        assert_eq!(
            error.message(),
            format!("{OFFERS} answered with status 503")
        );
        assert_eq!(page.data("offers"), Value::Null);
    }

    #[test]
    fn a_tap_claims_the_tapped_offer() {
        let page = Host::new().open::<Index>("pages/index", []);
        page.event_on("onTap", json!({}), json!({ "index": 1 }))
            .unwrap();
        assert_eq!(page.data("offers[1].claimed"), true);
        assert_eq!(page.data("offers[0].claimed"), Value::Null);
    }
}
