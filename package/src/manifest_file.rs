//! Owns reading a manifest from disk, within its limit. Must not know what the manifest says.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::manifest_error::{Complaint, ManifestError};
use crate::quote::shown_path;
use crate::yaml::{Document, MAX_MANIFEST_BYTES, Place, too_large};

/// Reads the file at `path` and hands its name and its text to `parse`.
pub(crate) fn read<T>(
    path: &Path,
    parse: impl FnOnce(&str, &str) -> Result<T, ManifestError>,
) -> Result<T, ManifestError> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy();
    let bytes =
        read_within_limit(path).map_err(|complaint| ManifestError::of_file(&name, complaint))?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => parse(&name, text),
        Err(error) => Err(not_utf8(&name, &bytes, error.valid_up_to())),
    }
}

fn read_within_limit(path: &Path) -> Result<Vec<u8>, Complaint> {
    let shown = || shown_path(path);
    let failed = |error: io::Error| Complaint::new(format!("cannot read `{}`: {error}", shown()));
    // Asked before the file is opened, because opening a pipe would wait for its other end.
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Complaint::new(format!("there is no file `{}`", shown()))
            .help("check the path, or create the file"),
        _ => failed(error),
    })?;
    if !metadata.is_file() {
        return Err(Complaint::new(format!("`{}` is not a file", shown()))
            .help("give the path of the manifest itself"));
    }
    if metadata.len() > MAX_MANIFEST_BYTES as u64 {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| {
            file.take(MAX_MANIFEST_BYTES as u64 + 1)
                .read_to_end(&mut bytes)
        })
        .map_err(failed)?;
    Ok(bytes)
}

/// The error for a file of which only the first `valid` bytes are text.
fn not_utf8(name: &str, bytes: &[u8], valid: usize) -> ManifestError {
    let text = String::from_utf8_lossy(bytes);
    let head = text.get(..valid).unwrap_or_default();
    let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    let place = Place {
        line: number(head.matches('\n').count()),
        column: number(head.rsplit('\n').next().unwrap_or_default().chars().count()),
        start: valid,
        end: valid,
    };
    let document = Document {
        file: name.into(),
        text: text.as_ref().into(),
    };
    let complaint = Complaint::new("the manifest is not UTF-8 text").help("save it as UTF-8");
    document.error(place, complaint)
}
