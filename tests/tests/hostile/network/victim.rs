//! The victim: a port of this device that no mini-app may reach, and that tells how
//! many connections it was given. Knows nothing of who tries.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

/// A port that listens; the system accepts for it, so that no connection is missed.
pub struct Victim {
    listeners: Vec<TcpListener>,
    port: u16,
}

impl Victim {
    /// Listens on a free port of the loopback interface, of IPv6 as well where there is one.
    pub fn new() -> Self {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        let second = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).ok();
        let listeners: Vec<TcpListener> = [first].into_iter().chain(second).collect();
        for listener in &listeners {
            listener.set_nonblocking(true).unwrap();
        }
        Self { listeners, port }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connections since this was last asked.
    pub fn connections(&self) -> usize {
        let waiting =
            |listener: &TcpListener| std::iter::from_fn(|| listener.accept().ok()).count();
        self.listeners.iter().map(waiting).sum()
    }
}
