//! How much memory this process keeps, as Linux counts it.

use std::fs;
use std::ops::Sub;

use serde::{Deserialize, Serialize};

/// Bytes of this process's memory.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Resident {
    /// Everything in memory, counting shared pages whole in each mapping.
    pub rss: i64,
    /// The same, with each shared page counted once.
    pub pss: i64,
    /// What this process alone has written.
    pub written: i64,
}

impl Resident {
    /// What it is now.
    pub fn now() -> Self {
        let rollup = fs::read_to_string("/proc/self/smaps_rollup").unwrap();
        let bytes = |name: &str| {
            let line = rollup.lines().find(|line| line.starts_with(name)).unwrap();
            let kilobytes: i64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
            kilobytes << 10
        };
        Self {
            rss: bytes("Rss:"),
            pss: bytes("Pss:"),
            written: bytes("Private_Dirty:"),
        }
    }
}

impl Sub for Resident {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            rss: self.rss - before.rss,
            pss: self.pss - before.pss,
            written: self.written - before.written,
        }
    }
}

/// Makes the allocator give back to the system what was freed.
pub fn trim() {
    #[cfg(target_env = "gnu")]
    // SAFETY: takes no pointer and is safe to call at any time, from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Lets this process open as many files as it is allowed to.
pub fn allow_many_files() {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is a valid place to write the answer to.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } == 0 {
        limit.rlim_cur = limit.rlim_max;
        // SAFETY: `limit` was filled in above and is only read.
        unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    }
}
