//! What a mini-app may do with an open file or folder. Each function looks at the path,
//! takes the ledger where it changes something, and lets Wasmtime do the rest.

use std::sync::Arc;

use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::{Descriptor, OpenMode};
use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntryStream, ErrorCode,
    Filesize, HostDescriptor, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsResult};

use super::content::At;
use super::copied;
use super::price;
use super::stream::{Reader, Writer};
use super::{MAX_LISTINGS, View, if_there};

/// Times of files are told in steps of so many nanoseconds.
const TIME_STEP: u32 = 1_000_000;

impl HostDescriptor for View<'_> {
    fn read_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
        offset: Filesize,
    ) -> FsResult<Resource<DynInputStream>> {
        let file = self.file(&fd, OpenMode::READ)?;
        let folder = Arc::clone(self.folder()?);
        let reader: DynInputStream =
            Box::new(Reader::new(folder, file, offset, self.meter.owed().clone()));
        Ok(self.table.push(reader)?)
    }

    fn write_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
        offset: Filesize,
    ) -> FsResult<Resource<DynOutputStream>> {
        self.writer(&fd, At::Position(offset))
    }

    fn append_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<Resource<DynOutputStream>> {
        self.writer(&fd, At::End)
    }

    async fn advise(
        &mut self,
        fd: Resource<Descriptor>,
        offset: Filesize,
        length: Filesize,
        advice: Advice,
    ) -> FsResult<()> {
        self.pay(price::FILE).await;
        self.wasi().advise(fd, offset, length, advice).await
    }

    async fn sync_data(&mut self, fd: Resource<Descriptor>) -> FsResult<()> {
        self.pay(price::FILE_SYNC).await;
        self.wasi().sync_data(fd).await
    }

    async fn sync(&mut self, fd: Resource<Descriptor>) -> FsResult<()> {
        self.pay(price::FILE_SYNC).await;
        self.wasi().sync(fd).await
    }

    async fn get_flags(&mut self, fd: Resource<Descriptor>) -> FsResult<DescriptorFlags> {
        self.pay(price::FILE).await;
        self.wasi().get_flags(fd).await
    }

    async fn get_type(&mut self, fd: Resource<Descriptor>) -> FsResult<DescriptorType> {
        self.pay(price::FILE).await;
        self.wasi().get_type(fd).await
    }

    async fn set_size(&mut self, fd: Resource<Descriptor>, bytes: Filesize) -> FsResult<()> {
        self.pay(price::FILE).await;
        let file = self.file(&fd, OpenMode::WRITE)?;
        let resized = self
            .folder()?
            .work(move |ledger| ledger.resize(&file, bytes));
        Ok(resized.await??)
    }

    async fn set_times(
        &mut self,
        fd: Resource<Descriptor>,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        self.pay(price::FILE).await;
        self.wasi().set_times(fd, accessed, modified).await
    }

    async fn read(
        &mut self,
        fd: Resource<Descriptor>,
        length: Filesize,
        offset: Filesize,
    ) -> FsResult<(Vec<u8>, bool)> {
        self.pay(price::FILE).await;
        let read = HostDescriptor::read(&mut self.wasi(), fd, length, offset).await?;
        self.meter.note(copied(read.0.len(), 0));
        Ok(read)
    }

    async fn write(
        &mut self,
        fd: Resource<Descriptor>,
        bytes: Vec<u8>,
        offset: Filesize,
    ) -> FsResult<Filesize> {
        self.pay(price::file_written(bytes.len())).await;
        let file = self.file(&fd, OpenMode::WRITE)?;
        let at = At::Position(offset);
        let written = self
            .folder()?
            .work(move |ledger| ledger.write(&file, &bytes, at));
        Ok(written.await??)
    }

    async fn read_directory(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<Resource<DirectoryEntryStream>> {
        self.pay(price::FILE).await;
        if *self.listings >= MAX_LISTINGS {
            return Err(ErrorCode::InsufficientMemory.into());
        }
        let ledger = self.ledger().await?;
        // How many of them are in this folder is known to nobody before it is read.
        let listed = price::FILE_ENTRY.saturating_mul(ledger.entries());
        self.meter.note(listed);
        let listing = self.wasi().read_directory(fd).await?;
        *self.listings += 1;
        Ok(listing)
    }

    async fn create_directory_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        let (mut ledger, place) = self.claim(&fd, &path).await?;
        ledger.take_entry()?;
        let made = self.wasi().create_directory_at(fd, place.path).await;
        if made.is_err() {
            ledger.give_entry();
        }
        made
    }

    async fn stat(&mut self, fd: Resource<Descriptor>) -> FsResult<DescriptorStat> {
        self.pay(price::FILE).await;
        Ok(rounded(HostDescriptor::stat(&mut self.wasi(), fd).await?))
    }

    async fn stat_at(
        &mut self,
        fd: Resource<Descriptor>,
        _flags: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        let place = self.look(&fd, &path).await?;
        Ok(rounded(self.stat_place(&fd, &place).await?))
    }

    async fn set_times_at(
        &mut self,
        fd: Resource<Descriptor>,
        _flags: PathFlags,
        path: String,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        let place = self.look(&fd, &path).await?;
        let nowhere = PathFlags::empty();
        let mut wasi = self.wasi();
        wasi.set_times_at(fd, nowhere, place.path, accessed, modified)
            .await
    }

    async fn link_at(
        &mut self,
        _fd: Resource<Descriptor>,
        _flags: PathFlags,
        _old: String,
        _new_fd: Resource<Descriptor>,
        _new: String,
    ) -> FsResult<()> {
        Err(ErrorCode::NotPermitted.into())
    }

    async fn symlink_at(
        &mut self,
        _fd: Resource<Descriptor>,
        _old: String,
        _new: String,
    ) -> FsResult<()> {
        Err(ErrorCode::NotPermitted.into())
    }

    async fn readlink_at(&mut self, fd: Resource<Descriptor>, path: String) -> FsResult<String> {
        let place = self.look(&fd, &path).await?;
        self.wasi().readlink_at(fd, place.path).await
    }

    async fn open_at(
        &mut self,
        fd: Resource<Descriptor>,
        _flags: PathFlags,
        path: String,
        mut how: OpenFlags,
        mut flags: DescriptorFlags,
    ) -> FsResult<Resource<Descriptor>> {
        let (mut ledger, place) = self.claim(&fd, &path).await?;
        if place.as_folder && how.contains(OpenFlags::CREATE) {
            return Err(ErrorCode::IsDirectory.into());
        }
        if place.as_folder {
            how |= OpenFlags::DIRECTORY;
        }
        let truncate = how.contains(OpenFlags::TRUNCATE);
        if truncate && how.contains(OpenFlags::DIRECTORY) {
            return Err(ErrorCode::Invalid.into());
        }
        if truncate {
            // Done by the ledger, which gives the bytes back.
            how &= !OpenFlags::TRUNCATE;
            flags |= DescriptorFlags::WRITE;
        }
        let creates = how.contains(OpenFlags::CREATE)
            && if_there(self.stat_place(&fd, &place).await)?.is_none();
        if creates {
            ledger.take_entry()?;
        }
        let nowhere = PathFlags::empty();
        let opened = self
            .wasi()
            .open_at(fd, nowhere, place.path, how, flags)
            .await;
        let opened = opened.inspect_err(|error| {
            // An error of the host's own may come after the file.
            if creates && error.downcast_ref().is_some() {
                ledger.give_entry();
            }
        })?;
        let noted = self
            .note_opened(&opened, ledger, place.depth, truncate)
            .await;
        if let Err(error) = noted {
            self.table.delete(opened)?;
            return Err(error);
        }
        Ok(opened)
    }

    fn drop(&mut self, fd: Resource<Descriptor>) -> wasmtime::Result<()> {
        HostDescriptor::drop(&mut self.wasi(), fd)
    }

    async fn remove_directory_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        let (mut ledger, place) = self.claim(&fd, &path).await?;
        self.wasi().remove_directory_at(fd, place.path).await?;
        ledger.give_entry();
        Ok(())
    }

    async fn rename_at(
        &mut self,
        fd: Resource<Descriptor>,
        old: String,
        new_fd: Resource<Descriptor>,
        new: String,
    ) -> FsResult<()> {
        self.pay(price::file(old.len().saturating_add(new.len())))
            .await;
        let mut ledger = self.ledger().await?;
        let from = self.place(&ledger, &fd, &old)?;
        let to = self.place(&ledger, &new_fd, &new)?;
        if from.depth == 0 || to.depth == 0 {
            return Err(ErrorCode::Busy.into());
        }
        let moved = self.find(&fd, &from).await?;
        if to.as_folder && !moved.is_folder() {
            return Err(ErrorCode::NotDirectory.into());
        }
        if moved.is_folder() && to.depth > from.depth {
            // Nobody knows how deep what is in it would lie.
            return Err(ErrorCode::CrossDevice.into());
        }
        if moved.is_folder() && to.depth != from.depth && ledger.holds_folders() {
            // What is open would lie elsewhere than is known of it.
            return Err(ErrorCode::Busy.into());
        }
        let replaced = if_there(self.find(&new_fd, &to).await)?;
        let replaced = replaced.filter(|replaced| replaced.identity != moved.identity);
        if let Some(replaced) = &replaced {
            replaced.may_go(&ledger)?;
        }
        self.wasi()
            .rename_at(fd, from.path, new_fd, to.path)
            .await?;
        if let Some(replaced) = &replaced {
            replaced.is_gone(&mut ledger);
        }
        Ok(())
    }

    async fn unlink_file_at(&mut self, fd: Resource<Descriptor>, path: String) -> FsResult<()> {
        let (mut ledger, place) = self.claim(&fd, &path).await?;
        let found = self.find(&fd, &place).await?;
        found.may_go(&ledger)?;
        self.wasi().unlink_file_at(fd, place.path).await?;
        found.is_gone(&mut ledger);
        Ok(())
    }

    async fn is_same_object(
        &mut self,
        one: Resource<Descriptor>,
        other: Resource<Descriptor>,
    ) -> wasmtime::Result<bool> {
        self.pay(price::FILE).await;
        self.wasi().is_same_object(one, other).await
    }

    async fn metadata_hash(&mut self, fd: Resource<Descriptor>) -> FsResult<MetadataHashValue> {
        self.pay(price::FILE).await;
        HostDescriptor::metadata_hash(&mut self.wasi(), fd).await
    }

    async fn metadata_hash_at(
        &mut self,
        fd: Resource<Descriptor>,
        _flags: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        let place = self.look(&fd, &path).await?;
        let nowhere = PathFlags::empty();
        self.wasi().metadata_hash_at(fd, nowhere, place.path).await
    }
}

impl View<'_> {
    fn writer(&mut self, fd: &Resource<Descriptor>, at: At) -> FsResult<Resource<DynOutputStream>> {
        let file = self.file(fd, OpenMode::WRITE)?;
        let folder = Arc::clone(self.folder()?);
        let writer: DynOutputStream =
            Box::new(Writer::new(folder, file, at, self.meter.owed().clone()));
        Ok(self.table.push(writer)?)
    }
}

fn rounded(stat: DescriptorStat) -> DescriptorStat {
    let time = |time: Option<Datetime>| {
        time.map(|time| Datetime {
            nanoseconds: time.nanoseconds - time.nanoseconds % TIME_STEP,
            ..time
        })
    };
    DescriptorStat {
        data_access_timestamp: time(stat.data_access_timestamp),
        data_modification_timestamp: time(stat.data_modification_timestamp),
        status_change_timestamp: time(stat.status_change_timestamp),
        ..stat
    }
}
