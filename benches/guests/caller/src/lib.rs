//! A mini-app that reads the user's nickname as often as the event `read` says, in its detail's `n`. Must
//! not know who measures.

use miniapp_guest::prelude::*;
use std::hint::black_box;

#[derive(Default)]
struct Index;

impl Page for Index {
    async fn on_event(&self, _page: PageHandle, event: Event) -> Result<()> {
        let detail: Value = event.detail()?;
        let n = detail.get("n").and_then(Value::as_u64).context("n")?;
        for _ in 0..n {
            black_box(profile::read(&["nickname"]).await?);
        }
        Ok(())
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
    fn it_reads_as_often_as_it_is_told() {
        let host = Host::new().consent("user:readProfile", true);
        let page = host.open::<Index>("pages/index", []);
        page.event("read", json!({ "n": 0 })).unwrap();
        assert!(host.asked().is_empty());
        page.event("read", json!({ "n": 3 })).unwrap();
        assert_eq!(host.asked().len(), 1);
    }
}
