//! Streams of a file. Each has one step under way at most, and keeps no more than
//! one piece. Knows nothing of paths.

use std::fs::File;
use std::io;
use std::mem;
use std::sync::Arc;

use hyper::body::Bytes;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};
use wasmtime_wasi::runtime::{AbortOnDropJoinHandle, spawn};

use super::content::{self, At, Unchanged};
use super::folder::Folder;
use super::price;
use crate::meter::Owed;

/// Bytes of one step.
const PIECE_BYTES: usize = 16 << 10;

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> StreamError {
    StreamError::LastOperationFailed(wasmtime::Error::new(error))
}

/// Reads a file from some place on.
pub(super) struct Reader {
    folder: Arc<Folder>,
    file: Arc<File>,
    position: u64,
    owed: Owed,
    state: Reading,
}

enum Reading {
    Idle,
    Waiting(AbortOnDropJoinHandle<io::Result<Bytes>>),
    Read(Bytes),
    Failed(io::Error),
    Ended,
}

impl Reader {
    pub(super) fn new(folder: Arc<Folder>, file: Arc<File>, position: u64, owed: Owed) -> Self {
        Self {
            folder,
            file,
            position,
            owed,
            state: Reading::Idle,
        }
    }

    fn begin(&mut self, length: usize) {
        let (folder, file) = (Arc::clone(&self.folder), Arc::clone(&self.file));
        let from = self.position;
        self.owed.add(price::FILE);
        self.state = Reading::Waiting(spawn(async move {
            let read = move |_: &mut _| content::read(&file, length, from);
            folder.work(read).await.flatten()
        }));
    }
}

#[async_trait]
impl InputStream for Reader {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        match &mut self.state {
            Reading::Idle => {
                if size > 0 {
                    self.begin(size.min(PIECE_BYTES));
                }
                Ok(Bytes::new())
            }
            Reading::Waiting(_) => Ok(Bytes::new()),
            Reading::Read(bytes) => {
                let taken = bytes.split_to(bytes.len().min(size));
                if bytes.is_empty() {
                    self.state = Reading::Idle;
                }
                let length = u64::try_from(taken.len()).unwrap_or(u64::MAX);
                self.position = self.position.saturating_add(length);
                Ok(taken)
            }
            Reading::Failed(_) => match mem::replace(&mut self.state, Reading::Ended) {
                Reading::Failed(error) => Err(failed(error)),
                _ => Err(StreamError::Closed),
            },
            Reading::Ended => Err(StreamError::Closed),
        }
    }

    async fn cancel(&mut self) {
        self.state = Reading::Ended;
    }
}

#[async_trait]
impl Pollable for Reader {
    async fn ready(&mut self) {
        if matches!(self.state, Reading::Idle) {
            self.begin(PIECE_BYTES);
        }
        if let Reading::Waiting(step) = &mut self.state {
            self.state = match step.await {
                Ok(bytes) if bytes.is_empty() => Reading::Ended,
                Ok(bytes) => Reading::Read(bytes),
                Err(error) => Reading::Failed(error),
            };
        }
    }
}

/// Writes a file from some place on, or at its end.
pub(super) struct Writer {
    folder: Arc<Folder>,
    file: Arc<File>,
    at: At,
    owed: Owed,
    state: Writing,
}

enum Writing {
    Idle,
    Waiting(AbortOnDropJoinHandle<Result<u64, Unchanged>>),
    Failed(Unchanged),
    Ended,
}

impl Writer {
    pub(super) fn new(folder: Arc<Folder>, file: Arc<File>, at: At, owed: Owed) -> Self {
        Self {
            folder,
            file,
            at,
            owed,
            state: Writing::Idle,
        }
    }

    /// The failure of the last step, told once.
    fn failure(&mut self) -> StreamResult<()> {
        match &self.state {
            Writing::Idle | Writing::Waiting(_) => Ok(()),
            Writing::Ended => Err(StreamError::Closed),
            Writing::Failed(_) => match mem::replace(&mut self.state, Writing::Ended) {
                Writing::Failed(error) => Err(failed(error)),
                _ => Err(StreamError::Closed),
            },
        }
    }
}

#[async_trait]
impl OutputStream for Writer {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.failure()?;
        if bytes.len() > PIECE_BYTES || !matches!(self.state, Writing::Idle) {
            return Err(StreamError::trap(
                "more was written to a file than `check-write` allows",
            ));
        }
        self.owed.add(price::file_written(bytes.len()));
        let (folder, file, at) = (Arc::clone(&self.folder), Arc::clone(&self.file), self.at);
        self.state = Writing::Waiting(spawn(async move {
            folder
                .work(move |ledger| ledger.write(&file, &bytes, at))
                .await?
        }));
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.failure()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.failure()?;
        let idle = matches!(self.state, Writing::Idle);
        Ok(if idle { PIECE_BYTES } else { 0 })
    }

    /// Waits for the step that is under way: what was written is written.
    async fn cancel(&mut self) {
        self.ready().await;
        self.state = Writing::Ended;
    }
}

#[async_trait]
impl Pollable for Writer {
    async fn ready(&mut self) {
        let Writing::Waiting(step) = &mut self.state else {
            return;
        };
        self.state = match step.await {
            Ok(written) => {
                if let At::Position(position) = &mut self.at {
                    *position = position.saturating_add(written);
                }
                Writing::Idle
            }
            Err(error) => Writing::Failed(error),
        };
    }
}
