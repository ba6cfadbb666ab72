//! The engine's memory: one allocator for Rust and for QuickJS. Knows nothing of what lies in it.
//!
//! What it boots in is shared by all mini-apps as the snapshot is: a page of it that a mini-app
//! writes to is its own from then on. So a life takes no room there, where free blocks lie
//! scattered among what is in use, but behind it, and gives none back. QuickJS takes its memory in
//! pieces of a page or a little less, which it divides into blocks of one size; each of them is
//! put on a page of its own, so that no block of it drags in a second one. And what is given back
//! while it boots is made nought, so that the snapshot holds nothing of what is gone, such as the
//! text of the prelude.

use core::arch::wasm32::memory_size;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};
use std::ptr::null_mut;

use dlmalloc::Dlmalloc;

#[global_allocator]
static MEMORY: Memory = Memory {
    end: Cell::new(None),
    lives: Cell::new(false),
    boot: UnsafeCell::new(Heap::new()),
    life: UnsafeCell::new(Heap::new()),
};

/// Bytes of a page of WebAssembly's memory.
const WASM_PAGE: usize = 1 << 16;

struct Memory {
    /// Where the memory of a life begins, once nothing more is taken before it.
    end: Cell<Option<usize>>,
    /// Whether the snapshot was taken, or is about to be.
    lives: Cell<bool>,
    boot: UnsafeCell<Heap>,
    life: UnsafeCell<Heap>,
}

// SAFETY: the engine is built without threads, so there is one that uses it.
unsafe impl Sync for Memory {}

/// What is taken from now on lies behind all that there is.
pub(super) fn close() {
    MEMORY.end.set(Some(memory_size::<0>() * WASM_PAGE));
}

/// Whether a block was taken after [`close`].
pub(super) fn is_behind(block: *const u8) -> bool {
    MEMORY.end.get().is_some_and(|end| block.addr() >= end)
}

/// The engine has booted: nothing is made nought any more.
pub(super) fn live() {
    MEMORY.lives.set(true);
}

impl Memory {
    /// The heap that blocks are taken from.
    fn heap(&self) -> *mut Heap {
        if self.end.get().is_some() {
            self.life.get()
        } else {
            self.boot.get()
        }
    }
}

// SAFETY: it hands out what its heaps do, and gives each block back to the one that it is
// from, or to none. What it writes lies in a block that is being given back, and what it copies
// are bytes that both blocks have.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: no heap calls anything that comes back here, so this is the only reference to it;
        // the caller keeps the contract.
        unsafe { (*self.heap()).take(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { (*self.heap()).take_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let owner = if is_behind(block) {
            self.life.get()
        } else if self.end.get().is_none() {
            self.boot.get()
        } else {
            return;
        };
        // SAFETY: the block has so many bytes and nobody uses them any more; it is of this
        // heap, to which there is no other reference.
        unsafe {
            if !self.lives.get() {
                block.write_bytes(0, layout.size());
            }
            (*owner).give(block, layout);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if self.lives.get() && is_behind(block) && !is_page(layout.size()) && !is_page(size) {
            // SAFETY: the block is of this heap, to which there is no other reference.
            return unsafe { (*self.life.get()).resize(block, layout, size) };
        }
        // SAFETY: the caller promises a size that fits the alignment; both blocks have the smaller
        // number of bytes, and do not overlap.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                new.copy_from_nonoverlapping(block, size.min(layout.size()));
                self.dealloc(block, layout);
            }
            new
        }
    }
}

/// Bytes of a page, as hosts have them.
const PAGE: usize = 1 << 12;

/// Pages that are taken at once.
const PAGES: usize = 15;

/// Whether a block of so many bytes has a page of its own.
const fn is_page(bytes: usize) -> bool {
    PAGE - 256 < bytes && bytes <= PAGE
}

/// Blocks of any size, and pages.
struct Heap {
    blocks: Dlmalloc,
    /// Where the next page lies that was never taken.
    next: *mut u8,
    /// How many follow there.
    left: usize,
    /// The page that was given back last. In each lies which one was before it.
    given: *mut *mut u8,
}

impl Heap {
    const fn new() -> Self {
        Self {
            blocks: Dlmalloc::new(),
            next: null_mut(),
            left: 0,
            given: null_mut(),
        }
    }

    /// # Safety
    ///
    /// As of [`GlobalAlloc::alloc`].
    unsafe fn take(&mut self, layout: Layout) -> *mut u8 {
        if is_page(layout.size()) {
            return self.take_page();
        }
        // SAFETY: the caller keeps the contract.
        unsafe { self.blocks.malloc(layout.size(), layout.align()) }
    }

    /// # Safety
    ///
    /// As of [`GlobalAlloc::alloc_zeroed`].
    unsafe fn take_zeroed(&mut self, layout: Layout) -> *mut u8 {
        if !is_page(layout.size()) {
            // SAFETY: the caller keeps the contract.
            return unsafe { self.blocks.calloc(layout.size(), layout.align()) };
        }
        let page = self.take_page();
        if !page.is_null() {
            // SAFETY: a page has more bytes than such a block.
            unsafe { page.write_bytes(0, layout.size()) };
        }
        page
    }

    fn take_page(&mut self) -> *mut u8 {
        let page = self.given;
        if !page.is_null() {
            // SAFETY: it is a page that was given back, with which one was before it.
            self.given = unsafe { page.read() }.cast();
            return page.cast();
        }
        if self.left == 0 {
            // SAFETY: the size is not nought, and the alignment a power of two.
            self.next = unsafe { self.blocks.malloc(PAGES * PAGE, PAGE) };
            if self.next.is_null() {
                return self.next;
            }
            self.left = PAGES;
        }
        let page = self.next;
        self.next = page.wrapping_add(PAGE);
        self.left -= 1;
        page
    }

    /// # Safety
    ///
    /// As of [`GlobalAlloc::dealloc`], for a block of this heap.
    unsafe fn give(&mut self, block: *mut u8, layout: Layout) {
        if is_page(layout.size()) {
            let page: *mut *mut u8 = block.cast();
            // SAFETY: a page has room for an address, and nobody uses it any more.
            unsafe { page.write(self.given.cast()) };
            self.given = page;
            return;
        }
        // SAFETY: the caller keeps the contract.
        unsafe { self.blocks.free(block, layout.size(), layout.align()) }
    }

    /// # Safety
    ///
    /// As of [`GlobalAlloc::realloc`], for a block of this heap that is and becomes no page.
    unsafe fn resize(&mut self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        unsafe {
            self.blocks
                .realloc(block, layout.size(), layout.align(), size)
        }
    }
}
