//! Owns what no mini-app may have in its source, and what is said of it. Must not know how it is found.

use crate::diagnostic::{Diagnostic, Problem};

/// Something that a mini-app cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// `await` outside any function.
    TopLevelAwait,
    /// `import(…)` of something else than a literal.
    DynamicImport,
    /// `require(…)` of something else than a literal, which is only warned of.
    DynamicRequire,
    /// `@name` before a class or a part of one.
    Decorator,
}

impl Finding {
    /// What is said of it in the file called `name`.
    pub(crate) fn told(self, name: &str) -> Diagnostic {
        let (problem, message, help) = match self {
            Self::TopLevelAwait => (
                Problem::TopLevelAwait,
                "`await` stands outside any function",
                "nothing waits for a script to start: put it into an `async` function, such as `onLoad` of the page",
            ),
            Self::DynamicImport => (
                Problem::DynamicImport,
                "`import(…)` is given a name that only the running script knows",
                "write the name as a literal, as in `import(\"./chart.js\")`, once for each that there may be",
            ),
            Self::DynamicRequire => (
                Problem::DynamicRequire,
                "`require(…)` is given a name that only the running script knows, and will throw",
                "write the name as a literal, as in `require(\"./chart.js\")`, once for each that there may be",
            ),
            Self::Decorator => (
                Problem::Syntax,
                "decorators are not part of JavaScript yet",
                "call the function that the decorator is",
            ),
        };
        Diagnostic::of_file(problem, name, message).with_help(help)
    }
}
