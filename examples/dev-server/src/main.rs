//! Serves the examples' answers until it is stopped: the campaign's offers and
//! the partner's rewards. Writes its certificate authority to the file that is
//! named, and then prints its address.

use std::error::Error;

use dev_server::{Answer, DevServer, json};
use hyper::Request;
use hyper::body::Bytes;

const NAMES: [&str; 2] = ["api.your-platform.com", "api.acme.com"];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Some(file) = std::env::args().nth(1) else {
        return Err("usage: dev-server <file for the certificate authority, PEM>".into());
    };
    let server = DevServer::https(&NAMES, answer).await?;
    std::fs::write(&file, server.authority_pem()).map_err(|error| format!("{file}: {error}"))?;
    println!("{}", server.address());
    // Ends with whoever started it: when its standard input is closed.
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()))
        .await??;
    Ok(())
}

fn answer(request: Request<Bytes>) -> Answer {
    let answer = match request.uri().path() {
        "/campaigns/summer" => json(
            200,
            &serde_json::json!([
                { "id": "ice-cream", "title": "Two scoops for one", "until": "2026-08-31" },
                { "id": "lido", "title": "A day at the lido, half price", "until": "2026-09-15" },
                { "id": "night-train", "title": "Night train to the sea, 29.90", "until": "2026-07-31" },
            ]),
        ),
        "/rewards" => json(
            200,
            &serde_json::json!([
                { "id": "mug", "title": "A mug", "points": 300 },
                { "id": "umbrella", "title": "An umbrella", "points": 900 },
            ]),
        ),
        path => json(
            404,
            &serde_json::json!({ "error": format!("nothing at {path}") }),
        ),
    };
    Box::pin(std::future::ready(answer))
}
