//! A mini-app of the world `mini-app-sync`, written on its own bindings: one call at a time. Must not
//! know the asynchronous world.
//!
//! Loading a page fetches the URL of its query, if it has one, and sets `body`, and fails with `fail` in its
//! query; the event `sleep` waits
//! so many milliseconds as its detail's `ms` says and sets `slept`; `ask` asks for the user's consent to
//! its detail's `permission` and sets `status`; `keep` stores its detail, and sets what is `kept`, the
//! `keys`, and what is `left` when it was cleared; `noop` does nothing; `open` opens the
//! other page and `back` goes back. Every call of its life is logged, and its state is always the same.

#[cfg(target_family = "wasm")]
mod component;
