//! A mini-app of the world `mini-app-sync` that also imports WASI 0.2, as tool chains make them. Each
//! event is one thing to try; what came of it is set as data.

#[cfg(target_family = "wasm")]
mod component;
#[cfg(target_family = "wasm")]
mod files;
#[cfg(target_family = "wasm")]
mod http;
#[cfg(target_family = "wasm")]
mod output;
#[cfg(target_family = "wasm")]
mod system;
