//! The decision whether a request may be sent: on a URL that was parsed, and the
//! parsing for itself. Counts what the decision allocates, which is nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use criterion::Criterion;
use miniapp_benches::pairs;
use miniapp_benches::results::{Results, Target};
use miniapp_package::AllowList;
use url::Url;

/// Entries of the list: four times as many as the longest of our examples.
const ENTRIES: usize = 16;

/// Decisions that are measured at once.
const BATCH: u32 = 1_000;

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: hands everything on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises are the system's demands.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc`, and so from the system.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let results = Results::new(env!("CARGO_TARGET_TMPDIR"));
    let entries: Vec<String> = (1..ENTRIES)
        .map(|place| format!("api{place}.acme.com"))
        .chain(["*.shop.acme.com".to_owned()])
        .collect();
    let list = AllowList::parse(entries.iter().map(String::as_str)).unwrap();
    let text = "https://eu.shop.acme.com/v1/offers?page=2&sort=price";
    let allowed = Url::parse(text).unwrap();
    let denied = Url::parse("https://eu.shop.evil.example/v1/offers").unwrap();
    let address = Url::parse("https://2130706433/v1/offers").unwrap();
    assert!(list.destination(&allowed).is_ok());
    assert!(list.destination(&denied).is_err());

    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut group = criterion.benchmark_group("policy");
    for (name, url) in [
        ("allowed", &allowed),
        ("denied", &denied),
        ("address", &address),
    ] {
        let decide = || black_box(list.destination(black_box(url)).is_ok());
        group.bench_function(name, |bencher| bencher.iter(decide));
    }
    group.bench_function("parsing", |bencher| {
        bencher.iter(|| Url::parse(black_box(text)).unwrap());
    });
    group.finish();
    criterion.final_summary();

    if !pairs::measures() {
        return;
    }
    // The last entry of the list is the one that matches: the slowest decision.
    let decide = || {
        let began = Instant::now();
        for _ in 0..BATCH {
            black_box(list.destination(black_box(&allowed)).is_ok());
        }
        began.elapsed() / BATCH
    };
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    decide();
    let allocations = ALLOCATIONS.load(Ordering::Relaxed) - before;
    let mut took: Vec<Duration> = (0..101).map(|_| decide()).collect();
    took.sort();
    let decision = u32::try_from(took[50].as_nanos()).unwrap();
    results.tell(
        "policy",
        &[
            Target {
                what: format!("a policy decision, the last of {ENTRIES} entries"),
                measured: Some(f64::from(decision)),
                limit: 200.0,
                unit: "ns".to_owned(),
            },
            Target {
                what: format!("allocations of {BATCH} decisions"),
                measured: Some(allocations as f64),
                limit: 0.0,
                unit: String::new(),
            },
        ],
    );
}
