//! A guest that calls every function that a mini-app may import, made from the
//! interfaces themselves: a function that is added to one is in it by itself.
//! Knows names and types, and nothing of what a function does.
//!
//! Each event calls one function so many times, with zeros for all it takes: texts
//! and lists are empty, numbers nought, choices the first one. Where it takes a
//! handle, the guest gets itself one first; who gives which is written here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Function, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, WorldItem};

/// Times that an event calls its function.
pub const CALLS: u64 = 50;

/// Where answers lie that are not returned; before it there are only zeros.
const ANSWER: u32 = 4_096;

/// Where room for what the guest is given begins.
const ROOM: u32 = 65_536;

/// Who gives a handle of a resource: the function, and where it lies in the answer. The
/// answer itself, if nowhere.
const GIVERS: [(&str, &str, Option<u32>); 11] = [
    (
        "pollable",
        "wasi:clocks/monotonic-clock#subscribe-duration",
        None,
    ),
    ("output-stream", "wasi:cli/stdout#get-stdout", None),
    ("input-stream", "wasi:cli/stdin#get-stdin", None),
    (
        "network",
        "wasi:sockets/instance-network#instance-network",
        None,
    ),
    ("fields", "wasi:http/types#[constructor]fields", None),
    (
        "outgoing-request",
        "wasi:http/types#[constructor]outgoing-request",
        None,
    ),
    (
        "outgoing-response",
        "wasi:http/types#[constructor]outgoing-response",
        None,
    ),
    (
        "request-options",
        "wasi:http/types#[constructor]request-options",
        None,
    ),
    (
        "outgoing-body",
        "wasi:http/types#[method]outgoing-request.body",
        Some(4),
    ),
    (
        "descriptor",
        "wasi:filesystem/preopens#get-directories",
        Some(0),
    ),
    (
        "directory-entry-stream",
        "wasi:filesystem/types#[method]descriptor.read-directory",
        Some(4),
    ),
];

/// What of a list is its handle: the answer is where the list lies.
const IN_A_LIST: &str = "descriptor";

/// One function that the guest calls.
#[derive(Debug, Clone)]
pub struct Called {
    /// Its name, such as `wasi:io/poll#poll`.
    pub name: String,
    /// The handler of the event that calls it.
    pub handler: String,
    /// The handler of an event that does all the same and does not call it.
    pub without: String,
}

/// The guest, what it calls, and what it has no handle for.
pub struct EveryImport {
    /// The component.
    pub component: Vec<u8>,
    /// What it calls.
    pub called: Vec<Called>,
    /// What cannot be called with what a mini-app is given at first.
    pub out_of_reach: Vec<String>,
}

/// A function of an interface, as core WebAssembly imports it.
struct Import {
    /// `interface#function`, without the version.
    name: String,
    module: String,
    field: String,
    params: Vec<WasmType>,
    results: Vec<WasmType>,
    answers_in_memory: bool,
    /// Places among the parameters where handles stand, of which resources, and whether
    /// they are given away.
    handles: Vec<(usize, String, bool)>,
}

/// Makes the guest that imports the interfaces for which `wanted` holds, asked by name
/// and version.
///
/// # Panics
///
/// Where the interfaces cannot be read.
pub fn every_import(wanted: impl Fn(&str) -> bool) -> EveryImport {
    let mut resolve = Resolve::default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    resolve
        .push_dir(root.join("../wit"))
        .unwrap_or_else(|e| panic!("{e:#}"));
    let wasi = resolve.push_dir(root.join("guests/wasi/wit"));
    wasi.unwrap_or_else(|error| panic!("{error:#}"));
    let interfaces: Vec<InterfaceId> = resolve
        .interfaces
        .iter()
        .map(|(id, _)| id)
        .filter(|id| resolve.id_of(*id).is_some_and(|name| wanted(&name)))
        .collect();
    let world = world(&mut resolve, &interfaces);
    let imports: Vec<Import> = interfaces
        .iter()
        .flat_map(|interface| imports_of(&resolve, *interface))
        .collect();
    let (text, called, out_of_reach) = Module::new(&imports).text(&resolve, world);
    let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .unwrap_or_else(|error| panic!("{error:#}"));
    let encoded = ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.validate(true).encode());
    EveryImport {
        component: encoded.unwrap_or_else(|error| panic!("{error:#}\n{text}")),
        called,
        out_of_reach,
    }
}

fn world(resolve: &mut Resolve, interfaces: &[InterfaceId]) -> wit_parser::WorldId {
    let mut text = "package tests:everything;\nworld everything {\n".to_owned();
    for interface in interfaces {
        let name = resolve.id_of(*interface).unwrap_or_default();
        let _ = writeln!(text, "import {name};");
    }
    text.push_str(
        "export miniapp:host/lifecycle-sync@1.2.0;\nexport miniapp:host/page-sync@1.2.0;\n}\n",
    );
    let package = resolve.push_str("everything.wit", &text);
    let package = package.unwrap_or_else(|error| panic!("{error:#}"));
    let world = resolve.select_world(&[package], Some("everything"));
    world.unwrap_or_else(|error| panic!("{error:#}"))
}

fn imports_of(resolve: &Resolve, interface: InterfaceId) -> Vec<Import> {
    let module = resolve.id_of(interface).unwrap_or_default();
    let plain = module.split('@').next().unwrap_or_default().to_owned();
    let interface = &resolve.interfaces[interface];
    let functions = interface.functions.values().map(|function| {
        let signature = resolve.wasm_signature(AbiVariant::GuestImport, function);
        Import {
            name: format!("{plain}#{}", function.name),
            module: module.clone(),
            field: function.name.clone(),
            answers_in_memory: signature.retptr,
            handles: handles(resolve, function),
            params: signature.params,
            results: signature.results,
        }
    });
    let resources = interface
        .types
        .iter()
        .filter(|(_, id)| matches!(resolve.types[**id].kind, TypeDefKind::Resource));
    let drops = resources.map(|(name, _)| Import {
        name: format!("{plain}#[resource-drop]{name}"),
        module: module.clone(),
        field: format!("[resource-drop]{name}"),
        params: vec![WasmType::I32],
        results: Vec::new(),
        answers_in_memory: false,
        handles: vec![(0, name.clone(), true)],
    });
    functions.chain(drops).collect()
}

/// Places of handles among the core parameters, with the resource and whether it is given
/// away.
fn handles(resolve: &Resolve, function: &Function) -> Vec<(usize, String, bool)> {
    let mut found = Vec::new();
    for (place, param) in function.params.iter().enumerate() {
        let Type::Id(id) = param.ty else { continue };
        let TypeDefKind::Handle(handle) = &resolve.types[id].kind else {
            continue;
        };
        let (Handle::Own(resource) | Handle::Borrow(resource)) = handle;
        let owned = matches!(handle, Handle::Own(_));
        let before = Function {
            params: function.params.get(..place).unwrap_or_default().to_vec(),
            result: None,
            ..function.clone()
        };
        let place = resolve
            .wasm_signature(AbiVariant::GuestImport, &before)
            .params
            .len();
        found.push((place, resource_name(resolve, *resource), owned));
    }
    found
}

fn resource_name(resolve: &Resolve, mut resource: TypeId) -> String {
    while let TypeDefKind::Type(Type::Id(inner)) = resolve.types[resource].kind {
        resource = inner;
    }
    resolve.types[resource].name.clone().unwrap_or_default()
}

fn core(ty: WasmType) -> &'static str {
    match ty {
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
    }
}

/// The core module of the guest.
struct Module<'i> {
    imports: &'i [Import],
    by_name: BTreeMap<&'i str, usize>,
}

impl<'i> Module<'i> {
    fn new(imports: &'i [Import]) -> Self {
        let named = imports.iter().enumerate();
        Self {
            imports,
            by_name: named
                .map(|(place, import)| (import.name.as_str(), place))
                .collect(),
        }
    }

    fn text(
        &self,
        resolve: &Resolve,
        world: wit_parser::WorldId,
    ) -> (String, Vec<Called>, Vec<String>) {
        let mut text = "(module\n".to_owned();
        for (place, import) in self.imports.iter().enumerate() {
            let types = |word: &str, types: &[WasmType]| {
                let types: Vec<_> = types.iter().map(|ty| core(*ty)).collect();
                format!("({word} {})", types.join(" "))
            };
            let _ = writeln!(
                text,
                "(import {:?} {:?} (func $f{place} {} {}))",
                import.module,
                import.field,
                types("param", &import.params),
                types("result", &import.results),
            );
        }
        text.push_str(&format!(
            "(memory (export \"memory\") 16)\n\
             (global $top (mut i32) (i32.const {ROOM}))\n\
             (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32)\n\
             (if (i32.gt_u (global.get $top) (i32.const {})) (then (global.set $top (i32.const {ROOM}))))\n\
             (global.get $top)\n\
             (global.set $top (i32.and (i32.add (i32.add (global.get $top) (local.get 3)) (i32.const 15)) (i32.const -16))))\n\
             (type $try (func))\n(table $tries funcref (elem {}))\n",
            8 * ROOM,
            (0..2 * self.imports.len())
                .map(|place| format!("$t{place}"))
                .collect::<Vec<_>>()
                .join(" ")
        ));
        let (mut called, mut out_of_reach) = (Vec::new(), Vec::new());
        for (place, import) in self.imports.iter().enumerate() {
            let (with, without) = (2 * place, 2 * place + 1);
            let bodies = (self.body(import, true), self.body(import, false));
            let (Some(body), Some(idle)) = bodies else {
                out_of_reach.push(import.name.clone());
                let _ = writeln!(text, "(func $t{with})(func $t{without})");
                continue;
            };
            let _ = writeln!(text, "(func $t{with} {body})\n(func $t{without} {idle})");
            called.push(Called {
                name: import.name.clone(),
                handler: with.to_string(),
                without: without.to_string(),
            });
        }
        for item in resolve.worlds[world].exports.values() {
            let WorldItem::Interface { id, .. } = item else {
                continue;
            };
            let interface = resolve.id_of(*id).unwrap_or_default();
            for function in resolve.interfaces[*id].functions.values() {
                text.push_str(&export(resolve, &interface, function));
            }
        }
        text.push_str(")\n");
        (text, called, out_of_reach)
    }

    /// Calls an import [`CALLS`] times, or does only what comes before each call.
    fn body(&self, import: &Import, calls: bool) -> Option<String> {
        // A handle that is lent is the same each time.
        let mut before = String::new();
        for (place, resource, owned) in &import.handles {
            if !owned {
                let _ = write!(before, "{} (local.set $h{place})", self.give(resource)?);
            }
        }
        let lent: String = (0..import.params.len())
            .map(|place| format!("(local $h{place} i32)"))
            .collect();
        let mut call = self.arguments(import, true)?;
        let (drops, results) = if calls {
            (0, import.results.len())
        } else {
            (import.params.len(), 0)
        };
        if calls {
            let place = self.by_name.get(import.name.as_str())?;
            let _ = write!(call, "(call $f{place})");
        }
        call.push_str(&"(drop)".repeat(drops + results));
        Some(format!(
            "(local $n i64) {lent} {before} (loop $again {call} \
             (local.set $n (i64.add (local.get $n) (i64.const 1))) \
             (br_if $again (i64.lt_u (local.get $n) (i64.const {CALLS}))))"
        ))
    }

    /// Leaves what an import takes: handles, where its answer goes, and zeros. Handles that
    /// are lent are in locals, if they were `kept` there.
    fn arguments(&self, import: &Import, kept: bool) -> Option<String> {
        let mut text = String::new();
        for (place, ty) in import.params.iter().enumerate() {
            let last = place + 1 == import.params.len();
            match import.handles.iter().find(|(at, ..)| *at == place) {
                Some((_, _, false)) if kept => {
                    let _ = write!(text, "(local.get $h{place})");
                }
                Some((_, resource, _)) => text.push_str(&self.give(resource)?),
                None if import.answers_in_memory && last => {
                    let _ = write!(text, "(i32.const {ANSWER})");
                }
                None => {
                    let _ = write!(text, "({}.const 0)", core(*ty));
                }
            }
        }
        Some(text)
    }

    /// Leaves a handle of a resource.
    fn give(&self, resource: &str) -> Option<String> {
        let (_, giver, at) = GIVERS.iter().find(|(given, ..)| *given == resource)?;
        let place = *self.by_name.get(giver)?;
        let import = self.imports.get(place)?;
        let mut text = self.arguments(import, false)?;
        let _ = write!(text, "(call $f{place})");
        match at {
            None => {}
            Some(_) if resource == IN_A_LIST => {
                let _ = write!(text, "(i32.load (i32.load (i32.const {ANSWER})))");
            }
            Some(at) => {
                let _ = write!(text, "(i32.load (i32.const {}))", ANSWER + at);
            }
        }
        Some(text)
    }
}

/// An export that answers that all is well; an event calls what its handler's digits say.
fn export(resolve: &Resolve, interface: &str, function: &Function) -> String {
    let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
    let params: Vec<_> = signature.params.iter().map(|ty| core(*ty)).collect();
    let digits = if function.name == "on-event" {
        "(local $place i32) (local $at i32)
         (loop $next
           (local.set $place (i32.add (i32.mul (local.get $place) (i32.const 10))
             (i32.sub (i32.load8_u (i32.add (local.get 1) (local.get $at))) (i32.const 48))))
           (local.set $at (i32.add (local.get $at) (i32.const 1)))
           (br_if $next (i32.lt_u (local.get $at) (local.get 2))))
         (call_indirect $tries (type $try) (local.get $place))"
    } else {
        ""
    };
    format!(
        "(func (export \"{interface}#{}\") (param {}) (result i32) {digits} (i32.const 16))\n",
        function.name,
        params.join(" ")
    )
}
