//! Owns what the bundler is given to read, and what is found wrong with it. Must not know how modules are
//! linked.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rolldown_common::side_effects::HookSideEffects;
use rolldown_common::{ImportKind, ModuleType, ResolvedExternal};
use rolldown_plugin::{
    HookLoadArgs, HookLoadOutput, HookLoadReturn, HookResolveIdArgs, HookResolveIdOutput,
    HookResolveIdReturn, HookTransformAstArgs, HookTransformAstReturn, HookUsage, Plugin,
    PluginContext, PluginHookMeta, PluginOrder, SharedLoadPluginContext,
};

use crate::bundle::{ModuleSize, largest};
use crate::diagnostic::{Diagnostic, Problem};
use crate::entry::{ENTRY, Entry, page_of};
use crate::error::BundleError;
use crate::finding::Finding;
use crate::folder::is_in_package;
use crate::inspect::{Import, inspect};
use crate::limits::{MAX_KEPT_ERRORS, MAX_MODULES, MAX_SOURCE_BYTES};
use crate::place::Place;
use crate::refusal::Refusal;
use crate::resolve::{Located, Resolver};
use crate::text::{Fault, Unreadable, check_json, check_nesting, read_text};

/// Where the bundler takes the mini-app's folder to be, wherever it is: so that nothing of this machine's
/// paths can get into a script.
pub(crate) const ROOT: &str = if cfg!(windows) {
    r"C:\miniapp"
} else {
    "/miniapp"
};

/// What names of the bundler's own helpers begin with, which it resolves and loads itself.
const HELPERS: &str = "@oxc-project/runtime/";

/// Loads a mini-app for the bundler, as a plugin of it.
pub(crate) struct Loader {
    resolver: Resolver,
    entry: Entry,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Files that something asked for, by name.
    modules: HashMap<String, Module>,
    source_bytes: usize,
    exceeded: Option<Exceeded>,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl State {
    fn fail(&mut self, error: Diagnostic) {
        if self.errors.len() < MAX_KEPT_ERRORS {
            self.errors.push(error);
        }
    }
}

struct Module {
    located: Located,
    source: Arc<str>,
    imports: Vec<Import>,
}

#[derive(Clone, Copy)]
enum Exceeded {
    Modules,
    SourceBytes,
}

/// What was found while loading.
pub(crate) struct Found {
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
    /// The limit that was exceeded, if any was.
    pub(crate) exceeded: Option<BundleError>,
}

impl Loader {
    pub(crate) fn new(resolver: Resolver, entry: Entry) -> Self {
        Self {
            resolver,
            entry,
            state: Mutex::default(),
        }
    }

    /// What was found up to now, which is then forgotten.
    pub(crate) fn take_found(&self) -> Found {
        let mut state = self.state();
        let exceeded = state.exceeded.take().map(|exceeded| match exceeded {
            Exceeded::Modules => BundleError::TooManyModules,
            Exceeded::SourceBytes => {
                let sizes = state.modules.iter().map(|(name, module)| ModuleSize {
                    name: name.clone(),
                    bytes: module.source.len(),
                });
                BundleError::TooManySources {
                    largest: largest(sizes.collect()),
                }
            }
        });
        Found {
            errors: std::mem::take(&mut state.errors),
            warnings: std::mem::take(&mut state.warnings),
            exceeded,
        }
    }

    /// The text of the file called `name`, if it was loaded.
    pub(crate) fn source(&self, name: &str) -> Option<Arc<str>> {
        let state = self.state();
        state
            .modules
            .get(name)
            .map(|module| Arc::clone(&module.source))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where `specifier` leads in the module `importer`; a refusal is reported, unless the module can do
    /// without.
    fn resolved(&self, importer: &str, specifier: &str, kind: ImportKind) -> Option<Located> {
        let from = {
            let state = self.state();
            state.modules.get(importer)?.located.path.clone()
        };
        let folder = from.parent().unwrap_or(Path::new(""));
        match self.resolver.resolve(folder, specifier, kind) {
            Ok(located) => Some(located),
            Err(why) => {
                self.refuse(importer, specifier, &why);
                None
            }
        }
    }

    fn refuse(&self, importer: &str, specifier: &str, why: &Refusal) {
        let mut state = self.state();
        let Some(module) = state.modules.get(importer) else {
            return;
        };
        let mut imports = module.imports.iter();
        let mut named = imports
            .by_ref()
            .filter(|import| import.specifier == specifier);
        let first = named.next();
        if first.is_some_and(|first| first.caught) && named.all(|import| import.caught) {
            return;
        }
        let fault = Diagnostic::of_file(why.problem(), importer, why.message(specifier))
            .with_help(why.help(specifier));
        let fault = match first {
            Some(import) => fault.at(
                &module.source,
                Place::of(&module.source, import.range.clone()),
            ),
            None => fault,
        };
        state.fail(fault);
    }

    /// Reads the file, and reports it if that cannot be done.
    fn read(&self, name: &str, located: &Located) -> Read {
        let left = {
            let mut state = self.state();
            if state.modules.len() > MAX_MODULES {
                state.exceeded = Some(Exceeded::Modules);
            }
            if state.exceeded.is_some() {
                return Read::PastLimit;
            }
            MAX_SOURCE_BYTES - state.source_bytes
        };
        let read = read_text(&located.path, left);
        let mut state = self.state();
        let source = match read {
            Ok(source) => source,
            Err(Unreadable::TooLarge) => {
                state.exceeded = Some(Exceeded::SourceBytes);
                return Read::PastLimit;
            }
            Err(Unreadable::Broken(message)) => {
                let fault = Diagnostic::of_file(Problem::Unreadable, name, message);
                state.fail(fault);
                return Read::Reported;
            }
        };
        state.source_bytes += source.len();
        if let Some(module) = state.modules.get_mut(name) {
            module.source = Arc::clone(&source);
        }
        let checked = match located.module_type {
            ModuleType::Json => check_json(&source),
            _ => check_nesting(&source),
        };
        if let Err(Fault { message, place }) = checked {
            let fault = Diagnostic::of_file(Problem::Syntax, name, message).at(&source, place);
            state.fail(fault);
            return Read::Reported;
        }
        Read::Text(source)
    }

    /// Remembers that `located` is asked for, and says how the bundler is told.
    fn answer(&self, located: Located) -> HookResolveIdOutput {
        let output = HookResolveIdOutput {
            id: id_of(&located.name).into(),
            side_effects: Some(if located.can_be_left_out {
                HookSideEffects::False
            } else {
                HookSideEffects::True
            }),
            package_json_path: (located.package_json.as_deref())
                .map(|path| path.to_string_lossy().into_owned()),
            ..HookResolveIdOutput::default()
        };
        let name = located.name.clone();
        self.state().modules.entry(name).or_insert_with(|| Module {
            located,
            source: Arc::default(),
            imports: Vec::new(),
        });
        output
    }
}

impl Plugin for Loader {
    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("miniapp")
    }

    fn register_hook_usage(&self) -> HookUsage {
        HookUsage::ResolveId | HookUsage::Load | HookUsage::TransformAst
    }

    async fn resolve_id(
        &self,
        _ctx: &PluginContext,
        args: &HookResolveIdArgs<'_>,
    ) -> HookResolveIdReturn {
        let located = match args.importer {
            None => return Ok(Some(HookResolveIdOutput::from_id(args.specifier))),
            Some(ENTRY) if page_of(args.specifier).is_some() => {
                return Ok(Some(HookResolveIdOutput::from_id(args.specifier)));
            }
            Some(ENTRY) => self.entry.file(args.specifier).cloned(),
            Some(importer) => match name_of(importer) {
                Some(importer) if !args.specifier.starts_with(HELPERS) => {
                    self.resolved(importer, args.specifier, args.kind)
                }
                _ => return Ok(None),
            },
        };
        // What is refused stays outside, so that the rest is looked at too.
        Ok(Some(match located {
            Some(located) => self.answer(located),
            None => HookResolveIdOutput {
                id: args.specifier.into(),
                external: Some(ResolvedExternal::Bool(true)),
                ..HookResolveIdOutput::default()
            },
        }))
    }

    fn resolve_id_meta(&self) -> Option<PluginHookMeta> {
        // Before those of the bundler, one of which takes `data:` for a module.
        Some(PluginHookMeta {
            order: Some(PluginOrder::Pre),
        })
    }

    async fn load(&self, _ctx: SharedLoadPluginContext, args: &HookLoadArgs<'_>) -> HookLoadReturn {
        if let Some(text) = self.entry.text(args.id) {
            return Ok(Some(HookLoadOutput {
                code: text.into(),
                module_type: Some(ModuleType::Js),
                ..HookLoadOutput::default()
            }));
        }
        let Some(name) = name_of(args.id) else {
            return Ok(None);
        };
        let located = {
            let state = self.state();
            (state.modules.get(name)).map(|module| module.located.clone())
        };
        let Some(located) = located else {
            return Ok(None);
        };
        let (source, module_type) = match self.read(name, &located) {
            Read::Text(source) => (source, located.module_type),
            Read::Reported => (Arc::default(), ModuleType::Empty),
            Read::PastLimit => anyhow::bail!("a limit is exceeded"),
        };
        Ok(Some(HookLoadOutput {
            code: (&*source).into(),
            module_type: Some(module_type),
            ..HookLoadOutput::default()
        }))
    }

    async fn transform_ast(
        &self,
        _ctx: &PluginContext,
        args: HookTransformAstArgs<'_>,
    ) -> HookTransformAstReturn {
        if let Some(name) = name_of(args.id)
            && !matches!(args.module_type, ModuleType::Json)
        {
            let inspection = inspect(args.ast.program());
            let mut state = self.state();
            if let Some(module) = state.modules.get_mut(name) {
                module.imports = inspection.imports;
                let source = Arc::clone(&module.source);
                for (finding, range) in inspection.findings {
                    let told = finding.told(name).at(&source, Place::of(&source, range));
                    match finding {
                        Finding::DynamicRequire if is_in_package(name) => {}
                        Finding::DynamicRequire => state.warnings.push(told),
                        _ => state.fail(told),
                    }
                }
            }
        }
        Ok(args.ast)
    }
}

impl std::fmt::Debug for Loader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loader").finish_non_exhaustive()
    }
}

/// What the bundler knows the file called `name` by.
fn id_of(name: &str) -> String {
    format!("{ROOT}{}{name}", std::path::MAIN_SEPARATOR)
}

/// What the file is called that the bundler knows by `id`; nothing for modules that are no files.
pub(crate) fn name_of(id: &str) -> Option<&str> {
    id.strip_prefix(ROOT)?
        .strip_prefix(std::path::MAIN_SEPARATOR)
}

/// What came of reading a file.
enum Read {
    Text(Arc<str>),
    /// It cannot be read, which is reported.
    Reported,
    PastLimit,
}
