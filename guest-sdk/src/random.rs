//! Random bytes, fit for cryptography; must not know where they come from.

use crate::error::Result;
use crate::host;

/// So many random bytes, at most 65,536.
///
/// # Errors
/// Fails for more.
pub fn bytes(length: u32) -> Result<Vec<u8>> {
    host::random_bytes(length)
}

/// A random number, for seeds.
pub fn number() -> u64 {
    host::random_number()
}
