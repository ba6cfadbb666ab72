//! Owns which built-in functions of the component model a mini-app may not use. Must not know
//! imports and exports.
//!
//! A stream or future that carries data copies it inside the component, outside of what the engine
//! meters: tens of megabytes for a handful of instructions. No world of the contract has a type that
//! needs one. Streams and futures without data stay allowed: guests wake their own calls with them.

use wasmparser::component_types::{ComponentAnyTypeId, ComponentDefinedType};
use wasmparser::types::TypesRef;
use wasmparser::{CanonicalFunction, ComponentCanonicalSectionReader};

use crate::InspectError;

/// Refuses the section if one of its functions copies data unmetered. `types` are those of the
/// component that the section stands in, which has been validated.
pub(crate) fn check(
    section: &ComponentCanonicalSectionReader<'_>,
    types: TypesRef<'_>,
) -> Result<(), InspectError> {
    for function in section.clone() {
        let refused = match function? {
            CanonicalFunction::StreamNew { ty } if carries_data(types, ty) => "stream.new",
            CanonicalFunction::FutureNew { ty } if carries_data(types, ty) => "future.new",
            CanonicalFunction::ErrorContextNew { .. } => "error-context.new",
            _ => continue,
        };
        return Err(InspectError::Builtin { name: refused });
    }
    Ok(())
}

fn carries_data(types: TypesRef<'_>, index: u32) -> bool {
    let ComponentAnyTypeId::Defined(id) = types.component_any_type_at(index) else {
        return true;
    };
    match types.get(id) {
        Some(
            ComponentDefinedType::Stream { ty: data, .. }
            | ComponentDefinedType::Future { ty: data, .. },
        ) => data.is_some(),
        _ => true,
    }
}
