//! Owns how large a bundle may be. Must not know where it is counted.

/// Most bytes of a script: what WeChat allows for a package, and far more than what a page needs before
/// it can be seen. Whoever launches the mini-app parses all of it.
pub const MAX_BUNDLE_BYTES: usize = 2 * 1024 * 1024;

/// Most modules of a mini-app. Large npm packages have some hundreds; with more than this, a package
/// was asked for as a whole whose parts were meant.
pub const MAX_MODULES: usize = 5_000;

/// Most bytes of all sources together: sixteen times what is left of them in the largest script. They are
/// held in memory with their syntax trees, which take some ten times as much.
pub const MAX_SOURCE_BYTES: usize = 32 * 1024 * 1024;

/// Most brackets that are open at once in a source. Code that people write has some tens; what parses it
/// here and in the engine recurses as deep, and each line of the script is indented as far.
pub const MAX_NESTING: usize = 500;

/// Most errors that are reported at once, and most warnings: a screenful or two; the rest of the errors
/// is counted.
pub const MAX_DIAGNOSTICS: usize = 20;

/// Most errors that are kept until the first of them are reported; those past it are not counted.
pub(crate) const MAX_KEPT_ERRORS: usize = 1_000;

/// Stack of each thread that parses or links, in bytes. What walks syntax trees recurses as deep as they
/// are nested, also where there are no brackets: this bears 20,000 operators in a row, of any kind.
pub(crate) const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Most threads that one bundle is made on, each with such a stack. More than a few gain nothing where all
/// of it takes less than a second.
pub(crate) const MAX_THREADS: usize = 8;
