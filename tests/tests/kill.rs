//! A process that is killed in the midst of writing: what a mini-app was told is stored is
//! there, whole, when the storage is opened again; what it was told is gone stays gone; and
//! the file is never found damaged.
//!
//! `MINIAPP_KILL_ROUNDS` says how often; 50 times by default. `MINIAPP_KILL_SEED` repeats the
//! moments of an earlier run, which tells its seed.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use miniapp_host::{Event, Host, MiniApp, PageId, Report, StorageKey};
use miniapp_tests::Guest;
use serde_json::{Value, json};

const FOLDER: &str = "MINIAPP_KILL_FOLDER";
const CHANGES: &str = "MINIAPP_KILL_CHANGES";

/// What it says before the first change.
const BEGINS: &str = "begins";

/// What kills a process, and cannot be handled by it.
const SIGKILL: i32 = 9;

/// Rounds after which there is a new store, of the other size.
const ROUNDS: usize = 10;

/// Keys of a store that is cleared after each round, and of one that is kept for all of its.
const FEW: u64 = 40;
const MANY: u64 = 320;

/// Steps that the guest takes at once, of those that may wait.
const TOGETHER: usize = 50;

fn host(folder: &Path, tell: impl Fn(&str) + Send + Sync + 'static) -> Host {
    let observe = move |report: &Report<'_>| match report {
        Report::Log { message, .. } => tell(message),
        Report::Storage { error, .. } => tell(&format!("fault {error}")),
        _ => {}
    };
    Host::builder()
        .live_apps(1)
        .storage(folder, StorageKey([3; 32]))
        .observe(move |_, report| observe(&report))
        .build()
        .unwrap()
}

async fn launch(host: &Host) -> MiniApp {
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
    let changes = std::env::var(CHANGES).unwrap();
    // What a mini-app was told is out before its next write.
    let tell = |line: &str| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").unwrap();
        out.flush().unwrap();
    };
    let tokio = tokio::runtime::Runtime::new().unwrap();
    tokio.block_on(async {
        let host = host(folder.as_ref(), tell);
        let app = launch(&host).await;
        // The harness may have begun a line.
        tell(&format!("\n{BEGINS}"));
        let event = Event::new("acknowledge").detail(changes);
        let ended = app.event(PageId::FIRST, event).await;
        panic!("{ended:?}");
    });
}

/// Numbers that are the same for the same seed.
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

/// What is known of a key, each by the round in which it was.
#[derive(Debug, Default, Clone, Copy)]
struct Known {
    /// The last value that was acknowledged, or seen.
    kept: Option<u64>,
    /// The last time that it was to be taken away, acknowledged or not.
    removing: Option<u64>,
    /// The last time that this was acknowledged.
    removed: Option<u64>,
}

impl Known {
    /// Whether this may be found: nothing, or the value of a round.
    fn allows(self, found: Option<u64>) -> bool {
        match found {
            // It may be a later one, which was written and not yet acknowledged.
            Some(round) => Some(round) >= self.kept && Some(round) > self.removed,
            None => self.kept.is_none() || self.removing > self.kept,
        }
    }
}

/// What was acknowledged of a store.
#[derive(Debug, Default)]
struct Ledger {
    keys: BTreeMap<String, Known>,
    /// The last round of which anything is known.
    round: u64,
    /// What the host has reported of the storage.
    faults: Vec<String>,
    acknowledged: usize,
}

impl Ledger {
    /// Takes in a line of the process; whether it acknowledges something.
    fn read(&mut self, line: &str) -> bool {
        if let Some(fault) = line.strip_prefix("fault ") {
            self.faults.push(fault.to_owned());
        }
        let mut words = line.split(' ');
        let (Some(done), Some(key), Some(Ok(round)), None) = (
            words.next(),
            words.next(),
            words.next().map(str::parse::<u64>),
            words.next(),
        ) else {
            return false;
        };
        let one = |keys: &mut BTreeMap<String, Known>, note: &dyn Fn(&mut Known)| {
            note(keys.entry(key.to_owned()).or_default());
        };
        match done {
            "kept" => one(&mut self.keys, &|known| known.kept = Some(round)),
            "removes" => one(&mut self.keys, &|known| known.removing = Some(round)),
            "removed" => one(&mut self.keys, &|known| known.removed = Some(round)),
            "clears" => (self.keys.values_mut()).for_each(|known| known.removing = Some(round)),
            "cleared" => (self.keys.values_mut()).for_each(|known| known.removed = Some(round)),
            _ => return false,
        }
        self.round = self.round.max(round);
        let acknowledges = matches!(done, "kept" | "removed" | "cleared");
        self.acknowledged += usize::from(acknowledges);
        acknowledges
    }
}

/// When a process is killed.
#[derive(Clone, Copy)]
enum After {
    /// So long after it has begun to make the file.
    Beginning(Duration),
    /// So long after the first change that was acknowledged.
    First(Duration),
}

/// Lets a process write and kills it, and notes what it has acknowledged.
fn kill(folder: &Path, changes: &Value, after: After, mut ledger: Ledger) -> Ledger {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "writes_until_it_is_killed",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .env(CHANGES, changes.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (first, begun) = std::sync::mpsc::channel();
    let from_the_beginning = matches!(after, After::Beginning(_));
    let reader = std::thread::spawn(move || {
        let mut rest = out;
        let mut line = Vec::new();
        // Whole lines only: the last one may be cut.
        while rest.read_until(b'\n', &mut line).is_ok() && line.pop() == Some(b'\n') {
            let text = String::from_utf8_lossy(&line).into_owned();
            let acknowledges = ledger.read(&text);
            if acknowledges || (from_the_beginning && text == BEGINS) {
                first.send(()).ok();
            }
            line.clear();
        }
        ledger
    });
    let begun = begun.recv_timeout(Duration::from_secs(60));
    let (After::Beginning(wait) | After::First(wait)) = after;
    std::thread::sleep(wait);
    child.kill().unwrap();
    let status = child.wait().unwrap();
    // One that has ended by itself has shown nothing.
    assert_eq!(status.signal(), Some(SIGKILL), "{status}");
    begun.unwrap();
    reader.join().unwrap()
}

/// Takes steps of the guest.
async fn run(app: &MiniApp, steps: &[Value]) -> Vec<Value> {
    let mut outcomes = Vec::new();
    for some in steps.chunks(TOGETHER) {
        let event = Event::new("run").detail(json!({ "steps": some, "together": true }));
        app.event(PageId::FIRST, event).await.unwrap();
        let data = app.data(PageId::FIRST).await.unwrap();
        outcomes.extend(data["outcomes"].as_array().unwrap().clone());
    }
    outcomes
}

/// Opens the storage as a later process does, compares it with what is known of it, and
/// notes what is there.
async fn look(folder: &Path, ledger: Ledger, clear: bool) -> Ledger {
    let faults = Arc::new(Mutex::new(ledger.faults));
    let heard = Arc::clone(&faults);
    let tell = move |line: &str| heard.lock().unwrap().push(line.to_owned());
    let host = host(folder, tell);
    let app = launch(&host).await;
    let told = run(&app, &[json!({ "op": "keys" }), json!({ "op": "usage" })]).await;
    let there: Vec<String> = serde_json::from_value(told[0].clone()).unwrap();
    assert_eq!(told[1][0], there.len());
    let round = |key: &String| json!({ "op": "round", "key": key });
    let rounds = run(&app, &there.iter().map(round).collect::<Vec<_>>()).await;
    let mut found = BTreeMap::new();
    for (key, round) in there.into_iter().zip(rounds) {
        // A value that is not whole is told as an error.
        let number = round.as_u64();
        found.insert(
            key.clone(),
            number.unwrap_or_else(|| panic!("{key}: {round}")),
        );
    }
    for (key, known) in &ledger.keys {
        let found = found.get(key).copied();
        assert!(known.allows(found), "{key}: {found:?} where {known:?}");
    }
    if clear {
        assert_eq!(run(&app, &[json!({ "op": "clear" })]).await, ["ok"]);
        found.clear();
    }
    app.close().await;
    let faults = faults.lock().unwrap().clone();
    assert!(faults.is_empty(), "{faults:?}");
    let round = found
        .values()
        .fold(ledger.round, |last, round| last.max(*round));
    let seen = |(key, round)| {
        let kept = Some(round);
        (
            key,
            Known {
                kept,
                ..Known::default()
            },
        )
    };
    Ledger {
        keys: found.into_iter().map(seen).collect(),
        round,
        ..Ledger::default()
    }
}

/// Fills a store, so that the next process opens one that is not small.
async fn fill(folder: &Path) -> Ledger {
    let host = host(folder, |line| panic!("{line}"));
    let app = launch(&host).await;
    let value = format!("1 {}", "x".repeat(10));
    let set = |key: u64| json!({ "op": "set", "key": format!("k{key}"), "value": value });
    let set: Vec<Value> = (0..MANY).map(set).collect();
    assert!(run(&app, &set).await.iter().all(|outcome| outcome == "ok"));
    app.close().await;
    drop(host);
    look(folder, Ledger::default(), false).await
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let number = |name: &str| std::env::var(name).map(|number| number.parse().unwrap());
    let rounds = number("MINIAPP_KILL_ROUNDS").unwrap_or(50);
    let seed = number("MINIAPP_KILL_SEED").unwrap_or_else(|_| std::process::id().into());
    println!("MINIAPP_KILL_SEED={seed}");
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let mut numbers = Numbers(seed);
    let began = Instant::now();
    let (mut folder, mut ledger) = (tempfile::tempdir().unwrap(), Ledger::default());
    let (mut changes, mut early) = (0, 0);
    for round in 0..usize::try_from(rounds).unwrap() {
        if round % 5 == 4 {
            // A file that is made: killed before anything was acknowledged, for the most part.
            let folder = tempfile::tempdir().unwrap();
            let what = json!({ "from": 1, "keys": FEW, "clears": false });
            let wait = After::Beginning(Duration::from_micros(numbers.below(30_000)));
            let ledger = kill(folder.path(), &what, wait, Ledger::default());
            changes += ledger.acknowledged;
            early += usize::from(ledger.acknowledged == 0);
            tokio.block_on(look(folder.path(), ledger, true));
            continue;
        }
        let many = round / ROUNDS % 2 == 1;
        if round % ROUNDS == 0 {
            (folder, ledger) = (tempfile::tempdir().unwrap(), Ledger::default());
            if many {
                ledger = tokio.block_on(fill(folder.path()));
            }
        }
        let keys = if many { MANY } else { FEW };
        let what = json!({ "from": ledger.round + 1, "keys": keys, "clears": !many });
        let wait = After::First(Duration::from_micros(numbers.below(150_000)));
        ledger = kill(folder.path(), &what, wait, ledger);
        changes += ledger.acknowledged;
        ledger = tokio.block_on(look(folder.path(), ledger, !many));
    }
    println!(
        "{rounds} kills, {early} of them before anything was acknowledged, {changes} changes, {:?}",
        began.elapsed()
    );
    assert!(changes > 0);
}
