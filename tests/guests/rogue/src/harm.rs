//! The ways to harm a host that end only if the host ends them; must not know who asks for them.

use miniapp_guest::prelude::*;
use serde::Deserialize;
use std::hint::black_box;
use std::time::Duration;

/// What a call does before it returns, if it does.
#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Returns.
    #[default]
    Pass,
    /// Returns an error.
    Fail,
    /// Panics.
    Panic,
    /// Computes for ever.
    Spin,
    /// Waits for ever.
    Wait,
    /// Returns after 50 ms.
    Slow,
    /// Asks the user whether the profile may be read.
    Consent,
    /// Asks the user to go on.
    Dialog,
}

impl Fate {
    pub async fn meet(self) -> Result<()> {
        match self {
            Fate::Pass => Ok(()),
            Fate::Fail => Err(Error::app("told to fail")),
            Fate::Panic => panic!("told to panic"),
            Fate::Spin => spin(),
            Fate::Wait => wait().await,
            Fate::Slow => timer::sleep(Duration::from_millis(50)).await,
            Fate::Consent => consent::ask("user:readProfile").await,
            Fate::Dialog => dialog::alert("Go on?").await,
        }
    }
}

pub fn spin() -> ! {
    let mut round = 0_u64;
    loop {
        round = black_box(round.wrapping_add(1));
    }
}

/// Computes for a while; about eight instructions a round.
pub fn burn(rounds: u64) {
    let mut state = 1_u64;
    for _ in 0..rounds {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
    }
    black_box(state);
}

/// Calls itself for ever. What is left to do after each call keeps the compiler from making it a loop,
/// and all that is kept meanwhile is a number: it is the engine's stack that overflows, not the one that
/// the mini-app has in its own memory.
pub fn recurse() -> u64 {
    #[inline(never)]
    fn deeper(depth: u64, end: u64) -> u64 {
        if depth == end {
            0
        } else {
            deeper(depth.wrapping_add(1), end).rotate_left(5) ^ depth
        }
    }
    deeper(0, black_box(u64::MAX))
}

/// Takes memory for ever, and touches every page of it.
pub fn allocate() -> ! {
    const MIB: usize = 1 << 20;
    loop {
        let chunk = vec![1_u8; MIB].leak();
        black_box(chunk);
    }
}

pub async fn wait() -> Result<()> {
    loop {
        timer::sleep(Duration::from_millis(10)).await?;
    }
}
