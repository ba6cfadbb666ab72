//! How large a mini-app may be, at each limit and one past it.

use std::fmt::Write;

use miniapp_js_bundle::{
    BundleError, MAX_BUNDLE_BYTES, MAX_DIAGNOSTICS, MAX_MODULES, MAX_NESTING, MAX_SOURCE_BYTES,
};

use crate::project::{PAGE, Project, page};

#[test]
fn a_script_at_the_limit_is_bundled_and_one_past_it_is_not() {
    let with = |padding: usize| {
        let text = format!("log(\"{}\");\n", "x".repeat(padding));
        page(&text).bundle(&[PAGE])
    };
    let overhead = with(1).unwrap().script.len() - 1;
    let full = with(MAX_BUNDLE_BYTES - overhead).unwrap();
    assert_eq!(full.script.len(), MAX_BUNDLE_BYTES);
    match with(MAX_BUNDLE_BYTES - overhead + 1) {
        Err(BundleError::TooLarge { bytes, .. }) => assert_eq!(bytes, MAX_BUNDLE_BYTES + 1),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_script_that_is_too_large_names_its_largest_modules() {
    let mut text = String::new();
    let project = Project::new(&[]);
    for module in 1..=7 {
        writeln!(text, "import '../data/{module}'").unwrap();
        let data = format!("log('{}')", "x".repeat(module * 100_000));
        project.write(&format!("data/{module}.js"), data);
    }
    project.write("pages/index.js", text);
    let error = project.bundle(&[PAGE]).unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert!(
        lines[0].contains("more than 2097152; the largest modules are"),
        "{error}"
    );
    let named = lines[1..]
        .iter()
        .map(|line| line.split_whitespace().last().unwrap());
    let expected = [7, 6, 5, 4, 3].map(|module| format!("`data/{module}.js`"));
    assert_eq!(named.collect::<Vec<_>>(), expected);
}

#[test]
fn as_many_modules_as_are_allowed_are_bundled_and_one_more_is_not() {
    let project = Project::new(&[]);
    let mut imports = String::new();
    for module in 1..MAX_MODULES {
        project.write(&format!("m/{module}.js"), "");
        writeln!(imports, "import '../m/{module}'").unwrap();
    }
    project.write("pages/index.js", &imports);
    project.built();
    project.write("pages/index.js", imports + "import '../m'");
    project.write("m/index.js", "");
    let error = project.bundle(&[PAGE]).unwrap_err();
    assert!(matches!(error, BundleError::TooManyModules), "{error}");
}

#[test]
fn sources_past_their_limit_are_not_read() {
    let project = page("import '../large'; import '../larger'");
    let half = MAX_SOURCE_BYTES / 2;
    project.write("large.js", " ".repeat(half));
    project.write("larger.js", " ".repeat(half));
    let error = project.bundle(&[PAGE]).unwrap_err();
    match error {
        BundleError::TooManySources { largest } => assert_eq!(largest[0].bytes, half),
        other => panic!("{other:?}"),
    }
}

#[test]
fn as_many_faults_as_are_shown_are_shown_and_others_counted() {
    let importing = |count: usize| {
        let imports = (0..count).map(|rank| format!("import './gone{rank:02}'\n"));
        page(&imports.collect::<String>()).faults()
    };
    let faults = importing(MAX_DIAGNOSTICS);
    assert_eq!(
        (faults.diagnostics.len(), faults.more),
        (MAX_DIAGNOSTICS, 0)
    );
    let faults = importing(MAX_DIAGNOSTICS + 2);
    assert_eq!(
        (faults.diagnostics.len(), faults.more),
        (MAX_DIAGNOSTICS, 2)
    );
    assert!(faults.to_string().ends_with("\n\nand 2 more"));
}

#[test]
fn brackets_nest_as_deep_as_is_allowed_and_no_deeper() {
    let nested = |depth: usize| {
        let lists = depth - 1;
        page(&format!("log({}{})", "[".repeat(lists), "]".repeat(lists)))
    };
    nested(MAX_NESTING).built();
    let fault = nested(MAX_NESTING + 1).fault();
    assert_eq!(fault.message(), "more than 500 brackets are open at once");
    assert_eq!(fault.column(), Some(504));
}

#[test]
fn long_chains_do_not_overflow_the_stack() {
    for (link, end) in [("1+", "1"), ("!", "1"), ("()=>", "1"), ("1?2:", "3")] {
        page(&format!("log({}{end})", link.repeat(20_000))).built();
    }
    let concatenated = "x.y+".repeat(20_000);
    page(&format!("log({concatenated}1)")).built();
}
