//! The JavaScript engine of mini-apps: QuickJS with `App`, `Page` and `fc`, over an
//! [`Outside`] that stands for the host.
//!
//! Compiled to WebAssembly it is the module that every mini-app in JavaScript shares
//! ([`component`](self) glue, wasm only); compiled natively it is the same engine without a
//! sandbox, for tests and as the peer of benchmarks. It must not know how scripts are bundled,
//! nor how components are put together.
//!
//! Code in texts does not run: the context that mini-apps run in has no `eval`, so that
//! neither it nor any road to `Function` compiles anything. Scripts are compiled in a second
//! context, which no script can reach, and handed over as bytecode.

mod compiler;
#[cfg(target_family = "wasm")]
mod component;
mod dice;
mod environment;
mod failure;
mod native;
mod outside;
mod prelude;
mod script;
mod tasks;
mod timers;
mod trace;

pub use environment::{Environment, LoadError};
pub use failure::Failure;
pub use outside::{
    DateOptions, Level, NumberOptions, Outside, Question, Reply, Request, Response, Usage, Work,
};
pub use script::Script;
