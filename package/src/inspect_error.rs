//! Owns why a component is refused, in words that lead to a component that is not. Must not know how
//! components are read.

use thiserror::Error;

use crate::catalogue::CONTRACT_VERSION;
use crate::component::{MAX_COMPONENT_BYTES, MAX_COMPONENT_ITEMS, MAX_ITEM_NAME_BYTES};
use crate::quote::{listed, shortened};

/// Most characters of the validator's message that are repeated.
const MAX_VALIDATOR_MESSAGE_CHARS: usize = 300;

/// Most exports that are named in an error.
const MAX_NAMED_EXPORTS: usize = 10;

/// Why bytes are not a component that this container runs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InspectError {
    /// There are no bytes.
    #[error("the file is empty: expected a WebAssembly component; build it with `miniapp build`")]
    Empty,
    /// More than [`MAX_COMPONENT_BYTES`].
    #[error(
        "the component has {size} bytes, more than {MAX_COMPONENT_BYTES}: build it in release mode, \
         and load pictures and other data over the network"
    )]
    TooLarge {
        /// The size in bytes.
        size: usize,
    },
    /// Not WebAssembly at all.
    #[error(
        "expected a WebAssembly component, came {looks_like}: give the path of the `.wasm` file that \
         `miniapp build` writes"
    )]
    NotWasm {
        /// What the bytes seem to be.
        looks_like: &'static str,
    },
    /// A core module, which has no interfaces.
    #[error(
        "expected a component, came a core module: build it with `miniapp build`, or wrap it with \
         `wasm-tools component new`"
    )]
    CoreModule,
    /// WebAssembly of another version than this container knows.
    #[error(
        "the file is WebAssembly of version {version}, layer {layer}: expected a component of version \
         13, layer 1; build it with current tools"
    )]
    UnknownVersion {
        /// The version in the header.
        version: u16,
        /// The layer in the header: 0 for core modules, 1 for components.
        layer: u16,
    },
    /// Not a valid component, or one with features that the engine does not run.
    #[error(
        "the component is not valid at byte {offset}: {message}; build it again, and check that it was \
         copied whole"
    )]
    Malformed {
        /// The offset of the fault in bytes.
        offset: usize,
        /// What is wrong there.
        message: String,
    },
    /// A built-in function that copies data unmetered.
    #[error(
        "the component uses the built-in `{name}` for data, which this container does not run: keep \
         what calls of a mini-app share in its own memory"
    )]
    Builtin {
        /// The built-in.
        name: &'static str,
    },
    /// Components with code of their own, nested in one.
    #[error(
        "the component is composed of several with code of their own, which this container does not \
         run: link them into one core module, or into one component with `wasm-tools component link`"
    )]
    Composed,
    /// More than [`MAX_COMPONENT_ITEMS`].
    #[error(
        "the component imports and exports more than {MAX_COMPONENT_ITEMS} functions: a mini-app needs \
         the interfaces of `miniapp:host` only"
    )]
    TooManyItems,
    /// A name of more than [`MAX_ITEM_NAME_BYTES`].
    #[error(
        "a name that the component imports or exports has {size} bytes, more than {MAX_ITEM_NAME_BYTES}"
    )]
    NameTooLong {
        /// The size of the name in bytes.
        size: usize,
    },
    /// A component, but not a mini-app.
    #[error("{}", wrong_world(.missing, .found))]
    WrongWorld {
        /// The exports that are missing for the nearest of the two worlds.
        missing: Vec<String>,
        /// The exports that are there.
        found: Vec<String>,
    },
    /// A mini-app of a version of the contract that this container does not serve.
    #[error(
        "the component is built for `{interface}`, but this container serves `miniapp:host` up to \
         {CONTRACT_VERSION}: update the container, or build the mini-app for a version it serves"
    )]
    OtherContract {
        /// The interface as the component names it.
        interface: String,
    },
}

impl From<wasmparser::Error> for InspectError {
    fn from(error: wasmparser::Error) -> Self {
        Self::Malformed {
            offset: error.offset(),
            message: shortened(error.message(), MAX_VALIDATOR_MESSAGE_CHARS),
        }
    }
}

fn wrong_world(missing: &[String], found: &[String]) -> String {
    let exports = |name: &str| found.iter().any(|export| export.starts_with(name));
    let what = if exports("wasi:cli/run") {
        "the component is a command-line program (it exports `wasi:cli/run`), not a mini-app"
            .to_owned()
    } else if exports("wasi:http/incoming-handler") || exports("wasi:http/handler") {
        "the component is an HTTP server (it exports `wasi:http`), not a mini-app".to_owned()
    } else if found.is_empty() {
        "the component is not a mini-app: it exports nothing".to_owned()
    } else {
        let named = listed(found.iter().take(MAX_NAMED_EXPORTS).map(String::as_str));
        let more = found.len().saturating_sub(MAX_NAMED_EXPORTS);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("the component is not a mini-app: it exports {named}{more}")
    };
    let missing = listed(missing.iter().map(String::as_str));
    format!("{what}; export {missing}, as the worlds of `miniapp:host` say")
}
