//! The body of an answer, read up to its limit, as it came and as it unpacks.
//!
//! The threats: a body without end, and a small one that unpacks to gigabytes or
//! keeps a thread busy with unpacking. Input is unpacked in slices, what comes out is
//! counted before it is kept, and the time that unpacking takes is held to a share of
//! a core, since a server chooses how much of it a byte takes.

use std::io::{self, Write};
use std::time::Instant;

use flate2::write::GzDecoder;
use http_body_util::BodyExt;
use hyper::header::{self, HeaderMap};

use super::super::in_flight::Share;
use super::pace::Pace;
use super::policy::MAX_BODY_BYTES;
use super::stack::HttpBody;
use super::{Failed, MAX_BODIES, too_many_bodies};
use crate::contract::{GuestError, code};
use crate::meter::{Owed, price};

/// The encoding that the host asks for and unpacks.
pub(super) const ENCODING: &str = "gzip";

/// Bytes that are unpacked at once: a thousand times as many at most, which takes
/// a few milliseconds.
const SLICE: usize = 1 << 10;

/// Why a body is not kept.
enum Fault {
    TooLarge,
    TooMany,
    Corrupt(io::Error),
    /// Bytes follow the packed ones. RFC 1952 lets several streams follow one another;
    /// browsers read one, and each costs the host as much as a large one.
    NotTheEnd,
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooLarge => {
                let message = format!(
                    "the answer's body is larger than {MAX_BODY_BYTES} bytes; ask for it in parts"
                );
                GuestError::new(code::TOO_LARGE, message).into()
            }
            Fault::TooMany => too_many_bodies().into(),
            Fault::NotTheEnd => {
                let message = "the answer goes on after its gzip stream has ended";
                GuestError::new(code::NETWORK, message).into()
            }
            Fault::Corrupt(error) => {
                let message = format!("the answer cannot be unpacked: {error}");
                GuestError::new(code::NETWORK, message).into()
            }
        }
    }
}

/// Reads a body. Headers that describe what is unpacked here are taken out.
pub(super) async fn read(
    headers: &mut HeaderMap,
    mut body: HttpBody,
    held: &mut Share,
    pace: &Pace,
    owed: &Owed,
) -> Result<Vec<u8>, Failed> {
    let packed = is_packed(headers);
    let kept = Kept {
        body: Vec::new(),
        held,
        fault: None,
    };
    let mut sink = if packed {
        Sink::Packed(Box::new(GzDecoder::new(kept)))
    } else {
        Sink::Plain(kept)
    };
    let mut came = 0_usize;
    while let Some(frame) = body.frame().await {
        // Trailers are of no use to a mini-app.
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        came = came.saturating_add(data.len());
        owed.add(price::received(data.len()));
        if came > MAX_BODY_BYTES {
            return Err(Fault::TooLarge.into());
        }
        if !packed {
            sink.take(&data)?;
            continue;
        }
        for slice in data.chunks(SLICE) {
            let begun = Instant::now();
            sink.take(slice)?;
            let ahead = pace.add(begun.elapsed());
            if !ahead.is_zero() {
                tokio::time::sleep(ahead).await;
            }
        }
    }
    // An answer without a body, as to HEAD, unpacks to nothing.
    if packed && came > 0 {
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
        return Ok(sink.finish()?);
    }
    Ok(std::mem::take(&mut sink.kept().body))
}

/// Whether a body is packed once, as it was asked for. One that is packed otherwise is
/// the mini-app's to read, and its headers say how.
fn is_packed(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    let (Some(encoding), None) = (encodings.next(), encodings.next()) else {
        return false;
    };
    encoding.to_str().is_ok_and(|encoding| {
        encoding.eq_ignore_ascii_case(ENCODING) || encoding.eq_ignore_ascii_case("x-gzip")
    })
}

/// Where a body goes.
enum Sink<'a> {
    Plain(Kept<'a>),
    Packed(Box<GzDecoder<Kept<'a>>>),
}

impl<'a> Sink<'a> {
    fn kept(&mut self) -> &mut Kept<'a> {
        match self {
            Self::Plain(kept) => kept,
            Self::Packed(packed) => packed.get_mut(),
        }
    }

    fn take(&mut self, data: &[u8]) -> Result<(), Fault> {
        let taken = match self {
            Self::Plain(kept) => kept.write_all(data),
            Self::Packed(packed) => packed.write_all(data).and_then(|()| packed.flush()),
        };
        taken.map_err(|error| match self.kept().fault.take() {
            Some(fault) => fault,
            None if error.kind() == io::ErrorKind::WriteZero => Fault::NotTheEnd,
            None => Fault::Corrupt(error),
        })
    }

    fn finish(mut self) -> Result<Vec<u8>, Fault> {
        let finished = match &mut self {
            Self::Plain(_) => Ok(()),
            Self::Packed(packed) => packed.try_finish(),
        };
        let kept = self.kept();
        match finished {
            Ok(()) => Ok(std::mem::take(&mut kept.body)),
            Err(error) => Err(kept.fault.take().unwrap_or(Fault::Corrupt(error))),
        }
    }
}

/// A body as far as it has come, counted before it is kept.
struct Kept<'a> {
    body: Vec<u8>,
    held: &'a mut Share,
    fault: Option<Fault>,
}

impl Write for Kept<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let fault = if self.body.len().saturating_add(data.len()) > MAX_BODY_BYTES {
            Fault::TooLarge
        } else if !self.held.grow(data.len(), MAX_BODIES) {
            Fault::TooMany
        } else {
            self.body.extend_from_slice(data);
            return Ok(data.len());
        };
        self.fault = Some(fault);
        Err(io::Error::other("more than is kept"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
