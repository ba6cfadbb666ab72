//! The network as the embedder sets it up: names, certificates, secrets, time.
//! Knows nothing of any mini-app; nothing here lets one reach a host that its
//! manifests do not name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use miniapp_package::{InvalidAllowEntry, Scheme};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::client::HyperStack;
use super::inject::{InjectError, Injected};
use super::resolve::{Names, Resolver, SystemResolver};
use super::stack::HttpStack;
use super::tls::{Identity, Trust};

/// How long a request may take, by its parts. Of the head and of the whole, time for which the
/// mini-app is suspended is not counted; a connection is opened meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Until a connection stands: name, TCP and TLS handshake; ten seconds.
    pub connect: Duration,
    /// Until the head of an answer is there, connecting included; thirty seconds.
    /// Each redirect begins anew.
    pub first_byte: Duration,
    /// The whole exchange with its redirects and its wait for a turn; sixty
    /// seconds, as in WeChat. A mini-app may ask for less, not for more.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(30),
            total: Duration::from_secs(60),
        }
    }
}

/// The network as the embedder sets it up. `Default` resolves names as the system
/// does, trusts Mozilla's root certificates and reaches public addresses only.
///
/// Whatever is set here, a mini-app reaches no host that its manifests do not
/// name; that is decided before anything below is asked.
///
/// ```
/// use miniapp_runtime::{Network, Timeouts};
///
/// # let (key, spare) = ([0; 32], [1; 32]);
/// let mut timeouts = Timeouts::default();
/// timeouts.first_byte = std::time::Duration::from_secs(5);
/// let network = Network::default()
///     .timeouts(timeouts)
///     .inject_header("api.acme.com", "x-api-key", "what no mini-app ever sees")
///     .pin("api.acme.com", key)
///     .pin("api.acme.com", spare);
/// assert!(network.dangers().is_empty(), "fit to be released");
/// ```
#[derive(Clone, Default)]
pub struct Network {
    resolver: Option<Arc<dyn Resolver>>,
    stack: Option<Arc<dyn HttpStack>>,
    timeouts: Timeouts,
    mapped: BTreeMap<(String, u16), SocketAddr>,
    trust: Trust,
    injected: Vec<(String, String, String)>,
    private_addresses: bool,
    literals: BTreeSet<(Scheme, SocketAddr)>,
}

/// A network that is ready; shared by all mini-apps.
pub(crate) struct Wire {
    pub(super) stack: Arc<dyn HttpStack>,
    pub(super) injected: Injected,
    pub(super) literals: BTreeSet<(Scheme, SocketAddr)>,
    pub(super) timeouts: Timeouts,
}

/// A network could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// A certificate that cannot be a root.
    #[error("a root certificate cannot be read: {0}; supply X.509 certificates in DER form")]
    Root(rustls::Error),
    /// A client certificate or its key.
    #[error(
        "the client certificate for `{host}` cannot be used: {reason}; supply the chain, the client's own certificate first, and its private key in PKCS #8, all in DER form"
    )]
    Identity {
        /// The host that it is for.
        host: String,
        /// What is wrong.
        reason: rustls::Error,
    },
    /// A header to be injected whose destination is no entry of an allow-list.
    #[error("a header is to be injected for no destination: {0}")]
    Destination(InvalidAllowEntry),
    /// A header to be injected that is no header.
    #[error(
        "the header `{name}` for `{entry}` cannot be injected: {reason}; write a name such as `x-api-key`, and a value of visible ASCII"
    )]
    Header {
        /// The destination.
        entry: String,
        /// The header's name.
        name: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// TLS itself.
    #[error("TLS could not be set up: {0}")]
    Tls(rustls::Error),
}

impl From<InjectError> for NetworkError {
    fn from(error: InjectError) -> Self {
        match error {
            InjectError::Destination(error) => Self::Destination(error),
            InjectError::Header {
                entry,
                name,
                reason,
            } => Self::Header {
                entry,
                name,
                reason,
            },
        }
    }
}

impl fmt::Debug for Network {
    /// Without keys and without the values of injected headers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("timeouts", &self.timeouts)
            .field("mapped", &self.mapped)
            .field("private_addresses", &self.private_addresses)
            .field("literals", &self.literals)
            .finish_non_exhaustive()
    }
}

impl Network {
    /// Resolves names with `resolver` instead of the system's. What it answers is
    /// filtered all the same.
    #[must_use]
    pub fn resolver(mut self, resolver: impl Resolver + 'static) -> Self {
        self.resolver = Some(Arc::new(resolver));
        self
    }

    /// Sends requests with the native app's own HTTP stack. The policy still
    /// decides first, on every hop; names, addresses, certificates and
    /// connections are then the stack's matter, and [`Network::resolver`],
    /// [`Network::map`], roots, pins and client certificates are not used.
    #[must_use]
    pub fn stack(mut self, stack: impl HttpStack + 'static) -> Self {
        self.stack = Some(Arc::new(stack));
        self
    }

    /// How long requests may take.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

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
        self.trust.roots.push(CertificateDer::from(certificate));
        self
    }

    /// Trusts the certificates given to [`Network::root`] only, not Mozilla's.
    #[must_use]
    pub fn own_roots_only(mut self) -> Self {
        self.trust.own_roots_only = true;
        self
    }

    /// Speaks TLS with `host` only if its certificate's public key is this one or
    /// another one that is pinned for it: the SHA-256 of the certificate's
    /// `SubjectPublicKeyInfo` in DER form, as in RFC 7469. All other checks are
    /// made as well. Pin a second key that is kept in reserve.
    #[must_use]
    pub fn pin(mut self, host: &str, key: [u8; 32]) -> Self {
        let pins = self.trust.pins.entry(host.to_ascii_lowercase());
        pins.or_default().push(key);
        self
    }

    /// Authenticates to `host` with a client certificate: its chain, the client's
    /// own certificate first, and its private key in PKCS #8, all in DER form.
    #[must_use]
    pub fn client_certificate(mut self, host: &str, chain: Vec<Vec<u8>>, key: Vec<u8>) -> Self {
        let identity = Identity {
            chain: chain.into_iter().map(CertificateDer::from).collect(),
            key: PrivateKeyDer::Pkcs8(key.into()),
        };
        self.trust
            .identities
            .insert(host.to_ascii_lowercase(), Arc::new(identity));
        self
    }

    /// Adds a header to every request to a destination, in place of what the
    /// mini-app set under that name: an API key that the mini-app never sees.
    /// `entry` is written as in an allow-list (`api.acme.com`, `*.acme.com`) and
    /// is matched on every hop, so that a redirect carries nothing elsewhere.
    /// A server that echoes its requests gives the value away.
    #[must_use]
    pub fn inject_header(mut self, entry: &str, name: &str, value: &str) -> Self {
        self.injected
            .push((entry.to_owned(), name.to_owned(), value.to_owned()));
        self
    }

    /// **For development only.** Lets names that a mini-app may ask for resolve to
    /// the device itself and the network around it, and so lets their owners
    /// reach into both.
    #[must_use]
    pub fn dangerously_allow_private_addresses(mut self) -> Self {
        self.private_addresses = true;
        self
    }

    /// **For development only.** Lets *every* mini-app that talks to any host
    /// reach this address with this scheme, written as an address in the URL. No
    /// manifest can name one, and none has to.
    #[must_use]
    pub fn dangerously_allow_address(mut self, scheme: Scheme, address: SocketAddr) -> Self {
        self.literals.insert((scheme, address));
        self
    }

    /// What of this network is for development only, for people; empty for one
    /// that is fit to be released.
    pub fn dangers(&self) -> Vec<String> {
        let private = self
            .private_addresses
            .then(|| "names may resolve to this device and the network around it".to_owned());
        let literals = self.literals.iter();
        let literals = literals
            .map(|(scheme, address)| format!("every mini-app may reach {scheme}://{address}"));
        let mapped = self.mapped.iter();
        let mapped =
            mapped.map(|((host, port), address)| format!("{host}:{port} is dialled at {address}"));
        private.into_iter().chain(literals).chain(mapped).collect()
    }

    /// Reads certificates and headers, once for all mini-apps.
    pub(crate) fn prepare(self) -> Result<Wire, NetworkError> {
        let injected = Injected::parse(&self.injected)?;
        let stack = match self.stack {
            Some(stack) => stack,
            None => {
                let resolver = self
                    .resolver
                    .unwrap_or_else(|| Arc::new(SystemResolver::default()));
                let opened: BTreeSet<IpAddr> = self
                    .literals
                    .iter()
                    .map(|(_, address)| address.ip())
                    .collect();
                let names = Names {
                    resolver,
                    mapped: self.mapped,
                    private: self.private_addresses,
                    opened,
                };
                let tls = self.trust.prepare()?;
                Arc::new(HyperStack::new(names, tls, self.timeouts.connect))
            }
        };
        Ok(Wire {
            stack,
            injected,
            literals: self.literals,
            timeouts: self.timeouts,
        })
    }
}
