//! Codes and apps in memory: for tests, and for a platform of one process. With the process
//! open codes are gone, and mini-apps log in again.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::CODES_PER_USER;
use crate::store::{AppRegistry, CodeDigest, CodeStore, Issued, RegisteredApp, Stored, Storing};

/// Codes that are open at once: 300 logins in each second, in about 60 MB with the longest
/// ids.
pub const MAX_CODES: usize = 100_000;

/// Keeps codes in memory.
#[derive(Debug)]
pub struct MemoryCodes {
    limit: usize,
    codes: Mutex<Codes>,
}

#[derive(Debug, Default)]
struct Codes {
    issued: HashMap<CodeDigest, Issued>,
    by_expiry: BTreeSet<(SystemTime, CodeDigest)>,
    /// The codes of each app and user, the oldest first.
    by_user: HashMap<(String, String), VecDeque<CodeDigest>>,
}

impl Codes {
    fn remove(&mut self, code: CodeDigest) -> Option<Issued> {
        let issued = self.issued.remove(&code)?;
        self.by_expiry.remove(&(issued.expires, code));
        let owner = (issued.app.clone(), issued.user.clone());
        if let Some(codes) = self.by_user.get_mut(&owner) {
            codes.retain(|other| *other != code);
            if codes.is_empty() {
                self.by_user.remove(&owner);
            }
        }
        Some(issued)
    }

    fn remove_expired(&mut self, now: SystemTime) {
        while let Some((expires, code)) = self.by_expiry.first().copied() {
            if expires > now {
                return;
            }
            self.remove(code);
        }
    }

    fn add(&mut self, code: CodeDigest, issued: Issued) {
        self.by_expiry.insert((issued.expires, code));
        let owner = (issued.app.clone(), issued.user.clone());
        self.by_user.entry(owner).or_default().push_back(code);
        self.issued.insert(code, issued);
    }
}

impl Default for MemoryCodes {
    fn default() -> Self {
        Self::with_limit(MAX_CODES)
    }
}

impl MemoryCodes {
    /// So many codes at once, in place of [`MAX_CODES`].
    pub fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            codes: Mutex::default(),
        }
    }

    fn codes(&self) -> MutexGuard<'_, Codes> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Codes that are open, those included that have expired and were not looked at since.
    pub fn len(&self) -> usize {
        self.codes().issued.len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl CodeStore for MemoryCodes {
    fn put(&self, code: CodeDigest, issued: Issued, now: SystemTime) -> Storing<'_, Stored> {
        let mut codes = self.codes();
        codes.remove_expired(now);
        let owner = (issued.app.clone(), issued.user.clone());
        let of_user = codes.by_user.get(&owner);
        let oldest = of_user
            .filter(|own| own.len() >= CODES_PER_USER)
            .and_then(|own| own.front().copied());
        if let Some(oldest) = oldest {
            codes.remove(oldest);
        }
        let fits = codes.issued.len() < self.limit;
        if fits {
            codes.add(code, issued);
        }
        let stored = if fits { Stored::Kept } else { Stored::Full };
        Box::pin(ready(Ok(stored)))
    }

    fn take(&self, code: CodeDigest) -> Storing<'_, Option<Issued>> {
        Box::pin(ready(Ok(self.codes().remove(code))))
    }
}

/// Knows apps from a list.
#[derive(Debug, Clone, Default)]
pub struct MemoryApps(BTreeMap<String, RegisteredApp>);

impl<I: Into<String>> FromIterator<(I, RegisteredApp)> for MemoryApps {
    fn from_iter<T: IntoIterator<Item = (I, RegisteredApp)>>(apps: T) -> Self {
        Self(apps.into_iter().map(|(id, app)| (id.into(), app)).collect())
    }
}

impl AppRegistry for MemoryApps {
    fn app<'a>(&'a self, id: &'a str) -> Storing<'a, Option<RegisteredApp>> {
        Box::pin(ready(Ok(self.0.get(id).cloned())))
    }
}
