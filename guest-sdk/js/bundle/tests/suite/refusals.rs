//! What is refused, and how it is told.

use insta::assert_snapshot;
use miniapp_js_bundle::Problem;

use crate::project::{PAGE, Project, page};

#[test]
fn a_page_without_a_file() {
    let (problem, text) = Project::new(&[]).told();
    assert_eq!(problem, Problem::MissingPage);
    assert_snapshot!(text, @"
    the page `pages/index` has no file
     --> miniapp.yaml
      = help: it stands in `pages`, and is looked for as `pages/index` and `pages/index/index`, each with `.js`, `.ts`, `.mjs`, `.cjs`: write one of these, or remove the page from `pages`
    ");
}

#[test]
fn each_way_to_write_a_page_in_its_order() {
    let paths = [
        "pages/index/index.cjs",
        "pages/index/index.mjs",
        "pages/index/index.ts",
        "pages/index/index.js",
        "pages/index.cjs",
        "pages/index.mjs",
        "pages/index.ts",
        "pages/index.js",
    ];
    let project = Project::new(&[]);
    for path in paths {
        project.write(path, "log(1)");
        assert_eq!(project.built().modules()[0].name, path);
    }
}

#[test]
fn a_syntax_error() {
    let (problem, text) = page("Page({\n  data: { a: 1 b: 2 },\n})").told();
    assert_eq!(problem, Problem::Syntax);
    assert_snapshot!(text, @"
    Expected `,` or `}` but found `Identifier`
     --> pages/index.js:2:16
      |
    2 |   data: { a: 1 b: 2 },
      |                ^
    ");
}

#[test]
fn what_only_sloppy_code_may_do() {
    let (problem, text) = page("with (Math) { log(PI) }").told();
    assert_eq!(problem, Problem::Syntax);
    assert_snapshot!(text, @"
    `with` statements are not allowed
     --> pages/index.js:1:1
      |
    1 | with (Math) { log(PI) }
      | ^^^^
    ");
}

#[test]
fn json_that_is_none() {
    let project = Project::new(&[
        ("pages/index.js", "import './index.json'"),
        ("pages/index.json", "{\n  \"title\": 'Home'\n}"),
    ]);
    let (problem, text) = project.told();
    assert_eq!(problem, Problem::Syntax);
    assert_snapshot!(text, @r#"
    the file is not JSON: expected value
     --> pages/index.json:2:12
      |
    2 |   "title": 'Home'
      |            ^
    "#);
    project.write("pages/index.json", "");
    assert_eq!(project.fault().problem(), Problem::Syntax);
}

#[test]
fn what_follows_from_another_fault_is_not_told() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "import { title } from './index.json'; log(title)",
        ),
        ("pages/index.json", "{"),
    ]);
    assert_eq!(project.fault().file(), "pages/index.json");
}

#[test]
fn jsx_and_decorators() {
    let (problem, _) = page("log(<view />)").told();
    assert_eq!(problem, Problem::Syntax);
    let (problem, text) = page("class A { @bound go() {} }").told();
    assert_eq!(problem, Problem::Syntax);
    assert_snapshot!(text, @"
    decorators are not part of JavaScript yet
     --> pages/index.js:1:11
      |
    1 | class A { @bound go() {} }
      |           ^^^^^^
      = help: call the function that the decorator is
    ");
}

#[test]
fn a_file_that_is_not_there() {
    let project = Project::new(&[
        ("pages/index.js", "import '../utils/api'"),
        ("utils/api.js", "\nconst log = require('./lgo')"),
    ]);
    let (problem, text) = project.told();
    assert_eq!(problem, Problem::Unresolved);
    assert_snapshot!(text, @"
    cannot find `./lgo`
     --> utils/api.js:2:21
      |
    2 | const log = require('./lgo')
      |                     ^^^^^^^
      = help: there is no such file, with or without `.js`, `.ts`, `.mjs`, `.cjs` or `.json`, and no such folder with an `index`
    ");
}

#[test]
fn a_package_that_is_not_installed() {
    let (problem, text) = page("import utc from 'dayjs/plugin/utc'").told();
    assert_eq!(problem, Problem::Unresolved);
    assert_snapshot!(text, @"
    cannot find the package `dayjs`
     --> pages/index.js:1:17
      |
    1 | import utc from 'dayjs/plugin/utc'
      |                 ^^^^^^^^^^^^^^^^^^
      = help: if it comes from npm, run `npm install dayjs` in the mini-app's folder; if it is a file of the mini-app, begin its name with `./`
    ");
}

#[test]
fn a_part_that_a_package_does_not_have() {
    let project = page("import 'p/inner'");
    project.write(
        "node_modules/p/package.json",
        r#"{ "exports": { ".": "./index.js" } }"#,
    );
    project.write("node_modules/p/inner.js", "");
    let (problem, text) = project.told();
    assert_eq!(problem, Problem::Unresolved);
    assert_snapshot!(text, @"
    the package `p` has no `p/inner`
     --> pages/index.js:1:8
      |
    1 | import 'p/inner'
      |        ^^^^^^^^^
      = help: look up in its documentation what the package offers, or install another version of it
    ");
    project.write("node_modules/p/package.json", "{");
    let (problem, text) = project.told();
    assert_eq!(problem, Problem::Unresolved);
    assert_snapshot!(text, @"
    a package.json on the way to `p/inner` cannot be used
     --> pages/index.js:1:8
      |
    1 | import 'p/inner'
      |        ^^^^^^^^^
      = help: it is not JSON, or a field of it is not right; a package of npm is mended by installing it anew
    ");
}

#[test]
fn a_package_json_that_is_none() {
    let project = page("import './a'");
    project.write("pages/a.js", "");
    project.write("package.json", "{");
    let faults = project.bundle(&[PAGE]).unwrap_err().to_string();
    let told = "a package.json on the way to `pages/index.js` cannot be used";
    assert!(faults.contains(told), "{faults}");
}

#[test]
fn modules_of_node() {
    let (problem, text) = page("import fs from 'fs'").told();
    assert_eq!(problem, Problem::NodeBuiltin);
    assert_snapshot!(text, @"
    `fs` is a module of Node.js
     --> pages/index.js:1:16
      |
    1 | import fs from 'fs'
      |                ^^^^
      = help: mini-apps have no Node.js: use what `fc` offers, or a package that does without Node.js
    ");
    for text in [
        "require('node:path')",
        "export * from 'fs/promises'",
        "import('crypto')",
    ] {
        assert_eq!(page(text).fault().problem(), Problem::NodeBuiltin, "{text}");
    }
}

#[test]
fn files_outside_the_folder() {
    let project = page("import '../../secret'");
    project.write("../secret.js", "log('secret')");
    let (problem, text) = project.told();
    assert_eq!(problem, Problem::Outside);
    assert_snapshot!(text, @"
    `../../secret` leads out of the mini-app's folder
     --> pages/index.js:1:8
      |
    1 | import '../../secret'
      |        ^^^^^^^^^^^^^^
      = help: copy the file into the folder, or install it as a package of npm; a symbolic link is not enough
    ");

    let secret = project.folder().parent().unwrap().join("secret.js");
    let absolute = format!(
        "import '{}'",
        secret.display().to_string().replace('\\', "/")
    );
    assert_eq!(page(&absolute).fault().problem(), Problem::Outside);
    let (problem, text) = page("import 'https://example.com/lib.js'").told();
    assert_eq!(problem, Problem::Outside);
    assert_snapshot!(text, @"
    `https://example.com/lib.js` is an address, and not a file
     --> pages/index.js:1:8
      |
    1 | import 'https://example.com/lib.js'
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: mini-apps load no code from elsewhere: put the file into the folder
    ");
}

#[test]
fn code_in_an_address() {
    let told = page("import 'data:text/javascript,await fc.login()'").told();
    assert_eq!(told.0, Problem::Outside);
}

#[cfg(unix)]
#[test]
fn symbolic_links_that_lead_outside() {
    use crate::project::link;

    let project = page("import '../utils/secret'");
    let secret = project.write("../secret.js", "log('secret')");
    link(&secret, &project.folder().join("utils/secret.js"));
    assert_eq!(project.fault().problem(), Problem::Outside);

    let project = page("import 'shared'");
    project.write("../packages/shared/index.js", "log('shared')");
    let shared = project.folder().parent().unwrap().join("packages/shared");
    link(&shared, &project.folder().join("node_modules/shared"));
    assert_eq!(project.fault().problem(), Problem::Outside);

    let project = Project::new(&[]);
    let secret = project.write("../secret.js", "log('secret')");
    link(&secret, &project.folder().join("pages/index.js"));
    let fault = project.fault();
    assert_eq!(
        (fault.problem(), fault.file()),
        (Problem::Outside, "miniapp.yaml")
    );
}

#[test]
fn pages_that_lead_outside() {
    let project = Project::new(&[]);
    project.write("../secret.js", "log('secret')");
    assert!(project.bundle(&["../secret"]).is_err());
}

#[test]
fn await_outside_functions() {
    let (problem, text) = page("const user = await fc.login()\nPage({ data: { user } })").told();
    assert_eq!(problem, Problem::TopLevelAwait);
    assert_snapshot!(text, @"
    `await` stands outside any function
     --> pages/index.js:1:14
      |
    1 | const user = await fc.login()
      |              ^^^^^
      = help: nothing waits for a script to start: put it into an `async` function, such as `onLoad` of the page
    ");
}

#[test]
fn names_to_import_that_only_the_running_script_knows() {
    let (problem, text) = page("export const load = name => import(`./${name}.js`)").told();
    assert_eq!(problem, Problem::DynamicImport);
    assert_snapshot!(text, @r#"
    `import(…)` is given a name that only the running script knows
     --> pages/index.js:1:36
      |
    1 | export const load = name => import(`./${name}.js`)
      |                                    ^^^^^^^^^^^^^^
      = help: write the name as a literal, as in `import("./chart.js")`, once for each that there may be
    "#);
}

#[test]
fn files_of_other_types() {
    let project = page("import './index.css'");
    project.write("pages/index.css", "a {}");
    let (problem, text) = project.told();
    assert_eq!(problem, Problem::FileType);
    assert_snapshot!(text, @"
    `./index.css` is a file of the type `.css`
     --> pages/index.js:1:8
      |
    1 | import './index.css'
      |        ^^^^^^^^^^^^^
      = help: a script has no styles: remove the import
    ");

    for file in [
        "logo.png",
        "view.wxml",
        "code.wasm",
        "LICENSE",
        "part.tsx",
        "data.bin",
    ] {
        let project = page(&format!("const file = require('../{file}')"));
        project.write(file, "");
        assert_eq!(project.fault().problem(), Problem::FileType, "{file}");
    }
}

#[test]
fn a_file_with_a_query() {
    let project = page("import text from './a.js?raw'");
    project.write("pages/a.js", "");
    assert_eq!(project.fault().problem(), Problem::Unresolved);
}

#[test]
fn a_file_that_is_no_text() {
    let project = page("import './bytes.js'");
    project.write("pages/bytes.js", b"log('\xff')");
    let (problem, text) = project.told();
    assert_eq!(problem, Problem::Unreadable);
    assert_snapshot!(text, @"
    the file is not text in UTF-8
     --> pages/bytes.js
    ");
}

#[test]
fn an_export_that_is_not_there() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "import { format, parse } from '../utils/date'\nlog(format, parse)",
        ),
        ("utils/date.js", "export const format = 1"),
    ]);
    let (problem, text) = project.told();
    assert_eq!(problem, Problem::Linking);
    assert_snapshot!(text, @"
    `parse` is not exported by `utils/date.js`, imported by `pages/index.js`
     --> pages/index.js:1:18
      |
    1 | import { format, parse } from '../utils/date'
      |                  ^^^^^
    ");
}

#[test]
fn an_assignment_to_an_import() {
    let project = Project::new(&[
        (
            "pages/index.js",
            "import { count } from '../utils/count'\ncount += 1",
        ),
        ("utils/count.js", "export let count = 1"),
    ]);
    let (problem, text) = project.told();
    assert_eq!(problem, Problem::Linking);
    assert_snapshot!(text, @"
    Cannot assign to import `count`
     --> pages/index.js:2:1
      |
    2 | count += 1
      | ^^^^^
    ");
}

#[test]
fn all_faults_are_told_at_once_sorted_by_file_and_place() {
    let project = Project::new(&[
        ("app.js", "import 'gone'; import fs from 'fs'"),
        (
            "pages/index.js",
            "await 1; import '../utils/broken'; import '../utils/other'",
        ),
        ("utils/broken.js", "let let = 1"),
        ("utils/other.js", "import './gone'"),
    ]);
    let faults = project.bundle(&["pages/lost", PAGE]).unwrap_err();
    assert_snapshot!(faults, @"
    the page `pages/lost` has no file
     --> miniapp.yaml
      = help: it stands in `pages`, and is looked for as `pages/lost` and `pages/lost/index`, each with `.js`, `.ts`, `.mjs`, `.cjs`: write one of these, or remove the page from `pages`

    cannot find the package `gone`
     --> app.js:1:8
      |
    1 | import 'gone'; import fs from 'fs'
      |        ^^^^^^
      = help: if it comes from npm, run `npm install gone` in the mini-app's folder; if it is a file of the mini-app, begin its name with `./`

    `fs` is a module of Node.js
     --> app.js:1:31
      |
    1 | import 'gone'; import fs from 'fs'
      |                               ^^^^
      = help: mini-apps have no Node.js: use what `fc` offers, or a package that does without Node.js

    `await` stands outside any function
     --> pages/index.js:1:1
      |
    1 | await 1; import '../utils/broken'; import '../utils/other'
      | ^^^^^
      = help: nothing waits for a script to start: put it into an `async` function, such as `onLoad` of the page

    The keyword `let` is reserved
     --> utils/broken.js:1:5
      |
    1 | let let = 1
      |     ^^^

    cannot find `./gone`
     --> utils/other.js:1:8
      |
    1 | import './gone'
      |        ^^^^^^^^
      = help: there is no such file, with or without `.js`, `.ts`, `.mjs`, `.cjs` or `.json`, and no such folder with an `index`
    ");
}

#[test]
fn text_that_steers_a_terminal_is_made_visible() {
    let (_, text) = page("import '\u{1b}[31m' // \u{202e}").told();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
}

#[test]
fn a_folder_that_is_not_there() {
    let gone = Project::new(&[]).folder().join("gone");
    let error = miniapp_js_bundle::bundle(&gone, &[PAGE]).unwrap_err();
    assert!(
        error.to_string().starts_with("cannot open the folder "),
        "{error}"
    );
}
