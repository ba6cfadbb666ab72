//! What a component imports is what its mini-app uses: the list is what review and the user rely on.

use miniapp_guest_build::{GuestBuild, build};
use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;
use wit_component::DecodedWasm;

/// Interfaces that are nothing but types; importing them grants nothing.
const TYPES: [&str; 6] = [
    "dialog-types",
    "event",
    "http",
    "launch",
    "storage-types",
    "types",
];

/// The interfaces with functions that the component of a guest imports.
fn imports(guest: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let built = build(&GuestBuild::new(workspace.join(guest)))?;
    let DecodedWasm::Component(resolve, world) =
        wit_component::decode(&fs::read(built.component)?)?
    else {
        return Err(format!("{guest} is no component").into());
    };
    let world = resolve
        .worlds
        .get(world)
        .ok_or("the component has no world")?;
    let mut imports = BTreeSet::new();
    for name in world.imports.keys().map(|key| resolve.name_world_key(key)) {
        let own = name
            .strip_prefix("miniapp:host/")
            .and_then(|name| name.strip_suffix("@1.2.0"));
        let own = own.ok_or_else(|| format!("{name} is not of the contract"))?;
        if !TYPES.contains(&own) {
            imports.insert(own.to_owned());
        }
    }
    Ok(imports)
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_guest_imports_what_it_uses_and_the_log_for_its_panics() {
    assert_eq!(
        imports("examples/summer-campaign").unwrap(),
        set(&["log", "request", "view"])
    );
    assert_eq!(
        imports("examples/acme-rewards").unwrap(),
        set(&["log", "profile", "request", "view"])
    );
}

#[test]
fn the_fixture_of_the_contract_imports_all() {
    let all = [
        "clipboard",
        "clock",
        "consent",
        "dialog",
        "extension",
        "health",
        "locale",
        "log",
        "login",
        "navigation",
        "profile",
        "random",
        "request",
        "storage",
        "timer",
        "ui",
        "view",
    ];
    assert_eq!(imports("tests/guests/contract").unwrap(), set(&all));
}

#[test]
fn the_synchronous_world_has_imports_of_its_own() {
    assert_eq!(
        imports("tests/guests/one-call-at-a-time").unwrap(),
        set(&[
            "consent-sync",
            "log",
            "navigation-sync",
            "request-sync",
            "storage-sync",
            "timer-sync",
            "view"
        ])
    );
}
