//! Owns the decision where a URL leads and whether an allow-list permits it. Decides on parsed parts,
//! without allocating, so that it can stand in front of every request. Must not know how a request is
//! sent, nor which address a name resolves to.

use std::net::IpAddr;

use thiserror::Error;
use url::{Host, Url};

use crate::allow_list::{AllowList, Scheme};

/// Where a request would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination<'u> {
    /// How it would be carried.
    pub scheme: Scheme,
    /// The host's name in lower-case ASCII.
    pub host: &'u str,
    /// The port; the scheme's own where the URL names none.
    pub port: u16,
}

/// Why a URL leads nowhere that an allow-list could permit, or nowhere that this one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal<'u> {
    /// Another scheme than `http` and `https`.
    #[error("the URL's scheme is neither `https` nor `http`")]
    Scheme,
    /// A user name or a password: `https://api.acme.com@evil.example/` leads to `evil.example`.
    #[error("the URL carries a user or a password; send an `authorization` header instead")]
    Credentials,
    /// No host at all.
    #[error("the URL names no host")]
    NoHost,
    /// An address in place of a name, in whatever notation it was written.
    #[error("`{address}` is an address, and allow-lists name hosts")]
    Address {
        /// How it would be carried.
        scheme: Scheme,
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
    },
    /// A host that no entry of the list permits, with this scheme and this port.
    #[error("the host `{}` is not on the allow-list", .0.host)]
    NotListed(Destination<'u>),
}

impl AllowList {
    /// Decides where `url` leads and whether the list permits it. Allocates nothing.
    ///
    /// # Errors
    ///
    /// [`Refusal`], with what a message needs.
    pub fn destination<'u>(&self, url: &'u Url) -> Result<Destination<'u>, Refusal<'u>> {
        let scheme = match url.scheme() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err(Refusal::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        let port = url.port().unwrap_or(scheme.default_port());
        let address = |address: IpAddr| Refusal::Address {
            scheme,
            address,
            port,
        };
        let host = match url.host().ok_or(Refusal::NoHost)? {
            Host::Domain("") => return Err(Refusal::NoHost),
            Host::Domain(host) => host,
            Host::Ipv4(ip) => return Err(address(ip.into())),
            Host::Ipv6(ip) => return Err(address(ip.into())),
        };
        let destination = Destination { scheme, host, port };
        if self.permits(scheme, host, port) {
            Ok(destination)
        } else {
            Err(Refusal::NotListed(destination))
        }
    }
}
