//! The part of the engine that is JavaScript itself, as one module that makes one function.

/// Its files, in the order that they stand on one another.
const FILES: [&str; 21] = [
    include_str!("../prelude/base.js"),
    include_str!("../prelude/console.js"),
    include_str!("../prelude/timers.js"),
    include_str!("../prelude/page.js"),
    include_str!("../prelude/fc.js"),
    include_str!("../prelude/request.js"),
    include_str!("../prelude/storage.js"),
    include_str!("../prelude/encoding.js"),
    include_str!("../prelude/clone.js"),
    include_str!("../prelude/url.js"),
    include_str!("../prelude/events.js"),
    include_str!("../prelude/fetch.js"),
    include_str!("../prelude/crypto.js"),
    include_str!("../prelude/date.js"),
    include_str!("../prelude/intl.js"),
    include_str!("../prelude/number.js"),
    include_str!("../prelude/moment.js"),
    include_str!("../prelude/navigation.js"),
    include_str!("../prelude/ui.js"),
    include_str!("../prelude/user.js"),
    concat!(
        include_str!("../prelude/extension.js"),
        include_str!("../prelude/system.js")
    ),
];

/// The name of the function that the module leaves in the global object, for the engine to
/// take away.
pub(crate) const BOOT: &str = "\u{0}boot";

/// The name that stands in stacks.
pub(crate) const NAME: &str = "miniapp:prelude";

/// The module's text.
pub(crate) fn text() -> String {
    let body = FILES.concat();
    format!("globalThis[\"\\0boot\"] = function (native) {{\n{body}\nreturn entry;\n}};\n")
}
