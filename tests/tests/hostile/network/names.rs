//! A resolver whose names say what they resolve to, so that whoever owns a name can
//! be as hostile as its attempt needs. Knows nothing of requests.
//!
//! | name under `names.example.com` | resolves to |
//! |---|---|
//! | `all.<a>.<b>…` | all of these addresses, each in hexadecimal digits |
//! | `turns.<a>.<b>…` | the first one, then the second one, and again from the first |
//! | `crowd.<a>` | the same address 10,000 times |
//! | `broken` | an error |
//! | `unresolved` | nothing, and does not say so |
//!
//! Every other name in the world is this device's.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use miniapp_host::{AppId, Resolver, Resolving};

/// The zone whose names say what they resolve to.
pub const ZONE: &str = ".names.example.com";

/// Addresses of a name that has too many of them.
const CROWD: usize = 10_000;

/// An address of the public internet that nobody was given: it may be dialled, and
/// nothing is there.
pub const NOBODY: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2e00, 0, 0, 0, 0, 0, 0, 1));

/// This device.
pub const DEVICE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The resolver; its clones share what they were asked.
#[derive(Clone, Default)]
pub struct Names {
    asked: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Names {
    /// The names that were asked for, each with how often, since they were last forgotten.
    pub fn asked(&self) -> BTreeMap<String, usize> {
        self.lock().clone()
    }

    /// Forgets what was asked.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, usize>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, host: &str) -> usize {
        let mut asked = self.lock();
        let times = asked.entry(host.to_owned()).or_default();
        *times += 1;
        *times - 1
    }
}

impl Resolver for Names {
    fn resolve<'a>(&'a self, _app: &'a AppId, host: &'a str) -> Resolving<'a> {
        let before = self.note(host);
        let labels: Vec<&str> = host.trim_end_matches(ZONE).split('.').collect();
        let answer = match labels[..] {
            ["unresolved"] => return Box::pin(std::future::pending()),
            ["broken"] => Err(io::Error::other("the name server is out of order")),
            ["all", ref rest @ ..] => Ok(rest.iter().copied().filter_map(address).collect()),
            ["turns", ref rest @ ..] => {
                let turn = rest.get(before % rest.len().max(1));
                Ok(turn.copied().and_then(address).into_iter().collect())
            }
            ["crowd", one] => Ok(address(one).map_or_else(Vec::new, |one| vec![one; CROWD])),
            _ => Ok(vec![DEVICE, Ipv6Addr::LOCALHOST.into()]),
        };
        Box::pin(std::future::ready(answer))
    }
}

/// A name that resolves to all of these addresses.
pub fn all(addresses: &[IpAddr]) -> String {
    name("all", addresses)
}

/// A name that resolves to one of these addresses after the other.
pub fn turns(addresses: &[IpAddr]) -> String {
    name("turns", addresses)
}

/// A name that resolves to an address 10,000 times.
pub fn crowd(address: IpAddr) -> String {
    name("crowd", &[address])
}

fn name(how: &str, addresses: &[IpAddr]) -> String {
    let digits = addresses.iter().map(|address| match address {
        IpAddr::V4(address) => format!(".{:08x}", address.to_bits()),
        IpAddr::V6(address) => format!(".{:032x}", address.to_bits()),
    });
    format!("{how}{}{ZONE}", digits.collect::<String>())
}

fn address(digits: &str) -> Option<IpAddr> {
    let v4 = || {
        u32::from_str_radix(digits, 16)
            .ok()
            .map(Ipv4Addr::from_bits)
    };
    let v6 = || {
        u128::from_str_radix(digits, 16)
            .ok()
            .map(Ipv6Addr::from_bits)
    };
    match digits.len() {
        8 => v4().map(IpAddr::V4),
        32 => v6().map(IpAddr::V6),
        _ => None,
    }
}
