//! The engine natively, over a host that records: what scripts may write, and what they see.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod date;
mod fc;
mod hostile;
mod intl;
mod language;
mod lifecycle;
mod outside;
mod set_data;
mod timers;
mod url_standard;
mod user;
mod web;
