//! Owns recognising what some bytes are by their beginning. Must not know what comes after it.

use crate::inspect_error::InspectError;

/// The first four bytes of everything in WebAssembly's binary format.
const MAGIC: &[u8; 4] = b"\0asm";

/// Version and layer of a core module.
const MODULE: [u8; 4] = [1, 0, 0, 0];

/// Version and layer of a component.
const COMPONENT: [u8; 4] = [0x0d, 0, 1, 0];

/// Length of the header in bytes.
const HEADER_BYTES: usize = 8;

/// Most bytes that are looked at to see whether a file is text.
const SNIFFED_BYTES: usize = 512;

/// Checks that `bytes` begin as a component does.
pub(crate) fn check_header(bytes: &[u8]) -> Result<(), InspectError> {
    if bytes.is_empty() {
        return Err(InspectError::Empty);
    }
    if !bytes.starts_with(MAGIC) {
        return Err(InspectError::NotWasm {
            looks_like: looks_like(bytes),
        });
    }
    let rest = bytes.get(MAGIC.len()..HEADER_BYTES);
    match rest.and_then(|rest| <[u8; 4]>::try_from(rest).ok()) {
        Some(COMPONENT) => Ok(()),
        Some(MODULE) => Err(InspectError::CoreModule),
        Some([low, high, layer_low, layer_high]) => Err(InspectError::UnknownVersion {
            version: u16::from_le_bytes([low, high]),
            layer: u16::from_le_bytes([layer_low, layer_high]),
        }),
        None => Err(InspectError::Malformed {
            offset: bytes.len(),
            message: format!("the header has {HEADER_BYTES} bytes, here it ends"),
        }),
    }
}

/// What bytes that are not WebAssembly seem to be.
fn looks_like(bytes: &[u8]) -> &'static str {
    const SIGNATURES: [(&[u8], &str); 12] = [
        (b"PK\x03\x04", "a ZIP archive, such as a package"),
        (b"\x7fELF", "a native program or library (ELF)"),
        (b"MZ", "a native program or library (Windows)"),
        (b"\xcf\xfa\xed\xfe", "a native program or library (macOS)"),
        (
            b"\xca\xfe\xba\xbe",
            "a native library (macOS) or a Java class",
        ),
        (b"\x1f\x8b", "a file compressed with gzip"),
        (b"\x28\xb5\x2f\xfd", "a file compressed with zstd"),
        (b"!<arch>", "a static library"),
        (b"#!", "a script"),
        (b"(component", "a component in WebAssembly's text format"),
        (b"(module", "a module in WebAssembly's text format"),
        (b"<", "an HTML or XML page, such as a server's error page"),
    ];
    let begin = bytes.trim_ascii_start();
    let signature = SIGNATURES
        .iter()
        .find(|(signature, _)| begin.starts_with(signature));
    match signature {
        Some((_, name)) => name,
        None if is_text(bytes) => "text, such as source code",
        None => "some other binary format",
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..SNIFFED_BYTES).unwrap_or(bytes);
    let head = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character may be cut at the end of what is looked at.
        Err(error) if error.error_len().is_none() => {
            let whole = head.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !head
        .chars()
        .any(|ch| ch.is_control() && !ch.is_ascii_whitespace())
}
