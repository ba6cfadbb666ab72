//! The storage of a tenant on the disk: a database in one file, every row sealed. Knows
//! neither who asks nor what may be kept.
//!
//! redb commits by copy-on-write and `fsync`: after a crash the file holds the last commit
//! or the one before that was not acknowledged, and the next open repairs it. Its
//! checksums are verified whenever the file is opened. redb may still panic where a file
//! changes under it; [`guarded`] makes a fault of that.

use std::fs::File;
use std::io;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redb::backends::FileBackend;
use redb::{
    Builder, Database, DatabaseError, Durability, ReadTransaction, ReadableDatabase, ReadableTable,
    TableDefinition, TableError,
};

use super::cipher::{Cipher, NotOpened, Part, ROW_BYTES, Row};
use super::files::Files;
use super::index::Index;
use super::pending::Pending;
use super::recent::Recent;
use crate::places::make_folder;

type Sealed = TableDefinition<'static, &'static [u8; ROW_BYTES], &'static [u8]>;

/// One row, which only the right key opens.
const HEADER: Sealed = TableDefinition::new("header");

/// For each key its name, and the size of its value before it.
const NAMES: Sealed = TableDefinition::new("names");

/// For each key its value.
const VALUES: Sealed = TableDefinition::new("values");

/// What the header says: the layout of the other tables.
const LAYOUT: &[u8] = b"1";

/// Bytes of the size that stands before a name.
const SIZE_BYTES: usize = 4;

/// Bytes of pages that the database keeps in memory: what one large value takes.
const CACHE: usize = 1 << 20;

/// How long a file may be open elsewhere: a host that was dropped closes its files on
/// threads of its own.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why something cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The file is whole, and its header does not open.
    WrongKey,
    /// The file is not as it was written.
    Damaged(String),
    /// One value is not as it was written.
    Value,
    /// What the system says.
    System(String),
}

impl From<redb::Error> for Fault {
    fn from(error: redb::Error) -> Self {
        use io::ErrorKind::{InvalidData, UnexpectedEof};
        match error {
            redb::Error::Io(error) if matches!(error.kind(), InvalidData | UnexpectedEof) => {
                Self::Damaged(error.to_string())
            }
            redb::Error::Corrupted(_)
            | redb::Error::UpgradeRequired(_)
            | redb::Error::TableTypeMismatch { .. }
            | redb::Error::TableIsMultimap(_)
            | redb::Error::TableIsNotMultimap(_)
            | redb::Error::TypeDefinitionChanged { .. }
            | redb::Error::TableDoesNotExist(_)
            | redb::Error::LockPoisoned(_) => Self::Damaged(error.to_string()),
            other => Self::System(other.to_string()),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::System(error.to_string())
    }
}

impl From<NotOpened> for Fault {
    fn from(_: NotOpened) -> Self {
        Self::Damaged("a row does not open with the key of its neighbours".to_owned())
    }
}

/// Does work that may panic on a damaged file.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(Fault::Damaged(
            message.unwrap_or("the database gave up").to_owned(),
        ))
    })
}

/// An open store. There is no file before the first value is written.
pub(super) struct Disk {
    files: Arc<Files>,
    cipher: Arc<Cipher>,
    database: Option<Database>,
    /// Whether it is safe on the disk that there is a file of this name.
    is_safe: bool,
    recent: Recent,
}

impl Disk {
    /// Opens the store, and reads which keys it has.
    pub(super) fn open(files: &Arc<Files>, cipher: &Arc<Cipher>) -> Result<(Self, Index), Fault> {
        let (database, index) = guarded(|| {
            // What cannot be asked about is not nothing.
            if !files.store().try_exists()? {
                return Ok((None, Index::default()));
            }
            let (database, index) = open(files.store(), cipher)?;
            Ok((Some(database), index))
        })?;
        let this = Self {
            files: Arc::clone(files),
            cipher: Arc::clone(cipher),
            database,
            is_safe: false,
            recent: Recent::default(),
        };
        Ok((this, index))
    }

    /// Makes sure that there is a file. One that is not whole never has its name. Tells
    /// whether it is open: one that another host has made meanwhile has keys of its own, and
    /// is to be opened anew.
    pub(super) fn ensure(&mut self) -> Result<bool, Fault> {
        guarded(|| {
            if self.database.is_none() {
                self.database = create(&self.files, &self.cipher)?;
            }
            Ok(self.database.is_some())
        })
    }

    /// A value that was read or written last.
    pub(super) fn recent(&self, key: &str) -> Option<&[u8]> {
        self.recent.get(key)
    }

    pub(super) fn read(&mut self, key: &str, size: u32) -> Result<Vec<u8>, Fault> {
        if let Some(value) = self.recent.get(key) {
            return Ok(value.to_vec());
        }
        let value = self.read_sealed(key, size)?;
        self.recent.keep(key, &value);
        Ok(value)
    }

    fn read_sealed(&self, key: &str, size: u32) -> Result<Vec<u8>, Fault> {
        guarded(|| {
            let database = self.database.as_ref().ok_or(Fault::Value)?;
            let row = self.cipher.row(key);
            let values = open_table(&begin_read(database)?, VALUES)?.ok_or(Fault::Value)?;
            let sealed = values.get(&row).map_err(redb::Error::from)?;
            let sealed = sealed.ok_or(Fault::Value)?;
            let value = self.cipher.open(Part::Value, &row, sealed.value());
            let value = value.map_err(|NotOpened| Fault::Value)?;
            if usize::try_from(size).ok() != Some(value.len()) {
                return Err(Fault::Value);
            }
            Ok(value)
        })
    }

    /// Writes all of it, or nothing. Returned means that it is on the disk.
    pub(super) fn write(&mut self, pending: &Pending) -> Result<(), Fault> {
        self.write_sealed(pending)?;
        if pending.cleared {
            self.recent.clear();
        }
        for (key, value) in &pending.values {
            match value {
                Some(value) => self.recent.keep(key, value),
                None => self.recent.forget(key),
            }
        }
        Ok(())
    }

    fn write_sealed(&mut self, pending: &Pending) -> Result<(), Fault> {
        guarded(|| {
            let unmade = || Fault::System("there is no file yet".to_owned());
            let database = self.database.as_ref().ok_or_else(unmade)?;
            if !self.is_safe {
                self.files.sync()?;
                self.is_safe = true;
            }
            write(database, &self.cipher, pending).map_err(|error| match error {
                Unwritten::Database(error) => error.into(),
                Unwritten::Sealing => Fault::System("nothing can be sealed".to_owned()),
            })
        })
    }

    /// Closes the file.
    pub(super) fn close(self) -> Result<(), Fault> {
        guarded(|| match self.database {
            Some(database) => Ok(database.close().map_err(redb::Error::from)?),
            None => Ok(()),
        })
    }
}

/// Whether a file is a whole store of the tenant's.
pub(super) fn check(store: &Path, cipher: &Cipher) -> Result<(), Fault> {
    guarded(|| {
        let (database, _) = open(store, cipher)?;
        Ok(database.close().map_err(redb::Error::from)?)
    })
}

fn open(store: &Path, cipher: &Cipher) -> Result<(Database, Index), Fault> {
    let began = Instant::now();
    let opened = loop {
        match builder().open(store) {
            Err(DatabaseError::DatabaseAlreadyOpen) if began.elapsed() < PATIENCE => {
                std::thread::sleep(PATIENCE / 20);
            }
            opened => break opened,
        }
    };
    let database = opened.map_err(redb::Error::from)?;
    let index = read_index(&database, cipher)?;
    Ok((database, index))
}

fn builder() -> Builder {
    let mut builder = Database::builder();
    builder
        .set_cache_size(CACHE)
        .set_check_integrity_on_open(true);
    builder
}

/// Makes a store; nothing where another host was faster.
fn create(files: &Files, cipher: &Cipher) -> Result<Option<Database>, Fault> {
    if let Some(folder) = files.store().parent() {
        make_folder(folder)?;
    }
    let new = files.new_store()?;
    let file: File = Files::create(new.path())?;
    let backend = FileBackend::new(file).map_err(redb::Error::from)?;
    let made = builder().create_with_backend(backend);
    let made = made.map_err(redb::Error::from)?;
    let header = cipher.seal(Part::Header, &Row::default(), LAYOUT)?;
    begin(&made, &header)?;
    made.close().map_err(redb::Error::from)?;
    if !files.place(&new)? {
        return Ok(None);
    }
    let database = builder().open(files.store()).map_err(redb::Error::from)?;
    Ok(Some(database))
}

fn begin(database: &Database, header: &[u8]) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    transaction
        .open_table(HEADER)?
        .insert(&Row::default(), header)?;
    transaction.open_table(NAMES)?;
    transaction.open_table(VALUES)?;
    transaction.commit()?;
    Ok(())
}

fn begin_read(database: &Database) -> Result<ReadTransaction, Fault> {
    Ok(database.begin_read().map_err(redb::Error::from)?)
}

type Table = redb::ReadOnlyTable<&'static [u8; ROW_BYTES], &'static [u8]>;

/// A table, if there is one.
fn open_table(transaction: &ReadTransaction, table: Sealed) -> Result<Option<Table>, Fault> {
    match transaction.open_table(table) {
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(redb::Error::from(error).into()),
        Ok(table) => Ok(Some(table)),
    }
}

fn read_index(database: &Database, cipher: &Cipher) -> Result<Index, Fault> {
    let transaction = begin_read(database)?;
    let missing = || Fault::Damaged("a table is missing".to_owned());
    let header = open_table(&transaction, HEADER)?.ok_or_else(missing)?;
    let header = header.get(&Row::default()).map_err(redb::Error::from)?;
    let header = header.ok_or_else(missing)?;
    let layout = cipher.open(Part::Header, &Row::default(), header.value());
    match layout.as_deref() {
        Ok(LAYOUT) => {}
        Ok(_) => {
            let message = "the storage was written by a later version of the native app";
            return Err(Fault::System(message.to_owned()));
        }
        Err(NotOpened) => return Err(Fault::WrongKey),
    }
    let names = open_table(&transaction, NAMES)?.ok_or_else(missing)?;
    let mut index = Index::default();
    for entry in names.iter().map_err(redb::Error::from)? {
        let (row, sealed) = entry.map_err(redb::Error::from)?;
        let name = cipher.open(Part::Name, row.value(), sealed.value())?;
        let (size, name) = name.split_first_chunk::<SIZE_BYTES>().ok_or(NotOpened)?;
        let name = String::from_utf8(name.to_vec()).map_err(|_| NotOpened)?;
        index.found(name, u32::from_be_bytes(*size));
    }
    Ok(index)
}

enum Unwritten {
    Database(redb::Error),
    Sealing,
}

impl<E: Into<redb::Error>> From<E> for Unwritten {
    fn from(error: E) -> Self {
        Self::Database(error.into())
    }
}

fn write(database: &Database, cipher: &Cipher, pending: &Pending) -> Result<(), Unwritten> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    if pending.cleared {
        transaction.delete_table(NAMES)?;
        transaction.delete_table(VALUES)?;
    }
    {
        let mut names = transaction.open_table(NAMES)?;
        let mut values = transaction.open_table(VALUES)?;
        for (key, value) in &pending.values {
            let row = cipher.row(key);
            let Some(value) = value else {
                names.remove(&row)?;
                values.remove(&row)?;
                continue;
            };
            let size = u32::try_from(value.len()).map_err(|_| Unwritten::Sealing)?;
            let name = [&size.to_be_bytes(), key.as_bytes()].concat();
            let seal = |part, text: &[u8]| cipher.seal(part, &row, text);
            let name = seal(Part::Name, &name).map_err(|_| Unwritten::Sealing)?;
            let value = seal(Part::Value, value).map_err(|_| Unwritten::Sealing)?;
            names.insert(&row, name.as_slice())?;
            values.insert(&row, value.as_slice())?;
        }
    }
    transaction.commit()?;
    Ok(())
}
