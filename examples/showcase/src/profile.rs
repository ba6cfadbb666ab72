//! The user's profile: asks for each thing when it is wanted, and goes on without what the user keeps to
//! themselves.

use miniapp_guest::prelude::*;

/// Greets the user by name, and calls them back if they like.
#[derive(Default)]
pub struct Profile;

impl Page for Profile {
    async fn on_load(&self, page: PageHandle, _query: Query) -> Result<()> {
        page.set_data("calls", &format!("{:?}", consent::status("user:phone")?))
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "onGreet" => match profile::read(&["nickname"]).await {
                Ok(profile) => {
                    let nickname = profile.nickname().unwrap_or("you");
                    page.set_data("greeting", &format!("Hello {nickname}"))
                }
                Err(error) if error.is_denied() => page.set_data("greeting", "Hello"),
                Err(error) => Err(error),
            },
            "onCallMe" => match profile::read(&["phone-number"]).await {
                Ok(profile) => page
                    .update()
                    .set("calls", &format!("{:?}", consent::status("user:phone")?))?
                    .set("number", &profile.phone_number())?
                    .apply(),
                Err(error) if error.is_denied() => page
                    .update()
                    .set("calls", &format!("{:?}", consent::status("user:phone")?))?
                    .set("message", error.message())?
                    .apply(),
                Err(error) => Err(error),
            },
            other => Err(Error::app(format!("nothing handles `{other}`"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn a_user_who_agrees_is_greeted_and_called() {
        let host = Host::new()
            .profile("nickname", "Mia")
            .profile("phone-number", "+41 44 668 18 00")
            .consent("user:phone", true);
        let page = host.open::<Profile>("pages/profile", []);
        page.load().unwrap();
        assert_eq!(page.data("calls"), "NotAsked");
        page.event("onGreet", json!({})).unwrap();
        page.event("onCallMe", json!({})).unwrap();
        assert_eq!(page.data("greeting"), "Hello Mia");
        assert_eq!(page.data("number"), "+41 44 668 18 00");
        assert_eq!(page.data("calls"), "Allowed");
        assert_eq!(host.asked(), ["user:phone"]);
    }

    #[test]
    fn a_user_who_refuses_is_greeted_all_the_same() {
        let host = Host::new()
            .profile("nickname", "Mia")
            .consent("user:readProfile", false)
            .consent("user:phone", false);
        let page = host.open::<Profile>("pages/profile", []);
        page.event("onGreet", json!({})).unwrap();
        page.event("onCallMe", json!({})).unwrap();
        assert_eq!(page.data("greeting"), "Hello");
        assert_eq!(page.data("calls"), "Refused");
        assert_eq!(page.data("number"), Value::Null);
    }
}
