//! Owns how large a bundle may be. Must not know where it is counted.

/// Most bytes of a script: what WeChat allows for a package, and far more than what a page needs before
/// it can be seen. Whoever launches the mini-app parses all of it.
pub const MAX_SCRIPT_BYTES: usize = 2 * 1024 * 1024;

/// Most modules of a mini-app. Large npm packages have some hundreds; with more than this, a package
/// was asked for as a whole whose parts were meant.
pub const MAX_MODULES: usize = 5_000;

/// Most bytes of all sources together. They are held in memory with their syntax trees, which take some
/// ten times as much.
pub const MAX_SOURCE_BYTES: usize = 64 * 1024 * 1024;

/// Most errors that are reported at once: a screenful or two; the rest is counted.
pub const MAX_DIAGNOSTICS: usize = 20;

/// Stack of the thread that parses, in bytes: what parses and walks syntax trees recurses as deep as
/// they are nested.
pub(crate) const STACK_BYTES: usize = 64 * 1024 * 1024;
