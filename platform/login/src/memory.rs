//! Codes and apps in memory: for tests, and for a platform of one process. With the process
//! open codes are gone, and mini-apps log in again.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::store::{AppRegistry, CodeDigest, CodeStore, Issued, RegisteredApp, Stored, Storing};
use crate::{CODES_PER_APP, CODES_PER_USER};

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
    /// The codes of each user, the oldest first.
    by_user: HashMap<String, VecDeque<CodeDigest>>,
}

impl Codes {
    fn remove(&mut self, code: CodeDigest) -> Option<Issued> {
        let issued = self.issued.remove(&code)?;
        self.by_expiry.remove(&(issued.expires, code));
        if let Some(codes) = self.by_user.get_mut(&issued.user) {
            codes.retain(|other| *other != code);
            if codes.is_empty() {
                self.by_user.remove(&issued.user);
            }
        }
        Some(issued)
    }

    /// Removes what counts no more: what is over is at the front, what was kept before the
    /// clock was set back at the back.
    fn remove_dead(&mut self, now: SystemTime) {
        type End = fn(&BTreeSet<(SystemTime, CodeDigest)>) -> Option<&(SystemTime, CodeDigest)>;
        let ends: [End; 2] = [BTreeSet::first, BTreeSet::last];
        for end in ends {
            while let Some((_, code)) = end(&self.by_expiry).copied() {
                let issued = self.issued.get(&code);
                if issued.is_none_or(|issued| issued.counts_at(now)) {
                    break;
                }
                self.remove(code);
            }
        }
    }

    /// Makes room for one more of the user's for this app.
    fn remove_oldest(&mut self, app: &str, user: &str) {
        let of_user = || self.by_user.get(user).into_iter().flatten();
        let of_app =
            || of_user().filter(|code| self.issued.get(code).is_some_and(|own| own.app == app));
        let oldest = if of_app().count() >= CODES_PER_APP {
            of_app().next()
        } else if of_user().count() >= CODES_PER_USER {
            of_user().next()
        } else {
            None
        };
        if let Some(oldest) = oldest.copied() {
            self.remove(oldest);
        }
    }

    fn remove_of(&mut self, user: &str) {
        for code in self.by_user.remove(user).into_iter().flatten() {
            self.remove(code);
        }
    }

    fn add(&mut self, code: CodeDigest, issued: Issued) {
        self.by_expiry.insert((issued.expires, code));
        let of_user = self.by_user.entry(issued.user.clone()).or_default();
        of_user.push_back(code);
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
        codes.remove_dead(now);
        codes.remove_oldest(&issued.app, &issued.user);
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

    fn remove_of<'a>(&'a self, user: &'a str) -> Storing<'a, ()> {
        self.codes().remove_of(user);
        Box::pin(ready(Ok(())))
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
