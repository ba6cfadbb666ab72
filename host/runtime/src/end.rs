//! Why a mini-app ended, and how that is read out of what Wasmtime says.

use std::fmt;
use std::time::Duration;

use crate::limits::Limits;
use crate::meter::{Refusal, TurnTooLong};
use crate::report::AppError;

/// Why a mini-app is no longer live. Whatever the reason, nothing of it is left
/// and no other mini-app was touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndReason {
    /// The embedder closed it, and its callbacks have returned.
    #[error("closed")]
    Closed,
    /// It made room for others; see [`crate::MiniApp::evict`].
    #[error("ended to make room for others; what it saved is there when it is opened again")]
    Evicted,
    /// It was in the background for as long as it may be.
    #[error("ended after {} minutes in the background; what it saved is there when it is opened again", .after.as_secs() / 60)]
    LeftInBackground {
        /// [`Limits::background`].
        after: Duration,
    },
    /// The embedder closed it, and it did not return from its callbacks.
    #[error("closed by force: `on-hide` and `on-unload` did not return within {} ms; do less in them", .after.as_millis())]
    ClosedByForce {
        /// How long it was waited for.
        after: Duration,
    },
    /// `on-launch` returned an error.
    #[error("the launch was refused by the mini-app: {0}")]
    LaunchRefused(AppError),
    /// The launch did not finish in time.
    #[error("the launch did not finish within {} ms; wait for less in `on-launch`, or load it in the page's `on-load`", .limit.as_millis())]
    LaunchTooLong {
        /// The limit.
        limit: Duration,
    },
    /// The guest ended itself, through `wasi:cli/exit`.
    #[error(
        "the mini-app ended itself with the exit code {code}; a mini-app lives until it is closed, so have it return in place of that"
    )]
    Exited {
        /// What it gave: 0 where it found all in order.
        code: u8,
    },
    /// The guest trapped.
    #[error("the mini-app crashed: {kind}{}", Indented(.backtrace))]
    Trap {
        /// What it did.
        kind: TrapKind,
        /// Where, innermost first.
        backtrace: Vec<Frame>,
    },
    /// The guest burnt its fuel.
    #[error("the mini-app ran out of fuel: one event may burn {limit} units; do less at once, or give others a turn by waiting{}", Indented(.backtrace))]
    OutOfFuel {
        /// Fuel for one event.
        limit: u64,
        /// Where, innermost first.
        backtrace: Vec<Frame>,
    },
    /// The guest kept a thread busy for too long.
    #[error("the mini-app computed for {} ms without a pause; do less at once, or give others a turn by waiting", .limit.as_millis())]
    TurnTooLong {
        /// The limit.
        limit: Duration,
    },
    /// The guest could not live with less memory than it asked for.
    #[error("the mini-app ran out of memory: it asked for {wanted} bytes in all, {limit} are allowed; keep less, or ask for it in parts{}", Indented(.backtrace))]
    OutOfMemory {
        /// Bytes that it would have held.
        wanted: usize,
        /// Bytes that it may hold.
        limit: usize,
        /// Where, innermost first.
        backtrace: Vec<Frame>,
    },
    /// The pool has nothing left of what the guest needs to go on.
    #[error(
        "the host's pool is exhausted: {0}; raise `EngineOptions::live_apps` or `EngineOptions::stacks`, or live with fewer mini-apps"
    )]
    PoolExhausted(String),
    /// The host itself failed. A defect of the host or of what the embedder has
    /// supplied to it, not of the mini-app.
    #[error("the host failed: {0}")]
    Host(String),
}

/// What the host itself could not do. Every other error comes of what the guest
/// has handed over: pointers outside its memory, text that is not UTF-8, more
/// than a call may carry.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct HostFault(pub(crate) String);

/// How a guest crashed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrapKind {
    /// It panicked or aborted.
    #[error("it aborted (`unreachable`), as a panic does; its log tells more")]
    Unreachable,
    /// It called itself without end.
    #[error("its stack is exhausted, as by recursion without end")]
    StackOverflow,
    /// It read or wrote outside its memory.
    #[error("it accessed memory that it does not have")]
    MemoryOutOfBounds,
    /// It divided an integer by zero.
    #[error("it divided by zero")]
    DivisionByZero,
    /// It waits for nothing that could ever come.
    #[error("it waits for something that can never come")]
    Deadlock,
    /// It did something else that WebAssembly forbids.
    #[error("{0}")]
    Other(String),
}

/// One frame of a guest's backtrace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The function's name, or its number where the component has no names.
    pub function: String,
    /// Offset in the core module, in bytes.
    pub offset: Option<usize>,
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.function)?;
        match self.offset {
            Some(offset) => write!(f, " (0x{offset:x})"),
            None => Ok(()),
        }
    }
}

struct Indented<'a>(&'a [Frame]);

impl fmt::Display for Indented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|frame| write!(f, "\n    at {frame}"))
    }
}

/// Frames of a backtrace that are kept, innermost first.
const FRAMES: usize = 16;

/// Bytes of an error's text that are kept; it may quote the guest.
const MESSAGE_BYTES: usize = 1_000;

/// Bytes of a function's name that are kept; names come from the guest.
const NAME_BYTES: usize = 200;

impl EndReason {
    /// Reads an error of Wasmtime's. `refusal` is a growth of memory that was
    /// refused in the same turn: the abort that follows one is its consequence.
    pub(crate) fn from_wasmtime(
        error: &wasmtime::Error,
        limits: &Limits,
        refusal: Option<Refusal>,
    ) -> Self {
        let backtrace = frames(error);
        if let Some(exhausted) = error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>() {
            return Self::PoolExhausted(exhausted.to_string());
        }
        if error.is::<TurnTooLong>() {
            return Self::TurnTooLong { limit: limits.turn };
        }
        if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
            let code = u8::try_from(exit.0).unwrap_or(u8::MAX);
            return Self::Exited { code };
        }
        if let Some(fault) = error.downcast_ref::<HostFault>() {
            return Self::Host(fault.to_string());
        }
        let Some(trap) = error.downcast_ref::<wasmtime::Trap>() else {
            let mut message = error.root_cause().to_string();
            crate::report::truncate(&mut message, MESSAGE_BYTES);
            return Self::Trap {
                kind: TrapKind::Other(message),
                backtrace,
            };
        };
        use wasmtime::Trap;
        let kind = match trap {
            Trap::OutOfFuel => {
                return Self::OutOfFuel {
                    limit: limits.fuel_per_event,
                    backtrace,
                };
            }
            Trap::UnreachableCodeReached => {
                if let Some(Refusal { wanted, limit }) = refusal {
                    return Self::OutOfMemory {
                        wanted,
                        limit,
                        backtrace,
                    };
                }
                TrapKind::Unreachable
            }
            Trap::StackOverflow => TrapKind::StackOverflow,
            Trap::MemoryOutOfBounds | Trap::HeapMisaligned => TrapKind::MemoryOutOfBounds,
            Trap::IntegerDivisionByZero => TrapKind::DivisionByZero,
            Trap::AsyncDeadlock => TrapKind::Deadlock,
            other => TrapKind::Other(other.to_string()),
        };
        Self::Trap { kind, backtrace }
    }
}

fn frames(error: &wasmtime::Error) -> Vec<Frame> {
    let Some(backtrace) = error.downcast_ref::<wasmtime::WasmBacktrace>() else {
        return Vec::new();
    };
    let frame = |frame: &wasmtime::FrameInfo| {
        let mut function = match frame.func_name() {
            // Rust mangles names; no other language's names look like its.
            Some(name) => frame
                .symbols()
                .iter()
                .find_map(|symbol| symbol.name())
                .unwrap_or(name)
                .chars()
                .filter(|character| !character.is_control())
                .collect(),
            None => format!("function {}", frame.func_index()),
        };
        crate::report::truncate(&mut function, NAME_BYTES);
        Frame {
            function,
            offset: frame.module_offset(),
        }
    };
    backtrace.frames().iter().take(FRAMES).map(frame).collect()
}
