//! A partner's page: greets the user by nickname and shows the rewards of the partner's own server.

use miniapp_guest::prelude::*;

const REWARDS: &str = "https://api.acme.com/rewards";

/// A host that the partner manifest does not allow.
const ELSEWHERE: &str = "https://elsewhere.example/";

#[derive(Default)]
struct Index;

impl Page for Index {
    async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
        let profile = profile::read(&["nickname"]).await?;
        let greeting = match profile.nickname() {
            Some(nickname) => format!("Hello {nickname}"),
            None => "Hello".to_owned(),
        };
        page.set_data("greeting", &greeting)?;
        let rewards: Value = request::get(REWARDS).await?.error_for_status()?.json()?;
        page.set_data("rewards", &rewards)
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "onElsewhere" => match request::get(ELSEWHERE).await {
                Ok(_) => Err(Error::app(format!("{ELSEWHERE} was reached"))),
                Err(error) => {
                    let denied = json!({ "message": error.message(), "line": error.line() });
                    page.set_data("denied", &denied)
                }
            },
            other => Err(Error::app(format!(
                "the template binds `{other}`, which nothing handles"
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
    use miniapp_guest::error::code;
    use miniapp_guest::testing::Host;

    #[test]
    fn the_user_is_greeted_and_the_rewards_are_shown() {
        let rewards = json!([{ "title": "Mug", "points": 300 }]);
        let host = Host::new()
            .profile("nickname", "Mia")
            .respond(REWARDS, 200, rewards.clone());
        let page = host.open::<Index>("pages/index", []);
        page.load().unwrap();
        assert_eq!(page.data("greeting"), "Hello Mia");
        assert_eq!(page.data("rewards"), rewards);
        assert!(
            host.requests()
                .iter()
                .all(|request| request.url().starts_with("https://api.acme.com/"))
        );
    }

    #[test]
    fn a_user_without_a_nickname_is_greeted_too() {
        let page = Host::new()
            .respond(REWARDS, 200, json!([]))
            .open::<Index>("pages/index", []);
        page.load().unwrap();
        assert_eq!(page.data("greeting"), "Hello");
    }

    #[test]
    fn without_the_permission_there_is_an_error() {
        let page = Host::new()
            .deny("user:readProfile")
            .open::<Index>("pages/index", []);
        assert_eq!(
            page.load().unwrap_err().permission(),
            Some("user:readProfile")
        );
    }

    #[test]
    fn a_denial_shows_its_message_and_manifest_line() {
        let denial = Error::new(code::DENIED, "elsewhere.example is not allowed")
            .with_line("network: { allow: [\"elsewhere.example\"] }");
        let page = Host::new()
            .fail(ELSEWHERE, denial)
            .open::<Index>("pages/index", []);
        page.event("onElsewhere", json!({})).unwrap();
        assert_eq!(
            page.data("denied"),
            json!({
                "message": "elsewhere.example is not allowed",
                "line": "network: { allow: [\"elsewhere.example\"] }",
            })
        );
    }
}
