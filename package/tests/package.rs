//! A package as a folder: manifest and component together.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use miniapp_package::{
    AppManifest, Digest, MAX_COMPONENT_BYTES, MAX_SCRIPT_BYTES, Package, Program, Script, World,
};

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
    let Program::Component(own) = package.program else {
        panic!("it is no component");
    };
    assert_eq!(own.bytes, component());
    assert_eq!(own.info.size, component().len());
    assert_eq!(own.world, World::Async);
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

/// What `miniapp build --script` writes.
fn script(text: &str) -> String {
    let engine = Digest::of(b"engine");
    format!(r#"{{"engine":"{engine}","text":"{text}"}}"#)
}

#[test]
fn a_script_takes_the_place_of_a_component() {
    let text = script("Page({})");
    let manifest = ("miniapp.yaml", MANIFEST.as_bytes());
    let dir = folder(&[manifest, ("app.script", text.as_bytes())]);
    let package = Package::open(dir.path()).unwrap();
    assert_eq!(package.program.size(), text.len());
    assert_eq!(package.program.digest(), Digest::of(text.as_bytes()));
    let Program::Script(opened) = package.program else {
        panic!("it is no script");
    };
    assert_eq!(opened.engine(), Digest::of(b"engine"));
    assert_eq!(opened.read().unwrap(), text);
    assert_eq!(Script::new(text.clone()).unwrap().read().unwrap(), text);

    // A component is what was reviewed: where there is one, it runs.
    let both = [
        manifest,
        ("app.script", text.as_bytes()),
        ("app.wasm", &component()),
    ];
    let package = Package::open(folder(&both).path()).unwrap();
    assert!(matches!(package.program, Program::Component(_)));
    let named = format!("{MANIFEST}component: app.wasm\n");
    let named = [
        ("miniapp.yaml", named.as_bytes()),
        ("app.script", text.as_bytes()),
    ];
    assert!(Package::open(folder(&named).path()).is_err());
}

#[test]
fn a_script_that_changes_after_it_was_checked_is_not_read() {
    let manifest = ("miniapp.yaml", MANIFEST.as_bytes());
    let dir = folder(&[manifest, ("app.script", script("Page({})").as_bytes())]);
    let Program::Script(opened) = Package::open(dir.path()).unwrap().program else {
        panic!("it is no script");
    };
    let name = dir.path().canonicalize().unwrap();
    let shown = |error: &dyn std::fmt::Display| {
        let text = error.to_string();
        text.replace(&*name.to_string_lossy(), "DIR")
    };
    fs::write(dir.path().join("app.script"), script("Page({ data: 1 })")).unwrap();
    assert_snapshot!(shown(&opened.read().unwrap_err()), @"the script `DIR/app.script` has changed since it was installed; install it again");
    fs::remove_file(dir.path().join("app.script")).unwrap();
    assert_snapshot!(shown(&opened.read().unwrap_err()), @"cannot read the script `DIR/app.script`: No such file or directory (os error 2); build it with `miniapp build --script`");
}

#[test]
fn what_is_no_script_is_told() {
    let refusal = |text: &str| Script::new(text).unwrap_err().to_string();
    assert_snapshot!(refusal(""), @"the script is not what `miniapp build --script` writes: EOF while parsing a value at line 1 column 0");
    assert_snapshot!(refusal("Page({})"), @"the script is not what `miniapp build --script` writes: expected value at line 1 column 1");
    assert_snapshot!(refusal(r#"{"text":"Page({})"}"#), @"the script is not what `miniapp build --script` writes: missing field `engine` at line 1 column 19");
    assert_snapshot!(refusal(r#"{"engine":"quickjs"}"#), @"the script is for the engine `quickjs`, which is no digest: a digest is `blake3:` and 64 hexadecimal digits in lower case");
    let deep = script("").replace("\"\"", &"[".repeat(1_000_000));
    assert!(refusal(&deep).starts_with("the script is not what"));
    let long = script(&"x".repeat(MAX_SCRIPT_BYTES));
    assert_snapshot!(refusal(&long), @"the script has 4194398 bytes or more, and 4194304 are allowed; leave out what is not needed");
    let manifest = ("miniapp.yaml", MANIFEST.as_bytes());
    assert_snapshot!(refused(folder(&[manifest, ("app.script", long.as_bytes())]).path()), @"the script has 4194305 bytes or more, and 4194304 are allowed; leave out what is not needed");
    assert_snapshot!(refused(folder(&[manifest, ("app.script/x", b"")]).path()), @"cannot read the script `DIR/app.script`: it is not a file; build it with `miniapp build --script`");
    let bytes = b"\xff\xfe".as_slice();
    assert_snapshot!(refused(folder(&[manifest, ("app.script", bytes)]).path()), @"cannot read the script `DIR/app.script`: stream did not contain valid UTF-8; build it with `miniapp build --script`");
}

#[test]
fn a_digest_is_read_as_it_is_shown() {
    let digest = Digest::of(b"some bytes");
    assert_eq!(digest.to_string().parse(), Ok(digest));
    let text = digest.to_string();
    for wrong in [
        "".to_owned(),
        "blake3:".to_owned(),
        text[..text.len() - 1].to_owned(),
        format!("{text}0"),
        text.to_uppercase(),
        text.replace("blake3", "sha256"),
        text.replace(&text[8..9], "g"),
    ] {
        assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
    }
}
