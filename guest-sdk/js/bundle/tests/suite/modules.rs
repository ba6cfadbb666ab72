//! ES modules, CommonJS, TypeScript and JSON, and mixes of them.

use crate::project::{Project, logged, page};

#[test]
fn wechat_style_names_work_with_and_without_the_extension() {
    for name in ["../../utils/date", "../../utils/date.js"] {
        let project = Project::new(&[
            (
                "pages/index/index.js",
                &format!("const date = require('{name}'); log(date.today())"),
            ),
            (
                "utils/date.js",
                "function today() { return 'today' } module.exports = { today }",
            ),
        ]);
        assert_eq!(logged(&project), ["today"]);
    }
}

#[test]
fn the_default_import_of_commonjs_is_what_it_exports() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "import all, { one } from '../utils/cjs'; import * as space from '../utils/cjs';
            log(all.one, one, space.one, space.default === all)",
        ),
        ("utils/cjs.js", "module.exports = { one: 1 }"),
    ]);
    assert_eq!(logged(&project), ["1 1 1 true"]);
}

#[test]
fn the_default_import_of_compiled_commonjs_is_its_default() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "import it, { other } from '../utils/cjs'; log(it, other)",
        ),
        (
            "utils/cjs.js",
            "Object.defineProperty(exports, '__esModule', { value: true });
            exports.default = 'default'; exports.other = 'other'",
        ),
    ]);
    assert_eq!(logged(&project), ["default other"]);
}

#[test]
fn requiring_an_es_module_gives_its_exports() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "const { a, default: b } = require('../utils/esm'); log(a, b)",
        ),
        ("utils/esm.js", "export const a = 1; export default 2"),
    ]);
    assert_eq!(logged(&project), ["1 2"]);
}

#[test]
fn modules_may_import_each_other() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "import { even } from '../utils/even'; log(even(10), even(7))",
        ),
        (
            "utils/even.js",
            "import { odd } from './odd'; export function even(n) { return n === 0 || odd(n - 1) }",
        ),
        (
            "utils/odd.js",
            "import { even } from './even'; export function odd(n) { return n !== 0 && even(n - 1) }",
        ),
    ]);
    assert_eq!(logged(&project), ["true false"]);

    let project = Project::new(&[
        (
            "pages/index.js",
            "const a = require('../utils/a'); log(a.name, a.of())",
        ),
        (
            "utils/a.js",
            "exports.name = 'a'; const b = require('./b'); exports.of = () => b.of",
        ),
        (
            "utils/b.js",
            "const a = require('./a'); exports.of = 'b of ' + a.name",
        ),
    ]);
    assert_eq!(logged(&project), ["a b of a"]);
}

#[test]
fn imports_follow_what_changes() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "import { count, add } from '../utils/count'; add(); add(); log(count)",
        ),
        (
            "utils/count.js",
            "export let count = 0; export const add = () => { count += 1 }",
        ),
    ]);
    assert_eq!(logged(&project), ["2"]);
}

#[test]
fn json_is_imported_whole_and_by_name() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "import all, { name } from '../config.json'; const same = require('../config.json');
            log(name, all['a b'], same.list.length)",
        ),
        (
            "config.json",
            r#"{ "name": "shop", "a b": 1, "list": [1, 2] }"#,
        ),
    ]);
    assert_eq!(logged(&project), ["shop 1 2"]);
}

#[test]
fn types_are_left_out() {
    let project = Project::new(&[
        (
            "pages/index.ts",
            "import type { Gone } from './not-there';
            import { Item, price } from '../utils/item';
            enum Color { Red = 'red' }
            const item = { cents: 250 } satisfies Item as Item;
            log(price(item!), Color.Red)",
        ),
        (
            "utils/item.ts",
            "export interface Item { cents: number }
            export const price = (item: Item): string => `${item.cents / 100}`",
        ),
    ]);
    assert_eq!(logged(&project), ["2.5 red"]);
}

#[test]
fn a_name_that_ends_in_js_may_mean_typescript() {
    let project = Project::new(&[
        (
            "pages/index.ts",
            "import { a } from '../utils/a.js'; log(a)",
        ),
        ("utils/a.ts", "export const a: number = 1"),
    ]);
    assert_eq!(logged(&project), ["1"]);
}

#[test]
fn a_dynamic_import_of_a_literal_runs_when_it_is_reached() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "log('page'); import('../utils/late').then(late => log(late.a))",
        ),
        ("utils/late.js", "log('late'); export const a = 1"),
    ]);
    assert_eq!(logged(&project), ["page", "late", "1"]);
}

#[test]
fn what_is_newer_than_es2023_is_written_in_es2023() {
    let project = page(
        "{ using door = { [Symbol.dispose ?? (Symbol.dispose = Symbol('dispose'))]() { log('closed') } }; log('open') }",
    );
    let script = project.built().script;
    assert!(!script.contains("using door"), "{script}");
}

#[test]
fn es2023_is_left_as_it_is() {
    let body = "#items = [1, 2];\n\tstatic {\n\t\tlog(\"ready\");\n\t}\n\tlast = () => this.#items?.at(-1) ?? 0;";
    let project = page(&format!("class Cart {{ {body} }}\nlog(new Cart().last())"));
    let script = project.built().script;
    assert!(script.contains(body), "{script}");
    assert_eq!(logged(&project), ["ready", "2"]);
}

#[test]
fn the_script_is_strict() {
    let project = page("log((function () { return this === undefined })())");
    assert_eq!(logged(&project), ["true"]);
    let project = page("log((function () { return this === undefined })()); module.exports = {}");
    assert_eq!(logged(&project), ["true"]);
}

#[test]
fn a_mark_at_the_beginning_of_a_file_is_no_part_of_it() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "\u{feff}import a from '../a.json'; log(a.b)",
        ),
        ("a.json", "\u{feff}{ \"b\": 1 }"),
    ]);
    assert_eq!(logged(&project), ["1"]);
}
