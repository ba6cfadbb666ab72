//! Permissions, the catalogue and the names of interfaces.

#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use miniapp_package::{
    CONTRACT_VERSION, InterfaceName, Permission, Requirement, WASI_VERSION, consent, describe,
    requirement,
};
use proptest::prelude::*;

fn interface(name: &str) -> InterfaceName {
    InterfaceName::parse(name).unwrap()
}

fn needs(name: &str) -> Option<String> {
    requirement(&interface(&format!("miniapp:host/{name}@1.0.0"))).map(|needs| needs.to_string())
}

#[test]
fn an_id_is_read_and_shown_alike() {
    for id in [
        "user:readProfile",
        "storage:local",
        "storage:files",
        "ext:loyalty.points",
        "device:camera",
    ] {
        let permission = Permission::parse(id).unwrap();
        assert_eq!(permission.to_string(), id);
        assert_eq!(permission.id(), id);
    }
    let name = "n".repeat(Permission::MAX_NAME_BYTES);
    assert!(Permission::parse(&format!("ext:{name}")).is_ok());
    assert!(Permission::parse(&format!("ext:{name}n")).is_err());
}

#[test]
fn an_unknown_id_leads_to_the_nearest_one() {
    let refused = |id| Permission::parse(id).unwrap_err().to_string();
    assert_snapshot!(refused("user:readprofile"), @"unknown permission `user:readprofile`; did you mean `user:readProfile`?");
    assert_snapshot!(refused("local:storage"), @"unknown permission `local:storage`; the permissions are `user:readProfile`, `user:phone`, `user:email`, `user:login`, `storage:local`, `storage:files`, `ext:<name>` and `device:<name>`");
    assert_snapshot!(refused("storage.local"), @"unknown permission `storage.local`; did you mean `storage:local`?");
    assert_snapshot!(refused("device:1st camera"), @"unknown permission `device:1st camera`; the name after the colon has 1 to 64 of the characters `A-Z a-z 0-9 . _ -` and begins with a letter");
    assert_snapshot!(refused(""), @r#"unknown permission ""; the permissions are `user:readProfile`, `user:phone`, `user:email`, `user:login`, `storage:local`, `storage:files`, `ext:<name>` and `device:<name>`"#);
}

#[test]
fn every_interface_of_the_contract_is_in_the_catalogue() {
    let contract = [
        include_str!("../../wit/types.wit"),
        include_str!("../../wit/capabilities.wit"),
        include_str!("../../wit/guest.wit"),
    ];
    // What a mini-app exports is called by the host, not granted.
    let exported = [
        "lifecycle",
        "lifecycle-sync",
        "page",
        "page-sync",
        "state",
        "state-sync",
    ];
    let lines = contract.iter().flat_map(|text| text.lines());
    let mut seen = 0;
    for line in lines {
        let Some(name) = line.strip_prefix("interface ") else {
            continue;
        };
        let name = name.trim_end_matches('{').trim();
        assert_eq!(needs(name).is_none(), exported.contains(&name), "{name}");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
    let world = include_str!("../../wit/world.wit");
    assert!(world.contains(&format!("package miniapp:host@{CONTRACT_VERSION};")));
}

#[test]
fn interfaces_need_what_the_contract_says() {
    for (name, requirement) in [
        ("view", "nothing"),
        ("timer-sync", "nothing"),
        ("request", "network.allow"),
        ("request-sync", "network.allow"),
        ("profile", "user:readProfile, user:phone or user:email"),
        ("login", "user:login"),
        ("consent-sync", "nothing"),
        ("storage-sync", "storage:local"),
        ("extension", "ext:<name> or device:<name>"),
    ] {
        assert_eq!(needs(name).as_deref(), Some(requirement), "{name}");
    }
}

#[test]
fn only_served_versions_of_the_contract_are_in_the_catalogue() {
    for other in [
        "miniapp:host/view@2.0.0",
        "miniapp:host/view@1.3.0",
        "miniapp:host/view@0.9.0",
        "miniapp:host/view@1.0.0-rc.1",
        "miniapp:host/view",
        "miniapp:host/camera@1.0.0",
        "evil:host/view@1.0.0",
        "miniapp:guest/view@1.0.0",
        "wasi:http/types@0.3.0",
    ] {
        assert_eq!(requirement(&interface(other)), None, "{other}");
    }
    let patched = interface("miniapp:host/view@1.0.7");
    assert_eq!(requirement(&patched), Some(Requirement::Nothing));
}

fn of_wasi(name: &str, version: &str) -> Option<Requirement> {
    requirement(&interface(&format!("wasi:{name}@{version}")))
}

#[test]
fn interfaces_of_wasi_need_what_the_catalogue_says() {
    for name in [
        "io/poll",
        "io/streams",
        "io/error",
        "clocks/monotonic-clock",
        "clocks/wall-clock",
        "random/random",
        "random/insecure",
        "random/insecure-seed",
        "cli/stdout",
        "cli/stderr",
        "cli/exit",
        "http/types",
    ] {
        assert_eq!(of_wasi(name, "0.2.0"), Some(Requirement::Nothing), "{name}");
    }
    for name in [
        "cli/environment",
        "cli/stdin",
        "cli/terminal-stdout",
        "sockets/tcp",
        "sockets/udp-create-socket",
        "sockets/ip-name-lookup",
    ] {
        assert_eq!(of_wasi(name, "0.2.0"), Some(Requirement::Inert), "{name}");
    }
    for name in ["filesystem/types", "filesystem/preopens"] {
        let requirement = Requirement::InertWithout(Permission::Files);
        assert_eq!(of_wasi(name, "0.2.0"), Some(requirement), "{name}");
    }
    let handler = of_wasi("http/outgoing-handler", "0.2.0");
    assert_eq!(handler, Some(Requirement::Network));
    for name in [
        "http/incoming-handler",
        "clocks/timezone",
        "keyvalue/store",
        "io/pipe",
        "cli/run",
    ] {
        assert_eq!(of_wasi(name, "0.2.0"), None, "{name}");
    }
}

#[test]
fn a_requirement_of_wasi_is_shown() {
    assert_eq!(Requirement::Inert.to_string(), "nothing");
    let newest = WASI_VERSION.to_string();
    assert_eq!(
        of_wasi("cli/stdin", &newest),
        Some(Requirement::Inert),
        "the newest"
    );
}

#[test]
fn the_user_is_asked_for_the_profile_and_the_device() {
    let described = |id: &str| {
        let permission = Permission::parse(id).unwrap();
        let asks = if consent(&permission) { " (asks)" } else { "" };
        format!("{id}: {}{asks}\n", describe(&permission))
    };
    let ids = [
        "user:readProfile",
        "user:phone",
        "user:email",
        "user:login",
        "storage:local",
        "storage:files",
        "ext:loyalty.points",
        "device:camera",
    ];
    assert_snapshot!(ids.map(described).concat(), @"
    user:readProfile: read the user's profile, once the user has agreed (asks)
    user:phone: read the user's telephone number, once the user has agreed (asks)
    user:email: read the user's e-mail address, once the user has agreed (asks)
    user:login: tell the partner's server who the user is, under a name of its own
    storage:local: keep up to 10 MiB of its own data on the device
    storage:files: keep files on the device, in a folder of its own
    ext:loyalty.points: call the extension `loyalty.points` of the native app
    device:camera: use the device's `camera` through the native app (asks)
    ");
}

#[test]
fn an_interface_name_is_taken_apart() {
    let name = interface("miniapp:host/request@1.0.0");
    assert_eq!(name.namespace, "miniapp");
    assert_eq!(name.package, "host");
    assert_eq!(name.interface, "request");
    assert_eq!(
        name.version.map(|version| version.to_string()).as_deref(),
        Some("1.0.0")
    );
    assert_eq!(interface("a:b/c").version, None);
    for bad in [
        "",
        "run",
        "a:b",
        "a/b",
        "a:b/c@",
        "a:b/c@1",
        "a:b/c@1.0.0@1",
        "a:/c",
        ":b/c",
        "a:b/c d",
    ] {
        assert!(InterfaceName::parse(bad).is_err(), "{bad}");
    }
    assert_snapshot!(InterfaceName::parse("fetch").unwrap_err(), @"`fetch` is not the name of an interface; expected `namespace:package/interface@version`, such as `miniapp:host/request@1.0.0`");
    let long = |bytes: usize| format!("a:b/{}", "c".repeat(bytes - 4));
    assert!(InterfaceName::parse(&long(InterfaceName::MAX_BYTES)).is_ok());
    assert!(InterfaceName::parse(&long(InterfaceName::MAX_BYTES + 1)).is_err());
}

proptest! {
    #[test]
    fn any_text_is_a_permission_or_refused(text in "\\PC{0,40}") {
        if let Ok(permission) = Permission::parse(&text) {
            prop_assert_eq!(permission.id(), text);
        }
    }

    #[test]
    fn wasi_is_served_from_its_first_to_its_newest_version(
        major in 0_u64..3, minor in 0_u64..5, patch in 0_u64..40, pre in "(-rc-2023-11-10|-draft)?",
    ) {
        let version = format!("{major}.{minor}.{patch}{pre}");
        let served = major == 0 && minor == 2 && patch <= WASI_VERSION.patch && pre.is_empty();
        for name in ["io/poll", "cli/stdin", "http/outgoing-handler"] {
            prop_assert_eq!(of_wasi(name, &version).is_some(), served, "{} {}", name, version);
        }
    }

    #[test]
    fn no_other_name_of_wasi_is_served(name in "[a-z]{2,12}/[a-z]{2,12}") {
        let known = ["io/error", "io/poll", "io/streams", "random/random", "random/insecure",
            "cli/stdin", "cli/stdout", "cli/stderr", "cli/exit", "cli/environment", "http/types",
            "filesystem/types", "filesystem/preopens", "sockets/network", "sockets/tcp", "sockets/udp"];
        prop_assert!(of_wasi(&name, "0.2.0").is_none() || known.contains(&name.as_str()));
    }

    #[test]
    fn any_text_is_an_interface_name_or_refused(text in "[a-z:/@.0-9-]{0,30}") {
        if let Ok(name) = InterfaceName::parse(&text) {
            prop_assert_eq!(name.to_string(), text);
        }
    }
}
