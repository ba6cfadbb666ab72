//! Standard output and error: lines of the mini-app's log.
//!
//! The threat: output without end, or a line without end. What is written is cut
//! into lines, and a line into pieces of what the log takes; it waits here no longer
//! than the call that writes it, but for the beginning of a line, which is logged at
//! the end of the turn. The log's own caps do the rest.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::bindings::cli::{stderr, stdout};
use wasmtime_wasi::p2::{DynOutputStream, OutputStream, Pollable, StreamError, StreamResult};

use super::super::log::MESSAGE_BYTES;
use crate::instance::State;
use crate::report::Level;

/// Bytes that one call may write.
const WRITE_BYTES: usize = 64 << 10;

/// Standard output and error, shared with the streams that the guest holds.
#[derive(Clone, Default)]
pub(super) struct Output(Arc<Mutex<Buffers>>);

#[derive(Default)]
struct Buffers {
    out: Vec<u8>,
    error: Vec<u8>,
    /// Whether something was written since lines were last taken.
    written: bool,
}

impl Output {
    fn lock(&self) -> MutexGuard<'_, Buffers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lines that are whole, and with `unfinished` what is left too.
    pub(super) fn take(&self, unfinished: bool) -> Vec<(Level, String)> {
        let mut buffers = self.lock();
        let mut taken = Vec::new();
        if !std::mem::take(&mut buffers.written) && !unfinished {
            return taken;
        }
        for line in lines(&mut buffers.out, unfinished) {
            taken.push((Level::Info, line));
        }
        for line in lines(&mut buffers.error, unfinished) {
            taken.push((Level::Error, line));
        }
        taken
    }
}

/// Takes lines from the front of `buffer`; of what is not finished, as much as does
/// not fit a line of the log.
fn lines(buffer: &mut Vec<u8>, unfinished: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = buffer.as_slice();
    loop {
        let (line, after) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) if end <= MESSAGE_BYTES => {
                let (line, after) = rest.split_at(end);
                (line, after.get(1..).unwrap_or_default())
            }
            Some(_) => rest.split_at(piece(rest)),
            None if rest.len() > MESSAGE_BYTES => rest.split_at(piece(rest)),
            None if unfinished && !rest.is_empty() => rest.split_at(rest.len()),
            None => break,
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        lines.push(String::from_utf8_lossy(line).into_owned());
        rest = after;
    }
    let taken = buffer.len() - rest.len();
    buffer.drain(..taken);
    lines
}

/// Bytes of the first piece of a line that is too long; ends with a character.
fn piece(line: &[u8]) -> usize {
    let starts_character = |at: &usize| {
        line.get(*at)
            .is_none_or(|byte| byte & 0b1100_0000 != 0b1000_0000)
    };
    // No character has more than four bytes; what is not UTF-8 may be cut anywhere.
    (MESSAGE_BYTES - 3..=MESSAGE_BYTES)
        .rev()
        .find(starts_character)
        .unwrap_or(MESSAGE_BYTES)
}

/// A stream that the guest writes to.
struct Stream {
    output: Output,
    error: bool,
}

impl OutputStream for Stream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if bytes.len() > WRITE_BYTES {
            return Err(StreamError::trap(
                "more was written to the output than `check-write` allows",
            ));
        }
        let mut buffers = self.output.lock();
        buffers.written = true;
        if self.error {
            buffers.error.extend_from_slice(&bytes);
        } else {
            buffers.out.extend_from_slice(&bytes);
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES)
    }
}

#[async_trait]
impl Pollable for Stream {
    async fn ready(&mut self) {}
}

struct Logged;

struct Stdio<'a> {
    table: &'a mut ResourceTable,
    output: &'a Output,
}

impl HasData for Logged {
    type Data<'a> = Stdio<'a>;
}

fn stdio(state: &mut State) -> Stdio<'_> {
    let (wasi, _) = state.call_wasi();
    Stdio {
        table: &mut wasi.table,
        output: &wasi.output,
    }
}

pub(super) fn link_stdout(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    stdout::add_to_linker::<_, Logged>(linker, stdio)
}

pub(super) fn link_stderr(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    stderr::add_to_linker::<_, Logged>(linker, stdio)
}

impl Stdio<'_> {
    fn open(&mut self, error: bool) -> wasmtime::Result<Resource<DynOutputStream>> {
        let output = self.output.clone();
        let stream: DynOutputStream = Box::new(Stream { output, error });
        Ok(self.table.push(stream)?)
    }
}

impl stdout::Host for Stdio<'_> {
    fn get_stdout(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        self.open(false)
    }
}

impl stderr::Host for Stdio<'_> {
    fn get_stderr(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        self.open(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_and_the_rest_waits() {
        let mut buffer = b"one\r\n\ntwo\nthr".to_vec();
        assert_eq!(lines(&mut buffer, false), ["one", "", "two"]);
        assert_eq!(lines(&mut buffer, false), [""; 0]);
        buffer.extend_from_slice(b"ee");
        assert_eq!(lines(&mut buffer, true), ["three"]);
        assert_eq!(lines(&mut buffer, true), [""; 0]);
    }

    #[test]
    fn a_line_at_the_limit_and_one_past() {
        let line = |bytes: usize| "x".repeat(bytes).into_bytes();
        let mut buffer = line(MESSAGE_BYTES);
        assert_eq!(lines(&mut buffer, false), [""; 0], "the limit may wait");
        let mut buffer = line(MESSAGE_BYTES + 1);
        let taken = lines(&mut buffer, false);
        assert_eq!(taken.len(), 1, "one past does not");
        assert_eq!(buffer, b"x");
        buffer = [line(MESSAGE_BYTES * 2 + 1), b"\n".to_vec()].concat();
        let lengths: Vec<_> = lines(&mut buffer, false).iter().map(String::len).collect();
        assert_eq!(lengths, [MESSAGE_BYTES, MESSAGE_BYTES, 1]);
    }

    #[test]
    fn a_line_is_cut_between_characters() {
        let mut buffer = "é".repeat(MESSAGE_BYTES).into_bytes();
        buffer.insert(0, b'x');
        let taken = lines(&mut buffer, true);
        assert!(taken.iter().all(|line| !line.contains('\u{fffd}')));
        assert_eq!(taken.concat().chars().count(), MESSAGE_BYTES + 1);
    }

    #[test]
    fn what_is_not_text_is_shown_as_such() {
        assert_eq!(lines(&mut b"\xff\n".to_vec(), false), ["\u{fffd}"]);
        let mut buffer = vec![0x80; MESSAGE_BYTES + 1];
        assert_eq!(lines(&mut buffer, false).len(), 1);
    }
}
