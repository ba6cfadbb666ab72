//! Attacks by mini-apps in JavaScript: on the engine that runs them, on others that live in the
//! same engine, and on the host by way of it. The scripts lie in `scripts/attacker`, a mini-app for
//! each theme and a handler for each attack; what they tell of themselves is judged here.

mod played;
mod tampered;

use std::path::{Path, PathBuf};

use miniapp_host::Host;
use miniapp_tests::Manifests;
use miniapp_tests::script::{self, Bundled, Form};

use crate::attack::{Attack, End};
use played::{Expected, Seen, Sheet};

/// The class.
pub const CLASS: &str = "scripts";

/// What runs the attacks; there is one for each theme.
const ATTACKER: &str = "miniapp_attacker";

/// The themes, by the names of their files. What an engine compiles at a launch is paid for, so
/// they are mini-apps of their own.
const THEMES: [&str; 9] = [
    "code",
    "data",
    "deep",
    "endless",
    "errors",
    "growth",
    "pages",
    "pollution",
    "reach",
];

/// The mini-app of a theme.
fn attacker(theme: &str) -> String {
    format!("{ATTACKER}_{theme}")
}

/// What lives beside them in the same engine.
const BYSTANDER: &str = "miniapp_bystander";

/// Adds the engine to a host and installs the mini-apps, as scripts for it.
pub async fn install(host: &Host) {
    let engine = miniapp_js::engine().unwrap().to_vec();
    host.add_script_engine(engine).await.unwrap();
    let attackers = THEMES.iter().map(|theme| themed(theme));
    for bundled in attackers.chain([bundled("bystander")]) {
        let package = bundled.package(Form::Script);
        let installed = host.install(package, &bundled.manifests.partner()).await;
        installed.unwrap();
    }
}

fn folder(name: &str) -> PathBuf {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/scripts");
    folders.join(name)
}

fn bundled(name: &str) -> Bundled {
    script::folder(&folder(name))
}

fn themed(theme: &str) -> Bundled {
    let read = |file: &str| std::fs::read_to_string(folder("attacker").join(file)).unwrap();
    let manifests = Manifests {
        app: read("miniapp.yaml"),
        partner: read("partner.yaml"),
    };
    let manifests = manifests
        .app_with(ATTACKER, &attacker(theme))
        .partner_with(ATTACKER, &attacker(theme));
    let shared = [
        "app.js",
        "asked.js",
        "tried.js",
        "pages/index.js",
        "pages/other.js",
    ];
    let mut files: Vec<_> = shared.iter().map(|file| (*file, read(file))).collect();
    let own = format!("themes/{theme}.js");
    files.push((&own, read(&own)));
    files.push(("theme.js", format!("export * from './{own}';")));
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    script::files(&manifests, &files)
}

/// All of them.
pub fn attacks() -> Vec<Attack> {
    let played = [endless(), nested(), grown(), language(), told()];
    let sheets = played.into_iter().flatten().map(Sheet::attack);
    sheets.chain(tampered::attacks()).collect()
}

/// A handler of which each way has a life of its own.
fn each(
    theme: &'static str,
    handler: &'static str,
    name: &'static str,
    against: &'static str,
    expected: Expected,
) -> Sheet {
    Sheet {
        name,
        against,
        theme,
        handler,
        has_ways: true,
        expected,
        then: None,
    }
}

/// A handler that tries all of its ways, and tells which of them got where they must not.
fn all(
    theme: &'static str,
    handler: &'static str,
    name: &'static str,
    against: &'static str,
) -> Sheet {
    Sheet {
        has_ways: false,
        ..each(theme, handler, name, against, unreached)
    }
}

fn unreached(seen: &Seen) -> bool {
    seen.end.lives() && seen.answers() && seen.has_reached_nothing() && seen.stays_within()
}

/// Stopped by the engine with the place it was at, or ended by the host.
fn stopped(seen: &Seen) -> bool {
    seen.is_told("interrupted") || seen.is_ended()
}

/// An error of the language, or ended by the host; in no case done.
fn failed(seen: &Seen) -> bool {
    seen.is_told("") || seen.is_ended()
}

/// Done or not: it is over, and either it answers or it was ended for what it took.
fn held(seen: &Seen) -> bool {
    seen.answers() || seen.is_ended()
}

fn endless() -> Vec<Sheet> {
    let engine = "the engine looks at its fuel; fuel of an event";
    vec![
        each("endless", "loop", "loops without end", engine, stopped),
        each(
            "endless",
            "trap",
            "loops where the prelude calls back",
            engine,
            // A promise takes what stops the function that it is made with for its own.
            |seen| stopped(seen) || seen.answers() && seen.was_uncaught,
        ),
        each(
            "endless",
            "builtIn",
            "functions of the language without end",
            "fuel of an event; limits of the language",
            failed,
        ),
        each(
            "endless",
            "pattern",
            "regular expressions that backtrack",
            engine,
            stopped,
        ),
        each(
            "endless",
            "react",
            "reactions of promises without end",
            engine,
            |seen| seen.is_ended() || seen.answers() && seen.was_uncaught,
        ),
        each(
            "endless",
            "time",
            "timers without end",
            "10,000 wait; 4,096 handles; fuel of an event, of a second",
            |seen| {
                // What timers without end burn, its own events have to wait for.
                let waits = seen.after.waits();
                let is_held = held(seen) || waits || seen.after.trapped("no free keys");
                is_held && seen.data["ran"].as_u64() <= Some(10_000)
            },
        ),
        each(
            "endless",
            "log",
            "lines of the log without end",
            "256 KiB in a second; fuel of an event",
            |seen| stopped(seen) && seen.logs_within,
        ),
    ]
}

fn nested() -> Vec<Sheet> {
    let stack = "the engine's limit of its stack; `limits::WASM_STACK`";
    vec![
        each("deep", "recur", "recursion", stack, failed),
        each(
            "deep",
            "walk",
            "what is nested thousands deep",
            stack,
            |seen| {
                let kept = seen.data.to_string();
                held(seen)
                    && !kept.contains(&"[".repeat(200))
                    && !kept.contains(&"{\"o\":".repeat(200))
            },
        ),
    ]
}

fn grown() -> Vec<Sheet> {
    vec![
        each(
            "growth",
            "grow",
            "memory without end",
            "`MemoryMeter`; limits of the language; fuel of an event",
            failed,
        ),
        Sheet {
            then: Some(("stored", |seen| seen.data["isWithin"] == true)),
            ..each(
                "growth",
                "fill",
                "storage without end",
                "its price; bytes and keys are counted before they are written",
                held,
            )
        },
    ]
}

fn language() -> Vec<Sheet> {
    let no_compiler = "the context has no compiler";
    let mirrored = Some(("mirror", mirrored as Expected));
    vec![
        all("code", "road", "roads from a text to code", no_compiler),
        all(
            "code",
            "refusal",
            "roads from a text to code, told of",
            no_compiler,
        ),
        all(
            "code",
            "inside",
            "what the engine keeps for itself",
            "the prelude's scope and private fields",
        ),
        all(
            "data",
            "proto",
            "prototypes by way of data",
            "the prelude defines properties and sets none",
        ),
        Sheet {
            then: mirrored,
            ..all(
                "data",
                "path",
                "paths of data that two may read differently",
                "the host's grammar comes first",
            )
        },
        Sheet {
            then: mirrored,
            ..all(
                "data",
                "trick",
                "data that changes while it is walked",
                "what is kept is the JSON that the host was given",
            )
        },
        all(
            "data",
            "replace",
            "data that its own page replaces",
            "the host has a copy of its own",
        ),
        each(
            "data",
            "show",
            "values that do not want to be shown",
            "bounded depth, entries and bytes; fuel of an event",
            held,
        ),
        each(
            "pollution",
            "pollute",
            "all of the language replaced, then what is not granted",
            "grants are the host's; the prelude holds the originals",
            // What it breaks, it breaks for itself; some of it for good.
            |seen| unreached(seen) || seen.is_ended() && seen.stays_within(),
        ),
        all(
            "reach",
            "host",
            "hosts in each spelling",
            "the policy decides on the parsed URL",
        ),
        all(
            "reach",
            "permission",
            "permissions that are not granted",
            "the engine answers `denied`; the host links nothing",
        ),
        all(
            "reach",
            "address",
            "addresses that are no pages",
            "one grammar; pages of the manifest alone",
        ),
    ]
}

/// Whether its own copy of its data is what the host has.
fn mirrored(seen: &Seen) -> bool {
    let mirror = seen.data["mirror"].as_str();
    let Some(Ok(mirror)) = mirror.map(serde_json::from_str::<serde_json::Value>) else {
        return false;
    };
    let (Some(mirror), Some(shown)) = (mirror.as_object(), seen.data.as_object()) else {
        return false;
    };
    // What was set after the mirror was made.
    let later = ["mirror", "answer"];
    let shown = shown
        .iter()
        .filter(|(key, _)| !later.contains(&key.as_str()));
    shown.eq(mirror.iter())
}

fn told() -> Vec<Sheet> {
    let bounded = "8 KiB of each error; 256 KiB in a second; fuel of an event";
    vec![
        each(
            "errors",
            "fail",
            "odd things that are thrown",
            bounded,
            |seen| {
                let End::Told(code, message) = &seen.end else {
                    return seen.is_ended();
                };
                code.len() <= 128 && message.len() <= 8 << 10 && seen.answers()
            },
        ),
        each(
            "errors",
            "failForLong",
            "errors that compute when they are told",
            "fuel of an event",
            failed,
        ),
        each(
            "errors",
            "stack",
            "stacks of errors",
            "they are the script's own; fuel of an event",
            held,
        ),
        each(
            "errors",
            "reject",
            "errors that nothing handles",
            bounded,
            held,
        ),
        each(
            "pages",
            "turn",
            "callbacks that call back",
            "fuel of an event, of a second; ten pages",
            |seen| held(seen) && seen.pages <= 10,
        ),
        each(
            "pages",
            "reach",
            "pages that reach for each other",
            "they are of one mini-app, and closed is closed",
            unreached,
        ),
    ]
}
