//! Guests written by hand in the text format: a fragment set in a frame that is a
//! whole mini-app. Knows the contract's names and nothing of what a guest is for.
//!
//! A fragment has sections, each begun by a line `;;; name`:
//!
//! | section | what it is | if absent |
//! |---|---|---|
//! | `before` | definitions before the memory's module | nothing |
//! | `memory` | what the module of memory and `realloc` holds | an arena that starts over |
//! | `with-memory` | what that module is instantiated with | nothing |
//! | `lower` | definitions of the component beside its functions | nothing |
//! | `with` | what the main module imports from `env` | nothing |
//! | `core` | what the main module holds beside its memory | nothing |
//! | `lift`, `lift-event` | options of all exports, of `on-event` | memory and `realloc` |
//!
//! An interface is imported if `$name` stands in the fragment. A callback that the
//! section `core` does not export returns at once.

use std::collections::BTreeMap;

const WORLD: &str = include_str!("frame/world.wat");
const IMPORTS: &str = include_str!("frame/imports.wat");
const DEFAULTS: &str = include_str!("frame/defaults.wat");

const LIFT: &str = "(memory $memory) (realloc $realloc)";

/// The component of a fragment.
///
/// # Panics
///
/// Where the text is not that of a component.
pub fn component(fragment: &str) -> Vec<u8> {
    let text = text(fragment);
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn text(fragment: &str) -> String {
    let (given, defaults) = (sections(fragment), sections(DEFAULTS));
    let section = |name: &str| given.get(name).copied();
    let core = section("core").unwrap_or_default();
    let imports = sections(IMPORTS)
        .into_iter()
        .filter(|(name, _)| {
            let mentions = |name: &str| fragment.contains(&format!("(func ${name} "));
            mentions(name) || (*name == "http" && (mentions("request") || mentions("request-sync")))
        })
        .map(|(_, text)| text);
    let callbacks = defaults
        .iter()
        .filter(|(name, _)| **name != "memory" && !core.contains(&format!("(export \"{name}\")")))
        .map(|(_, text)| *text);
    let (imports, callbacks): (String, String) = (imports.collect(), callbacks.collect());
    let memory = section("memory").or_else(|| defaults.get("memory").copied());
    let lift = section("lift").unwrap_or(LIFT);
    [
        ("{imports}", imports.as_str()),
        ("{before}", section("before").unwrap_or_default()),
        ("{memory}", memory.unwrap_or_default()),
        ("{with-memory}", section("with-memory").unwrap_or_default()),
        ("{lower}", section("lower").unwrap_or_default()),
        ("{with}", section("with").unwrap_or_default()),
        ("{core}", core),
        ("{defaults}", callbacks.as_str()),
        ("{lift}", lift),
        ("{lift-event}", section("lift-event").unwrap_or(lift)),
    ]
    .iter()
    .fold(WORLD.to_owned(), |text, (place, with)| {
        text.replace(place, with)
    })
}

/// The sections of a fragment, by their names.
fn sections(fragment: &str) -> BTreeMap<&str, &str> {
    let (_, first) = fragment.split_once(";;; ").unwrap_or_default();
    first
        .split("\n;;; ")
        .filter_map(|section| section.split_once('\n'))
        .map(|(name, text)| (name.trim(), text))
        .collect()
}
