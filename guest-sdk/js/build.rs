//! Builds the engine and takes its snapshot: the module that every mini-app in JavaScript begins
//! with, its language and prelude booted.

use std::path::PathBuf;
use std::{env, fs};

use miniapp_guest_build::build_script;
use wasmi::{Engine, Instance, Linker, Module, Store, Val};
use wasmtime_wizer::{InstanceState, SnapshotVal, ValType, Wizer};

fn main() {
    let Some(module) = build_script::module("guest-sdk/js/engine", &["prelude"]) else {
        return;
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("engine.wasm");
    let snapshot = fs::read(&module)
        .map_err(|error| format!("{}: {error}", module.display()))
        .and_then(|bytes| snapshot(&bytes))
        .and_then(|bytes| {
            fs::write(&out, bytes).map_err(|error| format!("{}: {error}", out.display()))
        });
    if let Err(error) = snapshot {
        println!(
            "cargo::error=the JavaScript engine: {}",
            error.replace('\n', " ")
        );
    }
}

/// Boots the engine and keeps what it has become. It reaches no host meanwhile: an import that
/// is called ends the build.
fn snapshot(module: &[u8]) -> Result<Vec<u8>, String> {
    let wizer = Wizer::new();
    let told = |what: &str, error: &dyn std::fmt::Display| format!("{what}: {error}");
    let (context, instrumented) = wizer
        .instrument(module)
        .map_err(|error| told("it cannot be instrumented", &format!("{error:#}")))?;
    let engine = Engine::default();
    let module =
        Module::new(&engine, &instrumented).map_err(|error| told("it is not valid", &error))?;
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    for import in module.imports() {
        let ty = import
            .ty()
            .func()
            .ok_or("it imports what is no function")?
            .clone();
        let (of, name) = (import.module().to_owned(), import.name().to_owned());
        let called = format!("`{name}` of `{of}` was called");
        linker
            .func_new(&of, &name, ty, move |_, _, _| {
                Err(wasmi::Error::new(called.clone()))
            })
            .map_err(|error| told("it cannot be linked", &error))?;
    }
    let instance = linker
        .instantiate_and_start(&mut store, &module)
        .map_err(|error| told("it does not start", &error))?;
    instance
        .get_typed_func::<(), ()>(&store, wizer.get_init_func())
        .and_then(|boot| boot.call(&mut store, ()))
        .map_err(|error| told("it does not boot", &error))?;
    let mut state = Booted { store, instance };
    futures_executor::block_on(wizer.snapshot(&context, &mut state))
        .map_err(|error| told("no snapshot was taken", &format!("{error:#}")))
}

/// The engine once it has booted.
struct Booted {
    store: Store<()>,
    instance: Instance,
}

#[allow(
    clippy::panic,
    reason = "the trait wants it where the engine has not what was just put into it"
)]
impl InstanceState for Booted {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let global = self.instance.get_global(&self.store, name);
        match global.map(|global| global.get(&self.store)) {
            Some(Val::I32(value)) => SnapshotVal::I32(value),
            Some(Val::I64(value)) => SnapshotVal::I64(value),
            Some(Val::F32(value)) => SnapshotVal::F32(value.to_bits()),
            Some(Val::F64(value)) => SnapshotVal::F64(value.to_bits()),
            _ => panic!("the global `{name}` is of a type that has no snapshot"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        let memory = self.instance.get_memory(&self.store, name);
        let memory = memory.unwrap_or_else(|| panic!("there is no memory `{name}`"));
        contents(memory.data(&self.store));
    }
}
