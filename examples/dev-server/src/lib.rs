//! A loopback server for examples, tests and benchmarks: real HTTP/1.1 over real
//! TCP, with TLS under a certificate authority of its own where names are given.
//! Knows nothing of mini-apps.

mod certificate;

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::HandshakeKind;

pub use certificate::ClientIdentity;
use certificate::{Authority, Clients};

/// What a handler answers.
pub type Answer = Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send>>;

type Handler = dyn Fn(Request<Bytes>) -> Answer + Send + Sync;

/// One request that the server has seen.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Such as `GET`.
    pub method: String,
    /// The request target as it came over the wire.
    pub target: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
    /// The connection that it came over.
    pub connection: Connection,
}

/// One connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Connection {
    /// The client's end.
    pub client: SocketAddr,
    /// Whether its TLS session goes on with one of an earlier connection.
    pub resumed: bool,
}

impl Seen {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A server that runs until it is dropped.
pub struct DevServer {
    address: SocketAddr,
    authority: Option<Authority>,
    seen: Arc<Mutex<Vec<Seen>>>,
    accepting: JoinHandle<()>,
}

impl DevServer {
    /// Answers over HTTPS on a free port of the loopback interface, as the hosts
    /// of these names.
    ///
    /// # Errors
    ///
    /// Where no port is free or no certificate can be made.
    pub async fn https(
        names: &[&str],
        handler: impl Fn(Request<Bytes>) -> Answer + Send + Sync + 'static,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Self::encrypted(names, Clients::All, Arc::new(handler)).await
    }

    /// The same, for clients with a certificate of the server's authority only;
    /// see [`DevServer::client`].
    ///
    /// # Errors
    ///
    /// Where no port is free or no certificate can be made.
    pub async fn https_for_certified(
        names: &[&str],
        handler: impl Fn(Request<Bytes>) -> Answer + Send + Sync + 'static,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Self::encrypted(names, Clients::Certified, Arc::new(handler)).await
    }

    async fn encrypted(
        names: &[&str],
        clients: Clients,
        handler: Arc<Handler>,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let (authority, server) = Authority::issue(names, clients)?;
        let tls = TlsAcceptor::from(Arc::new(server));
        Self::start(Some(authority), Some(tls), handler).await
    }

    /// Answers over plain HTTP on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// Where no port is free.
    pub async fn http(
        handler: impl Fn(Request<Bytes>) -> Answer + Send + Sync + 'static,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Self::start(None, None, Arc::new(handler)).await
    }

    async fn start(
        authority: Option<Authority>,
        tls: Option<TlsAcceptor>,
        handler: Arc<Handler>,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let accepting = tokio::spawn(accept(listener, tls, handler, Arc::clone(&seen)));
        Ok(Self {
            address,
            authority,
            seen,
            accepting,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate authority's certificate, DER; empty without TLS.
    pub fn authority_der(&self) -> Vec<u8> {
        self.authority
            .as_ref()
            .map(|authority| authority.der.clone())
            .unwrap_or_default()
    }

    /// The certificate authority's certificate, PEM; empty without TLS.
    pub fn authority_pem(&self) -> String {
        self.authority
            .as_ref()
            .map(|authority| authority.pem.clone())
            .unwrap_or_default()
    }

    /// The server's public key, `SubjectPublicKeyInfo` in DER form; empty without TLS.
    pub fn public_key(&self) -> Vec<u8> {
        self.authority
            .as_ref()
            .map(|authority| authority.server_key.clone())
            .unwrap_or_default()
    }

    /// A client that the server's authority has certified; none without TLS.
    pub fn client(&self) -> Option<ClientIdentity> {
        self.authority
            .as_ref()
            .map(|authority| authority.client.clone())
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Forgets the requests so far, and gives back the memory that they took.
    pub fn forget(&self) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Vec::new();
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// An answer of JSON.
pub fn json(status: u16, body: &serde_json::Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    let kind = hyper::header::HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(hyper::header::CONTENT_TYPE, kind);
    response
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    handler: Arc<Handler>,
    seen: Arc<Mutex<Vec<Seen>>>,
) {
    while let Ok((stream, client)) = listener.accept().await {
        stream.set_nodelay(true).ok();
        let (tls, handler, seen) = (tls.clone(), Arc::clone(&handler), Arc::clone(&seen));
        let mut connection = Connection {
            client,
            resumed: false,
        };
        tokio::spawn(async move {
            match tls {
                // A client that does not trust us is the client's matter.
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        let (_, session) = stream.get_ref();
                        connection.resumed =
                            session.handshake_kind() == Some(HandshakeKind::Resumed);
                        serve(stream, connection, handler, seen).await;
                    }
                }
                None => serve(stream, connection, handler, seen).await,
            }
        });
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    connection: Connection,
    handler: Arc<Handler>,
    seen: Arc<Mutex<Vec<Seen>>>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (handler, seen) = (Arc::clone(&handler), Arc::clone(&seen));
        async move {
            let (head, body) = request.into_parts();
            let body = body
                .collect()
                .await
                .map(|body| body.to_bytes())
                .unwrap_or_default();
            let request = Request::from_parts(head, body);
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(note(&request, connection));
            Ok::<_, Infallible>(handler(request).await)
        }
    });
    let served =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A connection that breaks off is the client's matter.
    served.await.ok();
}

fn note(request: &Request<Bytes>, connection: Connection) -> Seen {
    let text =
        |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Seen {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: request.body().to_vec(),
        connection,
    }
}
