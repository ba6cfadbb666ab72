//! From names to addresses: asked once for each connection, filtered, and dialled
//! as they came, so that a second answer of the resolver changes nothing.
//!
//! The threats: a name that the manifest allows and whose owner points it at the
//! device, at the network around it or at a cloud's metadata service; and names
//! that resolve slowly, with which one mini-app could keep all others from
//! resolving any.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use miniapp_package::AppId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::address::is_public;

/// Addresses of one name that are tried; more are not kept.
const MAX_ADDRESSES: usize = 16;

/// Names that the system resolves at once, for all mini-apps. Each occupies a
/// thread, for as long as the system's own time limits let it.
const MAX_LOOKUPS: usize = 32;

/// Names that the system resolves at once for one mini-app, whichever of its
/// lives they were asked in.
const MAX_LOOKUPS_OF_APP: usize = 4;

/// What a resolver's call returns.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Resolves names. What it answers is filtered before it is dialled.
///
/// A call may be dropped before it has answered; what it has begun should end
/// then, or be bounded otherwise.
pub trait Resolver: Send + Sync {
    /// The addresses of `host`, a name in lower-case ASCII, in the order in which
    /// they are to be tried. `app` is on whose behalf.
    fn resolve<'a>(&'a self, app: &'a AppId, host: &'a str) -> Resolving<'a>;
}

/// The names of a network: what the embedder maps and opens, and who resolves the
/// rest.
pub(super) struct Names {
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) mapped: BTreeMap<(String, u16), SocketAddr>,
    /// Whether names may resolve to private addresses.
    pub(super) private: bool,
    /// Addresses that may stand in a URL.
    pub(super) opened: BTreeSet<IpAddr>,
}

/// Why there is no address to dial.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    #[error("the host's name does not resolve: {0}")]
    Failed(io::Error),
    #[error("the host's name resolves to no address")]
    Nothing,
    #[error(
        "the host's name resolves to addresses that are not of the public internet only, which mini-apps do not reach"
    )]
    NotPublic,
}

impl Names {
    /// The addresses to dial for `host`, which is a name or an opened address.
    pub(super) async fn addresses(
        &self,
        app: &AppId,
        host: &str,
        port: u16,
    ) -> Result<Vec<SocketAddr>, ResolveError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            // The policy lets only opened ones through; this holds if it did not.
            return if self.opened.contains(&address) {
                Ok(vec![SocketAddr::new(address, port)])
            } else {
                Err(ResolveError::NotPublic)
            };
        }
        if let Some(address) = self.mapped.get(&(host.to_owned(), port)) {
            return Ok(vec![*address]);
        }
        let found = self
            .resolver
            .resolve(app, host)
            .await
            .map_err(ResolveError::Failed)?;
        if found.is_empty() {
            return Err(ResolveError::Nothing);
        }
        let public = |address: &IpAddr| self.private || is_public(*address);
        let kept: Vec<SocketAddr> = found
            .into_iter()
            .filter(public)
            .take(MAX_ADDRESSES)
            .map(|address| SocketAddr::new(address, port))
            .collect();
        if kept.is_empty() {
            return Err(ResolveError::NotPublic);
        }
        Ok(kept)
    }
}

/// Resolves names as the operating system does, on threads of its own: bounded in
/// number, for all mini-apps and for each.
#[derive(Clone)]
pub struct SystemResolver {
    all: Arc<Semaphore>,
    /// One for each mini-app that has ever asked: as many as are installed.
    of_app: Arc<Mutex<BTreeMap<AppId, Arc<Semaphore>>>>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(MAX_LOOKUPS)),
            of_app: Arc::default(),
        }
    }
}

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, app: &'a AppId, host: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let of_app = self.of_app(app);
            let own = of_app.acquire_owned().await.map_err(io::Error::other)?;
            let all = Arc::clone(&self.all);
            let all = all.acquire_owned().await.map_err(io::Error::other)?;
            let host = host.to_owned();
            // The thread keeps its places until the system has answered: whoever
            // stops waiting gives none of them back.
            tokio::task::spawn_blocking(move || look_up(&host, [own, all])).await?
        })
    }
}

impl SystemResolver {
    fn of_app(&self, app: &AppId) -> Arc<Semaphore> {
        let mut known = self.of_app.lock().unwrap_or_else(PoisonError::into_inner);
        let made = known
            .entry(app.clone())
            .or_insert_with(|| Arc::new(Semaphore::new(MAX_LOOKUPS_OF_APP)));
        Arc::clone(made)
    }
}

fn look_up(host: &str, _places: [OwnedSemaphorePermit; 2]) -> io::Result<Vec<IpAddr>> {
    let found = (host, 0).to_socket_addrs()?;
    Ok(found.map(|address| address.ip()).collect())
}
