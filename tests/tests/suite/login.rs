//! Logging in, the whole way: the mini-app's code goes to the partner's server, which has the
//! platform exchange it, over HTTP, and answers with a session of its own.

use std::collections::HashMap;
use std::future::ready;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use miniapp_host::{
    AppId, ConsentRule, EventError, Execution, FixedConsent, FixedLogin, LaunchOptions, LoginCode,
    LoginProvider, MiniApp, Permission, ProviderError, Tenant, UserId,
};
use miniapp_login::{
    AppSecret, ExchangeRequest, ExchangeResponse, Logins, MemoryApps, MemoryCodes, PlatformSecret,
    RegisteredApp,
};
use miniapp_tests::{Answer, DevServer, Guest, Manifests, Stage, json as answer_json, on_both};
use serde_json::{Value, json};
use tokio::net::TcpStream;

const APP: &str = "miniapp_showcase";
const NEWS: &str = "miniapp_news";
const OTHER: &str = "miniapp_other";

/// Gets codes of the platform, for whoever is signed in to the native app.
struct SignedIn(Logins);

impl LoginProvider for SignedIn {
    fn code<'a>(&'a self, tenant: &'a Tenant) -> LoginCode<'a> {
        Box::pin(async move {
            let user = tenant.user.as_ref().map_or("the device's", UserId::as_str);
            let code = self.0.issue(user, tenant.app.as_str()).await;
            code.map_err(|error| ProviderError(error.to_string()))
        })
    }
}

/// The platform's server, and the secrets of three apps of two partners.
struct Platform {
    logins: Logins,
    server: DevServer,
    secrets: HashMap<&'static str, AppSecret>,
}

impl Platform {
    async fn open() -> Self {
        let apps = [(APP, "acme"), (NEWS, "acme"), (OTHER, "globex")];
        let secrets: HashMap<_, _> = apps
            .map(|(app, _)| (app, AppSecret::generate().unwrap()))
            .into();
        let registered = apps.iter().map(|(app, partner)| {
            let (partner, secret) = ((*partner).to_owned(), secrets[app].digest());
            (*app, RegisteredApp { partner, secret })
        });
        let secret = PlatformSecret::new(&[7; 32]).unwrap();
        let logins = Logins::new(
            secret,
            registered.collect::<MemoryApps>(),
            MemoryCodes::default(),
        );
        let mounted = logins.clone();
        let server = DevServer::http(move |request| -> Answer {
            let logins = mounted.clone();
            Box::pin(async move {
                let reply = logins.answer(request.body()).await;
                answer_json(reply.status, &serde_json::from_str(&reply.body).unwrap())
            })
        });
        let server = server.await.unwrap();
        Self {
            logins,
            server,
            secrets,
        }
    }

    /// The server of the partner that has these apps.
    fn partner(&self) -> Partner {
        Partner {
            platform: self.server.address(),
            secrets: Arc::new(self.secrets.clone()),
            sessions: Arc::default(),
        }
    }
}

/// The partner's server: knows its app's secret, and whose session is whose.
#[derive(Clone)]
struct Partner {
    platform: std::net::SocketAddr,
    secrets: Arc<HashMap<&'static str, AppSecret>>,
    sessions: Arc<Mutex<Vec<String>>>,
}

impl Partner {
    async fn serve(self, request: Request<Bytes>) -> hyper::Response<Full<Bytes>> {
        if request.uri().path() == "/sessions" {
            let sent: Value = serde_json::from_slice(request.body()).unwrap();
            // Which of its apps a session is for, an app of the partner's says itself.
            let code = sent["code"].as_str().unwrap();
            return match self.exchange(code, APP).await {
                Ok(user) => {
                    let mut sessions = self.sessions.lock().unwrap();
                    sessions.push(user);
                    let session = format!("session-{}", sessions.len() - 1);
                    answer_json(200, &json!({ "session": session }))
                }
                Err(status) => answer_json(status, &Value::Null),
            };
        }
        let session = request
            .headers()
            .get("authorization")
            .unwrap()
            .to_str()
            .unwrap();
        let number: usize = session
            .strip_prefix("Bearer session-")
            .unwrap()
            .parse()
            .unwrap();
        let user = self.sessions.lock().unwrap()[number].clone();
        answer_json(200, &json!({ "of": user }))
    }

    /// The user of a code; the platform's status where it says no.
    async fn exchange(&self, code: &str, app: &str) -> Result<String, u16> {
        let body = serde_json::to_vec(&ExchangeRequest {
            code: code.to_owned(),
            app_id: app.to_owned(),
            app_secret: self.secrets[app].expose().to_owned(),
        });
        let request = Request::post("/login/exchange")
            .header("host", "platform")
            .body(Full::new(Bytes::from(body.unwrap())))
            .unwrap();
        let stream = TcpStream::connect(self.platform).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let response = sender.send_request(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        if status != 200 {
            return Err(status);
        }
        let response: ExchangeResponse = serde_json::from_slice(&body).unwrap();
        Ok(response.user_id)
    }
}

async fn stage(execution: Execution, platform: &Platform, partner: &Partner) -> Stage {
    let (provider, partner) = (SignedIn(platform.logins.clone()), partner.clone());
    Stage::builder(execution)
        .serve(move |request| Box::pin(partner.clone().serve(request)))
        .host(|host| host.login(provider))
        .set()
        .await
}

async fn launch(stage: &Stage, app: &AppId, user: &str) -> MiniApp {
    let options = LaunchOptions {
        page: Some("pages/login".to_owned()),
        user: Some(UserId::new(user).unwrap()),
        ..LaunchOptions::default()
    };
    let app = stage.host.launch_with(app.as_str(), options).await.unwrap();
    app.ready().await.unwrap();
    app
}

fn called(app: &str) -> Manifests {
    let manifests = Guest::Showcase.manifests();
    manifests.app_with(APP, app).partner_with(APP, app)
}

/// Logs in and asks for what is the user's own: whose it is, as the partner sees it.
async fn whose(stage: &Stage, app: &MiniApp) -> String {
    stage.event(app, "onLogIn", json!({})).await.unwrap();
    stage.event(app, "onPoints", json!({})).await.unwrap();
    let data = stage.data(app).await;
    data["points"]["of"].as_str().unwrap().to_owned()
}

async fn failure(stage: &Stage, app: &MiniApp) -> (String, String) {
    match stage.event(app, "onLogIn", json!({})).await {
        Err(EventError::App(error)) => (error.code, error.message),
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn the_partners_server_learns_who_the_user_is(execution: Execution) {
        let platform = Platform::open().await;
        let partner = platform.partner();
        let stage = stage(execution, &platform, &partner).await;
        let id = stage.install(Guest::Showcase).await;
        let (mia, ben) = (launch(&stage, &id, "mia").await, launch(&stage, &id, "ben").await);
        let known = whose(&stage, &mia).await;
        assert_eq!(known, whose(&stage, &mia).await, "the same at each login");
        assert_ne!(known, whose(&stage, &ben).await, "for each user another");
        assert_eq!(known, platform.logins.user_id("acme", "mia"));
        assert!(!known.contains("mia"));
        // What the profile says, and what the native app calls its user, went nowhere.
        let sent = stage.server.seen();
        let codes: Vec<Value> = sent
            .iter()
            .filter(|seen| seen.target == "/sessions")
            .map(|seen| serde_json::from_slice(&seen.body).unwrap())
            .collect();
        assert_eq!(codes.len(), 3);
        for sent in &codes {
            assert_eq!(sent.as_object().unwrap().keys().collect::<Vec<_>>(), ["code"]);
        }
        // A code that was seen on the way is worth nothing.
        let code = codes[0]["code"].as_str().unwrap();
        assert_eq!(partner.exchange(code, APP).await, Err(400));
        assert_eq!(stage.record.denied(), []);
    }
}

on_both! {
    async fn a_code_is_for_the_mini_app_that_asked(execution: Execution) {
        let platform = Platform::open().await;
        let partner = platform.partner();
        let stage = stage(execution, &platform, &partner).await;
        // The server exchanges all as the showcase's; these are not.
        for other in [NEWS, OTHER] {
            let manifests = called(other);
            let id = stage.install_with(Guest::Showcase, &manifests).await.unwrap();
            let app = launch(&stage, &id, "mia").await;
            let (_, message) = failure(&stage, &app).await;
            assert!(message.contains("400"), "{message}");
        }
        assert_eq!(partner.sessions.lock().unwrap().len(), 0);
        let code = platform.logins.issue("mia", NEWS).await.unwrap();
        assert_eq!(partner.exchange(&code, NEWS).await.unwrap(), platform.logins.user_id("acme", "mia"));
    }
}

on_both! {
    async fn a_fixed_login_is_enough_for_a_first_try(execution: Execution) {
        for (login, codes) in [
            (FixedLogin::same("a-code"), ["a-code", "a-code"]),
            (FixedLogin::numbered("code"), ["code-1", "code-2"]),
        ] {
            let stage = Stage::builder(execution)
                .serve(|_| Box::pin(ready(answer_json(200, &json!({ "session": "s-1" })))))
                .host(|host| host.login(login))
                .set()
                .await;
            let id = stage.install(Guest::Showcase).await;
            let app = launch(&stage, &id, "mia").await;
            for _ in codes {
                stage.event(&app, "onLogIn", json!({})).await.unwrap();
            }
            let sent = stage.server.seen();
            let sent: Vec<Value> = sent.iter().map(|seen| serde_json::from_slice(&seen.body).unwrap()).collect();
            assert_eq!(sent, codes.map(|code| json!({ "code": code })));
        }
    }
}

/// Answers as it is told, or never.
struct Odd(Option<Result<&'static str, &'static str>>);

impl LoginProvider for Odd {
    fn code<'a>(&'a self, _: &'a Tenant) -> LoginCode<'a> {
        match self.0 {
            Some(Ok("panic")) => panic!("no network"),
            Some(Ok(code)) => Box::pin(ready(Ok(code.to_owned()))),
            Some(Err(error)) => Box::pin(ready(Err(ProviderError(error.to_owned())))),
            None => Box::pin(std::future::pending()),
        }
    }
}

on_both! {
    async fn a_provider_that_fails_hurts_nobody(execution: Execution) {
        for (odd, told) in [
            (Odd(Some(Err("sign in first"))), "sign in first"),
            (Odd(Some(Ok("panic"))), "the app could not log in; try again later"),
            (Odd(Some(Ok(""))), "the app's login has answered with what is no code"),
            (Odd(Some(Ok("a b"))), "the app's login has answered with what is no code"),
        ] {
            let stage = Stage::builder(execution).host(|host| host.login(odd)).set().await;
            let id = stage.install(Guest::Showcase).await;
            let app = launch(&stage, &id, "mia").await;
            let expected = ("unavailable".to_owned(), told.to_owned());
            assert_eq!(failure(&stage, &app).await, expected);
            app.close().await;
            stage.assert_pool_is_empty().await;
        }
    }
}

on_both! {
    async fn logins_that_wait_at_the_limit_and_one_past(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.login(Odd(None))).set().await;
        let id = stage.install(Guest::Showcase).await;
        let app = launch(&stage, &id, "mia").await;
        let waiting: Vec<_> = (0..4)
            .map(|_| {
                let app = app.clone();
                let event = miniapp_host::Event::new("onLogIn");
                tokio::spawn(async move { app.event(miniapp_host::PageId::FIRST, event).await })
            })
            .collect();
        stage.moment().await;
        let (code, message) = failure(&stage, &app).await;
        assert_eq!((code.as_str(), message.as_str()), ("busy", "4 logins are under way already; await one of them"));
        assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
        app.close().await;
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn a_host_without_a_login_says_so(execution: Execution) {
        let stage = Stage::set(execution).await;
        // The showcase can do without.
        let id = stage.install(Guest::Showcase).await;
        let app = launch(&stage, &id, "mia").await;
        let (code, message) = failure(&stage, &app).await;
        assert_eq!((code.as_str(), message.as_str()), ("denied", "`user:login` is not offered by this app"));
        let required = Guest::Showcase.manifests().app_with(
            "    reason: Shows the points that you have collected\n    optional: true\n",
            "    reason: Shows the points that you have collected\n",
        );
        let refused = stage.install_with(Guest::Showcase, &required).await.unwrap_err();
        assert!(refused.to_string().ends_with("no login provider is set; see `HostBuilder::login`"), "{refused}");
    }
}

on_both! {
    async fn users_are_asked_for_logins_where_a_policy_wants_it(execution: Execution) {
        let platform = Platform::open().await;
        let provider = SignedIn(platform.logins.clone());
        let policy = |_: &Tenant, permission: &Permission| match permission {
            Permission::Login => ConsentRule::FirstUse,
            other => ConsentRule::usual(other),
        };
        let stage = Stage::builder(execution)
            .host(|host| host.login(provider).consent(FixedConsent::refuse()).consent_policy(policy))
            .set()
            .await;
        let id = stage.install(Guest::Showcase).await;
        let app = launch(&stage, &id, "mia").await;
        assert_eq!(failure(&stage, &app).await.0, "denied");
        let denied = stage.record.denied();
        assert_eq!(denied[0].interface, "miniapp:host/login");
        assert_eq!(denied[0].permission, Some(Permission::Login));
    }
}
