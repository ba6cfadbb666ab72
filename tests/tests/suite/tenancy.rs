//! Two mini-apps of two partners, two users of one mini-app, and two lives after one
//! another share nothing that any of them could observe. Files of tenants are in
//! `files`, memory after a life has ended in the hostile suite.

use std::collections::BTreeSet;
use std::future::ready;

use hyper::Request;
use hyper::body::Bytes;
use miniapp_host::{AppId, LaunchOptions, MiniApp, ProfileAnswer, ProfileProvider, Tenant, UserId};
use miniapp_tests::{Answer, Guest, Stage, json as answer_json, on_both};
use serde_json::json;

/// Who the profile is of.
struct OfUser;

impl ProfileProvider for OfUser {
    fn read<'a>(&'a self, tenant: &'a Tenant, _fields: &'a [String]) -> ProfileAnswer<'a> {
        let user = tenant.user.as_ref().map_or("nobody", UserId::as_str);
        let nickname = format!("{user} in {}", tenant.app);
        Box::pin(ready(Ok(vec![("nickname".to_owned(), nickname)])))
    }
}

/// Sets a cookie, and ends the connection where it is asked to.
fn serve(request: Request<Bytes>) -> Answer {
    let mut answer = answer_json(200, &json!(null));
    let headers = answer.headers_mut();
    headers.insert("set-cookie", "who=you; path=/".parse().unwrap());
    if request.uri().path() == "/once" {
        headers.insert("connection", "close".parse().unwrap());
    }
    Box::pin(ready(answer))
}

async fn launch(stage: &Stage, app: &AppId, user: Option<&str>) -> MiniApp {
    let options = LaunchOptions {
        user: user.map(|user| UserId::new(user).unwrap()),
        ..LaunchOptions::default()
    };
    let app = stage.host.launch_with(app.as_str(), options).await.unwrap();
    app.ready().await.unwrap();
    app
}

/// Two mini-apps of two partners, and the second of them for two users.
async fn tenants(stage: &Stage) -> [MiniApp; 4] {
    let one = stage.install(Guest::Rogue).await;
    let other = Guest::Rogue
        .manifests()
        .app_with("miniapp_rogue", "miniapp_other")
        .partner_with("miniapp_rogue", "miniapp_other")
        .partner_with("\"tests\"", "\"others\"");
    let other = stage.install_with(Guest::Rogue, &other).await.unwrap();
    [
        launch(stage, &one, None).await,
        launch(stage, &other, None).await,
        launch(stage, &other, Some("mia")).await,
        launch(stage, &other, Some("ben")).await,
    ]
}

async fn fetch(stage: &Stage, app: &MiniApp, path: &str) {
    let url = format!("https://rogue.example.com{path}");
    stage
        .event(app, "fetch", json!({ "url": url }))
        .await
        .unwrap();
}

on_both! {
    async fn tenants_share_no_connection(execution: Execution) {
        let stage = Stage::builder(execution).serve(serve).set().await;
        let mut clients = BTreeSet::new();
        for app in tenants(&stage).await {
            stage.server.forget();
            fetch(&stage, &app, "/").await;
            fetch(&stage, &app, "/").await;
            let seen = stage.server.seen();
            assert_eq!(seen[0].connection, seen[1].connection, "it is kept for the same one");
            assert!(clients.insert(seen[0].connection.client), "{:?}", app.tenant());
        }
        assert_eq!(clients.len(), 4);
    }
}

on_both! {
    async fn tenants_share_no_tls_session_and_nobody_has_cookies(execution: Execution) {
        let stage = Stage::builder(execution).serve(serve).set().await;
        let mut apps = Vec::from(tenants(&stage).await);
        // The same mini-app, for the same user, in another life.
        apps.push(stage.launch(apps[0].app_id()).await);
        for app in apps {
            stage.server.forget();
            fetch(&stage, &app, "/once").await;
            fetch(&stage, &app, "/once").await;
            let seen = stage.server.seen();
            let resumed: Vec<bool> = seen.iter().map(|seen| seen.connection.resumed).collect();
            assert_eq!(resumed, [false, true], "its own is resumed: {:?}", app.tenant());
            assert!(seen.iter().all(|seen| seen.header("cookie").is_none()));
        }
    }
}

on_both! {
    async fn each_user_has_their_own_profile_and_data(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.profile(OfUser)).set().await;
        let apps = tenants(&stage).await;
        for app in &apps {
            stage.event(app, "profile", json!({})).await.unwrap();
        }
        let mut told = Vec::new();
        for app in &apps {
            told.push(stage.data(app).await.to_string());
        }
        for (data, expected) in told.iter().zip([
            "nobody in miniapp_rogue",
            "nobody in miniapp_other",
            "mia in miniapp_other",
            "ben in miniapp_other",
        ]) {
            assert!(data.contains(expected), "{data}");
        }
    }
}
