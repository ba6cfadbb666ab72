//! What is bundled, but likely not meant so.

use insta::assert_snapshot;
use miniapp_js_bundle::Problem;

use crate::project::{Project, page};

#[track_caller]
fn warning(project: &Project) -> (Problem, String) {
    let warnings = project.built().warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    (warnings[0].problem(), warnings[0].to_string())
}

#[test]
fn eval() {
    let (problem, text) = warning(&page("const x = 1\nlog(eval('x + 1'))"));
    assert_eq!(problem, Problem::Eval);
    assert_snapshot!(text, @"
    mini-apps have no `eval`, and this will throw
     --> pages/index.js:2:5
      |
    2 | log(eval('x + 1'))
      |     ^^^^
      = help: call a function instead; for data there is `JSON.parse`
    ");
}

#[test]
fn a_name_to_require_that_only_the_running_script_knows() {
    let (problem, text) = warning(&page(
        "export const load = name => require(`../${name}`)\nlog(load)",
    ));
    assert_eq!(problem, Problem::DynamicRequire);
    assert_snapshot!(text, @r#"
    `require(…)` is given a name that only the running script knows, and will throw
     --> pages/index.js:1:37
      |
    1 | export const load = name => require(`../${name}`)
      |                                     ^^^^^^^^^^^^
      = help: write the name as a literal, as in `require("./chart.js")`, once for each that there may be
    "#);
}

#[test]
fn commonjs_exports_in_an_es_module() {
    let (problem, text) = warning(&page("export const a = 1\nmodule.exports = { a }"));
    assert_eq!(problem, Problem::Suspicious);
    assert_snapshot!(text, @"
    The CommonJS `module` variable is treated as a global variable in an ECMAScript module and may not work as expected
     --> pages/index.js:2:1
      |
    2 | module.exports = { a }
      | ^^^^^^
    ");
}

#[test]
fn oddities_of_packages_are_not_told_but_what_will_throw_is() {
    let project = page("import 'p'");
    project.write(
        "node_modules/p/index.js",
        "export const a = 1; module.exports = a; log(name => require(name)); log(eval)",
    );
    assert_eq!(project.built().warnings, []);
    project.write("node_modules/p/index.js", "eval('1')");
    assert_eq!(warning(&project).0, Problem::Eval);
}

#[test]
fn a_page_that_is_not_named_is_fine() {
    let project = Project::new(&[
        ("pages/index.js", "log(1)"),
        ("pages/other.js", "import 'gone'; this is not JavaScript"),
    ]);
    assert_eq!(project.built().warnings, []);
}
