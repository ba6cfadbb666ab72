//! What stands in for what only a native app has – login codes, extensions by name, the user's
//! language – and which option is missing where a mini-app is refused for want of it. Must not
//! know what mini-apps do with it.

use std::future::ready;

use miniapp_host::{
    FixedLogin, GrantError, HostBuilder, InstallError, LoginCode, LoginProvider, Tenant,
};
use serde_json::Value;

use crate::Failure;
use crate::text::line;

use super::transcript::say;

/// What calls of one extension are answered.
#[derive(Debug, Clone)]
pub(crate) struct ExtensionArgument {
    name: String,
    answer: Value,
}

impl ExtensionArgument {
    /// Reads `NAME=JSON`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, answer) = match text.split_once('=') {
            Some((name, answer)) if !name.is_empty() => (name, answer),
            _ => return Err(format!("`{text}` is not of the form NAME=JSON")),
        };
        let answer = serde_json::from_str(answer)
            .map_err(|error| format!("the answer of `{name}` is not JSON: {error}"))?;
        let name = name.to_owned();
        Ok(Self { name, answer })
    }

    /// Offers the extension, which says what it is asked.
    pub(super) fn offer(&self, host: HostBuilder) -> HostBuilder {
        let Self { name, answer } = self.clone();
        let called = name.clone();
        host.extension(&name, move |_, payload: Value| {
            say(
                "extension",
                &format!("{called}  {}", line(&payload.to_string())),
            );
            ready(Ok(answer.clone()))
        })
    }
}

/// Gives login codes, and says so.
pub(super) struct Login(FixedLogin);

impl Login {
    /// With the code that was given; with another one at each login, that nobody knows
    /// beforehand, where none was.
    pub(super) fn new(code: Option<&str>) -> Result<Self, Failure> {
        if let Some(code) = code {
            return Ok(Self(FixedLogin::same(code)));
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| format!("no code can be made: {error}"))?;
        let digits = random.iter().map(|byte| format!("{byte:02x}"));
        Ok(Self(FixedLogin::numbered(digits.collect::<String>())))
    }
}

impl LoginProvider for Login {
    fn code<'a>(&'a self, tenant: &'a Tenant) -> LoginCode<'a> {
        Box::pin(async move {
            let code = self.0.code(tenant).await?;
            say("login", &line(&code));
            Ok(code)
        })
    }
}

/// A refusal in the words of the command: what a native app would have to do is no help to
/// who runs one.
pub(super) fn refused(error: InstallError) -> InstallError {
    let refused = match error {
        InstallError::Grant(refused) => refused,
        other => return other,
    };
    InstallError::Grant(match refused {
        GrantError::NotOffered { interface, reason } => {
            let reason = match option_for(&interface) {
                Some(option) => option.to_owned(),
                None => reason,
            };
            GrantError::NotOffered { interface, reason }
        }
        GrantError::UnknownImport { import, hint } => {
            let known = ["miniapp:", "wasi:"]
                .iter()
                .any(|own| import.starts_with(own));
            let hint = match known {
                true => hint,
                false => "an interface of a native app's own is there in that app alone, which is where such a mini-app runs".to_owned(),
            };
            GrantError::UnknownImport { import, hint }
        }
        other => other,
    })
}

/// What to write so that an interface is offered.
fn option_for(interface: &str) -> Option<&'static str> {
    match interface {
        "miniapp:host/login" | "miniapp:host/login-sync" => {
            Some("give --login, with a code that the partner's server takes or with none")
        }
        "miniapp:host/extension" | "miniapp:host/extension-sync" => {
            Some("give --extension NAME=JSON for each that it calls")
        }
        _ if interface.starts_with("miniapp:device/") => Some(
            "it is there in a native app alone; with `optional: true` in miniapp.yaml, the mini-app runs without",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_has_a_name_and_an_answer() {
        let read = ExtensionArgument::parse(r#"loyalty.points={"a":"b=c"}"#).unwrap();
        assert_eq!(read.name, "loyalty.points");
        assert_eq!(read.answer, serde_json::json!({ "a": "b=c" }));
        for wrong in ["", "points", "=1", "points=", "points=x"] {
            assert!(ExtensionArgument::parse(wrong).is_err(), "{wrong}");
        }
    }
}
