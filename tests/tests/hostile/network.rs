//! Attacks by way of the network: URLs, names, redirects, requests and answers that
//! are to reach what no manifest names, or more of the host than an answer. Each row
//! is a theme, and each attempt of it a real request over loopback.

mod answers;
mod attempt;
mod dns;
mod names;
mod packed;
mod redirects;
mod requests;
mod script;
mod secrets;
mod server;
mod urls;
mod victim;
mod visitor;
mod wasi;
mod web;

use std::sync::Arc;

pub use web::Web;

use crate::attack::Attack;

/// All of them.
pub fn attacks(web: &Arc<Web>) -> Vec<Attack> {
    [
        urls::attacks(web),
        dns::attacks(web),
        redirects::attacks(web),
        requests::attacks(web),
        answers::attacks(web),
        packed::attacks(web),
        secrets::attacks(web),
        wasi::attacks(web),
    ]
    .into_iter()
    .flatten()
    .collect()
}
