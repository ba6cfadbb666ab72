//! From places in the script back to the sources.

use miniapp_js_bundle::Bundle;
use oxc_sourcemap::{JSONSourceMap, SourceMap};

use crate::project::{Project, run};

/// The source, line and column, counted from 0, from which the text `marked` of the script comes.
#[track_caller]
fn origin(bundle: &Bundle, marked: &str) -> (String, u32, u32) {
    let json = JSONSourceMap {
        version: 3,
        file: None,
        mappings: bundle.map.mappings.clone(),
        source_root: None,
        sources: bundle.map.sources.clone(),
        sources_content: None,
        names: Vec::new(),
        debug_id: None,
        x_google_ignore_list: None,
    };
    let map = SourceMap::from_json(json).unwrap();
    let mut lines = bundle.script.lines().enumerate();
    let (line, column) = lines
        .find_map(|(line, text)| Some((line, text.find(marked)?)))
        .unwrap_or_else(|| panic!("{marked} is not in {}", bundle.script));
    let table = map.generate_lookup_table();
    let token = map
        .lookup_source_view_token(
            &table,
            u32::try_from(line).unwrap(),
            u32::try_from(column).unwrap(),
        )
        .unwrap();
    (
        token.get_source().unwrap().to_owned(),
        token.get_src_line(),
        token.get_src_col(),
    )
}

#[test]
fn every_place_leads_back_to_its_source() {
    let project = Project::new(&[
        ("app.js", "\n\n  log('of the app')"),
        (
            "pages/index/index.ts",
            "import { greet } from '../../utils/greet'\ninterface Gone {\n  a: string\n}\nconst name: string = 'you'\nlog(greet(name), 'of the page')",
        ),
        (
            "utils/greet.js",
            "// greets\nexport function greet(name) {\n  return `of utils ${name}`\n}",
        ),
        (
            "node_modules/p/lib/p.js",
            "exports.p = function () {\n    return 'of the package' }",
        ),
        (
            "pages/other.js",
            "const { p } = require('p/lib/p')\nlog(p())",
        ),
    ]);
    let bundle = project.bundle(&["pages/index", "pages/other"]).unwrap();
    let at = |marked| {
        let (source, line, column) = origin(&bundle, marked);
        format!("{source}:{line}:{column}")
    };
    assert_eq!(at("\"of the app\""), "app.js:2:6");
    assert_eq!(at("\"of the page\""), "pages/index/index.ts:5:17");
    assert_eq!(at("`of utils "), "utils/greet.js:2:9");
    assert_eq!(at("\"of the package\""), "node_modules/p/lib/p.js:1:11");
    let mut sources = bundle.map.sources.clone();
    sources.sort_unstable();
    let expected = [
        "app.js",
        "node_modules/p/lib/p.js",
        "pages/index/index.ts",
        "pages/other.js",
        "utils/greet.js",
    ];
    assert_eq!(sources, expected);
    let logged = run(&bundle);
    assert_eq!(logged.last().unwrap(), "of the package");
}
