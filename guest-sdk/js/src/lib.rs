//! Builds mini-apps in JavaScript into components: the engine that all of them share, the
//! script, and the imports that the app manifest asks for. Must not know how scripts are
//! bundled, nor who runs a component.

mod asked;
mod component;

pub use component::{ComponentError, MAX_SCRIPT, component};

/// The engine as a core module, its language and prelude booted.
pub const ENGINE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine.wasm"));

/// What a component is made of besides the engine.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// One ES module without imports.
    pub text: String,
    /// The files that its lines come from.
    pub sources: Vec<String>,
    /// Which line comes from which, as source maps of version 3 have it. Where it is empty,
    /// the lines are those of the first source.
    pub mappings: String,
}
