//! From the engine's module to the component of one mini-app: imports that are not asked for
//! become functions that trap, the script is put behind the engine's memory, and the whole is
//! encoded. Deterministic: the same input makes the same bytes.

use std::sync::OnceLock;

use miniapp_package::{AppManifest, InterfaceName, MAX_SCRIPT_BYTES, is_script_source};
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, ExportSection, Function, FunctionSection,
    ImportSection, MemoryType, Module,
};
use wasmparser::{ExternalKind, Imports, Operator, Parser, Payload, TypeRef};
use wit_component::ComponentEncoder;

use crate::asked::{self, Denied};
use crate::{MODULE, Script, content};

/// Bytes of a page of WebAssembly's memory.
const PAGE: u64 = 1 << 16;

/// Where the engine looks for its script; see `miniapp-js-engine`.
const SLOT: &str = "MINIAPP_SCRIPT";

/// Exports of the engine's module that a component is made of; the rest is left out.
const MEMORY_EXPORTS: [&str; 2] = ["memory", "cabi_realloc"];

/// Why a component was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// There is too much script.
    #[error(
        "the script has {bytes} bytes with its map, and at most {MAX_SCRIPT_BYTES} are allowed; leave out what is not needed"
    )]
    TooLarge {
        /// How many there are.
        bytes: usize,
    },
    /// The engine is not what this crate was made for.
    #[error("the JavaScript engine cannot be put together: {0}")]
    Engine(String),
}

pub(crate) fn fault(error: impl std::fmt::Display) -> ComponentError {
    ComponentError::Engine(format!("{error:#}"))
}

/// The engine alone: a component that imports all that scripts may ask for, and runs the script
/// that its host hands over. It is made once for each process.
///
/// # Errors
///
/// Where this crate was built with an engine that it cannot put together.
pub fn engine() -> Result<&'static [u8], ComponentError> {
    static ENGINE: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(engine) = ENGINE.get() {
        return Ok(engine);
    }
    let layout = Layout::of(MODULE)?;
    let drops = vec![false; layout.imports.len()];
    let engine = encode(&Rewriter::new(&layout, &drops, &[])?.rewrite(MODULE)?)?;
    Ok(ENGINE.get_or_init(|| engine))
}

/// Makes the component of a mini-app. It imports what the manifest asks for, and what needs no
/// permission.
///
/// # Errors
///
/// [`ComponentError::TooLarge`] for a script beyond [`MAX_SCRIPT_BYTES`].
pub fn component(manifest: &AppManifest, script: &Script) -> Result<Vec<u8>, ComponentError> {
    let layout = Layout::of(MODULE)?;
    let denials = layout.denials(manifest);
    let imports = layout.imports.iter().zip(&denials);
    let drops: Vec<bool> = imports
        .map(|(import, denial)| is_source(&import.module) || denial.is_some())
        .collect();
    let content = content::write(script, denials)?;
    let module = Rewriter::new(&layout, &drops, content.as_bytes())?.rewrite(MODULE)?;
    encode(&module)
}

/// The file of a script, for the engine of this crate: [`miniapp_package::Script`].
///
/// # Errors
///
/// [`ComponentError::TooLarge`] for a script beyond [`MAX_SCRIPT_BYTES`].
pub fn script_file(manifest: &AppManifest, script: &Script) -> Result<String, ComponentError> {
    content::write(script, Layout::of(MODULE)?.denials(manifest))
}

fn encode(module: &[u8]) -> Result<Vec<u8>, ComponentError> {
    let encode = || {
        ComponentEncoder::default()
            .validate(true)
            .module(module)?
            .encode()
    };
    encode().map_err(fault)
}

/// Whether an import is the one by which the host hands the script over.
fn is_source(import: &str) -> bool {
    InterfaceName::parse(import).is_ok_and(|interface| is_script_source(&interface))
}

/// What has to be known of the engine's module before it is rewritten.
#[derive(Debug, Default)]
struct Layout {
    imports: Vec<ImportedFunction>,
    /// Pages of its memory, at least.
    pages: u64,
    /// The address of the slot.
    slot: u32,
}

#[derive(Debug)]
struct ImportedFunction {
    module: String,
    ty: u32,
}

impl Layout {
    fn of(module: &[u8]) -> Result<Self, ComponentError> {
        let mut this = Self::default();
        let mut globals = Vec::new();
        let mut slot = None;
        for payload in Parser::new(0).parse_all(module) {
            match payload.map_err(fault)? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.map_err(fault)?;
                        let TypeRef::Func(ty) = import.ty else {
                            return Err(fault("it imports what is no function"));
                        };
                        let module = import.module.to_owned();
                        this.imports.push(ImportedFunction { module, ty });
                    }
                }
                Payload::MemorySection(section) => {
                    let memory = section.into_iter().next();
                    let memory = memory.ok_or_else(|| fault("it has no memory"))?;
                    this.pages = memory.map_err(fault)?.initial;
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        let mut value = global.map_err(fault)?.init_expr.get_operators_reader();
                        globals.push(match value.read().map_err(fault)? {
                            Operator::I32Const { value } => Some(value.cast_unsigned()),
                            _ => None,
                        });
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.map_err(fault)?;
                        if export.name == SLOT && export.kind == ExternalKind::Global {
                            slot = usize::try_from(export.index).ok();
                        }
                    }
                }
                _ => {}
            }
        }
        let address = slot.and_then(|index| globals.get(index).copied().flatten());
        this.slot = address.ok_or_else(|| fault("it has no slot for a script"))?;
        Ok(this)
    }

    /// By import, what is told where a manifest does not ask for it.
    fn denials(&self, manifest: &AppManifest) -> Vec<Option<(String, Denied)>> {
        let imports = self.imports.iter();
        imports
            .map(|import| asked::denial(manifest, &import.module))
            .collect()
    }
}

/// Rewrites the engine's module. Its functions are numbered anew: imports that stay, then those
/// that became functions that trap, then its own.
struct Rewriter<'l> {
    layout: &'l Layout,
    drops: &'l [bool],
    content: &'l [u8],
    kept: u32,
    dropped: u32,
    /// How many imports were seen while they are written.
    seen: usize,
    pages: u64,
}

/// Nothing else goes wrong than what the encoder tells.
type Rewritten<T> = Result<T, reencode::Error<std::convert::Infallible>>;

impl<'l> Rewriter<'l> {
    fn new(
        layout: &'l Layout,
        drops: &'l [bool],
        content: &'l [u8],
    ) -> Result<Self, ComponentError> {
        let dropped = drops.iter().filter(|drops| **drops).count();
        let count = |count: usize| u32::try_from(count).map_err(fault);
        let length = u64::try_from(content.len()).map_err(fault)?;
        Ok(Self {
            layout,
            drops,
            content,
            kept: count(drops.len().saturating_sub(dropped))?,
            dropped: count(dropped)?,
            seen: 0,
            pages: length.div_ceil(PAGE),
        })
    }

    fn rewrite(mut self, module: &[u8]) -> Result<Vec<u8>, ComponentError> {
        let mut rewritten = Module::new();
        self.parse_core_module(&mut rewritten, Parser::new(0), module)
            .map_err(fault)?;
        Ok(rewritten.finish())
    }

    /// Where the script begins: behind the engine's memory.
    fn script_at(&self) -> u32 {
        // A memory of 32 bits has fewer than 2^32 bytes.
        u32::try_from(self.layout.pages.saturating_mul(PAGE)).unwrap_or(u32::MAX)
    }
}

impl Reencode for Rewriter<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Rewritten<u32> {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let before = |drops: bool| {
            let before = self.drops.iter().take(at).filter(|own| **own == drops);
            u32::try_from(before.count()).unwrap_or(u32::MAX)
        };
        Ok(match self.drops.get(at) {
            Some(false) => before(false),
            Some(true) => self.kept.saturating_add(before(true)),
            // As many functions stand before it as ever.
            None => index,
        })
    }

    fn parse_imports(&mut self, imports: &mut ImportSection, import: Imports<'_>) -> Rewritten<()> {
        let drops = self.drops.get(self.seen).copied().unwrap_or_default();
        self.seen = self.seen.saturating_add(1);
        if drops {
            return Ok(());
        }
        utils::parse_imports(self, imports, import)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Rewritten<()> {
        let imports = self.layout.imports.iter().zip(self.drops);
        for (import, _) in imports.filter(|(_, drops)| **drops) {
            functions.function(import.ty);
        }
        utils::parse_function_section(self, functions, section)
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Rewritten<()> {
        for _ in 0..self.dropped {
            let mut traps = Function::new([]);
            traps.instructions().unreachable().end();
            code.function(&traps);
        }
        utils::parse_code_section(self, code, section)
    }

    fn memory_type(&mut self, memory: wasmparser::MemoryType) -> Rewritten<MemoryType> {
        let mut memory = utils::memory_type(self, memory);
        memory.minimum = memory.minimum.saturating_add(self.pages);
        Ok(memory)
    }

    fn parse_data_section(
        &mut self,
        data: &mut DataSection,
        section: wasmparser::DataSectionReader<'_>,
    ) -> Rewritten<()> {
        utils::parse_data_section(self, data, section)?;
        if self.content.is_empty() {
            return Ok(());
        }
        let at = self.script_at();
        let length = u32::try_from(self.content.len()).unwrap_or(u32::MAX);
        let slot = [at.to_le_bytes(), length.to_le_bytes()].concat();
        let address = |address: u32| ConstExpr::i32_const(address.cast_signed());
        data.active(0, &address(self.layout.slot), slot);
        data.active(0, &address(at), self.content.iter().copied());
        Ok(())
    }

    fn data_count(&mut self, count: u32) -> Rewritten<u32> {
        let own = if self.content.is_empty() { 0 } else { 2 };
        Ok(count.saturating_add(own))
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Rewritten<()> {
        let is_of_contract = export.name.contains(':') || export.name.starts_with('[');
        if is_of_contract || MEMORY_EXPORTS.contains(&export.name) {
            utils::parse_export(self, exports, export)?;
        }
        Ok(())
    }

    /// What describes the component stays; names and producers go.
    fn parse_custom_section(
        &mut self,
        module: &mut Module,
        section: wasmparser::CustomSectionReader<'_>,
    ) -> Rewritten<()> {
        if section.name().starts_with("component-type") {
            module.section(&CustomSection {
                name: section.name().into(),
                data: section.data().into(),
            });
        }
        Ok(())
    }
}
