//! The data of a page: a JSON tree that set-data changes and that the view is a
//! pure function of.
//!
//! Owns data paths, values and the tree ([`DataTree`]), and the limits of each:
//! everything comes from a guest. Must not know pages, WebAssembly or the contract.

mod assignment;
mod error;
pub mod path;
mod tree;
mod value;

pub use error::DataError;
pub use path::{InvalidPath, MAX_PATH_BYTES, MAX_SEGMENTS};
pub use tree::{Change, DataTree, MAX_CHANGES, MAX_GAP, MAX_SET_DATA_BYTES};
pub use value::{Unreadable, read as read_json};
