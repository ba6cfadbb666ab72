//! Resident memory of a live mini-app that waits for events, with 1,000 of them.
//!
//! Each scenario runs in a process of its own, so that none profits from what
//! another has freed; the server runs in one more. Memory is compared before the
//! first of the 1,000 launches and after the last one, with one mini-app launched
//! and closed before, so that what all share does not count. Before the first
//! launch the allocator gives back what compiling has left (`malloc_trim`), so
//! that it does not count as room for mini-apps; afterwards it is not told to,
//! except in the lines that say so.
//!
//! The target is about memory in which shared pages count once (PSS). The guest's
//! read-only data is mapped into each instance and there only once; resident set
//! size (RSS) counts it a thousand times. Both are told.

use std::process::{Command, Stdio};
use std::time::Duration;

use miniapp_benches::resident::{self, Resident};
use miniapp_benches::results::{Results, Target};
use miniapp_benches::server::{self, SERVE, Server};
use miniapp_benches::{guest, ours, pairs, raw, runtime};
use serde::{Deserialize, Serialize};

const APPS: u32 = 1_000;

/// How a scenario is asked for on the command line.
const SCENARIO: &str = "--scenario";

const SCENARIOS: [(&str, &str); 4] = [
    ("raw", "raw Wasmtime, set-data"),
    ("quiet", "miniapp, set-data"),
    ("http", "miniapp, fetch over HTTP and set-data"),
    ("https", "miniapp, fetch over HTTPS and set-data"),
];

/// What 1,000 mini-apps hold.
#[derive(Serialize, Deserialize)]
struct Held {
    /// After their first pages are ready.
    idle: Resident,
    /// And once the server has closed their connections.
    disconnected: Option<Resident>,
    /// And once the allocator has given back what is free.
    trimmed: Resident,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1..) {
        Some([mode, kind]) if mode == SERVE => server::serve(kind),
        Some([mode, scenario]) if mode == SCENARIO => {
            let held = run(scenario);
            println!("{}", serde_json::to_string(&held).unwrap());
        }
        // `cargo test --benches`, `cargo bench -- --list` and the like.
        _ if !pairs::measures() => {}
        _ => compare(),
    }
}

fn compare() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    println!(
        "{:<46} {:>7} {:>7} {:>7}",
        format!("KB for each of {APPS} live mini-apps"),
        "PSS",
        "RSS",
        "written"
    );
    let mut targets = Vec::new();
    for (scenario, title) in SCENARIOS {
        let child = Command::new(std::env::current_exe().unwrap())
            .args([SCENARIO, scenario])
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        let held: Held = serde_json::from_slice(&child.stdout).unwrap();
        print(title, &held.idle);
        if let Some(disconnected) = &held.disconnected {
            print("  ... once the server closed the connection", disconnected);
        }
        print("  ... and after malloc_trim", &held.trimmed);
        if scenario == "https" {
            targets.push(Target {
                what: "memory of an idle mini-app that has fetched, 1,000 live".to_owned(),
                measured: Some(each(held.idle.pss)),
                limit: 64.0,
                unit: " KB".to_owned(),
            });
        }
    }
    results.tell("memory", &targets);
}

fn print(title: &str, held: &Resident) {
    let (rss, pss, written) = (each(held.rss), each(held.pss), each(held.written));
    println!("{title:<46} {pss:>7.1} {rss:>7.1} {written:>7.1}");
}

fn each(bytes: i64) -> f64 {
    bytes as f64 / 1024.0 / f64::from(APPS)
}

fn run(scenario: &str) -> Held {
    resident::allow_many_files();
    match scenario {
        "raw" => run_raw(),
        "http" => run_ours(Some(Server::start(true)), true),
        "https" => run_ours(Some(Server::start(false)), false),
        _ => run_ours(None, false),
    }
}

fn run_raw() -> Held {
    let runtime = runtime();
    runtime.block_on(async {
        let host = ours::builder(APPS).build().unwrap();
        let baseline = raw::Raw::new(host.runtime().engine(), &guest::component());
        drop(baseline.launch().await);
        resident::trim();
        let before = Resident::now();
        let mut live = Vec::new();
        for _ in 0..APPS {
            live.push(baseline.launch().await);
        }
        let idle = Resident::now() - before;
        resident::trim();
        let trimmed = Resident::now() - before;
        Held {
            idle,
            disconnected: None,
            trimmed,
        }
    })
}

fn run_ours(server: Option<Server>, plain: bool) -> Held {
    let runtime = runtime();
    runtime.block_on(async {
        let mut builder = ours::builder(APPS);
        let url = server.as_ref().map(|server| {
            builder = std::mem::take(&mut builder).network(server.network());
            let scheme = if plain { "http" } else { "https" };
            format!("{scheme}://{}/", guest::SERVER)
        });
        let host = ours::install(builder, plain).await;
        ours::launch(&host, url.as_deref()).await.close().await;
        resident::trim();
        let before = Resident::now();
        let mut live = Vec::new();
        for _ in 0..APPS {
            live.push(ours::launch(&host, url.as_deref()).await);
        }
        settle().await;
        let idle = Resident::now() - before;
        let disconnected = match server {
            Some(server) => {
                drop(server);
                settle().await;
                Some(Resident::now() - before)
            }
            None => None,
        };
        resident::trim();
        let trimmed = Resident::now() - before;
        Held {
            idle,
            disconnected,
            trimmed,
        }
    })
}

/// Lets everything happen that is about to.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(500)).await;
}
