//! Builds mini-apps in JavaScript: the script's file for the engine that all of them share, and
//! the component that is engine and script together, with the imports that the app manifest asks
//! for. Must not know how scripts are bundled, nor who runs them.
//!
//! The component is what is reviewed and signed; the file, with the engine that a native app
//! has once, is the same mini-app in a form that costs its text ([`script_file`]). The
//! component has the bytes of that file in it.

mod asked;
mod component;
mod content;

pub use component::{ComponentError, component, engine, script_file};

/// The engine as a core module, its language and prelude booted.
const MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine.wasm"));

/// What a mini-app is made of besides the engine.
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
