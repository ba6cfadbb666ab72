//! What mini-apps in JavaScript cost that share an engine: installed, on the disk and in memory,
//! and live. In a process of its own, which does nothing else.
//!
//! The engine is there, one mini-app was launched and closed, and the allocator has given back
//! what compiling left, before anything is counted. Memory that a live one has is what the
//! process has written for it alone: pages of the snapshot that it only reads are there once.

use std::fs;
use std::path::Path;
use std::time::Duration;

use miniapp_benches::resident::{self, Resident};
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{ours, pairs, runtime, script};
use miniapp_host::{Host, MiniApp, Network, Package};

const INSTALLED: u32 = 100;
const LIVE: u32 = 200;

fn main() {
    // `cargo test --benches`, `cargo bench -- --list` and the like.
    if !pairs::measures() {
        return;
    }
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tempfile::tempdir().unwrap();
    runtime().block_on(async {
        // Nothing listens there.
        let nowhere = "127.0.0.1:9".parse().unwrap();
        let network = Network::default().map("api.your-platform.com", 443, nowhere);
        let host = ours::builder(LIVE).network(network).build().unwrap();
        host.add_script_engine(script::engine()).await.unwrap();
        let package = script::package();
        host.install(package, &script::partner()).await.unwrap();
        launch(&host, script::APP).await.close().await;
        resident::trim();

        let before = Resident::now();
        let mut disk = 0;
        for number in 0..INSTALLED {
            let folder = folder.path().join(number.to_string());
            fs::create_dir(&folder).unwrap();
            let partner = script::installed(&folder, number);
            disk += bytes_in(&folder);
            let package = Package::open(&folder).unwrap();
            host.install(package, &partner).await.unwrap();
        }
        resident::trim();
        let installed = Resident::now() - before;

        let before = Resident::now();
        let mut live = Vec::new();
        for number in 0..LIVE {
            live.push(launch(&host, &script::named(number % INSTALLED)).await);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let living = Resident::now() - before;

        let beyond = disk as f64 / f64::from(INSTALLED) - script::bytes() as f64;
        let kilobytes = |bytes: i64, each: u32| Some(bytes as f64 / 1024.0 / f64::from(each));
        let target = |what: &str, measured, limit| Target {
            what: what.to_owned(),
            measured,
            limit,
            unit: " KB".to_owned(),
        };
        results.tell(
            "scripts",
            &[
                target(
                    "disk of an installed script, beyond its text",
                    Some(beyond / 1024.0),
                    8.0,
                ),
                target(
                    "memory of an installed script, 100 installed",
                    kilobytes(installed.written, INSTALLED),
                    16.0,
                ),
                target(
                    "memory of a live script, 200 live",
                    kilobytes(living.written, LIVE),
                    256.0,
                ),
            ],
        );
        println!(
            "PSS and RSS of a live script: {:.1} and {:.1} KB",
            kilobytes(living.pss, LIVE).unwrap(),
            kilobytes(living.rss, LIVE).unwrap()
        );
    });
}

/// Launches one and waits until its request was refused, as far as it waits for it.
async fn launch(host: &Host, app: &str) -> MiniApp {
    let app = host.launch(app).await.unwrap();
    app.ready().await.unwrap();
    app.settled().await;
    app
}

fn bytes_in(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).unwrap();
    files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum()
}
