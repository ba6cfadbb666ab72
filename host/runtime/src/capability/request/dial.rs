//! Opens connections: a name resolved once, exactly its addresses dialled, TLS
//! spoken where the scheme says so, all within one time limit and a number of
//! connections. Knows nothing of HTTP.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use miniapp_package::AppId;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;
use tower_service::Service;

use super::pace::{Pace, Paced};
use super::resolve::{Names, ResolveError};
use super::tls::{Sessions, Tls};

/// Connections of one mini-app that are open at once: those in use, which are as
/// many as requests are under way, and those kept for the next request.
const MAX_CONNECTIONS: usize = 32;

/// Reads of a connection, of up to 64 KiB each, before others are let run: a server that
/// sends as fast as it can would be read without end.
const MAX_READS: usize = 4;

/// How long an address has to accept before the next one is tried beside it
/// (RFC 8305, section 5).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);

/// Why no connection was opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error("no connection: {0}")]
    Connect(io::Error),
    #[error("no TLS with the host: {0}")]
    Tls(io::Error),
    #[error("no connection within {} ms", .0.as_millis())]
    Timeout(Duration),
}

/// Opens the connections of one mini-app.
#[derive(Clone)]
pub(super) struct Dialer {
    own: Arc<Own>,
    pace: Arc<Pace>,
}

struct Own {
    app: AppId,
    names: Arc<Names>,
    tls: Tls,
    sessions: Sessions,
    places: Arc<Semaphore>,
    timeout: Duration,
}

impl Dialer {
    /// At `pace`, as the connections that it opens.
    pub(super) fn new(
        app: AppId,
        names: Arc<Names>,
        tls: Tls,
        timeout: Duration,
        pace: Arc<Pace>,
    ) -> Self {
        Self {
            own: Arc::new(Own {
                app,
                names,
                tls,
                sessions: Sessions::default(),
                places: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
                timeout,
            }),
            pace,
        }
    }
}

impl Own {
    async fn dial(&self, uri: &Uri) -> Result<Stream, DialError> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|closed| DialError::Connect(io::Error::other(closed)))?;
        let host = uri.host().unwrap_or_default();
        let secure = uri.scheme_str() != Some("http");
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let addresses = self.names.addresses(&self.app, host, port).await?;
        let tcp = connect(addresses).await.map_err(DialError::Connect)?;
        // Without it, small requests wait for acknowledgements.
        tcp.set_nodelay(true).map_err(DialError::Connect)?;
        let stream = if secure {
            Either::Right(self.encrypt(host, tcp).await.map_err(DialError::Tls)?)
        } else {
            Either::Left(tcp)
        };
        Ok(Stream {
            io: TokioIo::new(stream),
            reads: 0,
            _place: place,
        })
    }

    async fn encrypt(&self, host: &str, tcp: TcpStream) -> io::Result<Box<TlsStream<TcpStream>>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let settings = self.tls.settings(host, &self.sessions);
        let stream = TlsConnector::from(settings).connect(name, tcp).await?;
        Ok(Box::new(stream))
    }
}

/// Connects to the first address that accepts; one that is slow does not keep the
/// next from being tried.
async fn connect(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter();
    let mut trying = FuturesUnordered::new();
    let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        match waiting.next() {
            Some(address) => trying.push(TcpStream::connect(address)),
            None if trying.is_empty() => return Err(failed),
            None => {}
        }
        let patience = async {
            match waiting.len() {
                0 => std::future::pending().await,
                _ => tokio::time::sleep(NEXT_ADDRESS).await,
            }
        };
        tokio::select! {
            Some(tried) = trying.next() => match tried {
                Ok(stream) => return Ok(stream),
                Err(error) => failed = error,
            },
            () = patience => {}
        }
    }
}

impl Service<Uri> for Dialer {
    type Response = Stream;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, DialError>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (own, pace) = (Arc::clone(&self.own), Arc::clone(&self.pace));
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let dialling = async move {
                let dialled = match tokio::time::timeout(own.timeout, own.dial(&uri)).await {
                    Ok(dialled) => dialled,
                    Err(_) => Err(DialError::Timeout(own.timeout)),
                };
                // Nobody may wait for it any more.
                drop(answer.send(dialled));
            };
            // On a task of its own, as connections are: it goes on while the mini-app is
            // suspended, as the other end does. Ended with this call.
            let mut task = JoinSet::new();
            task.spawn(Paced::new(dialling, pace));
            let crashed = |_| DialError::Connect(io::Error::other("it crashed"));
            answered.await.map_err(crashed)?
        })
    }
}

/// One connection, and its place among those of its mini-app.
pub(super) struct Stream {
    io: TokioIo<Either<TcpStream, Box<TlsStream<TcpStream>>>>,
    /// Reads since others were last let run.
    reads: usize,
    _place: OwnedSemaphorePermit,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.reads >= MAX_READS {
            self.reads = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.io).poll_read(cx, buffer);
        self.reads = if read.is_ready() { self.reads + 1 } else { 0 };
        read
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bytes)
    }
}
