//! Bundles mini-apps from real folders, and runs what comes out in QuickJS.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod limits;
mod modules;
mod order;
mod packages;
mod places;
mod project;
mod refusals;
mod script;
mod warnings;
