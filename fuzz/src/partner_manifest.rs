//! `partner.yaml`: what is accepted is within its limits, what is refused says so shortly, and the line
//! that would grant something grants that and nothing else.

use miniapp_package::{
    AppId, Edit, GrantLine, MAX_ALLOW_ENTRIES, MAX_GRANT_CONTEXT_CHARS, MAX_MINI_APPS,
    MAX_PARTNER_ID_BYTES, MAX_PERMISSIONS, PartnerApp, PartnerManifest, Permission, Scheme,
    entry_for,
};

use crate::{allow_list, refusal};

/// Mini-apps of an input whose grant lines are tried.
const MAX_APPS: usize = 4;

/// See the module.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match read(&text) {
        Ok(manifest) => check_accepted(&manifest, &text),
        Err(error) => refusal::check_manifest(&error, &text),
    }
}

fn read(text: &str) -> Result<PartnerManifest, miniapp_package::ManifestError> {
    PartnerManifest::parse(PartnerManifest::FILE_NAME, text)
}

fn check_accepted(manifest: &PartnerManifest, text: &str) {
    assert!((1..=MAX_PARTNER_ID_BYTES).contains(&manifest.id.len()));
    assert!(manifest.mini_apps.len() <= MAX_MINI_APPS);
    for app in &manifest.mini_apps {
        assert!(app.sandbox);
        assert_eq!(AppId::parse(app.app_id.as_str()).as_ref(), Ok(&app.app_id));
        assert_eq!(manifest.app(&app.app_id), Some(app));
        assert!(app.permissions.len() <= MAX_PERMISSIONS);
        assert!(
            app.permissions
                .iter()
                .all(|(permission, _)| app.grants(permission))
        );
        assert!(app.network.allow.entries.len() <= MAX_ALLOW_ENTRIES);
        app.network
            .allow
            .entries
            .iter()
            .for_each(allow_list::check_entry);
    }
    for app in manifest.mini_apps.iter().take(MAX_APPS) {
        check_grant_lines(manifest, app, text);
    }
    let stranger = AppId::parse("stranger").unwrap();
    if manifest.app(&stranger).is_none()
        && let Some(after) = applied(text, &manifest.line_to_add_app(&stranger))
    {
        let added = after.app(&stranger);
        assert!(added.is_none_or(|app| app.permissions.is_empty() && app.network.allow.is_empty()));
        check_others(manifest, &after, &stranger);
    }
}

fn check_grant_lines(manifest: &PartnerManifest, app: &PartnerApp, text: &str) {
    if !app.grants(&Permission::LocalStorage)
        && let Some(after) = applied(text, &app.line_to_grant(&Permission::LocalStorage))
    {
        check_others(manifest, &after, &app.app_id);
        if let Some(edited) = after.app(&app.app_id) {
            assert_eq!(edited.network, app.network);
            for (permission, _) in &edited.permissions {
                assert!(app.grants(permission) || *permission == Permission::LocalStorage);
            }
        }
    }
    let (scheme, host, port) = (Scheme::Https, "granted.example.com", 8443);
    let entry = entry_for(scheme, host, port);
    if !app.network.allow.permits(scheme, host, port)
        && let Some(after) = applied(text, &app.line_to_allow(&entry))
    {
        check_others(manifest, &after, &app.app_id);
        if let Some(edited) = after.app(&app.app_id) {
            for allowed in &edited.network.allow.entries {
                assert!(app.network.allow.covers(allowed) || allowed.to_string() == entry);
            }
            let permissions = |app: &PartnerApp| {
                app.permissions
                    .iter()
                    .map(|(permission, _)| permission.clone())
                    .collect::<Vec<_>>()
            };
            assert_eq!(permissions(edited), permissions(app));
        }
    }
}

/// Checks that an edit for `app` has changed no other mini-app.
fn check_others(before: &PartnerManifest, after: &PartnerManifest, app: &AppId) {
    let granted = |manifest: &PartnerManifest| -> Vec<_> {
        let others = manifest
            .mini_apps
            .iter()
            .filter(|other| other.app_id != *app);
        others
            .map(|other| {
                let permissions = other
                    .permissions
                    .iter()
                    .map(|(permission, _)| permission.clone());
                let hosts = other.network.allow.clone();
                (other.app_id.clone(), permissions.collect::<Vec<_>>(), hosts)
            })
            .collect()
    };
    assert_eq!(granted(before), granted(after));
}

/// The manifest after the edit, where a person could make it as it is shown, and it can be read.
fn applied(text: &str, grant: &GrantLine) -> Option<PartnerManifest> {
    let context = 2 * (MAX_GRANT_CONTEXT_CHARS * "\\u{e0000}".len());
    assert!(
        grant.text.len() <= context + 4 * MAX_GRANT_CONTEXT_CHARS,
        "{grant}"
    );
    refusal::check(&grant.to_string());
    assert!(
        grant.line >= 1 && grant.line <= refusal::lines_of(text) + 1,
        "{grant}"
    );
    let mut lines: Vec<&str> = text.trim_start_matches('\u{feff}').split('\n').collect();
    let line = format!("{}{}", " ".repeat(grant.indent), grant.text);
    let rank = grant.line as usize - 1;
    // A long line is shown in part, an invisible character as an escape, and `\r` is a break of its own.
    if text.contains(['\r', '\\']) || grant.text.contains(['…', '\\']) || rank > lines.len() {
        return None;
    }
    match grant.edit {
        Edit::Replace => *lines.get_mut(rank)? = &line,
        Edit::Insert => lines.insert(rank, &line),
    }
    read(&lines.join("\n")).ok()
}
