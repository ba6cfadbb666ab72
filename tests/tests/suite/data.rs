//! set-data as a guest sees it: what is applied, what is refused and why.

use miniapp_host::{EventError, MiniApp};
use miniapp_tests::{Guest, Line, Stage, on_both};
use serde_json::{Value, json};

async fn refused(stage: &Stage, app: &MiniApp, handler: &str, detail: Value) -> (String, String) {
    match stage.event(app, handler, detail).await {
        Err(EventError::App(error)) => (error.code, error.message),
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn paths_reach_into_the_data_and_changes_are_reported(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        for (path, value) in [("list[1].title", json!("b")), ("list[0]", json!({ "title": "a" })), (r"a\.b", json!(1))] {
            stage.event(&app, "set", json!({ "path": path, "value": value })).await.unwrap();
        }
        let data = stage.data(&app).await;
        assert_eq!(data["list"], json!([{ "title": "a" }, { "title": "b" }]));
        assert_eq!(data["a.b"], 1);
        let change = Line::Data("list[1].title".to_owned(), "\"b\"".to_owned());
        assert!(stage.record.lines().contains(&change));
    }
}

on_both! {
    async fn hostile_paths_and_values_are_refused_and_change_nothing(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        let before = stage.data(&app).await;
        let deep = vec!["a"; 10_000].join(".");
        for (path, message) in [
            ("a[4294967295]", "set-data path `a[4294967295]`: index 4294967295 of an array of 0 elements; an index may lie at most 1024 past the end"),
            ("__proto__.admin", "set-data path `__proto__.admin`: the name `__proto__` is reserved; use another one"),
            ("a[", "set-data path `a[`: at byte 1: expected `[digits]`; write `\\[` for a bracket in a name, or `.name` for a member"),
            ("", "set-data path ``: the path is empty; name a member such as `offers`"),
            (deep.as_str(), "set-data path `a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.…`: the path is 19999 bytes long, 4096 are allowed; set a shallower member to a whole value"),
        ] {
            let (code, came) = refused(&stage, &app, "set", json!({ "path": path, "value": 1 })).await;
            assert_eq!((code.as_str(), came.as_str()), ("invalid-argument", message));
        }
        for text in ["", "{", "[1,]", "undefined", "1 1"] {
            let (code, came) = refused(&stage, &app, "set-raw", json!({ "path": "a", "text": text })).await;
            assert_eq!(code, "invalid-argument");
            assert!(came.starts_with("set-data value of `a` is not JSON: "), "{came}");
        }
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        stage.event(&app, "set-raw", json!({ "path": "deep", "text": nested(127) })).await.unwrap();
        let (_, came) = refused(&stage, &app, "set-raw", json!({ "path": "deep2", "text": nested(10_000) })).await;
        assert!(came.contains("recursion limit exceeded"), "{came}");
        let mut after = stage.data(&app).await;
        after.as_object_mut().unwrap().remove("deep");
        assert_eq!(after, before);
    }
}

on_both! {
    async fn a_mebibyte_fits_and_one_byte_more_does_not(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        stage.event(&app, "set-size", json!({ "path": "big", "bytes": 1 << 20 })).await.unwrap();
        assert_eq!(stage.data(&app).await["big"].as_str().unwrap().len(), (1 << 20) - 5);
        let (code, message) = refused(&stage, &app, "set-size", json!({ "path": "big", "bytes": (1 << 20) + 1 })).await;
        assert_eq!(code, "too-large");
        assert_eq!(
            message,
            "set-data carries 1048577 bytes, 1048576 are allowed; the largest change is `big` with 1048577 bytes: \
             set less at once, such as only the elements that changed (`list[7].title`)"
        );
        stage.event(&app, "noop", json!({})).await.unwrap();
    }
}

on_both! {
    async fn what_the_page_keeps_counts_against_the_mini_apps_memory(execution: Execution) {
        let mut limits = miniapp_host::Limits::default();
        limits.memory = 8 << 20;
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        let app = stage.start(Guest::Rogue).await;
        let mut kept = 0;
        let message = loop {
            let detail = json!({ "path": format!("big{kept}"), "bytes": 512 << 10 });
            match stage.event(&app, "set-size", detail).await {
                Ok(()) => kept += 1,
                Err(EventError::App(error)) => break error.message,
                Err(other) => panic!("{other}"),
            }
            assert!(kept < 16, "8 MiB cannot keep 16 times half a MiB");
        };
        assert!(message.contains("does not fit"), "{message}");
        assert!(kept > 4);
        stage.event(&app, "set", json!({ "path": "big0", "value": null })).await.unwrap();
        stage.event(&app, "noop", json!({})).await.unwrap();
    }
}
