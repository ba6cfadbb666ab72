//! Owns which interfaces of WASI 0.2 this container serves, to mini-apps whose tool chain imports
//! them. Must not know how they are served, nor who was granted what.
//!
//! | interface of WASI 0.2 | needs |
//! |---|---|
//! | `io/*`, `clocks/monotonic-clock`, `clocks/wall-clock`, `random/*`, `cli/stdout`, `cli/stderr`, `cli/exit`, `http/types` | nothing |
//! | `http/outgoing-handler` | `network.allow`; without it, every request is denied |
//! | `filesystem/*` | nothing; without `storage:files`, inert |
//! | `cli/environment`, `cli/stdin`, `cli/terminal-*`, `sockets/*` | nothing: inert |
//!
//! What is inert is served because tool chains import it whether the mini-app uses it or not, and
//! there is nothing behind it: no argument, no variable, no input, no folder, no socket.

use semver::Version;

use crate::catalogue::Requirement;
use crate::interface_name::InterfaceName;
use crate::permission::Permission;

/// The newest version of WASI that this container serves, with all earlier ones from 0.2.0 on.
pub const WASI_VERSION: Version = Version::new(0, 2, 12);

/// What an interface of WASI needs; `None` if this container does not serve it, or not in this
/// version.
pub(crate) fn requirement(interface: &InterfaceName) -> Option<Requirement> {
    if !is_wasi(interface) || !interface.version.as_ref().is_some_and(serves) {
        return None;
    }
    match (interface.package.as_str(), interface.interface.as_str()) {
        ("io", "error" | "poll" | "streams")
        | ("clocks", "monotonic-clock" | "wall-clock")
        | ("random", "random" | "insecure" | "insecure-seed")
        | ("cli", "stdout" | "stderr" | "exit")
        | ("http", "types") => Some(Requirement::Nothing),
        ("http", "outgoing-handler") => Some(Requirement::Network),
        ("filesystem", "types" | "preopens") => Some(Requirement::InertWithout(Permission::Files)),
        ("cli", "environment" | "stdin")
        | (
            "cli",
            "terminal-input" | "terminal-output" | "terminal-stdin" | "terminal-stdout"
            | "terminal-stderr",
        )
        | (
            "sockets",
            "network" | "instance-network" | "ip-name-lookup" | "tcp" | "tcp-create-socket" | "udp"
            | "udp-create-socket",
        ) => Some(Requirement::Inert),
        _ => None,
    }
}

/// Whether `interface` is of WASI, in any version.
#[must_use]
pub fn is_wasi(interface: &InterfaceName) -> bool {
    interface.namespace == "wasi"
}

/// Whether this container serves `version` of WASI: any of 0.2 up to [`WASI_VERSION`], and no
/// pre-release, whose types differ.
fn serves(version: &Version) -> bool {
    let first = Version::new(WASI_VERSION.major, WASI_VERSION.minor, 0);
    version.pre.is_empty() && first <= *version && *version <= WASI_VERSION
}
