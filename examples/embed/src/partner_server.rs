//! Plays the partner's server on the loopback interface, so that the example
//! runs without one.

use std::error::Error;

use dev_server::{DevServer, json};
use miniapp_host::Network;

const HOST: &str = "api.acme.com";

pub(crate) async fn start() -> Result<DevServer, Box<dyn Error + Send + Sync>> {
    let rewards = serde_json::json!([{ "title": "A mug", "points": 300 }]);
    DevServer::https(&[HOST], move |_| {
        Box::pin(std::future::ready(json(200, &rewards)))
    })
    .await
}

/// A network on which the partner's host is that server.
pub(crate) fn network(server: &DevServer) -> Network {
    Network::default()
        .map(HOST, 443, server.address())
        .root(server.authority_der())
}
