//! `miniapp inspect`: what a component is and what it needs.

use miniapp_package::{
    ComponentInfo, InterfaceName, Need, Requirement, World, describe, is_contract, is_device,
    is_wasi, needed,
};
use serde_json::{Value, json};

use crate::arguments::InspectArguments;
use crate::text::{escape, grouped};
use crate::{Failure, inventory};

/// Whether a host of this version could run it, were everything granted, and had the native app
/// what is its own to have.
pub(crate) fn inspect(arguments: &InspectArguments) -> Result<bool, Failure> {
    let component = inventory::component(&arguments.path)?;
    let info = ComponentInfo::inspect(&component)?;
    let world = info.require_world();
    let needs = needed(&info);
    let known = needs
        .iter()
        .all(|need| need.requirement.is_some() || is_own(need));
    if arguments.json {
        println!("{:#}", as_json(&info, world.as_ref().ok(), &needs));
    } else {
        print(&info, &needs);
        match &world {
            Ok(world) => println!("world    {}", name(*world)),
            Err(error) => println!("world    none: {error}"),
        }
    }
    Ok(known && world.is_ok())
}

fn print(info: &ComponentInfo, needs: &[Need]) {
    println!(
        "size     {} bytes",
        grouped(u64::try_from(info.size).unwrap_or(u64::MAX))
    );
    println!("digest   {}", info.digest);
    let width = needs
        .iter()
        .map(|need| need.import.len())
        .max()
        .unwrap_or(0)
        .min(60);
    for (place, need) in needs.iter().enumerate() {
        let label = if place == 0 { "imports" } else { "" };
        println!(
            "{label:8} {:width$}  {}",
            escape(&need.import),
            needs_text(need)
        );
    }
    for (place, export) in info.exports.iter().enumerate() {
        let label = if place == 0 { "exports" } else { "" };
        println!("{label:8} {}", escape(&export.name));
    }
}

fn needs_text(need: &Need) -> String {
    match &need.requirement {
        None if is_own(need) => {
            "an interface of a native app's own: refused by those that do not have it".to_owned()
        }
        None => "unknown to this host: it will be refused".to_owned(),
        Some(Requirement::Nothing) => "needs no permission".to_owned(),
        Some(Requirement::Inert) => "inert: there is nothing behind it".to_owned(),
        Some(Requirement::InertWithout(permission)) => {
            format!("inert without `{permission}`: {}", describe(permission))
        }
        Some(Requirement::Permission(permission)) => {
            format!("needs `{permission}`: {}", describe(permission))
        }
        Some(Requirement::Network) => {
            "needs `network.allow`: talk to the hosts it names".to_owned()
        }
        Some(Requirement::AnyOfProfile) => {
            "needs `user:readProfile`, `user:phone` or `user:email`: read fields of the user's profile, once the user has agreed".to_owned()
        }
        Some(Requirement::AnyExtension) => {
            "needs `ext:<name>` or `device:<name>`: call extensions of the app".to_owned()
        }
    }
}

fn name(world: World) -> &'static str {
    match world {
        World::Async => "mini-app",
        World::Sync => "mini-app-sync",
    }
}

fn as_json(info: &ComponentInfo, world: Option<&World>, needs: &[Need]) -> Value {
    let imports: Vec<Value> = needs
        .iter()
        .map(|need| {
            let mut import = serde_json::Map::from_iter([
                ("import".to_owned(), json!(need.import)),
                (
                    "needs".to_owned(),
                    json!(need.requirement.as_ref().map(ToString::to_string)),
                ),
                ("inert".to_owned(), json!(is_inert(need))),
            ]);
            if let Some(Requirement::InertWithout(permission)) = &need.requirement {
                import.insert("inert_without".to_owned(), json!(permission.to_string()));
            }
            Value::Object(import)
        })
        .collect();
    json!({
        "size": info.size,
        "digest": info.digest.to_string(),
        "world": world.map(|world| name(*world)),
        "imports": imports,
        "exports": info.exports.iter().map(|export| export.name.as_str()).collect::<Vec<_>>(),
    })
}

/// Whether it can be an interface of a native app's own.
fn is_own(need: &Need) -> bool {
    let own = |name: &InterfaceName| !is_contract(name) && !is_device(name) && !is_wasi(name);
    need.interface.as_ref().is_some_and(own)
}

fn is_inert(need: &Need) -> bool {
    matches!(
        need.requirement,
        Some(Requirement::Inert | Requirement::InertWithout(_))
    )
}
