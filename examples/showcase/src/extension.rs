//! What the native app adds by name: points of a club, under `ext:loyalty.points`.

use miniapp_guest::prelude::*;

/// Shows how many points a member has.
#[derive(Default)]
pub(crate) struct Extension;

impl Page for Extension {
    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        let member: String = event.detail()?;
        let answer: Value =
            extension::invoke("loyalty.points", &json!({ "member": member })).await?;
        page.set_data("points", answer.get("points").context("the points")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn points_are_shown() {
        let host = Host::new().extension("loyalty.points", |asked| {
            assert_eq!(asked, json!({ "member": "mia" }));
            Ok(json!({ "points": 120 }))
        });
        let page = host.open::<Extension>("pages/extension", []);
        page.event("onMember", json!("mia")).unwrap();
        assert_eq!(page.data("points"), 120);
    }

    #[test]
    fn without_the_permission_the_page_says_so() {
        let host = Host::new().deny("ext:loyalty.points");
        let page = host.open::<Extension>("pages/extension", []);
        let error = page.event("onMember", json!("mia")).unwrap_err();
        assert_eq!(error.permission(), Some("ext:loyalty.points"));
    }
}
