//! Counts the bytes that this process holds on its heap, so that what an attack
//! leaves behind can be told. Knows nothing of who holds them.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

static HELD: AtomicUsize = AtomicUsize::new(0);
/// The most that was held since [`watch`] was called.
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator with a count.
pub struct Counting;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc`.
        let given = unsafe { System.alloc(layout) };
        if !given.is_null() {
            let before = HELD.fetch_add(layout.size(), Ordering::Relaxed);
            PEAK.fetch_max(before + layout.size(), Ordering::Relaxed);
        }
        given
    }

    unsafe fn dealloc(&self, given: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(given, layout) };
    }
}

/// Begins to look for the most that is held.
pub fn watch() {
    PEAK.store(held(), Ordering::Relaxed);
}

/// The most bytes that were held since [`watch`] was called.
pub fn peak() -> usize {
    PEAK.load(Ordering::Relaxed)
}

/// Bytes that are held now.
pub fn held() -> usize {
    HELD.load(Ordering::Relaxed)
}
