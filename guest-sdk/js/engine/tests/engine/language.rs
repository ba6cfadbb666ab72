//! The language around the mini-app: timers, `console`, and that text never becomes code.

use crate::outside::{Stage, run};

#[test]
fn text_never_becomes_code() {
    run(async {
        let roads = [
            "eval('1')",
            "(0, eval)('1')",
            "globalThis.eval('1')",
            "new Function('return 1')()",
            "Function('return 1')()",
            "(() => {}).constructor('return 1')()",
            "(async () => {}).constructor('return 1')()",
            "(function* () {}).constructor('return 1')()",
            "(async function* () {}).constructor('return 1')()",
            "Reflect.construct(Function, ['return 1'])()",
            "Reflect.apply(Function, null, ['return 1'])()",
            "Function.prototype.constructor('return 1')()",
            "[].map.constructor('return 1')()",
            "class F extends Function {}; new F('return 1')()",
            "Page.constructor('return 1')()",
            "fc.request.constructor('return 1')()",
            "console.log.constructor('return 1')()",
            "setTimeout('1', 0)",
            "setInterval('1', 0)",
        ];
        for road in roads {
            let stage = Stage::page(&format!("{{ onTap() {{ {road} }} }}")).await;
            let error = stage.event("onTap", "null").unwrap_err();
            assert!(
                error.message.starts_with("EvalError")
                    || error.message.contains("eval is not supported")
                    || error.message.contains("code in a string does not run"),
                "{road}: {}",
                error.message
            );
        }
        let stage = Stage::page("{ async onTap() { await import('x') } }").await;
        stage.event("onTap", "null").unwrap();
        stage.rest().await;
        assert!(stage.uncaught()[0].contains("x"), "{:?}", stage.uncaught());
    });
}

#[test]
fn the_engines_own_functions_are_out_of_reach() {
    run(async {
        let stage = Stage::page(r"{ onTap() { console.log(typeof native, typeof entry, Object.getOwnPropertyNames(globalThis).filter((n) => n.includes('boot')), Object.keys(globalThis)) } }").await;
        stage.event("onTap", "null").unwrap();
        assert_eq!(stage.log(), ["Info: undefined undefined [] []"]);
    });
}

#[test]
fn timers_run_in_their_order() {
    run(async {
        let stage = Stage::page(
            r"{ onTap() {
              setTimeout((a, b) => console.log('timeout', a, b), 10, 1, 2);
              setTimeout(() => console.log('soon'));
              queueMicrotask(() => console.log('microtask'));
              const never = setTimeout(() => console.log('never'), 1); clearTimeout(never); clearTimeout(); clearTimeout({});
              let n = 0; const i = setInterval(() => { n += 1; console.log('interval', n); if (n === 2) clearInterval(i) }, 4);
              setTimeout(() => { throw new Error('in a timer') }, 30);
              console.log('now');
            } }",
        )
        .await;
        stage.event("onTap", "null").unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let mut log = stage.log();
        assert_eq!(log[..3], ["Info: now", "Info: microtask", "Info: soon"]);
        log.sort();
        assert_eq!(
            log,
            [
                "Info: interval 1",
                "Info: interval 2",
                "Info: microtask",
                "Info: now",
                "Info: soon",
                "Info: timeout 1 2"
            ]
        );
        assert_eq!(
            stage.uncaught(),
            ["Error: in a timer\n    at index.js:8:44"]
        );
    });
}

#[test]
fn the_console_shows_values_as_people_read_them() {
    run(async {
        let stage = Stage::page(
            r#"{ onTap() {
              console.log('a %s b %d %i %o %% %c', 'x', 4.5, 4.5, { a: 1 }, 'css', 'rest');
              console.log([1, , 'two'], new Map([['k', { v: 1 }]]), new Set([1]), new Date(0), /x/g, null, undefined, -0, 1n, Symbol('s'));
              const c = { name: 'c' }; c.self = c; console.log(c);
              console.log({ a: { b: { c: { d: {} } } } }, new (class Offer { x = 1 })(), function f() {}, new Uint8Array(3));
              console.log({ get g() { throw new Error('no') } }, '%s');
              console.warn('w'); console.error(new Error('shown')); console.debug('d'); console.assert(false, 'a');
              console.group('g'); console.info('in'); console.groupEnd(); console.count(); console.count();
              console.log(new Proxy({}, { ownKeys() { throw new Error('proxy') } }));
              console.log('x'.repeat(10000));
            } }"#,
        )
        .await;
        stage.event("onTap", "null").unwrap();
        let log = stage.log();
        assert_eq!(
            log,
            [
                "Info: a x b 4.5 4 { a: 1 } %  rest",
                r#"Info: [1, <empty>, "two"] Map(1) {"k" => { v: 1 }} Set(1) {1} 1970-01-01T00:00:00.000Z /x/g null undefined -0 1n Symbol(s)"#,
                r#"Info: { name: "c", self: [Circular] }"#,
                "Info: { a: { b: { c: { d: {…} } } } } Offer { x: 1 } [Function: f] Uint8Array(3)",
                "Info: { g: [Getter] } %s",
                "Warn: w",
                "Error: Error: shown\n    at onTap (index.js:8:52)",
                "Debug: d",
                "Error: Assertion failed a",
                "Info: g",
                "Info:   in",
                "Info: default: 1",
                "Info: default: 2",
                "Info: [a value that cannot be shown: Error: proxy]",
                &format!("Info: {}", "x".repeat(8192)),
            ]
        );
    });
}
