//! What is in a file: read, written and cut, with the ledger in hand.

use std::fs::File;
use std::io;

use hyper::body::Bytes;

use super::folder::{Full, Ledger};

/// Where bytes are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    /// At so many bytes from the beginning.
    Position(u64),
    /// At the end, wherever that is.
    End,
}

/// A file was not changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unchanged {
    #[error(transparent)]
    Full(#[from] Full),
    #[error(transparent)]
    System(#[from] io::Error),
}

impl Ledger {
    /// Writes all bytes, and tells how many those are.
    pub(super) fn write(&mut self, file: &File, bytes: &[u8], at: At) -> Result<u64, Unchanged> {
        let before = file.metadata()?.len();
        let from = match at {
            At::Position(position) => position,
            At::End => before,
        };
        let length = u64::try_from(bytes.len()).map_err(|_| Full)?;
        if length == 0 {
            return Ok(0);
        }
        let end = from.checked_add(length).ok_or(Full)?;
        let grows = end.saturating_sub(before);
        self.take_bytes(grows)?;
        let written = write_all(file, bytes, from);
        if written.is_err() {
            // Some of it may have been written. Where nobody knows, it was.
            let after = file.metadata().map_or(end, |now| now.len());
            self.give_bytes(grows.saturating_sub(after.saturating_sub(before)));
        }
        written?;
        Ok(length)
    }

    /// Makes a file so many bytes long.
    pub(super) fn resize(&mut self, file: &File, bytes: u64) -> Result<(), Unchanged> {
        let before = file.metadata()?.len();
        let grows = bytes.saturating_sub(before);
        self.take_bytes(grows)?;
        if let Err(error) = file.set_len(bytes) {
            self.give_bytes(grows);
            return Err(error.into());
        }
        self.give_bytes(before.saturating_sub(bytes));
        Ok(())
    }
}

/// Reads up to `length` bytes; none at the end of the file.
pub(super) fn read(file: &File, length: usize, from: u64) -> io::Result<Bytes> {
    let mut buffer = vec![0; length];
    let read = retried(|| read_at(file, &mut buffer, from))?;
    buffer.truncate(read);
    Ok(buffer.into())
}

fn write_all(file: &File, mut bytes: &[u8], mut from: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = retried(|| write_at(file, bytes, from))?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = bytes.get(written..).unwrap_or_default();
        from = from.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
    }
    Ok(())
}

fn retried(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

#[cfg(unix)]
use std::os::unix::fs::FileExt;
#[cfg(windows)]
use std::os::windows::fs::FileExt;

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], from: u64) -> io::Result<usize> {
    file.read_at(buffer, from)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], from: u64) -> io::Result<usize> {
    file.seek_read(buffer, from)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], from: u64) -> io::Result<usize> {
    file.write_at(bytes, from)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], from: u64) -> io::Result<usize> {
    file.seek_write(bytes, from)
}
