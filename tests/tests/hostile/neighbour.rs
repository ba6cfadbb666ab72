//! The live neighbour: a mini-app of another partner that is given an event every
//! few milliseconds. Takes how long each answer takes, and whether it is right.
//! Knows nothing of attacks.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use miniapp_host::{Event, MiniApp, PageId};
use serde_json::json;
use tokio::task::JoinHandle;

/// Between two events.
const PAUSE: Duration = Duration::from_millis(2);

/// Latencies that are kept; room is taken once, so that the heap does not grow meanwhile.
const SAMPLES: usize = 1 << 18;

/// A neighbour that answers until it is dropped.
pub struct Neighbour {
    app: MiniApp,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    recording: AtomicBool,
    latencies: Mutex<Vec<Duration>>,
    answered: AtomicU64,
    wrong: AtomicUsize,
}

impl Neighbour {
    /// Begins to give events to a mini-app, the guest `rogue`.
    pub fn new(app: MiniApp) -> Self {
        let shared = Arc::new(Shared {
            recording: AtomicBool::new(false),
            latencies: Mutex::new(Vec::with_capacity(SAMPLES)),
            answered: AtomicU64::new(0),
            wrong: AtomicUsize::new(0),
        });
        let task = tokio::spawn(answer(app.clone(), Arc::clone(&shared)));
        Self { app, shared, task }
    }

    /// Begins to keep latencies.
    pub fn record(&self) {
        self.shared.recording.store(true, Ordering::Relaxed);
    }

    /// Ends it and returns those that were kept.
    pub fn recorded(&self) -> Latencies {
        self.shared.recording.store(false, Ordering::Relaxed);
        let mut kept = self
            .shared
            .latencies
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let latencies = kept.clone();
        kept.clear();
        Latencies::new(latencies)
    }

    /// Waits for some more answers, and tells whether all so far were right.
    pub async fn is_well(&self) -> bool {
        let wanted = self.shared.answered.load(Ordering::Relaxed) + 3;
        let answers = async {
            while self.shared.answered.load(Ordering::Relaxed) < wanted {
                tokio::time::sleep(PAUSE).await;
            }
        };
        let answers = tokio::time::timeout(Duration::from_secs(5), answers).await;
        answers.is_ok() && self.shared.wrong.load(Ordering::Relaxed) == 0
    }

    /// Stops and closes it.
    pub async fn leave(&self) {
        self.task.abort();
        self.app.close().await;
    }
}

async fn answer(app: MiniApp, shared: Arc<Shared>) {
    let mut due = tokio::time::interval(PAUSE);
    for beat in 0_u64.. {
        // From when it was due: one that is held up must not hold the clock up, too.
        let began = due.tick().await.into_std();
        let recording = shared.recording.load(Ordering::Relaxed);
        let event = Event::new("set").detail(json!({ "path": "beat", "value": beat }));
        let answered = app.event(PageId::FIRST, event).await;
        let took = began.elapsed();
        let data = app.data(PageId::FIRST).await.unwrap_or_default();
        if answered.is_err() || data["beat"] != beat {
            shared.wrong.fetch_add(1, Ordering::Relaxed);
        }
        shared.answered.fetch_add(1, Ordering::Relaxed);
        if recording && shared.recording.load(Ordering::Relaxed) {
            let mut kept = shared
                .latencies
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if kept.len() < SAMPLES {
                kept.push(took);
            }
        }
    }
}

/// Latencies, in ascending order.
#[derive(Debug, Clone, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    fn new(mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self(latencies)
    }

    /// All of both.
    pub fn with(&self, other: &Self) -> Self {
        Self::new(self.0.iter().chain(&other.0).copied().collect())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The latency that `percent` of all do not exceed; nothing where there are none.
    pub fn percentile(&self, percent: usize) -> Option<Duration> {
        let place = (self.0.len() * percent).div_ceil(100);
        self.0.get(place.saturating_sub(1)).copied()
    }
}
