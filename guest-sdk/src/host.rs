//! The functions of the contract that a mini-app may call, the same ones on every target; must not know
//! what they are called for.
//!
//! In a component they are its imports. Only what is called remains an import, so nothing here calls
//! another one. Elsewhere, [`testing`](crate::testing) answers.

#[cfg(target_family = "wasm")]
mod device;
#[cfg(target_family = "wasm")]
mod imports;

#[cfg(target_family = "wasm")]
pub(crate) use device::*;
#[cfg(target_family = "wasm")]
pub(crate) use imports::*;

#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::testing::device::*;
#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::testing::imports::*;
