//! What must hold for any input that a stranger hands over: one module for each kind of input, whose
//! `check` panics where something does not hold.
//!
//! Owns the properties; must not know how inputs are found. The targets in `targets/` let libFuzzer
//! look for them (`cargo xtask fuzz`), and `tests/corpus.rs` runs the checks on the inputs in
//! `corpus/`, which hold a seed or two for each kind and what has been found once.

pub mod address;
pub mod allow_list;
pub mod app_manifest;
pub mod component_inspection;
pub mod data_path;
pub mod governance;
pub mod partner_manifest;
mod refusal;
pub mod script;

/// What must hold for an input; panics where it does not.
pub type Check = fn(&[u8]);

/// The name of each target, which is also its corpus's, and its check.
pub const CHECKS: [(&str, Check); 8] = [
    ("address", address::check),
    ("allow_list", allow_list::check),
    ("app_manifest", app_manifest::check),
    ("component_inspection", component_inspection::check),
    ("data_path", data_path::check),
    ("governance", governance::check),
    ("partner_manifest", partner_manifest::check),
    ("script", script::check),
];
