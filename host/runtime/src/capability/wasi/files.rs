//! `wasi:filesystem`: the folder of the tenant, for a mini-app that was granted
//! `storage:files`; inert for all others, which find no folder to begin with.
//!
//! Wasmtime's own implementation looks paths up, one name at a time, and lets nothing
//! lead out of the folder. What is added to it, threat by threat:
//!
//! | threat | what stops it |
//! |---|---|
//! | a disk that fills up | bytes and entries are counted before they are added ([`folder`]) |
//! | deleted files that go on taking room because they are open | what is open is `busy` |
//! | links that lead elsewhere | there are none: making one is not permitted |
//! | paths that mean something else to another system, trailing slashes | paths are made plain first ([`place`]) |
//! | folders nested so deeply that nobody can delete them | [`place::MAX_DEPTH`]; one is never moved deeper than it lies |
//! | threads kept busy, to the harm of others | one step at a time for each life, and its price |
//! | listings, each of which the host keeps whole | [`MAX_LISTINGS`] at once |
//! | a clock finer than WASI's | times of files are rounded to a millisecond |

mod content;
mod descriptor;
mod folder;
mod place;
mod stream;

use std::fs::File;
use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::filesystem::{Descriptor, OpenMode, WasiFilesystemCtx, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::filesystem::{preopens, types};
use wasmtime_wasi::p2::{FsError, FsResult};

use types::{
    DescriptorStat, DescriptorType, DirectoryEntry, DirectoryEntryStream, ErrorCode,
    HostDescriptor, HostDirectoryEntryStream, PathFlags,
};

use content::Unchanged;
use folder::{Full, Identity, Ledger};
use place::Place;

pub use folder::FilesError;
pub(crate) use folder::{Files, Folder};

use super::copied;
use crate::instance::State;
use crate::meter::{Meter, price};

/// Listings of folders that a mini-app may hold at once. The host keeps each whole: up to
/// a third of a megabyte.
const MAX_LISTINGS: usize = 8;

struct Guarded;

struct View<'a> {
    table: &'a mut ResourceTable,
    ctx: &'a mut WasiFilesystemCtx,
    meter: &'a mut Meter,
    /// Listings of folders that the guest holds.
    listings: &'a mut usize,
    folder: Option<Arc<Folder>>,
}

impl HasData for Guarded {
    type Data<'a> = View<'a>;
}

fn view(state: &mut State) -> View<'_> {
    let folder = state.folder.clone();
    let (wasi, meter) = state.call_wasi();
    View {
        table: &mut wasi.table,
        ctx: &mut wasi.filesystem,
        meter,
        listings: &mut wasi.listings,
        folder,
    }
}

pub(super) fn link_preopens(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    preopens::add_to_linker::<_, Guarded>(linker, view)
}

pub(super) fn link_types(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    types::add_to_linker::<_, Guarded>(linker, view)
}

fn again<T: 'static>(resource: &Resource<T>) -> Resource<T> {
    Resource::new_borrow(resource.rep())
}

/// What was found, or nothing where nothing lies.
fn if_there<T>(found: FsResult<T>) -> FsResult<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.downcast_ref(), Some(ErrorCode::NoEntry)) => Ok(None),
        Err(error) => Err(error),
    }
}

impl From<Full> for FsError {
    fn from(_: Full) -> Self {
        ErrorCode::Quota.into()
    }
}

impl From<Unchanged> for FsError {
    fn from(error: Unchanged) -> Self {
        match error {
            Unchanged::Full(full) => full.into(),
            Unchanged::System(error) => error.into(),
        }
    }
}

/// A file or folder that lies somewhere, as it is before it is changed.
struct Found {
    kind: DescriptorType,
    bytes: u64,
    identity: Identity,
}

impl Found {
    fn is_folder(&self) -> bool {
        self.kind == DescriptorType::Directory
    }

    /// Refuses to delete what would go on taking room.
    fn may_go(&self, ledger: &Ledger) -> Result<(), ErrorCode> {
        if !self.is_folder() && ledger.is_open(self.identity) {
            return Err(ErrorCode::Busy);
        }
        Ok(())
    }

    /// Counts it as gone.
    fn is_gone(&self, ledger: &mut Ledger) {
        ledger.give_entry();
        if !self.is_folder() {
            ledger.give_bytes(self.bytes);
        }
    }
}

impl View<'_> {
    fn wasi(&mut self) -> WasiFilesystemCtxView<'_> {
        WasiFilesystemCtxView {
            ctx: self.ctx,
            table: self.table,
        }
    }

    /// Notes the price of a call that asks the system, and holds it back where the
    /// mini-app is ahead of what it may do.
    async fn pay(&mut self, fuel: u64) {
        self.meter.note(fuel);
        self.meter.wait_for_supply().await;
    }

    /// There is a folder wherever there is a descriptor.
    fn folder(&self) -> Result<&Arc<Folder>, ErrorCode> {
        self.folder.as_ref().ok_or(ErrorCode::Access)
    }

    async fn ledger(&mut self) -> Result<OwnedMutexGuard<Ledger>, ErrorCode> {
        Ok(self.folder()?.lock().await)
    }

    /// Where a path leads, and the ledger with which to change what lies there.
    async fn claim(
        &mut self,
        fd: &Resource<Descriptor>,
        path: &str,
    ) -> FsResult<(OwnedMutexGuard<Ledger>, Place)> {
        self.pay(price::file(path.len())).await;
        let ledger = self.ledger().await?;
        let place = self.place(&ledger, fd, path)?;
        Ok((ledger, place))
    }

    /// Where a path leads that is only looked at.
    async fn look(&mut self, fd: &Resource<Descriptor>, path: &str) -> FsResult<Place> {
        let (_, place) = self.claim(fd, path).await?;
        Ok(place)
    }

    /// An open file that may be read or written.
    fn file(&self, fd: &Resource<Descriptor>, mode: OpenMode) -> FsResult<Arc<File>> {
        match self.table.get(fd)? {
            Descriptor::File(file) if file.open_mode.contains(mode) => Ok(Arc::clone(&file.file)),
            Descriptor::File(_) => Err(ErrorCode::NotPermitted.into()),
            Descriptor::Dir(_) => Err(ErrorCode::IsDirectory.into()),
        }
    }

    fn place(&self, ledger: &Ledger, fd: &Resource<Descriptor>, path: &str) -> FsResult<Place> {
        let Descriptor::Dir(dir) = self.table.get(fd)? else {
            return Err(ErrorCode::NotDirectory.into());
        };
        let depth = ledger.depth(&dir.dir).ok_or(ErrorCode::BadDescriptor)?;
        Ok(Place::of(path, depth)?)
    }

    /// What lies at a place; a path of a folder means one.
    async fn stat_place(
        &mut self,
        fd: &Resource<Descriptor>,
        place: &Place,
    ) -> FsResult<DescriptorStat> {
        let (nowhere, path) = (PathFlags::empty(), place.path.clone());
        let stat = HostDescriptor::stat_at(&mut self.wasi(), again(fd), nowhere, path).await?;
        if place.as_folder && stat.type_ != DescriptorType::Directory {
            return Err(ErrorCode::NotDirectory.into());
        }
        Ok(stat)
    }

    async fn find(&mut self, fd: &Resource<Descriptor>, place: &Place) -> FsResult<Found> {
        let stat = self.stat_place(fd, place).await?;
        let (nowhere, path) = (PathFlags::empty(), place.path.clone());
        let hash = self
            .wasi()
            .metadata_hash_at(again(fd), nowhere, path)
            .await?;
        Ok(Found {
            kind: stat.type_,
            bytes: stat.size,
            identity: (hash.lower, hash.upper),
        })
    }

    /// Notes what was opened, and makes it empty where that was asked for.
    async fn note_opened(
        &mut self,
        fd: &Resource<Descriptor>,
        mut ledger: OwnedMutexGuard<Ledger>,
        depth: usize,
        truncate: bool,
    ) -> FsResult<()> {
        let hash = HostDescriptor::metadata_hash(&mut self.wasi(), again(fd)).await?;
        let (handle, depth) = match self.table.get(fd)? {
            Descriptor::File(file) => (&file.file, None),
            Descriptor::Dir(dir) => (&dir.dir, Some(depth)),
        };
        ledger.opened(handle, (hash.lower, hash.upper), depth);
        drop(ledger);
        if truncate {
            let file = self.file(fd, OpenMode::WRITE)?;
            let emptied = self.folder()?.work(move |ledger| ledger.resize(&file, 0));
            emptied.await??;
        }
        Ok(())
    }
}

impl preopens::Host for View<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let Some(folder) = &self.folder else {
            return Ok(Vec::new());
        };
        let root = self.table.push(Descriptor::Dir(folder.root()))?;
        Ok(vec![(root, "/".to_owned())])
    }
}

impl types::Host for View<'_> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<ErrorCode> {
        error.downcast()
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        match self.table.get(&error)?.downcast_ref::<Unchanged>() {
            Some(Unchanged::Full(_)) => Ok(Some(ErrorCode::Quota)),
            Some(Unchanged::System(error)) => Ok(Some(error.into())),
            None => types::Host::filesystem_error_code(&mut self.wasi(), error),
        }
    }
}

impl HostDirectoryEntryStream for View<'_> {
    async fn read_directory_entry(
        &mut self,
        stream: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        let entry = self.wasi().read_directory_entry(stream).await?;
        let bytes = entry.as_ref().map_or(0, |entry| entry.name.len());
        self.meter.note(copied(bytes, 0));
        Ok(entry)
    }

    fn drop(&mut self, stream: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        HostDirectoryEntryStream::drop(&mut self.wasi(), stream)?;
        *self.listings = self.listings.saturating_sub(1);
        Ok(())
    }
}
