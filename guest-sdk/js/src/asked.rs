//! Which interfaces an app manifest asks for, and what is told of the others.

use miniapp_package::{AppManifest, InterfaceName, Permission, Requirement, requirement};
use serde::Serialize;

/// What the engine answers where an interface is not asked for: the contract's error.
#[derive(Debug, Serialize)]
pub(crate) struct Denied {
    code: &'static str,
    message: String,
    permission: Option<String>,
    line: String,
}

/// What is told of an import that a manifest does not ask for, by the interface's name. Those
/// that need no permission, and those that are no interface, are there for everybody.
pub(crate) fn denial(manifest: &AppManifest, import: &str) -> Option<(String, Denied)> {
    let interface = InterfaceName::parse(import).ok()?;
    let denied = lacks(manifest, &requirement(&interface)?)?;
    Some((interface.interface, denied))
}

fn lacks(manifest: &AppManifest, requirement: &Requirement) -> Option<Denied> {
    let mut asked = manifest.permissions.iter().map(|asked| &asked.permission);
    match requirement {
        Requirement::Nothing | Requirement::Inert | Requirement::InertWithout(_) => None,
        Requirement::Network => manifest.network.is_empty().then(|| Denied {
            code: "denied",
            message: "the app manifest names no host to talk to".to_owned(),
            permission: None,
            line: "miniapp.yaml: network: { allow: [\"api.example.com\"] }".to_owned(),
        }),
        Requirement::Permission(permission) => {
            (!asked.any(|asked| asked == permission)).then(|| permission_denied(&permission.id()))
        }
        Requirement::AnyOfProfile => {
            let of_profile = |asked: &Permission| {
                matches!(
                    asked,
                    Permission::ReadProfile | Permission::Phone | Permission::Email
                )
            };
            (!asked.any(of_profile)).then(|| permission_denied(&Permission::ReadProfile.id()))
        }
        Requirement::AnyExtension => {
            let is_extension = |asked: &Permission| {
                matches!(asked, Permission::Extension(_) | Permission::Device(_))
            };
            (!asked.any(is_extension)).then(|| permission_denied("ext:<name>"))
        }
    }
}

fn permission_denied(permission: &str) -> Denied {
    Denied {
        code: "denied",
        message: format!("the app manifest does not ask for `{permission}`"),
        permission: Some(permission.to_owned()),
        line: format!("miniapp.yaml: permissions: [{{ name: \"{permission}\", reason: \"…\" }}]"),
    }
}
