//! Owns telling which of the contract's two worlds a component is of. Must not know what the imports
//! need.

use std::fmt;

use crate::catalogue::{CONTRACT_VERSION, is_contract, serves};
use crate::component::ComponentInfo;
use crate::inspect_error::InspectError;
use crate::interface_name::InterfaceName;

/// A world of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum World {
    /// `mini-app`: asynchronous exports.
    Async,
    /// `mini-app-sync`: one call at a time.
    Sync,
}

impl World {
    /// The world's name in the contract.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Async => "mini-app",
            Self::Sync => "mini-app-sync",
        }
    }

    /// The interfaces that a mini-app of this world exports.
    #[must_use]
    pub const fn exports(self) -> [&'static str; 2] {
        match self {
            Self::Async => ["lifecycle", "page"],
            Self::Sync => ["lifecycle-sync", "page-sync"],
        }
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ComponentInfo {
    /// The world of the contract that the component is of; [`World::Async`] if it is of both.
    ///
    /// # Errors
    ///
    /// [`InspectError::OtherContract`] if it imports or exports a version of `miniapp:host` that this
    /// container does not serve, [`InspectError::WrongWorld`] if it lacks an export of both worlds.
    pub fn require_world(&self) -> Result<World, InspectError> {
        let imports = self.imports.iter().map(|import| &import.interface);
        let exports = self.exports.iter().map(|export| &export.interface);
        for interface in imports.chain(exports).flatten() {
            if is_contract(interface) && !interface.version.as_ref().is_some_and(serves) {
                return Err(InspectError::OtherContract {
                    interface: interface.to_string(),
                });
            }
        }
        let (missing, missing_sync) = (self.missing(World::Async), self.missing(World::Sync));
        if missing.is_empty() {
            Ok(World::Async)
        } else if missing_sync.is_empty() {
            Ok(World::Sync)
        } else {
            let nearest = if missing_sync.len() < missing.len() {
                missing_sync
            } else {
                missing
            };
            Err(InspectError::WrongWorld {
                missing: nearest,
                found: self
                    .exports
                    .iter()
                    .map(|export| export.name.clone())
                    .collect(),
            })
        }
    }

    /// Whether the component exports the contract's interface `name`, such as `state`, in any version.
    #[must_use]
    pub fn exports_contract(&self, name: &str) -> bool {
        let mut exported = self.exports.iter().flat_map(|export| &export.interface);
        exported.any(|interface| is_contract(interface) && interface.interface == name)
    }

    /// The exports that the component lacks for `world`.
    fn missing(&self, world: World) -> Vec<String> {
        let missing = world
            .exports()
            .into_iter()
            .filter(|name| !self.exports_contract(name));
        missing
            .map(|name| {
                let interface = InterfaceName {
                    namespace: "miniapp".to_owned(),
                    package: "host".to_owned(),
                    interface: name.to_owned(),
                    version: Some(CONTRACT_VERSION),
                };
                interface.to_string()
            })
            .collect()
    }
}
