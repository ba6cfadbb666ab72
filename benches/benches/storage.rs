//! Getting and setting values of 100 bytes and of 100 KB through a mini-app, beside bare redb
//! with the same durability: one commit and one `fsync` for each value that is set.
//!
//! Ours seals, hands the work to another thread and back, and copies into and out of the
//! guest; that is what the ratio tells. Setting is the disk's work for the most part.

use std::path::Path;
use std::time::{Duration, Instant};

use criterion::Criterion;
use miniapp_benches::results::{Results, Target};
use miniapp_benches::{ours, pairs, runtime, timed};
use miniapp_host::{AppManifest, MiniApp, Package, PageId, PartnerManifest, StorageKey};
use redb::{Database, Durability, ReadableDatabase, TableDefinition};

const TABLE: TableDefinition<'static, &'static [u8; 16], &'static [u8]> =
    TableDefinition::new("values");

/// The memory that the database may take for pages, on both sides.
const CACHE: usize = 1 << 20;

const SMALL: usize = 100;
const LARGE: usize = 100_000;

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let runtime = runtime();
    // On the disk that the build is on; a temporary folder may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let app = runtime.block_on(launch(&folder.path().join("ours")));
    let ours = |op: &str, bytes: usize, times: u64| {
        let app = app.clone();
        let detail = format!("{{\"n\":{times},\"op\":\"{op}\",\"bytes\":{bytes}}}");
        timed(&runtime, async move {
            ours::events(app, "time", &detail, 1).await
        })
    };
    let database = Database::builder()
        .set_cache_size(CACHE)
        .create(folder.path().join("bare.redb"))
        .unwrap();
    let bare = |op: &str, bytes: usize, times: u64| match op {
        "set" => set(&database, bytes, times),
        _ => get(&database, bytes, times),
    };

    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let mut group = criterion.benchmark_group("storage");
    let mut targets = Vec::new();
    for (op, bytes, size, times, limit) in [
        ("set", SMALL, "100 B", 10, 2.0),
        ("get", SMALL, "100 B", 100, 100.0),
        ("set", LARGE, "100 KB", 10, 2.0),
        ("get", LARGE, "100 KB", 50, 20.0),
    ] {
        // What is read is what was set last.
        ours("set", bytes, 1);
        bare("set", bytes, 1);
        group.bench_function(format!("redb {op} {size}"), |bencher| {
            bencher.iter_custom(|rounds| bare(op, bytes, rounds));
        });
        group.bench_function(format!("miniapp {op} {size}"), |bencher| {
            bencher.iter_custom(|rounds| ours(op, bytes, rounds));
        });
        let ratio = pairs::ratio(|| ours(op, bytes, times), || bare(op, bytes, times));
        let what = format!("{op} {size} through a mini-app, beside bare redb");
        targets.push(Target::ratio(&what, ratio, limit));
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

fn set(database: &Database, bytes: usize, times: u64) -> Duration {
    let value = vec![b'v'; bytes];
    let began = Instant::now();
    for _ in 0..times {
        let mut transaction = database.begin_write().unwrap();
        transaction.set_durability(Durability::Immediate).unwrap();
        let mut table = transaction.open_table(TABLE).unwrap();
        table.insert(&[0; 16], value.as_slice()).unwrap();
        drop(table);
        transaction.commit().unwrap();
    }
    began.elapsed()
}

fn get(database: &Database, bytes: usize, times: u64) -> Duration {
    let began = Instant::now();
    for _ in 0..times {
        let transaction = database.begin_read().unwrap();
        let table = transaction.open_table(TABLE).unwrap();
        let value = table.get(&[0; 16]).unwrap().unwrap().value().to_vec();
        assert_eq!(value.len(), bytes);
    }
    began.elapsed()
}
