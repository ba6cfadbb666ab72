//! What the script looks like, and that nothing but the sources decides it.

use insta::assert_snapshot;
use miniapp_js_bundle::bundle;

use crate::project::{PAGE, Project, page, run};

fn shop() -> Project {
    Project::new(&[
        (
            "app.js",
            "import { greet } from './utils/greet'\nApp({ greet })\n",
        ),
        (
            "pages/index.ts",
            "import { greet } from '../utils/greet'\nimport dayjs from 'dayjs'\n\n/** The first page. */\nPage({\n  data: { greeting: greet('you' as string), today: dayjs() },\n})\n",
        ),
        (
            "utils/greet.js",
            "export const greet = (name) => `Hello, ${name}`\nexport const unused = 1\n",
        ),
        (
            "node_modules/dayjs/index.js",
            "module.exports = () => process.env.NODE_ENV\n",
        ),
    ])
}

#[test]
fn a_small_one() {
    let script = shop().built().script;
    let (_, own) = script.split_once("\n\n").unwrap();
    assert_snapshot!(own, @r#"
    const greet = (name) => `Hello, ${name}`;

    App({ greet });

    __page("pages/index");

    var require_dayjs = /* @__PURE__ */ __commonJSMin(((exports, module) => {
    	module.exports = () => "production";
    }));

    var import_dayjs = /* @__PURE__ */ __toESM(require_dayjs());
    /** The first page. */
    Page({ data: {
    	greeting: greet("you"),
    	today: (0, import_dayjs.default)()
    } });
    "#);
}

#[test]
fn only_the_helpers_that_are_used_are_there() {
    let script = Project::new(&[
        (
            "pages/index.js",
            "const add = require('../add')\nPage({ add })\n",
        ),
        ("add.js", "module.exports = (a, b) => a + b\n"),
    ])
    .built()
    .script;
    assert_snapshot!(script, @r#"
    var __commonJSMin = (cb, mod) => () => (mod || (cb((mod = { exports: {} }).exports, mod), cb = null), mod.exports);

    __page("pages/index");

    var require_add = /* @__PURE__ */ __commonJSMin(((exports, module) => {
    	module.exports = (a, b) => a + b;
    }));

    const add = require_add();
    Page({ add });
    "#);
}

#[test]
fn the_same_folder_elsewhere_gives_the_same_bytes() {
    let (one, other) = (shop(), shop());
    let first = one.built();
    assert_eq!(first, other.built());
    assert_eq!(first, one.built());
    for project in [&one, &other] {
        let above = project.folder().parent().unwrap().display().to_string();
        let everything = format!("{first:?}");
        assert!(!everything.contains(&above), "{everything}");
    }
}

#[test]
fn many_modules_with_the_same_names_give_the_same_bytes() {
    let project = Project::new(&[]);
    let mut pages = Vec::new();
    for rank in 0..40 {
        let (next, other) = ((rank * 7 + 3) % 40, (rank * 11 + 5) % 40);
        let page = format!(
            "import {{ value }} from '../utils/{next}'; const other = require('../utils/{other}'); log(value, other.value)"
        );
        project.write(&format!("pages/{rank}.js"), page);
        let module = if rank % 2 == 0 {
            format!(
                "import {{ value as next }} from './{next}'; export const value = () => next + '{rank}'"
            )
        } else {
            format!("const name = '{rank}'; exports.value = name")
        };
        project.write(&format!("utils/{rank}.js"), module);
        pages.push(format!("pages/{rank}"));
    }
    let first = bundle(&project.folder(), &pages).unwrap();
    for _ in 0..5 {
        assert_eq!(bundle(&project.folder(), &pages).unwrap(), first);
    }
}

#[test]
fn what_lies_around_the_folder_changes_nothing() {
    let project = shop();
    let before = project.built();
    project.write(
        "../package.json",
        r#"{ "type": "module", "sideEffects": false }"#,
    );
    project.write(
        "../tsconfig.json",
        r#"{ "compilerOptions": { "target": "es5" } }"#,
    );
    project.write("tsconfig.json", "not even JSON");
    assert_eq!(project.built(), before);
}

#[test]
fn sizes_are_told_of_each_module() {
    let bundle = shop().built();
    let names: Vec<_> = bundle
        .modules()
        .iter()
        .map(|module| &*module.name)
        .collect();
    let expected = [
        "utils/greet.js",
        "app.js",
        "node_modules/dayjs/index.js",
        "pages/index.ts",
    ];
    assert_eq!(names, expected);
    let bytes: usize = bundle.modules().iter().map(|module| module.bytes).sum();
    assert!((1..bundle.script.len()).contains(&bytes));
}

#[test]
fn names_that_need_escapes_are_escaped() {
    let project = Project::new(&[("pages/a\u{2028}'b.js", "log(1)")]);
    let bundle = project.bundle(&["pages/a\u{2028}'b"]).unwrap();
    assert_eq!(run(&bundle), ["page pages/a\u{2028}'b", "1"]);
}

#[test]
fn bundling_works_within_a_runtime() {
    let project = page("log(1)");
    let folder = project.folder();
    let one = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let bundled = one.block_on(async { bundle(&folder, &[PAGE]) }).unwrap();
    let many = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let again =
        many.block_on(async { tokio::spawn(async move { bundle(&folder, &[PAGE]) }).await });
    assert_eq!(again.unwrap().unwrap(), bundled);
}
