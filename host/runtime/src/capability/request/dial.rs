//! Opens connections: resolves a name once, leaves out what is not public, and
//! dials exactly the addresses that are left, so that a second answer of the
//! resolver changes nothing. Knows nothing of HTTP.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::rt::TokioIo;
use rustls::client::Resumption;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tower_service::Service;

use super::address::is_public;

/// How long one address may take to accept.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// TLS sessions that one mini-app may resume: a few hosts of its own.
const TLS_SESSIONS: usize = 8;

/// The network as the embedder sets it up: who is trusted, and which names are
/// mapped to addresses of the embedder's choice. `Default` trusts Mozilla's root
/// certificates and maps nothing.
#[derive(Clone, Default)]
pub struct Network {
    mapped: BTreeMap<(String, u16), SocketAddr>,
    roots: Vec<CertificateDer<'static>>,
}

/// A network that is ready to be dialled; shared by all mini-apps.
pub(crate) struct Wire {
    mapped: Arc<BTreeMap<(String, u16), SocketAddr>>,
    tls: ClientConfig,
}

/// A network could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// A certificate that cannot be a root.
    #[error("a root certificate cannot be read: {0}; supply X.509 certificates in DER form")]
    Root(rustls::Error),
    /// TLS itself.
    #[error("TLS could not be set up: {0}")]
    Tls(rustls::Error),
}

impl Network {
    /// Connections to `host` and `port` go to `address` instead, which may be
    /// private: for development and tests. Whether a mini-app may ask for the
    /// host is still its manifests' matter, and certificates are still checked
    /// against the host's name.
    #[must_use]
    pub fn map(mut self, host: &str, port: u16, address: SocketAddr) -> Self {
        self.mapped
            .insert((host.to_ascii_lowercase(), port), address);
        self
    }

    /// Trusts one more root certificate, in DER form.
    #[must_use]
    pub fn root(mut self, certificate: Vec<u8>) -> Self {
        self.roots.push(CertificateDer::from(certificate));
        self
    }

    /// Reads the certificates, once for all mini-apps.
    pub(crate) fn prepare(self) -> Result<Wire, NetworkError> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        for certificate in self.roots {
            roots.add(certificate).map_err(NetworkError::Root)?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        // Seeding the generator takes tens of milliseconds, once for the process:
        // here rather than in the first mini-app's turn.
        provider
            .secure_random
            .fill(&mut [0])
            .map_err(|_| NetworkError::Tls(rustls::Error::FailedToGetRandomBytes))?;
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(NetworkError::Tls)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Wire {
            mapped: Arc::new(self.mapped),
            tls,
        })
    }
}

impl Wire {
    /// A connector for one mini-app. Roots are shared, sessions are not.
    pub(super) fn connector(&self) -> HttpsConnector<Dialer> {
        let mut tls = self.tls.clone();
        tls.resumption = Resumption::in_memory_sessions(TLS_SESSIONS);
        HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(Dialer {
                mapped: Arc::clone(&self.mapped),
            })
    }
}

/// Why no connection was opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error("the host's name does not resolve: {0}")]
    Resolve(std::io::Error),
    #[error("the host's name resolves to no address of the public internet")]
    NotPublic,
    #[error("no connection: {0}")]
    Connect(std::io::Error),
    #[error("no connection within {} seconds", CONNECT_TIMEOUT.as_secs())]
    Timeout,
}

/// Opens TCP connections for the HTTP client.
#[derive(Clone)]
pub(super) struct Dialer {
    mapped: Arc<BTreeMap<(String, u16), SocketAddr>>,
}

impl Dialer {
    async fn dial(self, uri: Uri) -> Result<TokioIo<TcpStream>, DialError> {
        let host = uri.host().unwrap_or_default().to_owned();
        let tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let addresses = self.resolve(host, port).await?;
        let mut failed = DialError::NotPublic;
        for address in addresses {
            match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Without it, small requests wait for acknowledgements.
                    stream.set_nodelay(true).map_err(DialError::Connect)?;
                    return Ok(TokioIo::new(stream));
                }
                Ok(Err(error)) => failed = DialError::Connect(error),
                Err(_) => failed = DialError::Timeout,
            }
        }
        Err(failed)
    }

    async fn resolve(&self, host: String, port: u16) -> Result<Vec<SocketAddr>, DialError> {
        let key = (host, port);
        if let Some(address) = self.mapped.get(&key) {
            return Ok(vec![*address]);
        }
        let resolved = tokio::net::lookup_host(key)
            .await
            .map_err(DialError::Resolve)?;
        Ok(resolved.filter(|address| is_public(address.ip())).collect())
    }
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<TcpStream>;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().dial(uri))
    }
}
