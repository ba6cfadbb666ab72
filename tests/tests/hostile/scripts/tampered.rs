//! Files of scripts that no tool of ours has written: what an engine and a host make of one that
//! is broken, huge, or says more than its manifest does.

use std::sync::OnceLock;

use miniapp_host::{EndReason, Package, PageId, Script};
use miniapp_tests::Manifests;
use serde_json::{Value, json};

use super::played::{beside, is_limit};
use super::{CLASS, bundled, folder};
use crate::arena::{self, Arena};
use crate::attack::{Attack, End, Outcome};

/// The mini-app that is tampered with: it asks for nothing.
const APP: &str = "miniapp_tampered";

type Expected = fn(&End, &Value) -> bool;

/// All of them.
pub fn attacks() -> Vec<Attack> {
    vec![
        row(
            "files that ask for more than the manifest",
            "the host links what is granted, and traps for the rest",
            asking,
        ),
        row(
            "files that are broken or huge",
            "4 MiB; read once, strictly; fuel of the launch",
            broken,
        ),
        row(
            "files whose map leads astray",
            "numbers of a map are checked; fuel of an event",
            mapped,
        ),
        row(
            "files with code that the bundler refuses",
            "the engine has no compiler and no loader in the script's context",
            imported,
        ),
    ]
}

/// A file, what is asked of it, and what is to come of it.
struct Tried {
    name: String,
    file: String,
    handler: &'static str,
    expected: Expected,
}

/// The file as it ought to be.
fn whole() -> &'static str {
    static WHOLE: OnceLock<String> = OnceLock::new();
    WHOLE.get_or_init(|| bundled("tampered").file())
}

/// The same with a change.
fn with(change: impl FnOnce(&mut Value)) -> String {
    let mut file = serde_json::from_str(whole()).unwrap();
    change(&mut file);
    file.to_string()
}

/// Files that tell the engine to deny nothing, or that make no sense there.
fn asking() -> Vec<Tried> {
    let handlers = [
        "profile",
        "login",
        "request",
        "storage",
        "storageSync",
        "clipboard",
        "invoke",
    ];
    let forged = handlers.into_iter().map(|handler| Tried {
        name: handler.to_owned(),
        file: with(|file| file["denied"] = json!({ "nothing": { "code": "x", "message": "" } })),
        handler,
        // Not an error that is told, which the script could live with.
        expected: |end, data| end.trapped("miniapp:host/") && data["reached"] != true,
    });
    let odd = [
        json!(null),
        json!([]),
        json!({ "profile": null }),
        json!({ "profile": { "code": 1, "message": 1 } }),
        json!({ "profile": { "code": "x".repeat(1 << 20), "message": "y".repeat(1 << 20) } }),
    ];
    let odd = odd.into_iter().map(|denied| Tried {
        name: denied.to_string().chars().take(60).collect(),
        file: with(|file| file["denied"] = denied),
        handler: "profile",
        expected: is_not_launched,
    });
    forged.chain(odd).collect()
}

/// Whether nothing of it has run.
fn is_refused(end: &End) -> bool {
    matches!(end, End::Refused(_))
        || end.ended(|reason| matches!(reason, EndReason::LaunchRefused(_)))
}

/// Whether it was not launched, or took too much for it.
fn is_not_launched(end: &End, data: &Value) -> bool {
    let is_too_much =
        |reason: &EndReason| is_limit(reason) || matches!(reason, EndReason::LaunchTooLong { .. });
    *data == Value::Null && (is_refused(end) || end.computed_too_much() || end.ended(is_too_much))
}

fn broken() -> Vec<Tried> {
    let whole = whole();
    let engine: Value = serde_json::from_str(whole).unwrap();
    let engine = engine["engine"].as_str().unwrap();
    let beside = |more: &str| whole.replacen('{', &format!("{{{more},"), 1);
    let text = |text: &str| with(|file| file["text"] = json!(text));
    let escaped = |text: &str| format!("{{\"engine\":\"{engine}\",\"text\":\"{text}\"}}");
    let tried = [
        ("empty", String::new()),
        ("a list", "[]".to_owned()),
        ("nothing", "null".to_owned()),
        ("cut short", whole[..whole.len() / 2].to_owned()),
        ("more behind it", format!("{whole}{{}}")),
        ("no text", format!("{{\"engine\":\"{engine}\"}}")),
        ("no engine", "{\"text\":\"\"}".to_owned()),
        ("two engines", beside(&format!("\"engine\":\"{engine}\""))),
        ("two texts", beside("\"text\":\"\"")),
        ("two maps", beside("\"mappings\":\"\"")),
        ("two denials", beside("\"denied\":{}")),
        ("a key that is half a character", beside("\"\\ud800\":1")),
        ("half a character", escaped("\\ud800")),
        ("half a character, in a name", escaped("var \\udc00")),
        ("a nought", escaped("\\u0000")),
        ("an escape that is none", escaped("\\x00")),
        (
            "deep beside it",
            beside(&format!("\"x\":{}", "[".repeat(1 << 20))),
        ),
        (
            "deep and closed",
            beside(&format!(
                "\"x\":{}{}",
                "[".repeat(1 << 20),
                "]".repeat(1 << 20)
            )),
        ),
        (
            "deep in a denial",
            with(|file| file["denied"] = json!({})).replace(
                "\"denied\":{}",
                &format!("\"denied\":{}1{}", "{\"a\":".repeat(100), "}".repeat(100)),
            ),
        ),
        ("deep code", text(&"(".repeat(1 << 20))),
        ("deep functions", text(&"()=>".repeat(1 << 18))),
        ("deep blocks", text(&"{".repeat(1 << 18))),
        ("deep templates", text(&"`${".repeat(1 << 18))),
        (
            "deep patterns",
            text(&format!("var {}a", "[".repeat(1 << 18))),
        ),
        (
            "a long chain",
            text(&format!("var a = {}1", "1+".repeat(1 << 20))),
        ),
        (
            "as many names as there is room for",
            text(&(0..200_000).fold(String::new(), |text, at| text + &format!("var v{at};"))),
        ),
        (
            "a number without end",
            text(&format!("throw {}n", "9".repeat(1 << 20))),
        ),
        (
            "a pattern without end",
            text(&format!("throw /{}/", "(a|".repeat(1 << 18))),
        ),
        (
            "a text without end",
            format!("{whole}{}", " ".repeat(4 << 20)),
        ),
        ("a loop", text("for (;;);")),
        (
            "a loop that is kept going",
            text("for (;;) try { for (;;); } finally { continue }"),
        ),
        (
            "memory",
            text("const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1))"),
        ),
        ("recursion", text("const f = () => f(); f()")),
        (
            "promises",
            text("const f = () => Promise.resolve().then(f); f(); await new Promise(() => {})"),
        ),
        ("waiting at its top", text("await new Promise(() => {})")),
        (
            "an error without end",
            text("throw new Error('x'.repeat(1 << 20))"),
        ),
        (
            "an error that computes",
            text("throw { get message() { for (;;); }, toString() { for (;;); } }"),
        ),
    ];
    let tried = tried.into_iter().map(|(name, file)| Tried {
        name: name.to_owned(),
        file,
        handler: "say",
        expected: is_not_launched,
    });
    tried.collect()
}

fn mapped() -> Vec<Tried> {
    let mappings = |mappings: &str| {
        let mappings = mappings.to_owned();
        with(|file| file["mappings"] = json!(mappings))
    };
    let sources = |sources: Value| with(|file| file["sources"] = sources);
    let unmapped = |sources: Value| {
        with(|file| {
            file["mappings"] = json!("");
            file["sources"] = sources;
        })
    };
    let tried = [
        ("lines without end", mappings(&";".repeat(2 << 20))),
        ("places without end", mappings(&"AAAA,".repeat(500_000))),
        ("a line for each", mappings(&"AAAA;".repeat(500_000))),
        ("digits without end", mappings(&"g".repeat(2 << 20))),
        (
            "numbers as large as they get",
            mappings(&"+/////D+/////D+/////D+/////D;".repeat(1_000)),
        ),
        ("numbers below nought", mappings(&"AADD;".repeat(1_000))),
        (
            "sources that are not there",
            mappings(&"A+/////B+/////BA;".repeat(1_000)),
        ),
        ("no digits", mappings("\u{0}!\u{e4};,\u{1f600}")),
        ("100,000 sources", sources(json!(vec!["a.js"; 100_000]))),
        ("no source", sources(json!([]))),
        ("no source and no map", unmapped(json!([]))),
        (
            "a source that is long",
            unmapped(json!(["a".repeat(2 << 20)])),
        ),
        (
            "a source that is lines",
            unmapped(json!(["a\n    at f (b:1:1)\u{0}\u{1b}[2J".repeat(1_000)])),
        ),
    ];
    let tried = tried.into_iter().map(|(name, file)| Tried {
        name: name.to_owned(),
        file,
        handler: "fail",
        expected: |end, data| match end {
            End::Told(code, message) => {
                code == "app" && message.len() <= 8 << 10 && data["reached"] == false
            }
            end => end.computed_too_much() || is_not_launched(end, data),
        },
    });
    tried.collect()
}

/// Code in front of the script. Each sets `globalThis.ran` if it gets anywhere.
fn imported() -> Vec<Tried> {
    let before = |code: &str| {
        with(|file| {
            let text = file["text"].as_str().unwrap_or_default();
            file["text"] = json!(format!("{code}\n{text}"));
        })
    };
    const RUN: &str = ".then(() => { globalThis.ran = true }, () => {});";
    let code = [
        "import 'x'; globalThis.ran = true;".to_owned(),
        "import x from './pages/index.js'; globalThis.ran = true;".to_owned(),
        "import x from 'data:text/javascript,export default 1'; globalThis.ran = true;".to_owned(),
        "import x from 'file:///etc/passwd' with { type: 'json' }; globalThis.ran = true;".to_owned(),
        "import * as std from 'std'; import * as os from 'os'; globalThis.ran = true;".to_owned(),
        "import { native } from 'miniapp:prelude'; globalThis.ran = true;".to_owned(),
        "import * as kept from 'miniapp:prelude'; globalThis.ran = Object.keys(kept).length > 0;".to_owned(),
        "import * as own from 'miniapp:app'; globalThis.ran = Object.keys(own).length > 0;".to_owned(),
        format!("import('x'){RUN}"),
        format!("import('data:text/javascript,globalThis.ran=true'){RUN}"),
        format!("import('https://rogue.example.com/'){RUN}"),
        format!("import('std'){RUN}"),
        format!("import({{ toString() {{ return 'os' }} }}){RUN}"),
        "import('miniapp:prelude').then((kept) => { globalThis.ran = Object.keys(kept).length > 0 }, () => {});".to_owned(),
        "try { eval('globalThis.ran = true') } catch {}".to_owned(),
        "try { (0, eval)('globalThis.ran = true') } catch {}".to_owned(),
        "try { new Function('globalThis.ran = true')() } catch {}".to_owned(),
        "try { (async () => {}).constructor('globalThis.ran = true')() } catch {}".to_owned(),
        "try { new import.meta.constructor.constructor('globalThis.ran = true')() } catch {}".to_owned(),
        "try { globalThis['\\0boot']({}); globalThis.ran = true } catch {}".to_owned(),
        "#!/bin/sh\nglobalThis.ran = true;;".to_owned() + "with (globalThis) ran = true;",
    ];
    let tried = code.into_iter().map(|code| Tried {
        file: before(&code),
        name: code,
        handler: "say",
        expected: |end, data| is_refused(end) || end.lives() && data["ran"] == false,
    });
    tried.collect()
}

fn row(name: &'static str, against: &'static str, files: fn() -> Vec<Tried>) -> Attack {
    Attack::new(CLASS, name, against, move |arena| {
        Box::pin(beside(arena, async move |outcome: &mut Outcome| {
            for tried in files() {
                let (end, data) = play(arena, &tried).await;
                let contained = (tried.expected)(&end, &data);
                outcome.count(end.label(), contained, || {
                    format!("{}: {end:?}, {data}", tried.name)
                });
            }
            // A large file that stays installed would be taken for what was left behind.
            let restored = install(arena, whole()).await;
            outcome.count("installed anew", restored.is_ok(), || {
                format!("{restored:?}")
            });
        }))
    })
    .once()
}

async fn play(arena: &Arena, tried: &Tried) -> (End, Value) {
    if let Err(refused) = install(arena, &tried.file).await {
        return (End::Refused(refused), Value::Null);
    }
    let app = match arena.launch(APP).await {
        Ok(app) => app,
        Err(end) => return (end, Value::Null),
    };
    let end = arena::event(&app, tried.handler, json!(null)).await;
    app.settled().await;
    let data = app.data(PageId::FIRST).await;
    let closed = app.close().await;
    match end {
        // What it has set off may have been its end.
        End::Lives if *closed != EndReason::Closed => {
            (End::Ended(closed), data.unwrap_or_default())
        }
        end => (end, data.unwrap_or_default()),
    }
}

async fn install(arena: &Arena, file: &str) -> Result<(), String> {
    let script = Script::new(file).map_err(|error| error.to_string())?;
    let read = |name: &str| std::fs::read_to_string(folder("tampered").join(name)).unwrap();
    let manifests = Manifests {
        app: read("miniapp.yaml"),
        partner: read("partner.yaml"),
    };
    let package = Package::of_script(manifests.manifest(), script);
    let installed = arena.host.install(package, &manifests.partner()).await;
    installed.map(drop).map_err(|error| error.to_string())
}
