//! The two servers of a login, on the loopback interface.
//!
//! The platform's issues codes for the native app, and exchanges them. The partner's is sent
//! one by its mini-app, has it exchanged, and knows the user from then on by an id that is
//! the partner's own.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use dev_server::DevServer;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use miniapp_login::{
    AppSecret, ExchangeRequest, ExchangeResponse, Logins, MemoryApps, MemoryCodes, PlatformSecret,
    RegisteredApp,
};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::Failure;

const APP: &str = "miniapp_showcase";
pub(crate) const PARTNER: &str = "acme-lifestyle";

/// The platform's server.
#[derive(Clone)]
pub(crate) struct Platform {
    pub(crate) logins: Logins,
    server: Arc<DevServer>,
    secret: AppSecret,
}

impl Platform {
    pub(crate) async fn start() -> Result<Self, Failure> {
        // Shown to the partner once, when the app is registered.
        let secret = AppSecret::generate().ok_or("the system has no random bytes")?;
        let app = RegisteredApp {
            partner: PARTNER.to_owned(),
            secret: secret.digest(),
        };
        let apps = MemoryApps::from_iter([(APP, app)]);
        // A platform reads its own from where it keeps its secrets.
        let own = PlatformSecret::new(&[7; 32])?;
        let logins = Logins::new(own, apps, MemoryCodes::default());
        let exchange = logins.clone();
        // Nothing but the exchange is reached by others. One for real speaks TLS.
        let server = DevServer::http(move |request| {
            let logins = exchange.clone();
            Box::pin(async move {
                let reply = logins.answer(request.body()).await;
                let body = serde_json::from_str(&reply.body).unwrap_or_default();
                dev_server::json(reply.status, &body)
            })
        });
        Ok(Self {
            logins,
            server: Arc::new(server.await?),
            secret,
        })
    }

    /// Exchanges a code as the partner's server does: for the user's id, or the status and
    /// the words with which the platform refuses.
    pub(crate) async fn exchange(&self, code: &str) -> Result<String, Failure> {
        let body = serde_json::to_vec(&ExchangeRequest {
            code: code.to_owned(),
            app_id: APP.to_owned(),
            app_secret: self.secret.expose().to_owned(),
        })?;
        let request = Request::post("/login/exchange").header("host", "platform");
        let stream = TcpStream::connect(self.server.address()).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let response = sender
            .send_request(request.body(Full::new(Bytes::from(body)))?)
            .await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status.is_success() {
            let ExchangeResponse { user_id } = serde_json::from_slice(&body)?;
            return Ok(user_id);
        }
        Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into())
    }
}

/// The partner's server: whose session is whose.
#[derive(Clone)]
struct Sessions {
    platform: Platform,
    users: Arc<Mutex<Vec<String>>>,
}

impl Sessions {
    async fn answer(&self, request: Request<Bytes>) -> Result<Value, Failure> {
        if request.uri().path() == "/sessions" {
            let sent: Value = serde_json::from_slice(request.body())?;
            let code = sent.get("code").and_then(Value::as_str).ok_or("no code")?;
            let user = self.platform.exchange(code).await?;
            let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
            users.push(user);
            return Ok(json!({ "session": format!("session-{}", users.len() - 1) }));
        }
        let session = request.headers().get("authorization").ok_or("no session")?;
        let number = session.to_str()?.strip_prefix("Bearer session-");
        let number: usize = number.ok_or("no session of this server's")?.parse()?;
        let users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let user = users.get(number).ok_or("no such session")?;
        Ok(json!({ "points": 300, "of": user }))
    }
}

/// The partner's server.
pub(crate) struct Partner(DevServer);

impl Partner {
    pub(crate) async fn start(platform: &Platform) -> Result<Self, Failure> {
        let sessions = Sessions {
            platform: platform.clone(),
            users: Arc::default(),
        };
        let server = DevServer::https(&["api.acme.com"], move |request| {
            let sessions = sessions.clone();
            Box::pin(async move {
                match sessions.answer(request).await {
                    Ok(answer) => dev_server::json(200, &answer),
                    Err(error) => dev_server::json(401, &json!({ "error": error.to_string() })),
                }
            })
        });
        Ok(Self(server.await?))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// The certificate authority that the native app trusts here.
    pub(crate) fn authority(&self) -> Vec<u8> {
        self.0.authority_der()
    }
}
