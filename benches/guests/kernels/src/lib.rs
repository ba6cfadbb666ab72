//! A mini-app that computes: each handler is one kind of work, and the results go nowhere. Must not know
//! who measures.
//!
//! | handler | detail | what it does |
//! |---|---|---|
//! | `noop` | | nothing |
//! | `fib` | `{n}` | Fibonacci numbers, recursively |
//! | `hash` | `{bytes, rounds}` | SHA-256 of so many bytes, so often |
//! | `json` | `{rounds}` | parses and prints a document of about 100 KB |
//! | `sort` | `{n}` | sorts so many numbers |
//! | `set-large` | | sets `document` to that document, whose text it keeps |
//! | `fetch` | `{url, n}` | sends so many requests, one after another |
//! | `set-small` | | sets `document` to an empty object |
//!
//! Loading a page fetches the URL of its query, if it has one, and sets `loaded` once.

mod sha256;

use miniapp_guest::prelude::*;
use miniapp_guest::serde_json;
use serde::Deserialize;
use std::cell::OnceCell;
use std::hint::black_box;

#[derive(Default)]
struct Index {
    document: OnceCell<String>,
}

#[derive(Deserialize)]
struct Number<T> {
    n: T,
}

#[derive(Deserialize)]
struct Fetching {
    url: String,
    n: u32,
}

#[derive(Deserialize)]
struct Hashing {
    bytes: usize,
    rounds: u32,
}

#[derive(Deserialize)]
struct Rounds {
    rounds: u32,
}

impl Page for Index {
    async fn on_load(&self, page: PageHandle, query: Query) -> Result<()> {
        if let Some(url) = query.get("url") {
            black_box(request::get(url).await?);
        }
        page.set_data("loaded", &true)
    }

    async fn on_event(&self, page: PageHandle, event: Event) -> Result<()> {
        match event.handler() {
            "noop" => {}
            "fib" => drop(black_box(fib(event.detail::<Number<u32>>()?.n))),
            "fetch" => {
                let Fetching { url, n } = event.detail()?;
                for _ in 0..n {
                    black_box(request::get(url.as_str()).await?);
                }
            }
            "hash" => {
                let Hashing { bytes, rounds } = event.detail()?;
                black_box(hash(bytes, rounds));
            }
            "json" => {
                let Rounds { rounds } = event.detail()?;
                let document = self.document.get_or_init(document);
                for _ in 0..rounds {
                    black_box(print(document)?);
                }
            }
            "sort" => drop(black_box(sort(event.detail::<Number<u32>>()?.n))),
            "set-large" => {
                let document = self.document.get_or_init(document);
                page.update()
                    .set_json("document", document.as_str())
                    .apply()?;
            }
            "set-small" => page.update().set_json("document", "{}").apply()?,
            other => return Err(Error::app(format!("there is no handler `{other}`"))),
        }
        Ok(())
    }
}

fn fib(n: u32) -> u64 {
    if n < 2 {
        n.into()
    } else {
        fib(black_box(n - 1)) + fib(n - 2)
    }
}

fn hash(bytes: usize, rounds: u32) -> [u8; 32] {
    let mut data = vec![0x5a; bytes];
    let mut digest = [0; 32];
    for _ in 0..rounds {
        digest = sha256::digest(&data);
        // The next round depends on this one.
        data.iter_mut()
            .zip(digest)
            .for_each(|(byte, digest)| *byte ^= digest);
    }
    digest
}

/// Offers with everything that JSON has, about 100 KB of them.
fn document() -> String {
    let offer = |index: u32| {
        json!({
            "id": index,
            "title": format!("Offer \"{index}\" \u{2013} \u{20ac}\n"),
            "price": f64::from(index) * 1.25,
            "tags": ["summer", "new", null, index.is_multiple_of(2)],
            "seller": { "name": "Acme Lifestyle", "city": "Z\u{fc}rich", "rating": 4.5 },
        })
    };
    Value::Array((0..700).map(offer).collect()).to_string()
}

fn print(document: &str) -> Result<String> {
    Ok(serde_json::from_str::<Value>(document)?.to_string())
}

/// So many numbers of a linear congruential sequence, sorted.
fn sort(n: u32) -> Vec<u32> {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 32) as u32
    };
    let mut numbers: Vec<u32> = (0..n).map(|_| next()).collect();
    numbers.sort_unstable();
    numbers
}

mini_app! {
    pages: { "pages/index" => Index }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniapp_guest::testing::Host;

    #[test]
    fn the_work_is_what_it_is_called() {
        assert_eq!(fib(20), 6765);
        let document = document();
        assert!(
            (90_000..130_000).contains(&document.len()),
            "{}",
            document.len()
        );
        assert!(print(&document).unwrap() == document);
        assert!(sort(1000).is_sorted());
        assert_ne!(hash(64, 1), hash(64, 2));
    }

    #[test]
    fn each_handler_answers() {
        let page = Host::new().open::<Index>("pages/index", []);
        page.load().unwrap();
        assert_eq!(page.data("loaded"), true);
        for (handler, detail) in [
            ("noop", json!({})),
            ("fib", json!({ "n": 5 })),
            ("hash", json!({ "bytes": 100, "rounds": 2 })),
            ("json", json!({ "rounds": 1 })),
            ("sort", json!({ "n": 10 })),
            ("set-large", json!({})),
        ] {
            page.event(handler, detail).unwrap();
        }
        assert_eq!(page.data("document")[699]["id"], 699);
        page.event("set-small", json!({})).unwrap();
        assert_eq!(page.data("document"), json!({}));
    }
}
