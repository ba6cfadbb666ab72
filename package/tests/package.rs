//! A package as a folder: manifest and component together.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use miniapp_package::{AppManifest, MAX_COMPONENT_BYTES, Package, World};

const MANIFEST: &str = "appId: rewards\nname: Rewards\nversion: 1.0.0\npages: [pages/index]\n";

fn component() -> Vec<u8> {
    let text = r#"(component
        (instance $empty)
        (export "miniapp:host/lifecycle@1.0.0" (instance $empty))
        (export "miniapp:host/page@1.0.0" (instance $empty))
    )"#;
    wat::parse_str(text).unwrap()
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}

/// The refusal of the folder, without its name.
fn refused(dir: &Path) -> String {
    let name = dir.canonicalize().unwrap();
    let refusal = Package::open(dir).unwrap_err().to_string();
    refusal.replace(&*name.to_string_lossy(), "DIR")
}

#[test]
fn a_folder_is_opened() {
    let dir = folder(&[
        ("miniapp.yaml", MANIFEST.as_bytes()),
        ("app.wasm", &component()),
    ]);
    let package = Package::open(dir.path()).unwrap();
    assert_eq!(package.manifest.app_id.as_str(), "rewards");
    assert_eq!(package.component, component());
    assert_eq!(package.info.size, component().len());
    assert_eq!(package.world, World::Async);
}

#[test]
fn the_component_may_lie_deeper() {
    let manifest = format!("{MANIFEST}component: build/rewards.wasm\n");
    let files: [(&str, &[u8]); 2] = [
        ("miniapp.yaml", manifest.as_bytes()),
        ("build/rewards.wasm", &component()),
    ];
    assert!(Package::open(folder(&files).path()).is_ok());
}

#[test]
fn what_is_missing_or_faulty_is_named() {
    let missing = tempfile::tempdir().unwrap().path().join("gone");
    assert!(Package::open(&missing).is_err());
    assert_snapshot!(refused(folder(&[]).path()), @"cannot read `DIR/miniapp.yaml`: No such file or directory (os error 2); a package is a folder with `miniapp.yaml` and its component");
    let manifest = ("miniapp.yaml", MANIFEST.as_bytes());
    assert_snapshot!(refused(folder(&[manifest]).path()), @"cannot read `DIR/app.wasm`: No such file or directory (os error 2); a package is a folder with `miniapp.yaml` and its component");
    assert_snapshot!(refused(folder(&[manifest, ("app.wasm", b"")]).path()), @"app.wasm: the file is empty: expected a WebAssembly component; build it with `miniapp build`");
    assert_snapshot!(refused(folder(&[manifest, ("app.wasm/x", b"")]).path()), @"`DIR/app.wasm` is not a file: name the component's file under `component` in `miniapp.yaml`");
    let faulty: (&str, &[u8]) = ("miniapp.yaml", b"appid: rewards\n");
    assert_snapshot!(refused(folder(&[faulty]).path()), @"
    unknown key `appid`
     --> miniapp.yaml:1:1
      |
    1 | appid: rewards
      | ^^^^^
      = help: did you mean `appId`?
    ");
}

#[test]
fn a_component_that_is_too_large_is_not_read() {
    let dir = folder(&[("miniapp.yaml", MANIFEST.as_bytes())]);
    let file = fs::File::create(dir.path().join("app.wasm")).unwrap();
    file.set_len(MAX_COMPONENT_BYTES as u64 + 1).unwrap();
    assert_snapshot!(refused(dir.path()), @"app.wasm: the component has 33554433 bytes, more than 33554432: build it in release mode, and load pictures and other data over the network");
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_package() {
    use std::os::unix::fs::symlink;

    let outside = folder(&[
        ("app.wasm", &component()),
        ("miniapp.yaml", MANIFEST.as_bytes()),
    ]);
    let dir = folder(&[("miniapp.yaml", MANIFEST.as_bytes())]);
    symlink(outside.path().join("app.wasm"), dir.path().join("app.wasm")).unwrap();
    assert_snapshot!(refused(dir.path()), @"`app.wasm` is a link that leads out of the package: copy the file into it");

    let dir = folder(&[("app.wasm", &component())]);
    symlink(
        outside.path().join("miniapp.yaml"),
        dir.path().join("miniapp.yaml"),
    )
    .unwrap();
    assert_snapshot!(refused(dir.path()), @"`miniapp.yaml` is a link that leads out of the package: copy the file into it");

    let manifest = format!("{MANIFEST}component: build/app.wasm\n");
    let dir = folder(&[("miniapp.yaml", manifest.as_bytes())]);
    symlink(outside.path(), dir.path().join("build")).unwrap();
    assert_snapshot!(refused(dir.path()), @"`build/app.wasm` is a link that leads out of the package: copy the file into it");

    let dir = folder(&[
        ("miniapp.yaml", MANIFEST.as_bytes()),
        ("real.wasm", &component()),
    ]);
    symlink("real.wasm", dir.path().join("app.wasm")).unwrap();
    assert!(Package::open(dir.path()).is_ok());
}

#[test]
fn a_package_is_made_of_its_parts() {
    let manifest = AppManifest::parse("miniapp.yaml", MANIFEST).unwrap();
    assert!(Package::new(manifest.clone(), component()).is_ok());
    let refusal = Package::new(manifest, b"(component)".to_vec()).unwrap_err();
    assert_snapshot!(refusal, @"app.wasm: expected a WebAssembly component, came a component in WebAssembly's text format: give the path of the `.wasm` file that `miniapp build` writes");
}
