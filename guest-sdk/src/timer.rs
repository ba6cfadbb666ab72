//! Waiting; must not know who wakes.

use crate::error::Result;
use crate::host;
use std::time::Duration;

/// Waits at least so long, in steps of a millisecond and at most 49 days.
///
/// # Errors
/// Fails if too many sleeps wait already.
pub async fn sleep(duration: Duration) -> Result<()> {
    let milliseconds = duration.as_nanos().div_ceil(1_000_000);
    host::sleep(u32::try_from(milliseconds).unwrap_or(u32::MAX)).await
}
