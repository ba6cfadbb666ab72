//! What needs no permission: a draw that takes a moment, by chance, on a certain day, and with a line in the
//! log, which is for the mini-app's developer.

use miniapp_guest::locale::DateLength;
use miniapp_guest::prelude::*;
use std::time::Duration;

/// How long the user is kept in suspense.
const SUSPENSE: Duration = Duration::from_millis(200);

/// Draws a number from 1 to 6.
#[derive(Default)]
pub(crate) struct Draw;

impl Page for Draw {
    async fn on_event(&self, page: PageHandle, _event: Event) -> Result<()> {
        let begun = clock::monotonic();
        timer::sleep(SUSPENSE).await?;
        let number = random::number() % 6 + 1;
        let day = locale::moment(clock::now()).date(DateLength::Long);
        page.update()
            .set("number", &number)?
            .set("day", &day.write()?)?
            .apply()?;
        log::debug!("it took {:?}", clock::monotonic().saturating_sub(begun));
        log::info!("drew {number}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;
    use std::time::UNIX_EPOCH;

    #[test]
    fn a_number_is_drawn_and_logged() {
        let host = Host::new().at(UNIX_EPOCH + Duration::from_secs(1_798_131_930));
        let page = host.open::<Draw>("pages/draw", []);
        page.event("onDraw", json!({})).unwrap();
        let number = page.data("number").as_u64().unwrap();
        assert!((1..=6).contains(&number), "{number}");
        assert_eq!(page.data("day"), "2026-12-24");
        assert_eq!(host.elapsed(), SUSPENSE);
        let logs = host.logs();
        assert_eq!(logs[0], (log::Level::Debug, "it took 200ms".to_owned()));
        assert_eq!(logs[1], (log::Level::Info, format!("drew {number}")));
    }
}
