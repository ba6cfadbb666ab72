//! Files of a user who chooses what there is: for previews and tests of mini-apps.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Caller, ExtensionError, File, FileTransfer};
use crate::tenant::Tenant;

/// Files that one tenant holds at once.
const MAX_HELD: usize = 64;

/// Files in memory. The user, when asked, chooses the first ones of the media types that
/// are wanted, and takes every file that a mini-app saves.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// What there is to choose, and after it what was saved.
    files: Vec<Kept>,
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
        self.keep(name.into(), media_type.into(), content.into());
        self
    }

    /// A file of this name, the newest one.
    pub fn content(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.lock();
        let found = state.files.iter().rev().find(|file| file.name == name);
        found.map(|file| file.content.to_vec())
    }

    fn keep(&self, name: String, media_type: String, content: Vec<u8>) {
        let content = content.into();
        self.lock().files.push(Kept {
            name,
            media_type,
            content,
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        let held = state.held.values();
        let held = held.filter(|(tenant, _)| tenant == caller.tenant()).count();
        let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
        let fitting = state.files.iter();
        let chosen: Vec<Kept> = fitting
            .filter(|file| is_wanted(&media_types, &file.media_type))
            .take(at_most)
            .cloned()
            .collect();
        if held + chosen.len() > MAX_HELD {
            let message = format!("more than {MAX_HELD} files are held; release some first");
            return Err(ExtensionError::new("busy", message));
        }
        let give = |kept: Kept| {
            state.last_handle += 1;
            let handle = state.last_handle;
            let size = u64::try_from(kept.content.len()).unwrap_or(u64::MAX);
            let owner = caller.tenant().clone();
            state.held.insert(handle, (owner, kept.content));
            File {
                handle,
                name: kept.name,
                media_type: kept.media_type,
                size,
            }
        };
        Ok(chosen.into_iter().map(give).collect())
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
        self.keep(name, media_type, content);
        Ok(true)
    }
}
