//! `miniapp.yaml`: what is accepted is within its limits, what is refused says so shortly.

use std::collections::BTreeSet;

use miniapp_package::{
    AppId, AppManifest, MAX_ALLOW_ENTRIES, MAX_NAME_CHARS, MAX_PAGES, MAX_PATH_BYTES,
    MAX_PERMISSIONS, MAX_REASON_CHARS, MAX_TABS, MAX_VERSION_BYTES, MIN_TABS, PageAddress,
    Permission,
};

use crate::{allow_list, refusal};

/// See the module.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let read = AppManifest::parse(AppManifest::FILE_NAME, &text);
    assert_eq!(read, AppManifest::parse(AppManifest::FILE_NAME, &text));
    match read {
        Ok(manifest) => check_accepted(&manifest, &text),
        Err(error) => refusal::check_manifest(&error, &text),
    }
}

fn check_accepted(manifest: &AppManifest, text: &str) {
    assert_eq!(
        AppId::parse(manifest.app_id.as_str()).as_ref(),
        Ok(&manifest.app_id)
    );
    check_prose(&manifest.name, MAX_NAME_CHARS);
    assert!(manifest.version.to_string().len() <= MAX_VERSION_BYTES);
    check_path(manifest.component_path());
    assert!((1..=MAX_PAGES).contains(&manifest.pages.len()));
    manifest.pages.iter().for_each(|page| check_path(page));
    assert_eq!(
        manifest.pages.iter().collect::<BTreeSet<_>>().len(),
        manifest.pages.len()
    );
    for page in &manifest.pages {
        assert_eq!(PageAddress::parse(page).unwrap().path, *page);
    }
    let tabs = &manifest.tabs;
    assert!(tabs.is_empty() || (MIN_TABS..=MAX_TABS).contains(&tabs.len()));
    assert!(tabs.iter().all(|tab| manifest.pages.contains(tab)));
    assert_eq!(tabs.iter().collect::<BTreeSet<_>>().len(), tabs.len());

    assert!(manifest.permissions.len() <= MAX_PERMISSIONS);
    for request in &manifest.permissions {
        check_prose(&request.reason, MAX_REASON_CHARS);
        let id = request.permission.id();
        assert_eq!(Permission::parse(&id).as_ref(), Ok(&request.permission));
        assert_eq!(manifest.request_for(&request.permission), Some(request));
        assert!(request.source.line <= refusal::lines_of(text));
    }
    let entries = &manifest.network.entries;
    assert!(entries.len() <= MAX_ALLOW_ENTRIES);
    entries.iter().for_each(allow_list::check_entry);
}

/// A text for people: one line of it, within its limit.
fn check_prose(text: &str, most: usize) {
    assert!(!text.trim().is_empty());
    assert!(text.chars().count() <= most);
    assert!(!text.contains(char::is_control), "{text:?}");
}

/// A path inside the package: it stays there, on any system.
fn check_path(path: &str) {
    assert!((1..=MAX_PATH_BYTES).contains(&path.len()));
    assert!(!path.contains(['\\', ':', '\0', '%', '~']), "{path}");
    let mut segments = path.split('/');
    assert!(
        segments.all(|segment| !["", ".", ".."].contains(&segment)),
        "{path}"
    );
}
