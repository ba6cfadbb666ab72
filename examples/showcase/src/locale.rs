//! Numbers, money and moments as people write them in their language.

use miniapp_guest::locale::{DateLength, TimeLength};
use miniapp_guest::prelude::*;
use std::time::{Duration, UNIX_EPOCH};

/// When the offer ends: 2026-12-24T17:05:30Z.
const ENDS: Duration = Duration::from_secs(1_798_131_930);

/// Shows an offer in the user's language, and in any other one for which it is asked.
#[derive(Default)]
pub struct Locale;

impl Page for Locale {
    async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
        page.set_data("zone", &locale::time_zone())?;
        page.set_data("offset", &locale::utc_offset(UNIX_EPOCH + ENDS)?)?;
        show(&page, &locale::language())
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "onLanguage" => {
                let dataset: Value = event.dataset()?;
                show(&page, dataset["language"].as_str().unwrap_or("en"))
            }
            // Whoever asks for what cannot be written is told why.
            "onNonsense" => match locale::number("a lot").write() {
                Ok(_) => Ok(()),
                Err(error) => page.set_data("error", error.message()),
            },
            _ => Ok(()),
        }
    }
}

fn show(page: &PageHandle, language: &str) -> Result<()> {
    let points = locale::number(12345.5).language(language).write()?;
    let saved = locale::percent(0.125)
        .at_most(1)
        .language(language)
        .write()?;
    let price = locale::currency("1234.5", "CHF")
        .language(language)
        .write()?;
    let ends = locale::moment(UNIX_EPOCH + ENDS).language(language);
    let day = ends.clone().date(DateLength::Long).weekday().write()?;
    let time = ends.time(TimeLength::Minutes).write()?;
    page.set_data("language", language)?;
    page.set_data(
        "offer",
        &json!({ "points": points, "saved": saved, "price": price, "day": day, "time": time }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn the_offer_is_shown_in_local_time() {
        let host = Host::new()
            .locale("de-CH", "Europe/Zurich")
            .utc_offset("Europe/Zurich", 60);
        let page = host.open::<Locale>("pages/locale", []);
        page.load().unwrap();
        assert_eq!(page.data("language"), "de-CH");
        assert_eq!(page.data("offset"), 60);
        // The host in memory writes in one way, whatever the language.
        let offer = json!({
            "points": "12345.5", "saved": "12.5%", "price": "CHF 1234.50",
            "day": "Thu, 2026-12-24", "time": "18:05",
        });
        assert_eq!(page.data("offer"), offer);
        page.event("onNonsense", json!({})).unwrap();
        assert!(page.data("error").as_str().unwrap().contains("a lot"));
    }
}
