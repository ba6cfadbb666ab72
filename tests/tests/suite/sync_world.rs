//! Guests of the world without asynchronous functions: one call at a time.

use hyper::Request;
use hyper::body::Bytes;
use miniapp_host::{Event, LaunchOptions, PageId};
use miniapp_tests::{Answer, Guest, Stage, json, on_both};
use serde_json::json;

fn answer(_: Request<Bytes>) -> Answer {
    Box::pin(std::future::ready(json(200, &json!({ "hello": "sync" }))))
}

on_both! {
    async fn it_fetches_and_sets_data(execution: Execution) {
        let stage = Stage::builder(execution).serve(answer).set().await;
        let id = stage.install(Guest::OneCallAtATime).await;
        let query = vec![("url".to_owned(), "https://rogue.example.com/x".to_owned())];
        let options = LaunchOptions { query, ..LaunchOptions::default() };
        let app = stage.host.launch_with(id.as_str(), options).await.unwrap();
        app.ready().await.unwrap();
        assert_eq!(stage.data(&app).await["body"], r#"{"hello":"sync"}"#);
        assert_eq!(stage.record.uncaught(), []);
    }
}

on_both! {
    async fn an_event_that_arrives_while_it_waits_is_handled_afterwards(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::OneCallAtATime).await;
        let sleep = app.event(PageId::FIRST, Event::new("sleep").detail(json!({ "ms": 30 })));
        let noop = app.event(PageId::FIRST, Event::new("noop"));
        let (slept, done) = tokio::join!(sleep, noop);
        slept.unwrap();
        done.unwrap();
        app.close().await;
        stage.assert_pool_is_empty().await;
    }
}
