//! Output streams, whatever takes what is written.

use crate::component::wasi::io::streams::{OutputStream, StreamError};

/// Writes as tool chains do: as much as may be written, then waits.
pub(crate) fn write_all(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), StreamError> {
    while !bytes.is_empty() {
        stream.subscribe().block();
        let may = usize::try_from(stream.check_write()?).unwrap();
        let (now, later) = bytes.split_at(may.min(bytes.len()));
        stream.write(now)?;
        bytes = later;
    }
    Ok(())
}
