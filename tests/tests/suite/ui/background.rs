//! A mini-app in the background neither draws over what the user looks at, nor asks, nor has
//! the clipboard.

use std::pin::pin;

use futures_util::poll;

use super::*;

on_both! {
    async fn nothing_is_drawn_over_another_one(execution: Execution) {
        let screen = Screen::new(0);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        app.hide().await;
        stage.event(&app, "toasts", json!({ "n": 1 })).await.unwrap();
        stage.event(&app, "loading", json!({ "text": "Ordering" })).await.unwrap();
        stage.event(&app, "title", json!({ "text": "Cart" })).await.unwrap();
        assert_eq!(screen.drawn(), ["page 1: Cart"], "a title is the page's own");
        app.show().await;
        assert_eq!(screen.drawn(), ["page 1: Cart"], "what was not shown is not shown later");
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        stage.event(&app, "toasts", json!({ "n": 1 })).await.unwrap();
        assert_eq!(screen.drawn(), ["page 1: Cart", "toast t 1.5s", "no toast"]);
        let log = stage.record.log();
        assert!(log.iter().any(|line| line.ends_with("were not shown: more than 20 in a second, or in the background")), "{log:?}");
    }
}

on_both! {
    async fn what_is_drawn_can_be_taken_away(execution: Execution) {
        let screen = Screen::new(0);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        stage.event(&app, "loading", json!({ "text": "Ordering" })).await.unwrap();
        app.hide().await;
        stage.event(&app, "loading", json!({})).await.unwrap();
        assert_eq!(screen.drawn(), ["miniapp_native loads Ordering", "loaded"]);
    }
}

on_both! {
    async fn a_question_waits_until_the_mini_app_is_shown(execution: Execution) {
        let screen = Screen::new(2);
        let stage = stage(execution, &screen).await;
        let app = stage.start(Guest::Native).await;
        app.hide().await;
        let mut asked = pin!(stage.event(&app, "ask", json!({ "text": "one" })));
        assert!(poll!(asked.as_mut()).is_pending());
        // It has asked when it answers the next event.
        stage.event(&app, "noop", json!({})).await.unwrap();
        stage.moment().await;
        assert!(poll!(asked.as_mut()).is_pending());
        assert_eq!(screen.drawn(), [""; 0]);
        app.show().await;
        asked.await.unwrap();
        assert_eq!(screen.drawn(), ["asked one"]);
    }
}

on_both! {
    async fn the_clipboard_is_for_who_is_looked_at(execution: Execution) {
        let clipboard = Arc::new(MemoryClipboard::default());
        clipboard.set("4711");
        let kept = Arc::clone(&clipboard);
        let stage = Stage::builder(execution).host(|host| base(host).clipboard(kept)).set().await;
        let app = stage.start(Guest::Native).await;
        app.hide().await;
        let message = "unavailable: the clipboard is for the mini-app that the user looks at, and this one is in the background; try again once it is shown, such as in `on-show`";
        assert_eq!(failure(&stage, &app, "paste", json!({})).await.to_string(), message);
        assert_eq!(failure(&stage, &app, "copy", json!({ "text": "x" })).await.to_string(), message);
        assert_eq!(clipboard.text().as_deref(), Some("4711"));
        app.show().await;
        stage.event(&app, "paste", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["pasted"], "4711");
        stage.event(&app, "copy", json!({ "text": "x" })).await.unwrap();
        assert_eq!(clipboard.text().as_deref(), Some("x"));
    }
}
