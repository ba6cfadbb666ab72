//! `URL` against the public test data of the URL Standard.
//!
//! Left out are addresses of files, of which the parser is known to read some otherwise: no
//! mini-app can ask for one. What else it does otherwise is listed.

use crate::outside::{Stage, run};

/// What fails, of the cases that a script is given.
async fn failures(cases: &str, script: &str) -> Vec<String> {
    let stage = Stage::page(&format!("{{ onCases({{ detail }}) {{ {script} }} }}")).await;
    stage
        .event("onCases", cases)
        .unwrap_or_else(|failure| panic!("{}", failure.message));
    stage.log()
}

#[test]
fn addresses_are_parsed_as_the_standard_says() {
    run(async {
        let script = r"
            let count = 0;
            for (const test of detail) {
              if (typeof test === 'string' || (test.href ?? '').startsWith('file:')) continue;
              count += 1;
              let url = null;
              try { url = test.base === null ? new URL(test.input) : new URL(test.input, test.base) } catch {}
              if (test.failure) {
                if (url) console.log('parsed', JSON.stringify(test.input), JSON.stringify(test.base));
                continue;
              }
              if (!url) { console.log('refused', JSON.stringify(test.input), JSON.stringify(test.base)); continue }
              for (const part of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash']) {
                if (part in test && url[part] !== test[part]) console.log(part, JSON.stringify(test.input), url[part], test[part]);
              }
            }
            console.log('cases', count > 600);";
        let failed = failures(include_str!("../data/urltestdata.json"), script).await;
        // There are no blobs in mini-apps.
        assert_eq!(
            failed,
            [
                r#"Info: origin "blob:blob:https://example.org/" https://example.org null"#,
                r#"Info: origin "blob:ftp://host/path" ftp://host null"#,
                r#"Info: origin "blob:ws://example.org/" ws://example.org null"#,
                r#"Info: origin "blob:wss://example.org/" wss://example.org null"#,
                "Info: cases true",
            ]
        );
    });
}

#[test]
fn parts_are_set_as_the_standard_says() {
    run(async {
        let script = r"
            let count = 0;
            for (const [part, tests] of Object.entries(detail)) {
              if (part === 'comment') continue;
              for (const test of tests) {
                if (test.href.startsWith('file:')) continue;
                count += 1;
                const url = new URL(test.href);
                try { url[part] = test.new_value } catch {}
                for (const [name, expected] of Object.entries(test.expected)) {
                  if (url[name] !== expected) console.log(part, JSON.stringify(test.href), JSON.stringify(test.new_value), name, url[name], expected);
                }
              }
            }
            console.log('cases', count > 200);";
        let failed = failures(include_str!("../data/setters_tests.json"), script).await;
        // Addresses that no server is reached by.
        let failed: Vec<&str> = failed
            .iter()
            .map(|line| line.split_once(": ").unwrap().1)
            .collect();
        assert_eq!(
            failed,
            [
                r#"hostname "non-spec:/.//p" "h" href non-spec://h/.//p non-spec://h//p"#,
                r#"hostname "non-spec:/.//p" "" href non-spec:///.//p non-spec:////p"#,
                r#"pathname "foo:///some/path" "" href foo:/// foo://"#,
                r#"pathname "foo:///some/path" "" pathname / "#,
                r#"pathname "non-spec:/" "/.//p" href non-spec://p non-spec:/.//p"#,
                r#"pathname "non-spec:/" "/..//p" href non-spec://p non-spec:/.//p"#,
                r#"pathname "non-spec:/" "//p" href non-spec://p non-spec:/.//p"#,
                r#"pathname "non-spec:/.//" "p" href non-spec:/./p non-spec:/p"#,
                "cases true",
            ]
        );
    });
}
