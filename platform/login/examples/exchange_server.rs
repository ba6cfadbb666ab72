//! The exchange, mounted in an HTTP server: `cargo run -p miniapp-login --example exchange_server`.
//!
//! Issues one code at the start, where a platform would after its user has signed in, and
//! prints how to exchange it. A server for real speaks TLS.

use std::convert::Infallible;
use std::error::Error;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use miniapp_login::{
    AppSecret, Logins, MAX_BODY_BYTES, MemoryApps, MemoryCodes, PlatformSecret, RegisteredApp,
};
use tokio::net::TcpListener;

const APP: &str = "miniapp_acme_rewards";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    // A platform reads both from where it keeps its secrets.
    let mut platform = [0; 32];
    aws_lc_rs::rand::fill(&mut platform)?;
    let secret = AppSecret::generate().ok_or("the system has no random bytes")?;
    let app = RegisteredApp {
        partner: "acme-lifestyle".to_owned(),
        secret: secret.digest(),
    };
    let apps = MemoryApps::from_iter([(APP, app)]);
    let logins = Logins::new(
        PlatformSecret::new(&platform)?,
        apps,
        MemoryCodes::default(),
    );

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let code = logins.issue("mia", APP).await?;
    println!(
        "curl http://{}/login/exchange --data '{{\"code\":\"{code}\",\"appId\":\"{APP}\",\"appSecret\":\"{}\"}}'",
        listener.local_addr()?,
        secret.expose(),
    );
    loop {
        let (stream, _) = listener.accept().await?;
        let logins = logins.clone();
        let service = service_fn(move |request| serve(logins.clone(), request));
        tokio::spawn(async move {
            let http = hyper::server::conn::http1::Builder::new();
            // A connection that breaks off is the client's matter.
            http.serve_connection(TokioIo::new(stream), service)
                .await
                .ok();
        });
    }
}

async fn serve(
    logins: Logins,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let mut response = Response::default();
    if head.uri.path() != "/login/exchange" || head.method != Method::POST {
        *response.status_mut() = StatusCode::NOT_FOUND;
        return Ok(response);
    }
    let Ok(body) = Limited::new(body, MAX_BODY_BYTES).collect().await else {
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    let reply = logins.answer(&body.to_bytes()).await;
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.body_mut() = Full::new(Bytes::from(reply.body));
    Ok(response)
}
