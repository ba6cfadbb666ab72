//! Files of a user who chooses what there is: for previews and tests of mini-apps.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Caller, ExtensionError, File, FileTransfer};
use crate::tenant::Tenant;

/// Files that one tenant holds at once.
const MAX_HELD: usize = 64;

/// Bytes of all that mini-apps have saved, names and media types included: more than what is
/// looked at by hand, and nothing that a process notices.
const MAX_SAVED_BYTES: usize = 16 << 20;

/// Bytes that a saved file counts beyond its own: an empty one is one too.
const FILE_BYTES: usize = 256;

/// Files in memory. The user, when asked, chooses the first ones of the media types that
/// are wanted, and takes what a mini-app saves.
///
/// What was saved is for [`content`](Self::content) alone: nobody chooses it. It is kept as
/// long as this value, 16 MiB of all mini-apps together; what does not fit is answered
/// `too-large`. A tenant holds the 64 files that it was given last, also from one life to the
/// next, since nobody tells when a life ends; an older one was let go and is `not-found`.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// What there is to choose.
    offered: Vec<Kept>,
    saved: Vec<Kept>,
    saved_bytes: usize,
    /// By their handles, which go up: the oldest one first.
    held: BTreeMap<u64, (Tenant, Arc<[u8]>)>,
    last_handle: u64,
}

#[derive(Debug, Clone)]
struct Kept {
    name: String,
    media_type: String,
    content: Arc<[u8]>,
}

impl MemoryFiles {
    /// Adds a file that the user may choose.
    #[must_use]
    pub fn with(
        self,
        name: impl Into<String>,
        media_type: impl Into<String>,
        content: impl Into<Vec<u8>>,
    ) -> Self {
        self.lock().offered.push(Kept {
            name: name.into(),
            media_type: media_type.into(),
            content: content.into().into(),
        });
        self
    }

    /// The file of this name that was saved last; else the one that was added last.
    pub fn content(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.lock();
        let mut files = state.saved.iter().rev().chain(state.offered.iter().rev());
        let found = files.find(|file| file.name == name);
        found.map(|file| file.content.to_vec())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Gives a file to a tenant, which lets the oldest one go where it holds too many.
    fn give(&mut self, tenant: &Tenant, kept: Kept) -> File {
        let mut own = self.held.iter().filter(|(_, (owner, _))| owner == tenant);
        let oldest = own.next().map(|(handle, _)| *handle);
        if let Some(oldest) = oldest.filter(|_| own.count() + 1 >= MAX_HELD) {
            self.held.remove(&oldest);
        }
        self.last_handle += 1;
        let handle = self.last_handle;
        let size = u64::try_from(kept.content.len()).unwrap_or(u64::MAX);
        self.held.insert(handle, (tenant.clone(), kept.content));
        File {
            handle,
            name: kept.name,
            media_type: kept.media_type,
            size,
        }
    }

    /// Keeps what a mini-app saves; tells whether it fits.
    fn save(&mut self, kept: Kept) -> bool {
        let own = kept.name.len() + kept.media_type.len() + kept.content.len();
        let bytes = self.saved_bytes.saturating_add(own + FILE_BYTES);
        let fits = bytes <= MAX_SAVED_BYTES;
        if fits {
            self.saved_bytes = bytes;
            self.saved.push(kept);
        }
        fits
    }
}

/// Whether a media type is wanted: `image/*` wants `image/png`.
fn is_wanted(wanted: &[String], media_type: &str) -> bool {
    let fits = |wanted: &String| match wanted.strip_suffix('*') {
        Some(kind) => media_type.starts_with(kind),
        None => wanted == media_type,
    };
    wanted.is_empty() || wanted.iter().any(fits)
}

impl FileTransfer for MemoryFiles {
    async fn choose(
        &self,
        caller: &Caller,
        media_types: Vec<String>,
        at_most: u32,
    ) -> Result<Vec<File>, ExtensionError> {
        let mut state = self.lock();
        let at_most = usize::try_from(at_most).unwrap_or(usize::MAX).min(MAX_HELD);
        let fitting = state.offered.iter();
        let chosen: Vec<Kept> = fitting
            .filter(|file| is_wanted(&media_types, &file.media_type))
            .take(at_most)
            .cloned()
            .collect();
        let tenant = caller.tenant();
        let given = chosen.into_iter().map(|kept| state.give(tenant, kept));
        Ok(given.collect())
    }

    async fn read(
        &self,
        caller: &Caller,
        handle: u64,
        offset: u64,
        length: u32,
    ) -> Result<Vec<u8>, ExtensionError> {
        let state = self.lock();
        let found = state.held.get(&handle);
        let Some((_, content)) = found.filter(|(owner, _)| owner == caller.tenant()) else {
            let message = format!("file {handle} is not held; choose it again");
            return Err(ExtensionError::new("not-found", message));
        };
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let start = place(offset).min(content.len());
        let end = place(offset.saturating_add(length.into())).min(content.len());
        Ok(content.get(start..end).unwrap_or_default().to_vec())
    }

    async fn release(&self, caller: &Caller, handle: u64) -> Result<(), ExtensionError> {
        let held = &mut self.lock().held;
        let owned = |(owner, _): &(Tenant, _)| owner == caller.tenant();
        if held.get(&handle).is_some_and(owned) {
            held.remove(&handle);
        }
        Ok(())
    }

    async fn save(
        &self,
        _caller: &Caller,
        name: String,
        media_type: String,
        content: Vec<u8>,
    ) -> Result<bool, ExtensionError> {
        let content = content.into();
        let kept = Kept {
            name,
            media_type,
            content,
        };
        if self.lock().save(kept) {
            return Ok(true);
        }
        let message = format!("no more than {MAX_SAVED_BYTES} bytes are kept of what is saved");
        Err(ExtensionError::new("too-large", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(bytes: usize) -> Kept {
        Kept {
            name: "n".to_owned(),
            media_type: "m".to_owned(),
            content: vec![0; bytes].into(),
        }
    }

    fn tenant(app: &str) -> Tenant {
        Tenant {
            app: app.parse().unwrap(),
            user: None,
        }
    }

    #[test]
    fn saved_bytes_at_the_limit_and_one_past() {
        let mut state = State::default();
        let most = MAX_SAVED_BYTES - 2 * (FILE_BYTES + 2);
        assert!(
            !state.save(kept(MAX_SAVED_BYTES - FILE_BYTES - 1)),
            "one past"
        );
        assert!(state.save(kept(most)));
        assert!(!state.save(kept(1)), "one past");
        assert!(state.save(kept(0)), "the limit itself");
        assert!(!state.save(kept(0)));
    }

    #[test]
    fn a_tenant_holds_the_last_ones_and_others_keep_theirs() {
        let mut state = State::default();
        let (own, other) = (tenant("miniapp_own"), tenant("miniapp_other"));
        let others = state.give(&other, kept(1)).handle;
        let first = state.give(&own, kept(1)).handle;
        for _ in 1..MAX_HELD {
            state.give(&own, kept(1));
        }
        assert!(state.held.contains_key(&first), "the limit itself");
        state.give(&own, kept(1));
        assert!(!state.held.contains_key(&first), "one past");
        assert!(state.held.contains_key(&others));
        assert_eq!(state.held.len(), MAX_HELD + 1);
    }
}
