//! The server that mini-apps fetch from, in a process of its own: what it keeps
//! for each connection is not the host's memory.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use dev_server::{DevServer, json};
use miniapp_host::Network;
use serde::{Deserialize, Serialize};

use crate::guest;

/// How the server is asked for on the command line of the benchmark.
pub const SERVE: &str = "--serve";

/// A running server; ends when dropped.
pub struct Server {
    process: Child,
    place: Place,
}

#[derive(Serialize, Deserialize)]
struct Place {
    address: SocketAddr,
    authority: Vec<u8>,
}

impl Server {
    /// Starts this program once more, as a server.
    pub fn start(plain: bool) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([SERVE, if plain { "http" } else { "https" }])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let place = serde_json::from_str(&line).unwrap();
        Self { process, place }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.place.address
    }

    /// A network in which the guest's server is this one.
    pub fn network(&self) -> Network {
        let network = Network::default()
            .map(guest::SERVER, 443, self.place.address)
            .map(guest::SERVER, 80, self.place.address);
        if self.place.authority.is_empty() {
            return network;
        }
        network.root(self.place.authority.clone())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Serves until nobody holds the other end of the standard input any more.
pub fn serve(kind: &str) {
    crate::resident::allow_many_files();
    let runtime = crate::runtime();
    let answer = |_| Box::pin(std::future::ready(json(200, &serde_json::json!({})))) as _;
    let server = runtime.block_on(async {
        if kind == "http" {
            DevServer::http(answer).await.unwrap()
        } else {
            DevServer::https(&[guest::SERVER], answer).await.unwrap()
        }
    });
    let place = Place {
        address: server.address(),
        authority: server.authority_der(),
    };
    println!("{}", serde_json::to_string(&place).unwrap());
    std::thread::spawn(|| {
        std::io::stdin().read_to_end(&mut Vec::new()).ok();
        std::process::exit(0);
    });
    runtime.block_on(std::future::pending::<()>());
}
