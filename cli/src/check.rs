//! `miniapp check`: whether manifests are in order, and what they say.

use std::path::Path;

use miniapp_package::{AppManifest, Governance, PartnerManifest};

use crate::Failure;
use crate::arguments::CheckArguments;
use crate::text::counted;

/// Whether all are in order.
pub(crate) fn check(arguments: &CheckArguments) -> Result<bool, Failure> {
    let mut in_order = true;
    for file in &arguments.files {
        match summary(file) {
            Ok(summary) => println!("{}: {summary}", file.display()),
            Err(error) => {
                in_order = false;
                eprintln!("error: {error}");
            }
        }
    }
    Ok(in_order)
}

/// What a manifest says, by the name of its file.
fn summary(file: &Path) -> Result<String, Failure> {
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    if name.contains("partner") {
        let partner = PartnerManifest::read(file)?;
        let apps = partner.mini_apps.iter().map(|app| {
            format!(
                "\n  {}: {}, {}",
                app.app_id,
                counted(app.permissions.len(), "permission"),
                counted(app.network.allow.entries.len(), "host"),
            )
        });
        return Ok(format!(
            "partner `{}`{}",
            partner.id,
            apps.collect::<String>()
        ));
    }
    if name.contains("governance") {
        let governance = Governance::read(file)?;
        let gray = &governance.versioning.gray_release;
        let partners = match governance.ecosystem.third_party_publishing {
            true => "partners may publish",
            false => "partners may not publish",
        };
        let widens = if gray.auto_widen {
            "widens by itself"
        } else {
            "is widened by hand"
        };
        return Ok(format!(
            "{partners}; a gray release begins at {} and {widens}",
            gray.default_rollout
        ));
    }
    if name.contains("miniapp") {
        let app = AppManifest::read(file)?;
        return Ok(format!(
            "mini-app `{}` {}: {}, asks for {} and {}",
            app.app_id,
            app.version,
            match app.tabs.len() {
                0 => counted(app.pages.len(), "page"),
                tabs => format!(
                    "{}, {} of them in the tab bar",
                    counted(app.pages.len(), "page"),
                    tabs
                ),
            },
            counted(app.permissions.len(), "permission"),
            counted(app.network.entries.len(), "host"),
        ));
    }
    Err(format!(
        "{}: which manifest is it? Name it miniapp.yaml, partner.yaml or governance.yaml",
        file.display()
    )
    .into())
}
