//! Logging in with the partner's own server: it exchanges the code for who the user is, and answers with a
//! session of its own. What the profile says plays no part in it.

use miniapp_guest::prelude::*;
use std::cell::RefCell;

const SESSIONS: &str = "https://api.acme.com/sessions";
const POINTS: &str = "https://api.acme.com/points";

/// Logs in, and asks the partner's server for what is the user's own.
#[derive(Default)]
pub struct Login {
    session: RefCell<Option<String>>,
}

impl Login {
    async fn log_in(&self) -> Result<()> {
        let code = login::code().await?;
        let answer = request::post(SESSIONS)
            .json(&json!({ "code": code }))?
            .await?
            .error_for_status()?
            .json::<Value>()?;
        let session = answer.get("session").and_then(Value::as_str);
        let session = session.context("the session")?;
        *self.session.borrow_mut() = Some(session.to_owned());
        Ok(())
    }
}

impl Page for Login {
    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "onLogIn" => {
                self.log_in().await?;
                page.set_data("loggedIn", &true)
            }
            "onPoints" => {
                let session = self.session.borrow().clone().context("log in first")?;
                let points = request::get(POINTS)
                    .header("authorization", format!("Bearer {session}"))
                    .await?
                    .error_for_status()?
                    .json::<Value>()?;
                page.set_data("points", &points)
            }
            other => Err(Error::app(format!("nothing handles `{other}`"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn the_code_is_sent_and_the_session_kept() {
        let host = Host::new()
            .login("a-code")
            .respond(SESSIONS, 200, json!({ "session": "s-1" }))
            .respond(POINTS, 200, json!(300));
        let page = host.open::<Login>("pages/login", []);
        page.event("onLogIn", json!({})).unwrap();
        page.event("onPoints", json!({})).unwrap();
        assert_eq!(page.data("points"), 300);
        let requests = host.requests();
        assert_eq!(requests[0].bytes(), Some(&br#"{"code":"a-code"}"#[..]));
        assert_eq!(
            requests[1].header_value("authorization"),
            Some("Bearer s-1")
        );
    }

    #[test]
    fn without_a_login_there_is_no_session() {
        let page = Host::new()
            .deny("user:login")
            .open::<Login>("pages/login", []);
        assert!(page.event("onLogIn", json!({})).unwrap_err().is_denied());
        let error = page.event("onPoints", json!({})).unwrap_err();
        assert_eq!(error.message(), "log in first");
    }
}
