//! The data of a page: a JSON tree that set-data changes and that the view is a
//! pure function of. Knows neither pages nor WebAssembly.

mod path;
mod tree;
mod value;

pub use path::{InvalidPath, MAX_PATH_BYTES, MAX_SEGMENTS};
pub(crate) use tree::DataTree;
pub use tree::{DataError, MAX_CHANGES, MAX_GAP, MAX_SET_DATA_BYTES};
