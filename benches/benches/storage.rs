//! Getting and setting values of 100 bytes and of 100 KB through a mini-app, beside bare redb
//! with the same durability: one commit and one `fsync` for each value that is set. Values are
//! got again and again, and of many keys in turn: more than anything but a database keeps at hand.
//!
//! Ours seals, hands the work to another thread and back, and copies into and out of the
//! guest; that is what the ratio tells. Setting is the disk's work for the most part.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::Criterion;
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{ours, pairs, runtime, timed};
use miniapp_host::{AppManifest, MiniApp, Package, PageId, PartnerManifest, StorageKey};
use redb::{Database, Durability, ReadableDatabase, TableDefinition};
use serde_json::{Value, json};

const TABLE: TableDefinition<'static, &'static [u8; 16], &'static [u8]> =
    TableDefinition::new("values");

/// The memory that the database may take for pages, on both sides.
const CACHE: usize = 1 << 20;

/// What is measured.
struct Row {
    op: &'static str,
    /// What it is called.
    what: &'static str,
    bytes: usize,
    /// Keys that are taken in turn.
    keys: u64,
    /// How often it is done for one ratio.
    times: u64,
    limit: f64,
}

impl Row {
    const fn new(op: &'static str, what: &'static str, bytes: usize) -> Self {
        let (keys, times, limit) = (1, 8, 1.5);
        Self {
            op,
            what,
            bytes,
            keys,
            times,
            limit,
        }
    }

    const fn times(self, times: u64, limit: f64) -> Self {
        Self {
            times,
            limit,
            ..self
        }
    }
}

const ROWS: [Row; 5] = [
    Row::new("set", "set 100 B", 100),
    Row::new("get", "get 100 B again", 100).times(100, 5.0),
    Row::new("set", "set 100 KB", 100_000),
    Row::new("get", "get 100 KB again", 100_000).times(50, 20.0),
    Row {
        keys: 1_000,
        ..Row::new("get", "get 200 B, of 1,000 keys in turn", 200).times(100, 25.0)
    },
];

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    // On the disk that the build is on; a temporary folder may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let app = runtime.block_on(launch(&folder.path().join("ours")));
    let database = Database::builder()
        .set_cache_size(CACHE)
        .create(folder.path().join("bare.redb"))
        .unwrap();
    let event = |handler: &'static str, detail: Value| {
        let app = app.clone();
        timed(&runtime, async move {
            ours::events(app, handler, &detail.to_string(), 1).await
        })
    };
    // Both go on in the keys where they were.
    let (our_next, bare_next) = (Cell::new(0), Cell::new(0));
    let ours = |row: &Row, times: u64| {
        let Row {
            op, bytes, keys, ..
        } = row;
        let from = our_next.replace((our_next.get() + times) % keys);
        let detail = json!({ "n": times, "op": op, "bytes": bytes, "keys": keys, "from": from });
        event("time", detail)
    };
    let bare = |row: &Row, times: u64| {
        let from = bare_next.replace((bare_next.get() + times) % row.keys);
        let keys = (from..from + times).map(|number| key(number % row.keys));
        match row.op {
            "set" => set(&database, row.bytes, keys),
            _ => get(&database, row.bytes, keys),
        }
    };

    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let mut group = criterion.benchmark_group("storage");
    let mut targets = Vec::new();
    for row in &ROWS {
        our_next.set(0);
        bare_next.set(0);
        // What is read is what was set last.
        event("fill", json!({ "n": row.keys, "bytes": row.bytes }));
        fill(&database, row.bytes, row.keys);
        let what = row.what;
        group.bench_function(format!("redb {what}"), |bencher| {
            bencher.iter_custom(|rounds| bare(row, rounds));
        });
        group.bench_function(format!("miniapp {what}"), |bencher| {
            bencher.iter_custom(|rounds| ours(row, rounds));
        });
        let ratio = pairs::ratio(|| ours(row, row.times), || bare(row, row.times));
        let what = format!("{what} through a mini-app, beside redb");
        targets.push(Target::ratio(&what, ratio, row.limit));
    }
    group.finish();
    criterion.final_summary();
    results.tell("storage", &targets);
}

async fn launch(folder: &Path) -> MiniApp {
    let read = |file: &str| {
        let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/guests/keeper");
        std::fs::read_to_string(guest.join(file)).unwrap()
    };
    let manifest = AppManifest::parse("miniapp.yaml", &read("miniapp.yaml")).unwrap();
    let partner = PartnerManifest::parse("partner.yaml", &read("partner.yaml")).unwrap();
    let component = std::fs::read(env!("GUEST_KEEPER")).unwrap();
    let builder = ours::builder(8).storage(folder, StorageKey([1; 32]));
    let host = builder.build().unwrap();
    let package = Package::new(manifest, component).unwrap();
    let app = host.install(package, &partner).await.unwrap();
    let app = host.launch(app.as_str()).await.unwrap();
    app.ready().await.unwrap();
    assert!(app.data(PageId::FIRST).await.is_some());
    app
}

fn key(number: u64) -> [u8; 16] {
    u128::from(number).to_be_bytes()
}

/// Sets keys in one commit.
fn fill(database: &Database, bytes: usize, keys: u64) {
    let value = vec![b'v'; bytes];
    let transaction = database.begin_write().unwrap();
    let mut table = transaction.open_table(TABLE).unwrap();
    for number in 0..keys {
        table.insert(&key(number), value.as_slice()).unwrap();
    }
    drop(table);
    transaction.commit().unwrap();
}

fn set(database: &Database, bytes: usize, keys: impl Iterator<Item = [u8; 16]>) -> Duration {
    let value = vec![b'v'; bytes];
    let began = Instant::now();
    for key in keys {
        let mut transaction = database.begin_write().unwrap();
        transaction.set_durability(Durability::Immediate).unwrap();
        let mut table = transaction.open_table(TABLE).unwrap();
        table.insert(&key, value.as_slice()).unwrap();
        drop(table);
        transaction.commit().unwrap();
    }
    began.elapsed()
}

fn get(database: &Database, bytes: usize, keys: impl Iterator<Item = [u8; 16]>) -> Duration {
    let began = Instant::now();
    for key in keys {
        let transaction = database.begin_read().unwrap();
        let table = transaction.open_table(TABLE).unwrap();
        let value = table.get(&key).unwrap().unwrap().value().to_vec();
        assert_eq!(value.len(), bytes);
    }
    began.elapsed()
}
