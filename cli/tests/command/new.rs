//! `miniapp new`: what it makes runs and passes its own test, and what it refuses.

use super::*;

use std::fs;

/// Runs the command in a folder.
fn miniapp_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_miniapp"));
    command.current_dir(folder).args(arguments);
    // A guest is built with the crates that this workspace is built with.
    command.env("CARGO_NET_OFFLINE", "true");
    command.stdin(Stdio::null()).output().unwrap()
}

/// What the command prints in a folder, where it does what it should.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, errors) = said(&miniapp_in(folder, arguments));
    assert_eq!(code, Some(0), "{arguments:?}: {out}{errors}");
    out
}

/// What is refused, why, and that nothing is written.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let before = everything(folder);
    let (code, out, errors) = said(&miniapp_in(folder, arguments));
    assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
    assert_eq!(everything(folder), before, "{arguments:?}");
    errors
}

/// The paths of all there is in a folder.
fn everything(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let within = path.strip_prefix(folder).unwrap();
            all.push(within.display().to_string());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    all.sort();
    all
}

/// A script of a project's `package.json`, run as npm runs it.
#[cfg(unix)]
fn npm_run(folder: &Path, script: &str) -> Output {
    let package = fs::read(folder.join("package.json")).unwrap();
    let package: serde_json::Value = serde_json::from_slice(&package).unwrap();
    let own = Path::new(env!("CARGO_BIN_EXE_miniapp")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(own.to_owned()).chain(std::env::split_paths(&path));
    Command::new("sh")
        .args(["-c", package["scripts"][script].as_str().unwrap()])
        .current_dir(folder)
        .env("PATH", std::env::join_paths(path).unwrap())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn a_new_project_in_javascript_passes_its_own_test() {
    let folder = tempfile::tempdir().unwrap();
    assert_snapshot!(done(folder.path(), &["new", "shop"]), @r"
    made shop: the mini-app `miniapp_shop` in JavaScript (8 files)

    Next:
      cd shop
      miniapp run . --event onTap   # run it, and tap once
      npm test                      # run it, and compare its data
    ");
    let shop = folder.path().join("shop");
    assert_snapshot!(everything(&shop).join("\n"), @r"
    .gitignore
    README.md
    jsconfig.json
    miniapp.yaml
    package.json
    pages
    pages/index.js
    partner.yaml
    types
    types/miniapp.d.ts
    ");
    let checked = done(&shop, &["check", "miniapp.yaml", "partner.yaml"]);
    assert_snapshot!(checked, @r"
    miniapp.yaml: mini-app `miniapp_shop` 1.0.0: 1 page, asks for 0 permissions and 0 hosts
    partner.yaml: partner `development`
      miniapp_shop: 0 permissions, 0 hosts
    ");
    #[cfg(unix)]
    {
        for script in ["start", "test", "check", "build"] {
            let (code, out, errors) = said(&npm_run(&shop, script));
            assert_eq!(code, Some(0), "{script}: {out}{errors}");
        }
        // A page that does not do what is expected of it fails.
        let page = fs::read_to_string(shop.join("pages/index.js")).unwrap();
        fs::write(shop.join("pages/index.js"), page.replace("+ 1", "+ 2")).unwrap();
        let (code, out, _) = said(&npm_run(&shop, "test"));
        assert_eq!(code, Some(1), "{out}");
        assert!(out.contains("unmet  taps = 2: it is 4"), "{out}");
    }
}

#[test]
fn a_new_project_in_typescript_passes_its_own_test() {
    let folder = tempfile::tempdir().unwrap();
    let new = [
        "new",
        "a/b/my shop",
        "-t",
        "ts",
        "--app-id",
        "com.acme.shop",
    ];
    let told = done(
        folder.path(),
        &[&new[..], &["--name", "Läden: \"7\" # {{sdk}}"]].concat(),
    );
    assert_snapshot!(told, @r"
    made a/b/my shop: the mini-app `com.acme.shop` in TypeScript (8 files)

    Next:
      cd 'a/b/my shop'
      miniapp run . --event onTap   # run it, and tap once
      npm test                      # run it, and compare its data
      npm install && npm run check  # check its types and manifests
    ");
    let shop = folder.path().join("a/b/my shop");
    assert_snapshot!(everything(&shop).join("\n"), @r"
    .gitignore
    README.md
    miniapp.yaml
    package.json
    pages
    pages/index.ts
    partner.yaml
    tsconfig.json
    types
    types/miniapp.d.ts
    ");
    let checked = done(&shop, &["check", "miniapp.yaml", "partner.yaml"]);
    assert_snapshot!(checked, @r"
    miniapp.yaml: mini-app `com.acme.shop` 1.0.0: 1 page, asks for 0 permissions and 0 hosts
    partner.yaml: partner `development`
      com.acme.shop: 0 permissions, 0 hosts
    ");
    let readme = fs::read_to_string(shop.join("README.md")).unwrap();
    assert!(readme.starts_with("# Läden: \"7\" # {{sdk}}\n"), "{readme}");
    let event = r#"onTap:{}:{"step":5}"#;
    let run = ["run", ".", "--event", event, "--event", "onTap"];
    done(
        &shop,
        &[
            &run[..],
            &["--expect", "taps=6", "--expect", "greeting=Hello you"],
        ]
        .concat(),
    );
    #[cfg(unix)]
    for script in ["test", "build"] {
        let (code, out, errors) = said(&npm_run(&shop, script));
        assert_eq!(code, Some(0), "{script}: {out}{errors}");
    }
}

#[test]
fn a_new_project_in_rust_passes_its_own_test() {
    // Within the workspace, so that its tool chain is the workspace's, and what is built is shared.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(folder.join(".cargo")).unwrap();
    let shared = format!("[build]\ntarget-dir = {:?}\n", target.to_str().unwrap());
    fs::write(folder.join(".cargo/config.toml"), shared).unwrap();

    let told = done(&folder, &["new", "shop", "--template", "rust"]);
    let sdk = root().join("guest-sdk").canonicalize().unwrap();
    assert_snapshot!(told.replace(sdk.to_str().unwrap(), "<SDK>"), @r"
    made shop: the mini-app `miniapp_shop` in Rust (6 files)

    The SDK is not on crates.io: Cargo.toml names its folder on this machine, <SDK>.

    Next:
      cd shop
      miniapp run . --event onTap   # run it, and tap once
      cargo test                    # test it without a host
    ");
    let shop = folder.join("shop");
    assert_snapshot!(everything(&shop).join("\n"), @r"
    .gitignore
    Cargo.toml
    README.md
    miniapp.yaml
    partner.yaml
    src
    src/lib.rs
    ");
    let checked = done(&shop, &["check", "miniapp.yaml", "partner.yaml"]);
    assert_snapshot!(checked, @r"
    miniapp.yaml: mini-app `miniapp_shop` 1.0.0: 1 page, asks for 0 permissions and 0 hosts
    partner.yaml: partner `development`
      miniapp_shop: 0 permissions, 0 hosts
    ");

    fs::copy(root().join("Cargo.lock"), shop.join("Cargo.lock")).unwrap();
    let tests = Command::new(std::env::var_os("CARGO").unwrap())
        .args(["test", "--offline"])
        .current_dir(&shop)
        .env_remove("CARGO_TARGET_DIR")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8(tests.stdout).unwrap();
    let errors = String::from_utf8(tests.stderr).unwrap();
    assert!(tests.status.success(), "{told}{errors}");
    assert!(told.contains("test result: ok. 3 passed"), "{told}");
    assert!(!errors.contains("warning"), "{errors}");

    let run = ["run", ".", "--query", "name=Mia", "--event", "onTap"];
    done(
        &shop,
        &[
            &run[..],
            &["--expect", "taps=1", "--expect", "greeting=Hello Mia"],
        ]
        .concat(),
    );
    done(&shop, &["build"]);
    let imports = done(&shop, &["inspect", "app.wasm"]);
    assert!(imports.contains("world    mini-app"), "{imports}");
}

#[test]
fn an_empty_folder_is_taken_and_a_full_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let shop = folder.path().join("shop");
    fs::create_dir_all(shop.join(".git")).unwrap();
    let told = done(&shop, &["new", "."]);
    assert!(
        told.starts_with("made .: the mini-app `miniapp_shop` in JavaScript"),
        "{told}"
    );
    assert!(!told.contains("cd "), "{told}");
    done(&shop, &["run", "."]);

    assert_snapshot!(refused(&shop, &["new", "."]), @"error: . is not empty: .gitignore, README.md, jsconfig.json and 5 others; choose another folder, or empty this one; nothing was written");
    let shown = refused(folder.path(), &["new", "shop", "-t", "rust"]);
    assert_snapshot!(shown, @"error: shop is not empty: .gitignore, README.md, jsconfig.json and 5 others; choose another folder, or empty this one; nothing was written");
    fs::write(folder.path().join("file"), "").unwrap();
    assert_snapshot!(refused(folder.path(), &["new", "file"]), @"error: file is there, and is no folder; choose another name");
    assert_snapshot!(refused(folder.path(), &["new", "file/shop"]), @"error: cannot read file/shop: Not a directory (os error 20)");
    assert_snapshot!(refused(folder.path(), &["new", ""]), @r"
    error: a value is required for '<FOLDER>' but none was supplied

    For more information, try '--help'.
    ");
    // What the path means is a folder that is full, once `gone` is there.
    let shown = refused(
        folder.path(),
        &["new", "gone/..", "--app-id", "x", "--name", "X"],
    );
    assert_snapshot!(shown, @"error: gone/.. leads back out of a folder that is not there; leave the way there out");
    assert_snapshot!(refused(folder.path(), &["new", "gone/../else"]), @"error: gone/../else leads back out of a folder that is not there; leave the way there out");
    let deep = format!("deep/{}", "x".repeat(300));
    let names = ["--app-id", "x", "--name", "X"];
    let shown = refused(folder.path(), &[&["new", &deep], &names[..]].concat());
    assert_snapshot!(shown.replace(&deep, "deep/x…"), @"error: cannot make deep/x…: File name too long (os error 36); nothing was left behind");
}

#[test]
fn a_name_that_no_mini_app_may_have_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let new = |arguments: &[&str]| refused(folder.path(), &[&["new"], arguments].concat());
    assert_snapshot!(new(&["läden"]), @r"
    error: `miniapp_läden` is not an app id: it has the character `ä`; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit
    It is made from the folder's name; say another one with --app-id, such as --app-id miniapp_shop
    ");
    assert_snapshot!(new(&["--", "--"]), @r#"
    error: "" is not an app id: it is empty; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit
    It is made from the folder's name; say another one with --app-id, such as --app-id miniapp_shop
    "#);
    assert_snapshot!(new(&["shop", "--app-id", "_shop"]), @"error: `_shop` is not an app id: it begins with a sign; expected 1 to 128 of the characters `A-Z a-z 0-9 _ . -`, the first one a letter or a digit");
    assert_snapshot!(new(&["shop", "--name", "two\nlines"]), @r#"
    error: the text has the invisible character `\n`
     --> miniapp.yaml:3:7
      |
    3 | name: "two\nlines"
      |       ^^^^^^^^^^^^
      = help: remove it: the text is shown to people, on one line
    This would have been written; say another name with --name
    "#);
    assert_snapshot!(new(&["shop", "--name", ""]), @r#"
    error: expected a text, came an empty one
     --> miniapp.yaml:3:7
      |
    3 | name: ""
      |       ^^
    This would have been written; say another name with --name
    "#);
    assert_snapshot!(new(&["shop", "--name", &"x".repeat(200)]), @r#"
    error: the text has 200 characters, more than 128
     --> miniapp.yaml:3:7
      |
    3 | name: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    This would have been written; say another name with --name
    "#);
    assert_snapshot!(new(&["shop", "--sdk", "elsewhere"]), @"error: --sdk is for --template rust; scripts need no SDK");
    assert_snapshot!(new(&["shop", "-t", "rust", "--sdk", "elsewhere"]), @"error: elsewhere is not the SDK for Rust; --sdk <FOLDER> names the folder `guest-sdk` of a checkout of miniapp");
    assert_snapshot!(new(&["shop", "-t", "java"]), @r"
    error: invalid value 'java' for '--template <TEMPLATE>'
      [possible values: js, ts, rust]

    For more information, try '--help'.
    ");
    assert_snapshot!(new(&[]), @r"
    error: the following required arguments were not provided:
      <FOLDER>

    Usage: miniapp new <FOLDER>

    For more information, try '--help'.
    ");
}
