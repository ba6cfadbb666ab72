//! `setData`: data paths, the page's own copy, what is refused.

use crate::outside::{Stage, run};

#[test]
fn paths_change_the_copy_as_they_change_the_view() {
    run(async {
        let stage = Stage::page(
            r"{ data: { a: { b: 1 }, list: [{ t: 'x' }], 'd.o': 2 },
            onTap() {
              this.setData({ 'a.b': 2, 'list[0].t': 'y', 'list[2]': 3, 'new.deep[1].x': null, 'd\\.o': 4, 'a..c': 5 }, () => console.log('done'));
              console.log(this.data);
            } }",
        )
        .await;
        assert_eq!(
            stage.data(),
            [r#"a={"b":1}"#, r#"list=[{"t":"x"}]"#, r"d\.o=2"]
        );
        stage.event("onTap", "null").unwrap();
        assert_eq!(
            stage.data(),
            [
                "a.b=2",
                r#"list[0].t="y""#,
                "list[2]=3",
                "new.deep[1].x=null",
                r"d\.o=4",
                "a..c=5"
            ]
        );
        assert_eq!(
            stage.log(),
            [
                r#"Info: { a: { b: 2, c: 5 }, list: [{ t: "y" }, null, 3], "d.o": 4, new: { deep: [null, { x: null }] } }"#,
                "Info: done"
            ]
        );
    });
}

#[test]
fn the_copy_shares_nothing_with_what_was_given() {
    run(async {
        let stage = Stage::page(
            "{ onTap() { const offer = { n: 1, when: new Date(0), f() {}, u: undefined }; this.setData({ offer }); offer.n = 2; console.log(this.data) } }",
        )
        .await;
        stage.event("onTap", "null").unwrap();
        assert_eq!(
            stage.log(),
            [r#"Info: { offer: { n: 1, when: "1970-01-01T00:00:00.000Z" } }"#]
        );
    });
}

#[test]
fn what_cannot_be_shown_is_refused_and_changes_nothing() {
    run(async {
        let stage = Stage::page(
            r"{ data: { n: 1 },
            onThrow() { this.setData({ n: 2, get bad() { throw new Error('getter') } }) },
            onCycle() { const c = {}; c.c = c; this.setData({ n: 3, c }) },
            onBig() { this.setData({ n: 4, b: 1n }) },
            onProto() { this.setData({ n: 5, '__proto__.x': 1 }) },
            onNothing() { this.setData() },
            onUndefined() { this.setData({ n: undefined, f() {} }) },
            onSee() { console.log(this.data, ({}).x) } }",
        )
        .await;
        stage.data();
        let failed = |handler: &str| stage.event(handler, "null").unwrap_err().message;
        assert!(
            failed("onThrow").starts_with("Error: getter\n    at get bad (index.js:3:"),
            "{}",
            failed("onThrow")
        );
        assert!(
            failed("onCycle").starts_with("TypeError: circular reference"),
            "{}",
            failed("onCycle")
        );
        assert!(
            failed("onBig").starts_with("TypeError: BigInt"),
            "{}",
            failed("onBig")
        );
        assert!(
            failed("onProto").starts_with("HostError: setData: `__proto__.x` is refused"),
            "{}",
            failed("onProto")
        );
        assert!(failed("onNothing").starts_with(
            "TypeError: setData: expected an object of data paths and values, came undefined"
        ));
        stage.event("onUndefined", "null").unwrap();
        assert_eq!(stage.data(), [""; 0]);
        stage.event("onSee", "null").unwrap();
        assert_eq!(
            stage.log(),
            [
                "Warn: setData: `n` is undefined, which a page cannot show; it is left as it is",
                "Warn: setData: `f` is function, which a page cannot show; it is left as it is",
                "Info: { n: 1 } undefined"
            ]
        );
    });
}

#[test]
fn a_page_that_is_closed_ignores_its_late_answers() {
    run(async {
        let stage = Stage::load("__page('a'); Page({ onLoad() { setTimeout(() => { this.setData({ x: 1 }); console.log('late', this.data) }, 1) } })").unwrap();
        stage.engine.page_load(99, "a", "[]").unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        stage.rest().await;
        assert_eq!(stage.log(), ["Info: late {}"]);
        assert_eq!(stage.uncaught(), [""; 0]);
    });
}
