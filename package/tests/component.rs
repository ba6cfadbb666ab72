//! What a component's bytes say, and how bytes that are none are refused.

#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use miniapp_package::{
    ComponentInfo, Digest, InspectError, MAX_COMPONENT_BYTES, MAX_COMPONENT_ITEMS,
    MAX_ITEM_NAME_BYTES, World, needed,
};
use proptest::prelude::*;

/// A component with these imports and exports, each an interface with the function `run`.
fn component(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    let mut text = "(component\n".to_owned();
    for import in imports {
        text.push_str(&format!(
            "(import \"{import}\" (instance (export \"run\" (func))))\n"
        ));
    }
    text.push_str(
        "(core module $m (func (export \"run\")))
         (core instance $i (instantiate $m))
         (func $run (canon lift (core func $i \"run\")))
         (instance $run (export \"run\" (func $run)))\n",
    );
    for export in exports {
        text.push_str(&format!("(export \"{export}\" (instance $run))\n"));
    }
    wat::parse_str(format!("{text})")).unwrap()
}

fn mini_app(imports: &[&str]) -> Vec<u8> {
    component(
        imports,
        &["miniapp:host/lifecycle@1.0.0", "miniapp:host/page@1.0.0"],
    )
}

fn refused(bytes: &[u8]) -> String {
    let refusal = ComponentInfo::inspect(bytes).and_then(|info| info.require_world());
    refusal.unwrap_err().to_string()
}

#[test]
fn a_mini_app_is_taken_apart() {
    let bytes = mini_app(&["miniapp:host/view@1.0.0", "miniapp:host/request@1.0.0"]);
    let info = ComponentInfo::inspect(&bytes).unwrap();
    assert_eq!(info.size, bytes.len());
    assert_eq!(info.digest, Digest::of(&bytes));
    let names: Vec<_> = info
        .imports
        .iter()
        .map(|import| import.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["miniapp:host/view@1.0.0", "miniapp:host/request@1.0.0"]
    );
    assert_eq!(info.imports[0].functions, ["run"]);
    assert_eq!(
        info.imports[0].interface.as_ref().unwrap().interface,
        "view"
    );
    assert_eq!(info.exports[1].name, "miniapp:host/page@1.0.0");
    assert_eq!(info.exports[1].functions, ["run"]);
    assert_eq!(info.require_world(), Ok(World::Async));
}

#[test]
fn the_other_world_is_known_too() {
    let bytes = component(
        &[],
        &[
            "miniapp:host/lifecycle-sync@1.0.0",
            "miniapp:host/page-sync@1.0.0",
        ],
    );
    let info = ComponentInfo::inspect(&bytes).unwrap();
    assert_eq!(info.require_world(), Ok(World::Sync));
    assert_eq!(World::Sync.to_string(), "mini-app-sync");
}

#[test]
fn asynchronous_functions_are_understood() {
    let text = r#"(component
        (import "miniapp:host/request@1.0.0" (instance (export "fetch" (func async))))
    )"#;
    let info = ComponentInfo::inspect(&wat::parse_str(text).unwrap()).unwrap();
    assert_eq!(info.imports[0].functions, ["fetch"]);
}

#[test]
fn only_the_outermost_imports_count() {
    let text = r#"(component
        (import "wasi:clocks/wall-clock@0.2.0" (instance
            (export "datetime" (type (sub resource)))
            (export "now" (func))))
        (import "helper" (func))
        (component (import "evil:inner/import" (instance)))
        (core module (import "env" "memory" (memory 1)))
    )"#;
    let info = ComponentInfo::inspect(&wat::parse_str(text).unwrap()).unwrap();
    let names: Vec<_> = info
        .imports
        .iter()
        .map(|import| import.name.as_str())
        .collect();
    assert_eq!(names, ["wasi:clocks/wall-clock@0.2.0", "helper"]);
    assert_eq!(info.imports[0].functions, ["now"]);
    assert_eq!(info.imports[1].interface, None);
}

#[test]
fn the_needs_of_the_imports_are_listed() {
    let bytes = mini_app(&[
        "miniapp:host/view@1.0.0",
        "miniapp:host/request@1.0.0",
        "miniapp:host/profile@1.0.0",
        "miniapp:host/storage@1.0.0",
        "miniapp:host/extension@1.0.0",
        "wasi:io/streams@0.2.0",
        "wasi:keyvalue/store@0.2.0",
    ]);
    let info = ComponentInfo::inspect(&bytes).unwrap();
    let shown: String = needed(&info)
        .into_iter()
        .map(|need| match need.requirement {
            Some(requirement) => format!("{} needs {requirement}\n", need.import),
            None => format!("{} is not of the contract\n", need.import),
        })
        .collect();
    assert_snapshot!(shown, @"
    miniapp:host/view@1.0.0 needs nothing
    miniapp:host/request@1.0.0 needs network.allow
    miniapp:host/profile@1.0.0 needs user:readProfile, user:phone or user:email
    miniapp:host/storage@1.0.0 needs storage:local
    miniapp:host/extension@1.0.0 needs ext:<name> or device:<name>
    wasi:io/streams@0.2.0 needs nothing
    wasi:keyvalue/store@0.2.0 is not of the contract
    ");
}

#[test]
fn what_is_not_webassembly_is_named() {
    assert_snapshot!(refused(b""), @"the file is empty: expected a WebAssembly component; build it with `miniapp build`");
    assert_snapshot!(refused(b"  (component)"), @"expected a WebAssembly component, came a component in WebAssembly's text format: give the path of the `.wasm` file that `miniapp build` writes");
    assert_snapshot!(refused(b"(module)"), @"expected a WebAssembly component, came a module in WebAssembly's text format: give the path of the `.wasm` file that `miniapp build` writes");
    assert_snapshot!(refused(b"<!DOCTYPE html><title>404</title>"), @"expected a WebAssembly component, came an HTML or XML page, such as a server's error page: give the path of the `.wasm` file that `miniapp build` writes");
    assert_snapshot!(refused(b"PK\x03\x04rest"), @"expected a WebAssembly component, came a ZIP archive, such as a package: give the path of the `.wasm` file that `miniapp build` writes");
    assert_snapshot!(refused(b"\x7fELF\x02\x01\x01"), @"expected a WebAssembly component, came a native program or library (ELF): give the path of the `.wasm` file that `miniapp build` writes");
    assert_snapshot!(refused(b"#!/bin/sh\n"), @"expected a WebAssembly component, came a script: give the path of the `.wasm` file that `miniapp build` writes");
    assert_snapshot!(refused("Page({ data: { name: 'ü' } })".as_bytes()), @"expected a WebAssembly component, came text, such as source code: give the path of the `.wasm` file that `miniapp build` writes");
    assert_snapshot!(refused(b"\x00\x01\x02\x03\xff"), @"expected a WebAssembly component, came some other binary format: give the path of the `.wasm` file that `miniapp build` writes");
}

#[test]
fn other_webassembly_is_named() {
    assert_snapshot!(refused(&wat::parse_str("(module)").unwrap()), @"expected a component, came a core module: build it with `miniapp build`, or wrap it with `wasm-tools component new`");
    assert_snapshot!(refused(b"\0asm\x0c\0\x01\0"), @"the file is WebAssembly of version 12, layer 1: expected a component of version 13, layer 1; build it with current tools");
    assert_snapshot!(refused(b"\0asm\x0d\0"), @"the component is not valid at byte 6: the header has 8 bytes, here it ends; build it again, and check that it was copied whole");
    assert_snapshot!(refused(b"\0asm\x0d\0\x01\0\x63\x01"), @"the component is not valid at byte 10: unexpected end-of-file; build it again, and check that it was copied whole");
    let mut cut = mini_app(&[]);
    cut.truncate(cut.len() - 3);
    assert_snapshot!(refused(&cut), @"the component is not valid at byte 164: unexpected end-of-file; build it again, and check that it was copied whole");
}

#[test]
fn invalid_code_is_refused() {
    let text = "(component (core module (func (result i32) i64.const 1)))";
    assert_snapshot!(refused(&wat::parse_str(text).unwrap()), @"the component is not valid at byte 36: type mismatch: expected i32, found i64; build it again, and check that it was copied whole");
    let threads = "(component (core module (memory 1 1 shared)))";
    assert_snapshot!(refused(&wat::parse_str(threads).unwrap()), @"the component is not valid at byte 21: threads must be enabled for shared memories; build it again, and check that it was copied whole");
}

#[test]
fn a_component_that_is_no_mini_app_is_named() {
    assert_snapshot!(refused(&component(&[], &[])), @"the component is not a mini-app: it exports nothing; export `miniapp:host/lifecycle@1.2.0`, `miniapp:host/page@1.2.0`, as the worlds of `miniapp:host` say");
    assert_snapshot!(refused(&component(&[], &["wasi:cli/run@0.2.0"])), @"the component is a command-line program (it exports `wasi:cli/run`), not a mini-app; export `miniapp:host/lifecycle@1.2.0`, `miniapp:host/page@1.2.0`, as the worlds of `miniapp:host` say");
    assert_snapshot!(refused(&component(&[], &["wasi:http/incoming-handler@0.2.0"])), @"the component is an HTTP server (it exports `wasi:http`), not a mini-app; export `miniapp:host/lifecycle@1.2.0`, `miniapp:host/page@1.2.0`, as the worlds of `miniapp:host` say");
    assert_snapshot!(refused(&component(&[], &["miniapp:host/page@1.0.0"])), @"the component is not a mini-app: it exports `miniapp:host/page@1.0.0`; export `miniapp:host/lifecycle@1.2.0`, as the worlds of `miniapp:host` say");
    assert_snapshot!(refused(&component(&[], &["miniapp:host/page-sync@1.0.0"])), @"the component is not a mini-app: it exports `miniapp:host/page-sync@1.0.0`; export `miniapp:host/lifecycle-sync@1.2.0`, as the worlds of `miniapp:host` say");
}

#[test]
fn an_error_names_ten_exports() {
    let exporting = |count: usize| {
        let names: Vec<_> = (0..count).map(|rank| format!("a:b/c{rank}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        refused(&component(&[], &names))
    };
    assert!(!exporting(10).contains(" more;"));
    assert_snapshot!(exporting(11), @"the component is not a mini-app: it exports `a:b/c0`, `a:b/c1`, `a:b/c2`, `a:b/c3`, `a:b/c4`, `a:b/c5`, `a:b/c6`, `a:b/c7`, `a:b/c8`, `a:b/c9` and 1 more; export `miniapp:host/lifecycle@1.2.0`, `miniapp:host/page@1.2.0`, as the worlds of `miniapp:host` say");
}

#[test]
fn another_version_of_the_contract_is_refused() {
    let newer = component(
        &[],
        &["miniapp:host/lifecycle@1.9.0", "miniapp:host/page@1.9.0"],
    );
    assert_snapshot!(refused(&newer), @"the component is built for `miniapp:host/lifecycle@1.9.0`, but this container serves `miniapp:host` up to 1.2.0: update the container, or build the mini-app for a version it serves");
    assert_snapshot!(refused(&mini_app(&["miniapp:host/view@2.0.0"])), @"the component is built for `miniapp:host/view@2.0.0`, but this container serves `miniapp:host` up to 1.2.0: update the container, or build the mini-app for a version it serves");
}

#[test]
fn a_component_has_a_largest_size() {
    let small = mini_app(&[]);
    let sized = |size: usize| {
        // A custom section whose length takes five bytes fills the rest.
        let rest = u32::try_from(size - small.len() - 6).unwrap();
        let mut bytes = small.clone();
        bytes.push(0);
        for shift in [0, 7, 14, 21] {
            bytes.push((rest >> shift) as u8 | 0x80);
        }
        bytes.push((rest >> 28) as u8);
        bytes.resize(size, 0);
        bytes
    };
    assert!(ComponentInfo::inspect(&sized(MAX_COMPONENT_BYTES)).is_ok());
    assert_snapshot!(refused(&sized(MAX_COMPONENT_BYTES + 1)), @"the component has 33554433 bytes, more than 33554432: build it in release mode, and load pictures and other data over the network");
}

#[test]
fn names_are_counted_and_measured() {
    let functions = |count: usize| {
        let functions = (0..count).map(|rank| format!("(export \"f{rank}\" (func))"));
        let functions: String = functions.collect();
        let text = format!("(component (import \"a:b/c\" (instance {functions})))");
        ComponentInfo::inspect(&wat::parse_str(text).unwrap())
    };
    // The interface itself is one of the items.
    let full = functions(MAX_COMPONENT_ITEMS - 1).unwrap();
    assert_eq!(full.imports[0].functions.len(), MAX_COMPONENT_ITEMS - 1);
    assert_eq!(
        functions(MAX_COMPONENT_ITEMS),
        Err(InspectError::TooManyItems)
    );
    assert_snapshot!(InspectError::TooManyItems, @"the component imports and exports more than 10000 functions: a mini-app needs the interfaces of `miniapp:host` only");

    let named = |bytes: usize| {
        let text = format!("(component (import \"{}\" (func)))", "n".repeat(bytes));
        ComponentInfo::inspect(&wat::parse_str(text).unwrap())
    };
    let imports = |count: usize| {
        let imports = (0..count).map(|rank| format!("(import \"f{rank}\" (func))"));
        let imports: String = imports.collect();
        ComponentInfo::inspect(&wat::parse_str(format!("(component {imports})")).unwrap())
    };
    assert!(imports(MAX_COMPONENT_ITEMS).is_ok());
    assert_eq!(
        imports(MAX_COMPONENT_ITEMS + 1),
        Err(InspectError::TooManyItems)
    );

    assert!(named(MAX_ITEM_NAME_BYTES).is_ok());
    assert_snapshot!(named(MAX_ITEM_NAME_BYTES + 1).unwrap_err(), @"a name that the component imports or exports has 1025 bytes, more than 1024");
}

#[test]
fn a_digest_is_shown_with_its_kind() {
    assert_snapshot!(Digest::of(b""), @"blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
}

proptest! {
    #[test]
    fn any_bytes_are_inspected_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = ComponentInfo::inspect(&bytes);
        let mut component = b"\0asm\x0d\0\x01\0".to_vec();
        component.extend(bytes);
        let _ = ComponentInfo::inspect(&component).and_then(|info| info.require_world());
    }

    #[test]
    fn a_damaged_component_is_inspected_or_refused(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        whole: bool,
    ) {
        let mut bytes = mini_app(&["miniapp:host/view@1.0.0", "wasi:io/streams@0.2.0"]);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        match ComponentInfo::inspect(&bytes).and_then(|info| info.require_world()) {
            Ok(_) => {}
            Err(error) => prop_assert!(error.to_string().len() < 4096),
        }
    }
}

/// A component that was built of Rust, with everything that tool chains put into one.
const BUILT: &[u8] = include_bytes!("../../tests/fixtures/contract-1.0.0.wasm");

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_build_is_inspected_or_refused(
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..64, any::<prop::sample::Index>()), 1..4),
        // The types, imports and exports; the code in front of them is the larger part.
        at_the_end: bool,
    ) {
        let mut bytes = BUILT.to_vec();
        let from = if at_the_end { bytes.len() - 20_000 } else { 0 };
        for (place, length, other) in damage {
            // A piece is overwritten by another piece, which is shifted by as much as they overlap.
            let place = from + place.index(bytes.len() - from);
            let other = from + other.index(bytes.len() - from);
            let piece = bytes[other..bytes.len().min(other + length)].to_vec();
            let end = bytes.len().min(place + length / 2);
            bytes.splice(place..end, piece);
        }
        match ComponentInfo::inspect(&bytes) {
            Ok(info) => prop_assert_eq!(info.digest, Digest::of(&bytes)),
            Err(error) => prop_assert!(error.to_string().len() < 4096),
        }
    }

    /// What ends between two sections is well-formed. Behind the last export there are only notes of tool
    /// chains, which nobody needs; before it, there is no mini-app.
    #[test]
    fn a_build_that_was_cut_is_refused(end in any::<prop::sample::Index>()) {
        let whole = ComponentInfo::inspect(BUILT).unwrap();
        let cut = ComponentInfo::inspect(&BUILT[..end.index(BUILT.len())]);
        if let Ok(cut) = cut && cut.require_world().is_ok() {
            prop_assert_eq!((cut.imports, cut.exports), (whole.imports, whole.exports));
        }
    }
}

#[test]
fn streams_that_carry_data_are_refused_wherever_they_stand() {
    let component = |ty: &str, function: &str| {
        wat::parse_str(format!(
            "(component (component (type $t ({ty})) (core func (canon {function}))))"
        ))
        .unwrap()
    };
    for (ty, function) in [
        ("stream u8", "stream.new $t"),
        ("future string", "future.new $t"),
    ] {
        let error = ComponentInfo::inspect(&component(ty, function)).unwrap_err();
        let name = function.trim_end_matches(" $t");
        assert!(
            matches!(&error, InspectError::Builtin { name: came } if *came == name),
            "{error}"
        );
    }
    for (ty, function) in [("stream", "stream.new $t"), ("future", "future.new $t")] {
        ComponentInfo::inspect(&component(ty, function)).unwrap();
    }
}

#[test]
fn code_in_nested_components_is_refused_and_names_for_functions_are_not() {
    let nested = |content: &str| {
        let text =
            format!("(component (component $inner {content}) (instance (instantiate $inner)))");
        ComponentInfo::inspect(&wat::parse_str(text).unwrap())
    };
    nested("(type $t (func)) (core module (func))").unwrap();
    let code = "(core module $m (func (export \"run\"))) (core instance (instantiate $m))";
    for code in [code, &format!("(component {code})")] {
        let error = nested(code).unwrap_err();
        assert_eq!(error, InspectError::Composed);
    }
    assert_snapshot!(InspectError::Composed, @"the component is composed of several with code of their own, which this container does not run: link them into one core module, or into one component with `wasm-tools component link`");
}
