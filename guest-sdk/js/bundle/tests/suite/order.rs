//! In which order the app, its pages and what they share run.

use crate::project::{Project, run};

#[test]
fn the_app_runs_first_then_each_page_after_its_statement() {
    let project = Project::new(&[
        ("app.js", "log('app')"),
        ("pages/me.js", "log('me')"),
        ("pages/index.js", "log('index')"),
    ]);
    let bundle = project.bundle(&["pages/me", "pages/index"]).unwrap();
    let expected = ["app", "page pages/me", "me", "page pages/index", "index"];
    assert_eq!(run(&bundle), expected);
}

#[test]
fn what_two_pages_share_runs_once_before_the_first_that_imports_it() {
    let project = Project::new(&[
        (
            "pages/a.js",
            "import { n } from '../utils/shared'; log('a', n())",
        ),
        (
            "pages/b.js",
            "import { n } from '../utils/shared'; log('b', n())",
        ),
        (
            "utils/shared.js",
            "log('shared'); let count = 0; export const n = () => ++count",
        ),
    ]);
    let bundle = project.bundle(&["pages/a", "pages/b"]).unwrap();
    let expected = ["page pages/a", "shared", "a 1", "page pages/b", "b 2"];
    assert_eq!(run(&bundle), expected);
}

#[test]
fn the_order_is_the_same_whatever_kinds_of_modules_there_are() {
    let esm = |name: &str| format!("import '../utils/{name}'; log('{name}'); export {{}}");
    let cjs = |name: &str| format!("require('../utils/{name}'); log('{name}'); module.exports = 1");
    let neither = |name: &str| format!("const x = require('../utils/{name}'); log('{name}')");
    let kinds = [esm, cjs, neither];
    for (first, second, third) in [(0, 1, 2), (1, 0, 2), (1, 2, 0), (2, 1, 0)] {
        let project = Project::new(&[
            ("pages/a.js", &kinds[first]("a")),
            ("pages/b.js", &kinds[second]("b")),
            ("pages/c.js", &kinds[third]("c")),
            ("utils/a.js", "log('of a'); exports.a = 1"),
            (
                "utils/b.js",
                "import './a'; log('of b'); export const b = 1",
            ),
            ("utils/c.js", "import './b'; import './a'; log('of c')"),
        ]);
        let bundle = project.bundle(&["pages/a", "pages/b", "pages/c"]).unwrap();
        let expected = [
            "page pages/a",
            "of a",
            "a",
            "page pages/b",
            "of b",
            "b",
            "page pages/c",
            "of c",
            "c",
        ];
        assert_eq!(run(&bundle), expected, "{}", bundle.script);
    }
}

#[test]
fn imports_of_both_kinds_run_in_the_order_of_the_source() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "import '../utils/esm'; import '../utils/cjs'; import '../utils/last'; log('page')",
        ),
        ("utils/esm.js", "log('esm'); export const a = 1"),
        ("utils/cjs.js", "log('cjs'); module.exports = {}"),
        ("utils/last.js", "log('last'); export const b = 1"),
    ]);
    let expected = ["page pages/index", "esm", "cjs", "last", "page"];
    assert_eq!(run(&project.built()), expected);
}

#[test]
fn a_page_that_another_one_requires_runs_in_its_place() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "import '../utils/a'; log('index'); export const b = 1",
        ),
        (
            "pages/other.js",
            "const index = require('./index'); log('other', index.b)",
        ),
        ("pages/last.js", "import '../utils/a'; log('last')"),
        ("utils/a.js", "log('a'); export const a = 1"),
    ]);
    let pages = ["pages/index", "pages/other", "pages/last"];
    let expected = [
        "page pages/index",
        "a",
        "index",
        "page pages/other",
        "other 1",
        "page pages/last",
        "last",
    ];
    assert_eq!(run(&project.bundle(&pages).unwrap()), expected);

    let pages = ["pages/other", "pages/index", "pages/last"];
    let expected = [
        "page pages/other",
        "a",
        "index",
        "other 1",
        "page pages/index",
        "page pages/last",
        "last",
    ];
    assert_eq!(run(&project.bundle(&pages).unwrap()), expected);
}

#[test]
fn a_page_without_any_effect_has_its_statement_all_the_same() {
    let project = Project::new(&[
        ("pages/a.js", ""),
        ("pages/b.js", "const unused = 1"),
        ("pages/c.js", "export const unused = 1"),
    ]);
    let bundle = project.bundle(&["pages/a", "pages/b", "pages/c"]).unwrap();
    assert_eq!(
        run(&bundle),
        ["page pages/a", "page pages/b", "page pages/c"]
    );
}

#[test]
fn no_pages_and_no_app_are_an_empty_script() {
    let bundle = Project::new(&[]).bundle(&[]).unwrap();
    assert_eq!(run(&bundle), [""; 0]);
}
