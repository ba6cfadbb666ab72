//! Packages of npm.

use crate::project::{PAGE, Project, logged, run};

fn with_package(page: &str, files: &[(&str, &str)]) -> Project {
    let project = Project::new(&[("pages/index.js", page)]);
    for (path, text) in files {
        project.write(&format!("node_modules/{path}"), text);
    }
    project
}

#[test]
fn the_field_module_is_for_import_and_main_for_require() {
    let files = [
        (
            "p/package.json",
            r#"{ "main": "./main.js", "module": "./module.js" }"#,
        ),
        ("p/main.js", "module.exports = () => 'main'"),
        ("p/module.js", "export default () => 'module'"),
    ];
    let project = with_package("import p from 'p'; log(p())", &files);
    assert_eq!(logged(&project), ["module"]);
    let project = with_package("const p = require('p'); log(p())", &files);
    assert_eq!(logged(&project), ["main"]);
}

#[test]
fn exports_are_chosen_by_import_require_and_default_and_never_by_browser() {
    let files = [
        (
            "p/package.json",
            r#"{ "exports": {
                ".": { "browser": "./browser.js", "node": "./node.js", "import": "./esm.mjs", "require": "./cjs.cjs" },
                "./sub": { "browser": "./browser.js", "default": "./sub.js" }
            }, "browser": { "./sub.js": "./browser.js" } }"#,
        ),
        ("p/esm.mjs", "export default 'esm'"),
        ("p/cjs.cjs", "module.exports = 'cjs'"),
        ("p/sub.js", "module.exports = 'sub'"),
        ("p/browser.js", "module.exports = 'browser'"),
        ("p/node.js", "module.exports = 'node'"),
    ];
    let page = "import esm from 'p'; import sub from 'p/sub'; log(esm, require('p'), sub)";
    assert_eq!(logged(&with_package(page, &files)), ["esm cjs sub"]);
}

#[test]
fn only_the_production_half_of_a_package_is_taken() {
    let files = [
        (
            "p/index.js",
            "if (process.env.NODE_ENV === 'production') { module.exports = require('./production') }
            else { module.exports = require('./development') }",
        ),
        ("p/production.js", "exports.mode = process.env.NODE_ENV"),
        ("p/development.js", "require('fs')"),
    ];
    let project = with_package("import { mode } from 'p'; log(mode)", &files);
    assert_eq!(logged(&project), ["production"]);
    assert!(!project.built().script.contains("process"));
}

#[test]
fn what_a_package_may_leave_out_is_left_out_if_nothing_uses_it() {
    let files = |side_effects: &str| {
        with_package(
            "import { used } from 'p'; log(used)",
            &[
                (
                    "p/package.json",
                    &format!(r#"{{ "main": "index.js", "sideEffects": {side_effects} }}"#),
                ),
                (
                    "p/index.js",
                    "export * from './used.js'; export * from './other.js'",
                ),
                ("p/used.js", "export const used = 'used'"),
                ("p/other.js", "log('other'); export const other = 1"),
            ],
        )
    };
    assert_eq!(logged(&files("false")), ["used"]);
    assert_eq!(logged(&files("[\"./used.js\"]")), ["used"]);
    assert_eq!(
        logged(&files("[\"./index.js\", \"./other.js\"]")),
        ["other", "used"]
    );
    assert_eq!(logged(&files("true")), ["other", "used"]);
}

#[test]
fn the_mini_apps_own_files_run_whatever_its_package_json_says() {
    let project = Project::new(&[
        ("package.json", r#"{ "sideEffects": false }"#),
        ("pages/index.js", "import '../utils/setup'; log('page')"),
        ("utils/setup.js", "log('setup')"),
    ]);
    assert_eq!(logged(&project), ["setup", "page"]);
}

#[test]
fn a_package_that_says_it_has_es_modules_sees_commonjs_as_node_does() {
    let files = [
        (
            "esm/package.json",
            r#"{ "type": "module", "exports": "./index.js" }"#,
        ),
        (
            "esm/index.js",
            "import cjs from 'cjs'; export const kind = typeof cjs.default",
        ),
        (
            "cjs/index.js",
            "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = () => {}",
        ),
    ];
    let project = with_package("import { kind } from 'esm'; log(kind)", &files);
    assert_eq!(logged(&project), ["function"]);
}

#[test]
fn packages_of_folders_above_are_found_and_named_as_if_they_were_here() {
    let project = Project::new(&[(
        "pages/index.js",
        "import near from 'near'; import far from 'far'; log(near, far)",
    )]);
    project.write("node_modules/near/index.js", "module.exports = 'near'");
    project.write(
        "../node_modules/far/index.js",
        "module.exports = 'far, ' + require('near')",
    );
    project.write(
        "../node_modules/near/index.js",
        "module.exports = 'near of far'",
    );
    let bundle = project.built();
    assert_eq!(run(&bundle), ["page pages/index", "near far, near of far"]);
    let mut names: Vec<_> = bundle
        .modules()
        .iter()
        .map(|module| &*module.name)
        .collect();
    names.sort_unstable();
    let expected = [
        "../node_modules/near/index.js",
        "node_modules/far/index.js",
        "node_modules/near/index.js",
        "pages/index.js",
    ];
    assert_eq!(names, expected);
}

#[cfg(unix)]
#[test]
fn packages_that_are_links_within_node_modules_are_found() {
    let project = with_package(
        "import a from 'a'; log(a)",
        &[(".store/a@1/node_modules/a/index.js", "module.exports = 'a'")],
    );
    let modules = project.folder().join("node_modules");
    crate::project::link(
        &modules.join(".store/a@1/node_modules/a"),
        &modules.join("a"),
    );
    assert_eq!(logged(&project), ["a"]);
}

#[test]
fn what_is_required_within_try_need_not_be_there() {
    let project = with_package(
        "import p from 'p'; log(p)",
        &[(
            "p/index.js",
            "let fast; try { fast = require('fast'); } catch (error) { log('no') }
            try { require('crypto'); } catch { log('nor that') }
            module.exports = fast ?? 'slow'",
        )],
    );
    assert_eq!(logged(&project), ["no", "nor that", "slow"]);
}

#[test]
fn a_package_called_like_a_module_of_node_is_the_package() {
    let project = with_package(
        "import events from 'events'; log(events)",
        &[("events/index.js", "module.exports = 'of npm'")],
    );
    assert_eq!(logged(&project), ["of npm"]);
}

#[test]
fn umd_and_scopes_work() {
    let umd = "(function (root, factory) {
            if (typeof define === 'function' && define.amd) define([], factory);
            else if (typeof module === 'object' && module.exports) module.exports = factory();
            else root.umd = factory();
        })(typeof self !== 'undefined' ? self : this, function () { return { name: 'umd' } })";
    let project = with_package(
        "import { name } from '@scope/umd/dist'; log(name)",
        &[("@scope/umd/dist/index.js", umd)],
    );
    assert_eq!(logged(&project), ["umd"]);
    assert_eq!(project.bundle(&[PAGE]).unwrap().warnings, []);
}
