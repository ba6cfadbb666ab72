//! What the arena's server answers. Knows no attack.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use miniapp_tests::{Answer, json};
use serde_json::json;

/// Answers at once.
pub const QUICK: &str = "https://rogue.example.com/";

/// Answers after a few milliseconds.
pub const SLOW: &str = "https://rogue.example.com/slow";

/// Does not answer.
pub const NEVER: &str = "https://rogue.example.com/never";

/// Redirects to itself.
pub const LOOP: &str = "https://rogue.example.com/loop";

/// Requests to [`SLOW`] that are under way, and the most that ever were.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
/// See [`UNDER_WAY`].
pub static MOST: AtomicUsize = AtomicUsize::new(0);

/// Answers one request.
pub fn answer(request: Request<Bytes>) -> Answer {
    Box::pin(async move {
        let path = request.uri().path();
        match path {
            "/slow" => {
                let now = UNDER_WAY.fetch_add(1, Ordering::Relaxed) + 1;
                MOST.fetch_max(now, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(3)).await;
                UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
                json(200, &json!("slow"))
            }
            "/never" => std::future::pending().await,
            "/loop" => redirect("/loop"),
            "/hops" => {
                // A redirect that takes a little while: there is time to be cut in.
                tokio::time::sleep(Duration::from_millis(10)).await;
                redirect("/hops")
            }
            // `/to/<percent-encoded URL>` redirects there.
            _ if path.starts_with("/to/") => redirect(&decoded(path.trim_start_matches("/to/"))),
            _ => {
                let headers: Vec<(String, String)> = request
                    .headers()
                    .iter()
                    .map(|(name, value)| {
                        (
                            name.to_string(),
                            String::from_utf8_lossy(value.as_bytes()).into_owned(),
                        )
                    })
                    .collect();
                json(200, &json!({ "path": path, "headers": headers }))
            }
        }
    })
}

fn redirect(location: &str) -> Response<Full<Bytes>> {
    let mut response = json(307, &json!(null));
    if let Ok(location) = hyper::header::HeaderValue::from_str(location) {
        response.headers_mut().insert("location", location);
    }
    response
}

/// Writes every byte of a URL as two digits, so that it fits into a path.
pub fn encoded(url: &str) -> String {
    url.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn decoded(path: &str) -> String {
    let bytes: Vec<u8> = path
        .as_bytes()
        .chunks(2)
        .filter_map(|digits| std::str::from_utf8(digits).ok())
        .filter_map(|digits| u8::from_str_radix(digits, 16).ok())
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
