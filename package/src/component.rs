//! Owns what a component's bytes say: size, digest, imports and exports. Must not know what any of
//! them needs, and never runs or compiles anything.
//!
//! The bytes are a stranger's. They are validated as a whole before anything is believed, and what is
//! kept of them is bounded.

use wasmparser::component_types::{ComponentEntityType, ComponentItem};
use wasmparser::{Parser, Payload, ValidPayload, Validator, WasmFeatures};

use crate::builtins;
use crate::digest::Digest;
use crate::inspect_error::InspectError;
use crate::interface_name::InterfaceName;
use crate::wasm_header::check_header;

/// Largest component in bytes: what peers allow for a whole package.
pub const MAX_COMPONENT_BYTES: usize = 32 * 1024 * 1024;

/// Most imports and exports of a component, with the functions inside them. The contract has about a
/// hundred; WASI has a few hundred more.
pub const MAX_COMPONENT_ITEMS: usize = 10_000;

/// Longest name of an import, an export or a function, in bytes.
pub const MAX_ITEM_NAME_BYTES: usize = 1024;

/// What a component is and what it wants of its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentInfo {
    /// The size in bytes.
    pub size: usize,
    /// The digest of the bytes: the component's identity.
    pub digest: Digest,
    /// What it imports, in its order. Together with the grant, this is all that it can do.
    pub imports: Vec<Import>,
    /// What it exports, in its order.
    pub exports: Vec<Export>,
}

/// Something that a component imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The name, such as `miniapp:host/request@1.0.0`.
    pub name: String,
    /// The name taken apart, if it is an interface's.
    pub interface: Option<InterfaceName>,
    /// The functions of the interface that the component imports.
    pub functions: Vec<String>,
}

/// Something that a component exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The name, such as `miniapp:host/page@1.0.0`.
    pub name: String,
    /// The name taken apart, if it is an interface's.
    pub interface: Option<InterfaceName>,
    /// The functions of the interface.
    pub functions: Vec<String>,
}

impl ComponentInfo {
    /// Validates `bytes` as a component and lists its outermost imports and exports.
    ///
    /// A component that is valid here is valid for the engine, too; whether it is a mini-app is asked
    /// with [`ComponentInfo::require_world`].
    ///
    /// # Errors
    ///
    /// [`InspectError`] if the bytes are not a valid component, or exceed [`MAX_COMPONENT_BYTES`],
    /// [`MAX_COMPONENT_ITEMS`] or [`MAX_ITEM_NAME_BYTES`].
    pub fn inspect(bytes: &[u8]) -> Result<Self, InspectError> {
        if bytes.len() > MAX_COMPONENT_BYTES {
            return Err(InspectError::TooLarge { size: bytes.len() });
        }
        check_header(bytes)?;
        let names = validate(bytes)?;
        Ok(Self {
            size: bytes.len(),
            digest: Digest::of(bytes),
            imports: names.imports.into_iter().map(Import::from).collect(),
            exports: names.exports.into_iter().map(Export::from).collect(),
        })
    }
}

/// What the engine runs: all of WebAssembly 3 without threads, garbage collection and exceptions, and
/// the component model with its asynchronous part.
fn features() -> WasmFeatures {
    WasmFeatures::WASM3
        .difference(WasmFeatures::THREADS)
        .difference(WasmFeatures::GC_TYPES)
        .difference(WasmFeatures::EXCEPTIONS)
        .union(WasmFeatures::COMPONENT_MODEL)
        .union(WasmFeatures::CM_ASYNC)
}

/// A name with the functions behind it.
struct Item {
    name: String,
    functions: Vec<String>,
}

#[derive(Default)]
struct Items {
    imports: Vec<Item>,
    exports: Vec<Item>,
}

/// Validates the whole component and returns the names at its outermost level.
///
/// Code may stand at the outermost level only. What components that are nested in one another say to
/// each other is copied by the engine between them, outside of what it meters: a loop of a few
/// instructions would copy megabytes each time around. Tool chains nest components to give functions
/// names and types, and put no code into them.
fn validate(bytes: &[u8]) -> Result<Items, InspectError> {
    let mut validator = Validator::new_with_features(features());
    let mut parser = Parser::new(0);
    parser.set_features(features());
    let mut bodies = Vec::new();
    let mut names = OuterNames::default();
    let mut types = None;
    for payload in parser.parse_all(bytes) {
        let payload = payload?;
        names.note(&payload)?;
        if names.depth > 1 && matches!(payload, Payload::InstanceSection(_)) {
            return Err(InspectError::Composed);
        }
        match validator.payload(&payload)? {
            ValidPayload::Func(function, body) => bodies.push((function, body)),
            // A component ends after what is nested in it, so the last end is the outermost one.
            ValidPayload::End(outermost) => types = Some(outermost),
            _ => {}
        }
        if let (Payload::ComponentCanonicalSection(section), Some(types)) =
            (&payload, validator.types(0))
        {
            builtins::check(section, types)?;
        }
    }
    let mut allocations = wasmparser::FuncValidatorAllocations::default();
    for (function, body) in bodies {
        let mut function = function.into_validator(allocations);
        function.validate(&body)?;
        allocations = function.into_allocations();
    }
    let Some(types) = types else {
        return Err(InspectError::Malformed {
            offset: bytes.len(),
            message: "the component has no end".to_owned(),
        });
    };
    let types = types.as_ref();
    let mut budget = MAX_COMPONENT_ITEMS;
    let mut items = Items::default();
    for name in names.imports {
        let item = types.component_item_for_import(name);
        items.imports.push(item_of(name, item, types, &mut budget)?);
    }
    for name in names.exports {
        let item = types.component_item_for_export(name);
        items.exports.push(item_of(name, item, types, &mut budget)?);
    }
    Ok(items)
}

/// The names of the outermost imports and exports.
#[derive(Default)]
struct OuterNames<'b> {
    imports: Vec<&'b str>,
    exports: Vec<&'b str>,
    depth: usize,
}

impl<'b> OuterNames<'b> {
    fn note(&mut self, payload: &Payload<'b>) -> Result<(), InspectError> {
        match payload {
            Payload::Version { .. } => self.depth += 1,
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if self.depth == 1 => {
                for import in section.clone() {
                    keep(&mut self.imports, import?.name.name)?;
                }
            }
            Payload::ComponentExportSection(section) if self.depth == 1 => {
                for export in section.clone() {
                    keep(&mut self.exports, export?.name.name)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Appends a name, as long as there is a chance that all of them are within the limits.
fn keep<'b>(names: &mut Vec<&'b str>, name: &'b str) -> Result<(), InspectError> {
    if names.len() == MAX_COMPONENT_ITEMS {
        return Err(InspectError::TooManyItems);
    }
    names.push(bounded(name)?);
    Ok(())
}

fn bounded(name: &str) -> Result<&str, InspectError> {
    if name.len() > MAX_ITEM_NAME_BYTES {
        return Err(InspectError::NameTooLong { size: name.len() });
    }
    Ok(name)
}

/// The item `name` with its functions; `budget` is how many names may still be kept.
fn item_of(
    name: &str,
    item: Option<&ComponentItem>,
    types: wasmparser::types::TypesRef<'_>,
    budget: &mut usize,
) -> Result<Item, InspectError> {
    let mut functions = Vec::new();
    if let Some(ComponentEntityType::Instance(instance)) = item.map(|item| item.ty)
        && let Some(instance) = types.get(instance)
    {
        for (function, item) in &instance.exports {
            if matches!(item.ty, ComponentEntityType::Func(_)) {
                functions.push(bounded(function)?.to_owned());
                *budget = budget.checked_sub(1).ok_or(InspectError::TooManyItems)?;
            }
        }
    }
    *budget = budget.checked_sub(1).ok_or(InspectError::TooManyItems)?;
    Ok(Item {
        name: name.to_owned(),
        functions,
    })
}

impl From<Item> for Import {
    fn from(item: Item) -> Self {
        Self {
            interface: InterfaceName::parse(&item.name).ok(),
            name: item.name,
            functions: item.functions,
        }
    }
}

impl From<Item> for Export {
    fn from(item: Item) -> Self {
        Self {
            interface: InterfaceName::parse(&item.name).ok(),
            name: item.name,
            functions: item.functions,
        }
    }
}
