//! Builds Rust mini-apps into components; owns the way from a crate to a `.wasm` file and must not
//! know what a mini-app does, nor who runs it.
//!
//! ```no_run
//! use miniapp_guest_build::{GuestBuild, build};
//!
//! # fn main() -> Result<(), miniapp_guest_build::BuildError> {
//! let built = build(&GuestBuild::new("examples/summer-campaign"))?;
//! println!("{} ({} bytes)", built.component.display(), built.size);
//! # Ok(())
//! # }
//! ```
//!
//! Needed is a Rust tool chain for `wasm32-unknown-unknown` ([`Toolchain`] says how it is found):
//! either one that has this target, or one that has the standard library's source. With the source,
//! the standard library is compiled first, which takes one to two minutes **once for each target
//! folder**; so let all guests share one, which they do by default.
//!
//! Nothing is ever installed from here, and the tool chain in use is never changed.

mod build;
pub mod build_script;
mod c_compiler;
mod cargo;
mod component;
mod crates;
mod toolchain;

pub use build::{BuildError, BuiltGuest, GuestBuild, build, build_all, build_module};
pub use c_compiler::{CCompiler, NoCCompiler};
pub use toolchain::{TARGET, Toolchain, ToolchainError};
