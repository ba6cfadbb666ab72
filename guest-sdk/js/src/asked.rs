//! Which interfaces an app manifest asks for, and what is told of the others.

use std::collections::BTreeMap;

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

/// What a manifest asks for.
#[derive(Debug)]
pub(crate) struct Asked<'m>(pub(crate) &'m AppManifest);

impl Asked<'_> {
    /// What is told of an import that the manifest does not ask for. Those that need no
    /// permission, and those that are no interface, are there for everybody.
    pub(crate) fn denial(&self, import: &str) -> Option<(String, Denied)> {
        let interface = InterfaceName::parse(import).ok()?;
        let requirement = requirement(&interface)?;
        let denied = self.lacks(&requirement)?;
        Some((interface.interface, denied))
    }

    fn lacks(&self, requirement: &Requirement) -> Option<Denied> {
        let mut asked = self.0.permissions.iter().map(|asked| &asked.permission);
        match requirement {
            Requirement::Nothing | Requirement::Inert | Requirement::InertWithout(_) => None,
            Requirement::Network => self.0.network.is_empty().then(|| Denied {
                code: "denied",
                message: "the app manifest names no host to talk to".to_owned(),
                permission: None,
                line: "miniapp.yaml: network: { allow: [\"api.example.com\"] }".to_owned(),
            }),
            Requirement::Permission(permission) => (!asked.any(|asked| asked == permission))
                .then(|| permission_denied(&permission.id())),
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
}

fn permission_denied(permission: &str) -> Denied {
    Denied {
        code: "denied",
        message: format!("the app manifest does not ask for `{permission}`"),
        permission: Some(permission.to_owned()),
        line: format!("miniapp.yaml: permissions: [{{ name: \"{permission}\", reason: \"…\" }}]"),
    }
}

/// Everything that is denied of a list of imports, by the interface's name.
pub(crate) fn denied<'i>(
    manifest: &AppManifest,
    imports: impl Iterator<Item = &'i str>,
) -> BTreeMap<String, Denied> {
    let asked = Asked(manifest);
    imports.filter_map(|import| asked.denial(import)).collect()
}
