//! Owns what a component's imports need, for people who review it. Must not know what is granted.

use crate::catalogue::{Requirement, requirement};
use crate::component::ComponentInfo;
use crate::interface_name::InterfaceName;

/// What one import needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The import's name, such as `miniapp:host/request@1.0.0`.
    pub import: String,
    /// The name taken apart, if it is an interface's.
    pub interface: Option<InterfaceName>,
    /// What it needs; `None` if the import is neither of the contract nor of WASI as served here, and
    /// thus not for the catalogue to say: an interface of the native app's own, or nothing known.
    pub requirement: Option<Requirement>,
}

/// What each import of the component needs, in the component's order.
#[must_use]
pub fn needed(info: &ComponentInfo) -> Vec<Need> {
    let needs = info.imports.iter().map(|import| Need {
        import: import.name.clone(),
        interface: import.interface.clone(),
        requirement: import.interface.as_ref().and_then(requirement),
    });
    needs.collect()
}
