//! What stands around the arena: the victim, the servers and the names, and the
//! mini-apps that set out from there. Knows no attack.

use std::time::Duration;

use miniapp_host::{Host, Network};
use miniapp_tests::{DevServer, Guest};

use super::names::Names;
use super::script::{Script, Then};
use super::server::Server;
use super::victim::Victim;

/// A host that answers over plain HTTP, or does whatever its script says.
pub const HOSTILE: &str = "hostile.plain.example.com";

/// Another one at the same server: another origin.
pub const ELSEWHERE: &str = "elsewhere.plain.example.com";

/// Another one, for which the embedder adds [`SECRET`].
pub const VAULT: &str = "vault.plain.example.com";

/// A host that is to speak TLS, and does not.
pub const PLAIN_SPOKEN: &str = "plain-spoken.names.example.com";

/// A host that is not to speak TLS, and does.
pub const ENCRYPTED: &str = "encrypted.plain.example.com";

/// The header that the embedder adds.
pub const SECRET_HEADER: &str = "x-api-key";

/// What no mini-app may ever read.
pub const SECRET: &str = "4c1f0e6f-of-the-embedder";

/// The guest `rogue`, which may ask for the victim's port by name.
pub const VISITOR: &str = "miniapp_visitor";

/// The guest `wasi`, which may as well.
pub const WASI: &str = "miniapp_wasi";

/// How long a connection may take to be let go.
const LETTING_GO: Duration = Duration::from_secs(5);

/// Everything around one arena.
pub struct Web {
    /// What must not be reached.
    pub victim: Victim,
    /// Who answers over plain HTTP.
    pub server: Server,
    /// Who resolves names.
    pub names: Names,
    mute: Server,
    dribble: Server,
}

impl Web {
    /// Starts it.
    pub async fn set() -> Self {
        let dribble = Script::new(
            "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n",
            Then::Drip("x"),
        );
        Self {
            victim: Victim::new(),
            server: Server::start(None).await,
            names: Names::default(),
            mute: Server::start(Some(Script::unasked("", Then::Hold))).await,
            dribble: Server::start(Some(dribble)).await,
        }
    }

    /// Leads a network here. `encrypted` is the arena's own server.
    pub fn wire(&self, network: Network, encrypted: &DevServer) -> Network {
        let mut network = network
            .resolver(self.names.clone())
            .inject_header(&format!("http://{VAULT}"), SECRET_HEADER, SECRET)
            .map("mute.names.example.com", 443, self.mute.address())
            .map("dribble.plain.example.com", 80, self.dribble.address())
            .map(PLAIN_SPOKEN, 443, self.server.address())
            .map(ENCRYPTED, 80, encrypted.address());
        for name in [HOSTILE, ELSEWHERE, VAULT] {
            network = network.map(name, 80, self.server.address());
        }
        network
    }

    /// Waits until no connection to the server is open, for as long as that may take.
    pub async fn is_let_go(&self) -> bool {
        let closed = async {
            while self.server.open() > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(LETTING_GO, closed).await.is_ok()
    }

    /// Installs the mini-apps.
    pub async fn install(&self, host: &Host) {
        for (guest, own, app) in [
            (Guest::Rogue, "miniapp_rogue", VISITOR),
            (Guest::Wasi, "miniapp_wasi", WASI),
        ] {
            let allowed = self.allowed();
            let manifests = guest
                .manifests()
                .app_with(own, app)
                .partner_with(own, app)
                .app_with("[\"rogue.example.com\"]", &allowed)
                .partner_with("[\"rogue.example.com\"]", &allowed);
            let package = manifests.package(guest.component());
            host.install(package, &manifests.partner()).await.unwrap();
        }
    }

    /// Whatever is wrong with an address, its port and its scheme are not.
    fn allowed(&self) -> String {
        let port = self.victim.port();
        let names = format!("*.names.example.com:{port}");
        let allowed = [
            "rogue.example.com",
            "*.names.example.com",
            "http://*.names.example.com",
            "http://*.plain.example.com",
            &names,
            &format!("http://{names}"),
        ];
        format!("{allowed:?}")
    }
}
