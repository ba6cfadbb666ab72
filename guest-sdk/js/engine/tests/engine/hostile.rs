//! Scripts that mean no good: what they do stays with them, and the engine tells of it.

use crate::outside::{Stage, answer, run};

#[test]
fn an_endless_loop_is_stopped_where_it_is() {
    run(async {
        let stage = Stage::page("{\n  onTap() {\n    this.spin();\n  },\n  spin() {\n    try { for (;;) {} } catch { console.log('caught') }\n  },\n  onAgain() { console.log('alive') } }").await;
        stage.host.looks.set(5);
        let error = stage.event("onTap", "null").unwrap_err();
        assert!(error.message.contains("interrupted"), "{}", error.message);
        assert!(
            error.message.contains("at spin (index.js:6:"),
            "{}",
            error.message
        );
        assert!(
            error.message.contains("at onTap (index.js:4:"),
            "{}",
            error.message
        );
        stage.host.looks.set(0);
        assert_eq!(stage.log(), [""; 0]);
        stage.event("onAgain", "null").unwrap();
        assert_eq!(stage.log(), ["Info: alive"]);
    });
}

#[test]
fn a_storm_of_promises_is_stopped() {
    run(async {
        let stage =
            Stage::page("{ onTap() { const loop = () => Promise.resolve().then(loop); loop() } }")
                .await;
        stage.host.looks.set(5);
        stage.event("onTap", "null").unwrap();
        let uncaught = stage.uncaught();
        assert!(
            uncaught[0].contains("reactions of promises followed one another without a pause"),
            "{uncaught:?}"
        );
    });
}

#[test]
fn recursion_regular_expressions_and_deep_texts_end_in_errors() {
    run(async {
        for (body, error) in [
            (
                "const f = () => f() + 1; f()",
                "RangeError: Maximum call stack size exceeded",
            ),
            ("let s = '['.repeat(100000); JSON.parse(s)", ""),
            (
                "let o = {}; for (let i = 0; i < 100000; i++) o = { o }; this.setData({ o })",
                "",
            ),
            (
                "const a = []; a[0] = a; this.setData({ a })",
                "TypeError: circular reference",
            ),
            (
                "let s = 'x'; for (let i = 0; i < 40; i++) s += s",
                "InternalError: string too long",
            ),
            (
                "new Proxy({}, { get() { throw new Error('p') } }).x",
                "Error: p",
            ),
        ] {
            let stage = Stage::page(&format!(
                "{{ onTap() {{ {body} }}, onAgain() {{ console.log('alive') }} }}"
            ))
            .await;
            let failed = stage.event("onTap", "null").unwrap_err();
            assert!(failed.message.contains(error), "{body}: {}", failed.message);
            stage.event("onAgain", "null").unwrap();
            assert_eq!(stage.log(), ["Info: alive"], "{body}");
        }
        let stage = Stage::page("{ onTap() { /^(a+)+$/.test('a'.repeat(40) + 'b') } }").await;
        stage.host.looks.set(5);
        let failed = stage.event("onTap", "null").unwrap_err();
        assert!(failed.message.contains("interrupted"), "{}", failed.message);
    });
}

#[test]
fn an_error_that_causes_itself_is_told() {
    run(async {
        let stage = Stage::page("{ onTap() { const error = new Error('round'); error.cause = { error }; throw error }, onLog() { let e = new Error('last'); for (let i = 0; i < 1000; i++) e = new Error('link', { cause: e }); console.log(e) } }").await;
        let failed = stage.event("onTap", "null").unwrap_err();
        let message = failed.message;
        assert!(message.starts_with("Error: round\n"), "{message}");
        assert!(
            message.ends_with("caused by { error: [Circular] }"),
            "{message}"
        );
        stage.event("onLog", "null").unwrap();
        let log = stage.log();
        assert!(log[0].starts_with("Info: Error: link\n"), "{log:?}");
        assert_eq!(log[0].matches("caused by").count(), 5);
        assert!(log[0].ends_with("caused by …"), "{log:?}");
    });
}

#[test]
fn an_error_with_half_a_character_is_told() {
    run(async {
        let stage = Stage::page("{ onTap() { throw Object.assign(new Error('\\ud83d!'), { code: 'c\\ud83d', permission: 1 }) } }").await;
        let failed = stage.event("onTap", "null").unwrap_err();
        assert_eq!(failed.code, "c\u{fffd}");
        let message = failed.message;
        assert!(
            message.starts_with("Error: \u{fffd}!\n    at onTap"),
            "{message}"
        );
    });
}

/// Everything that a script can replace, replaced by what throws.
const POLLUTION: &str = r"
  const bad = () => { throw new Error('polluted') };
  for (const holder of [Array.prototype, String.prototype, Object.prototype, Map.prototype, Promise.prototype, RegExp.prototype, Date.prototype, Function.prototype]) {
    for (const name of Object.getOwnPropertyNames(holder)) {
      if (name === 'constructor' || name === '__proto__' || name === 'length' || typeof Object.getOwnPropertyDescriptor(holder, name)?.value !== 'function') continue;
      try { holder[name] = bad } catch {}
    }
  }
  JSON.stringify = bad; JSON.parse = bad; Object.keys = bad; Array.isArray = bad; Promise.resolve = bad; Reflect.apply = bad;
";

#[test]
fn a_polluted_prelude_goes_on_serving() {
    run(async {
        let stage = Stage::page(&format!(
            "{{ data: {{ n: 0 }}, onTap() {{ {POLLUTION} this.setData({{ 'a.b[0]': 1 }}); fc.request({{ url: 'https://a/', success: (r) => this.setData({{ r: r.data }}) }}) }} }}"
        ))
        .await;
        stage.data();
        stage.host.answers.borrow_mut().push(Ok(answer(200, "[7]")));
        stage.event("onTap", "null").unwrap();
        stage.rest().await;
        assert_eq!(stage.uncaught(), [""; 0]);
        assert_eq!(stage.data(), ["a.b[0]=1", "r=[7]"]);
    });
}

#[test]
fn polluted_dates_and_formats_go_on_telling_and_writing() {
    run(async {
        let stage = Stage::page(&format!(
            "{{ onTap() {{
              const {{ getHours, setHours, toString, getTime, toLocaleDateString }} = Date.prototype;
              const tell = console.log, say = Reflect.apply;
              {POLLUTION}
              const date = new Date(2026, 6, 1, 12);
              tell(say(getTime, date, []), say(getHours, date, []), say(setHours, date, [13]), say(toString, date, []), Date.parse('2026-07-01T12:00'));
              tell(say(toLocaleDateString, date, ['de', {{ dateStyle: 'long', hour12: false }}]));
              tell((1.5).toLocaleString('de', {{ style: 'currency', currency: 'CHF' }}), new Intl.NumberFormat().format(-1 / 0));
              tell(new Intl.NumberFormat('de').resolvedOptions().numberingSystem, new Intl.DateTimeFormat(['de-ch']).resolvedOptions().locale, new Intl.DateTimeFormat().format(date));
            }} }}"
        ))
        .await;
        stage.event("onTap", "null").unwrap();
        assert_eq!(
            stage.log(),
            [
                "Info: 1782900000000 12 1782903600000 Wed Jul 01 2026 13:00:00 GMT+0200 (Europe/Zurich) 1782900000000",
                "Info: 1782903600000 long de-u-hc-h23",
                "Info: CHF 1.50 de -∞ grouped",
                "Info: latn de-CH 1782903600000 medium",
            ]
        );
    });
}

#[test]
fn callbacks_that_call_back_into_the_engine() {
    run(async {
        let stage = Stage::page(
            "{ data: { n: 0 }, onTap() { const again = () => { if (this.data.n < 50) this.setData({ n: this.data.n + 1 }, again) }; again(); this.setData({ get x() { return this.n = 1 } }) } }",
        )
        .await;
        stage.event("onTap", "null").unwrap();
        assert_eq!(stage.uncaught(), [""; 0]);
        assert!(stage.data().contains(&"n=50".to_owned()));
    });
}
