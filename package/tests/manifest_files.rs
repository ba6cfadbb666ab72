//! Reading manifests from disk.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use miniapp_package::{AppManifest, Governance, MAX_MANIFEST_BYTES, PartnerManifest};

fn seed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/seed")
        .join(name)
}

/// The refusal of a file with these bytes, without the folder's name.
fn refused(bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("partner.yaml");
    fs::write(&path, bytes).unwrap();
    PartnerManifest::read(&path).unwrap_err().to_string()
}

#[test]
fn the_seeds_are_read() {
    let partner = PartnerManifest::read(&seed("partner.yaml")).unwrap();
    assert_eq!(partner.mini_apps[0].source.to_string(), "partner.yaml:4:7");
    assert!(Governance::read(&seed("governance.yaml")).is_ok());
}

#[test]
fn a_missing_file_and_a_folder_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let shown = |path: &Path| {
        let error = AppManifest::read(path).unwrap_err();
        assert_eq!((error.line(), error.column()), (None, None));
        error
            .to_string()
            .replace(&*dir.path().to_string_lossy(), "DIR")
    };
    assert_snapshot!(shown(&dir.path().join("miniapp.yaml")), @"
    there is no file `DIR/miniapp.yaml`
     --> miniapp.yaml
      = help: check the path, or create the file
    ");
    fs::create_dir(dir.path().join("folder")).unwrap();
    assert_snapshot!(shown(&dir.path().join("folder")), @"
    `DIR/folder` is not a file
     --> folder
      = help: give the path of the manifest itself
    ");
}

#[test]
fn other_encodings_are_refused_where_they_begin() {
    assert_snapshot!(refused(b"partner:\n  id: caf\xe9\n"), @"
    the manifest is not UTF-8 text
     --> partner.yaml:2:10
      |
    2 |   id: caf�
      |          ^
      = help: save it as UTF-8
    ");
    assert_snapshot!(refused(b"\xff\xfep\0a\0"), @r#"
    the manifest is not UTF-8 text
     --> partner.yaml:1:1
      |
    1 | ��p\u{0}a\u{0}
      | ^
      = help: save it as UTF-8
    "#);
}

#[test]
fn a_file_is_read_up_to_its_largest_size() {
    let mut bytes = b"partner: { id: acme, mini_apps: [] } #".to_vec();
    bytes.resize(MAX_MANIFEST_BYTES, b'x');
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("partner.yaml");
    fs::write(&path, &bytes).unwrap();
    assert!(PartnerManifest::read(&path).is_ok());
    bytes.push(b'x');
    assert_snapshot!(refused(&bytes), @"
    the manifest has 65537 bytes, more than 65536
     --> partner.yaml
      = help: a manifest names hosts and permissions only: is this the right file?
    ");
}
