//! The engine natively, over a host that records: what scripts may write, and what they see.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod outside;

use outside::{Stage, answer, run};

#[test]
fn the_campaign_page_shows_its_offers() {
    run(async {
        let script = format!(
            "__page('campaign');{}",
            include_str!("../../../../../examples/campaign/campaign.js")
        );
        let stage = Stage::load(&script).unwrap();
        stage.engine.launch(outside::OPTIONS).unwrap();
        stage
            .host
            .answers
            .borrow_mut()
            .push(Ok(answer(200, r#"[{"title":"Two for one"}]"#)));
        stage.engine.page_load(1, "campaign", "[]").unwrap();
        assert_eq!(stage.data(), ["offers=[]"]);
        stage.rest().await;
        assert_eq!(stage.data(), [r#"offers=[{"title":"Two for one"}]"#]);
        let request = &stage.host.requests.borrow()[0];
        assert_eq!(
            request.url,
            "https://api.your-platform.com/campaigns/summer"
        );
        assert_eq!(stage.uncaught(), [""; 0]);
    });
}
