//! Ratios that a busy machine disturbs little: both sides are measured in turn,
//! many times, and what counts is the median of the ratios of neighbours.
//!
//! Criterion, which measures one side after the other, tells how long each takes.

use std::time::Duration;

/// How often both sides are measured.
const ROUNDS: usize = 101;

/// Rounds before, which do not count.
const WARM_UP: usize = 5;

/// How many times as long `ours` takes as `beside`; each measures itself.
/// Nothing where this program is only tried or listed.
pub fn ratio(
    mut ours: impl FnMut() -> Duration,
    mut beside: impl FnMut() -> Duration,
) -> Option<f64> {
    median(|| {
        let beside = beside();
        ours().as_secs_f64() / beside.as_secs_f64()
    })
}

/// How many seconds longer `ours` takes than `beside`, for what is added to something; each
/// measures itself. Nothing where this program is only tried or listed.
pub fn difference(
    mut ours: impl FnMut() -> Duration,
    mut beside: impl FnMut() -> Duration,
) -> Option<f64> {
    median(|| {
        let beside = beside();
        ours().as_secs_f64() - beside.as_secs_f64()
    })
}

/// The median of what rounds measure.
fn median(mut round: impl FnMut() -> f64) -> Option<f64> {
    if !measures() {
        return None;
    }
    for _ in 0..WARM_UP {
        round();
    }
    let mut measured: Vec<f64> = (0..ROUNDS).map(|_| round()).collect();
    measured.sort_by(f64::total_cmp);
    Some(measured[ROUNDS / 2])
}

/// Whether this program is run by `cargo bench`, and not only to try or list
/// what it has.
pub fn measures() -> bool {
    let given = |name: &str| std::env::args().any(|argument| argument == name);
    given("--bench") && !given("--test") && !given("--list")
}
