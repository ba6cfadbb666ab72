//! A process that is killed in the midst of writing: what a mini-app was told is stored is
//! there, whole, when the storage is opened again.
//!
//! `MINIAPP_KILL_ROUNDS` says how often; 50 times by default.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use miniapp_host::{Event, Host, PageId, Report, StorageKey};
use miniapp_tests::Guest;
use serde_json::{Value, json};

const FOLDER: &str = "MINIAPP_KILL_FOLDER";

fn host(folder: &Path) -> Host {
    Host::builder()
        .live_apps(1)
        .storage(folder, StorageKey([3; 32]))
        .observe(|_, report| match report {
            // The host's log is what a mini-app was told: it is out before the next write.
            Report::Log { message, .. } => {
                let mut out = std::io::stdout().lock();
                writeln!(out, "{message}").unwrap();
                out.flush().unwrap();
            }
            Report::Storage { error, .. } => panic!("{error}"),
            _ => {}
        })
        .build()
        .unwrap()
}

async fn launch(host: &Host) -> miniapp_host::MiniApp {
    let manifests = Guest::Keeper.manifests();
    let package = manifests.package(Guest::Keeper.component());
    let id = host.install(package, &manifests.partner()).await.unwrap();
    let app = host.launch(id.as_str()).await.unwrap();
    app.ready().await.unwrap();
    app
}

/// The process that is killed. Not a test by itself: it does nothing where nobody names a
/// folder.
#[test]
#[ignore = "is run by the test below, and killed"]
fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let tokio = tokio::runtime::Runtime::new().unwrap();
    tokio.block_on(async {
        let host = host(folder.as_ref());
        let app = launch(&host).await;
        let ended = app.event(PageId::FIRST, Event::new("acknowledge")).await;
        panic!("{ended:?}");
    });
}

/// Numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

/// Lets a process write, kills it, and tells what was acknowledged last of each key.
fn killed_after(folder: &Path, wait: Duration) -> BTreeMap<String, u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "writes_until_it_is_killed",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (first, begun) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut kept = BTreeMap::new();
        // Whole lines only: the last one may be cut.
        for line in out.split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            let Some((key, round)) = line
                .strip_prefix("kept ")
                .and_then(|kept| kept.split_once(' '))
            else {
                continue;
            };
            let Ok(round) = round.parse() else { continue };
            kept.insert(key.to_owned(), round);
            first.send(()).ok();
        }
        kept
    });
    // From the first write on, so that it is killed while it writes.
    begun.recv_timeout(Duration::from_secs(60)).unwrap();
    std::thread::sleep(wait);
    // SIGKILL.
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

async fn look(folder: &Path, kept: &BTreeMap<String, u64>) {
    let host = host(folder);
    let app = launch(&host).await;
    let keys: Vec<&String> = kept.keys().collect();
    let mut steps: Vec<Value> = vec![json!({ "op": "keys" }), json!({ "op": "usage" })];
    steps.extend(keys.iter().map(|key| json!({ "op": "round", "key": key })));
    let event = Event::new("run").detail(json!({ "steps": steps }));
    app.event(PageId::FIRST, event).await.unwrap();
    let outcomes = app.data(PageId::FIRST).await.unwrap()["outcomes"].clone();
    assert_eq!(outcomes[1][0], outcomes[0].as_array().unwrap().len());
    for (number, key) in keys.iter().enumerate() {
        let round = outcomes[2 + number].as_u64();
        // It may be a later one, which was written and not yet acknowledged.
        assert!(
            round >= Some(kept[*key]),
            "{key}: {round:?} where {} was kept",
            kept[*key]
        );
    }
    let event = Event::new("run").detail(json!({ "steps": [{ "op": "clear" }] }));
    app.event(PageId::FIRST, event).await.unwrap();
    app.close().await;
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let rounds = std::env::var("MINIAPP_KILL_ROUNDS");
    let rounds: usize = rounds.map_or(50, |rounds| rounds.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let mut numbers = Numbers(std::process::id().into());
    let (began, mut writes) = (Instant::now(), 0);
    for _ in 0..rounds {
        let wait = Duration::from_micros(numbers.below(150_000));
        let kept = killed_after(folder.path(), wait);
        writes += kept.len();
        tokio.block_on(look(folder.path(), &kept));
    }
    println!(
        "{rounds} kills, {writes} keys looked at, {:?}",
        began.elapsed()
    );
    assert!(writes > 0);
}
