//! What one mini-app may use: every quantity of the runtime that can be
//! exhausted, with its default and the reason for it.
//!
//! Knows nothing of how a limit is enforced.

use std::time::Duration;

/// Fuel that one event may burn, and the size of an app's bucket.
///
/// Compiled Rust burns about 10 million a millisecond, a JavaScript engine about
/// 4 million: ten to twenty-five milliseconds of work, more than a frame and far
/// less than what a user takes for a hang.
pub const FUEL_PER_EVENT: u64 = 100_000_000;

/// Fuel that an app is given in any one second: about a tenth of one core.
pub const FUEL_PER_SECOND: u64 = 1_000_000_000;

/// Fuel burnt between two moments at which a running mini-app lets others run
/// and its time limits are checked: about a tenth of a millisecond when compiled.
pub const FUEL_SLICE: u64 = 1_000_000;

/// The same for a mini-app that makes the host work: between two calls it burns
/// little, and the host's work is not cut.
pub const SHORT_SLICE: u64 = 50_000;

/// Time for which a mini-app may keep a thread busy at once, before it is held to
/// its share of a core: the launch of a large one, on an old phone.
pub const BUSY_BURST: Duration = Duration::from_secs(1);

/// Per cent of a core that a mini-app may keep busy in the long run, whatever it
/// burns. Compiled code is held to a tenth by its fuel; this is for the interpreter, and
/// for work that fuel does not tell.
pub const CORE_PERCENT: u32 = 50;

/// Busy time that is not worth a look at the clock.
pub const BUSY_STEP: Duration = Duration::from_millis(5);

/// Bytes of a mini-app's memories and of the page data that the host keeps for it.
pub const MEMORY: usize = 64 << 20;

/// Elements of all of a component's tables together; a table of function
/// pointers of the largest known guest has 5,000.
pub const TABLE_ELEMENTS: usize = 20_000;

/// Core instances of one component: a guest, and the shim and fix-up modules
/// that encoders add.
pub const CORE_INSTANCES: u32 = 16;

/// Bytes that the engine keeps for one core instance beside its memory: its globals,
/// imports and functions. The largest engine of JavaScript that is known takes half.
pub const CORE_INSTANCE_BYTES: usize = 1 << 20;

/// Bytes of a linear memory that stay with its place in the pool when its mini-app has ended, for
/// the next one: what one in JavaScript has written by its first page, and half as much again.
pub const KEPT_MEMORY: usize = 512 << 10;

/// Linear memories of one component: the guest's own, and one of an adapter's.
pub const MEMORIES_PER_COMPONENT: u32 = 2;

/// Tables of one component: the guest's own, and those of encoders' shims.
pub const TABLES_PER_COMPONENT: u32 = 4;

/// Bytes of WebAssembly stack.
pub const WASM_STACK: usize = 512 << 10;

/// Bytes of a fiber's whole stack: the guest's, and what host code needs on top.
pub const FIBER_STACK: usize = 2 << 20;

/// Stacks that a pool has beyond one for each live mini-app.
pub const SPARE_STACKS: u32 = 16;

/// Bytes that one call from a guest may make the host copy. The largest argument
/// of the contract is a request of 8 MiB body with its headers.
pub const HOST_CALL_BYTES: usize = 10 << 20;

/// Handles that a component may hold at once: streams, futures and subtasks.
pub const HANDLES: usize = 4_096;

/// Resources of WASI that a mini-app may hold at once: streams, what it waits for,
/// requests, header fields. One takes the host 64 KiB at most.
pub const WASI_RESOURCES: usize = 1_024;

/// Bytes of the files of one mini-app, for one user: what WeChat and FinClip give
/// a mini-app for its storage.
pub const FILES: u64 = 10 << 20;

/// Bytes of the storage of one mini-app, for one user: what WeChat and FinClip give.
pub const STORAGE: u64 = 10 << 20;

/// Files and folders of one mini-app, for one user.
pub const FILE_ENTRIES: u64 = 1_024;

/// Pages of one mini-app that are open at once: WeChat's limit.
pub const PAGES: usize = 10;

/// How long a mini-app goes on in the background before it is suspended: WeChat's time.
pub const SUSPEND: Duration = Duration::from_secs(5);

/// How long a mini-app may be in the background before it is ended: WeChat's time.
pub const BACKGROUND: Duration = Duration::from_secs(30 * 60);

/// Events that wait for delivery to one mini-app.
pub const MAILBOX: usize = 64;

/// Questions of the embedder's that wait for a mini-app's task.
pub const REQUESTS: usize = 16;

/// Callbacks of one mini-app that are under way at once.
pub const CALLBACKS: usize = 64;

/// Bytes of an event's `detail`, of its `dataset`, and of a launch's `extra`.
pub const EVENT_BYTES: usize = 64 << 10;

/// Bytes of an event's handler name.
pub const HANDLER_BYTES: usize = 256;

/// How long a question to the user may stay open: as long as somebody may look for their
/// glasses, and no longer than they remember what they were about to do.
pub const CONSENT: Duration = Duration::from_secs(5 * 60);

/// What one mini-app may use. `Default` is meant for a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of memory, see [`MEMORY`].
    pub memory: usize,
    /// Fuel for one event, see [`FUEL_PER_EVENT`].
    pub fuel_per_event: u64,
    /// Fuel in one second, see [`FUEL_PER_SECOND`].
    pub fuel_per_second: u64,
    /// Per cent of a core, see [`CORE_PERCENT`]; 100 holds nothing back.
    pub core_percent: u32,
    /// Bytes of files, see [`FILES`].
    pub files: u64,
    /// Bytes of storage, see [`STORAGE`].
    pub storage: u64,
    /// Pages that are open at once, see [`PAGES`].
    pub pages: usize,
    /// How long it goes on in the background before it is suspended, and whenever it is
    /// delivered an event there, see [`SUSPEND`].
    pub suspend: Duration,
    /// How long it may be in the background before it is ended, see [`BACKGROUND`].
    pub background: Duration,
    /// How long a launch may take until `on-launch` and `on-show` have returned; ten seconds.
    /// Not counted is the time in which the mini-app's questions to the user are open, of
    /// which there may be [`Self::consent`] in all.
    pub launch: Duration,
    /// How long a mini-app may compute without returning to the event loop; two
    /// seconds. Time that it waits, or that others run, is not counted.
    pub turn: Duration,
    /// How long a mini-app that is being closed may take for `on-hide` and
    /// `on-unload`, and for what they have begun; half a second.
    pub close: Duration,
    /// How long a question to the user may stay open, see [`CONSENT`].
    pub consent: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: MEMORY,
            fuel_per_event: FUEL_PER_EVENT,
            fuel_per_second: FUEL_PER_SECOND,
            core_percent: CORE_PERCENT,
            files: FILES,
            storage: STORAGE,
            pages: PAGES,
            suspend: SUSPEND,
            background: BACKGROUND,
            launch: Duration::from_secs(10),
            turn: Duration::from_secs(2),
            close: Duration::from_millis(500),
            consent: CONSENT,
        }
    }
}
