//! The command as its users type it: what it prints, and its exit codes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails where it must"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use dev_server::{Answer, DevServer, json};
use hyper::Request;
use hyper::body::Bytes;
use insta::assert_snapshot;
use serde_json::json;

#[path = "command/new.rs"]
mod new;
#[path = "command/stand_in.rs"]
mod stand_in;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn miniapp(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_miniapp"))
        .current_dir(root())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Exit code, standard output, and what is an error of standard error.
fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let errors = text(&output.stderr);
    let errors = errors
        .find("error:")
        .map(|at| errors[at..].to_owned())
        .unwrap_or_default();
    (output.status.code(), text(&output.stdout), errors)
}

/// Leaves out what differs from machine to machine and from build to build.
fn stable(check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"[\d,.]+ (fuel|bytes|ms)\b", "N $1");
    settings.add_filter(r"in \d+ turns\b", "in N turns");
    settings.add_filter(r"blake3:[0-9a-f]{64}", "blake3:…");
    settings.bind(check);
}

fn answer(request: Request<Bytes>) -> Answer {
    let answer = match request.uri().path() {
        "/campaigns/summer" => json(200, &json!([{ "title": "Ice \u{1b}[31mcream" }])),
        "/rewards" => json(200, &json!([])),
        _ => json(404, &json!(null)),
    };
    Box::pin(std::future::ready(answer))
}

/// A server for both examples, and the arguments that lead to it.
async fn server(folder: &Path) -> (DevServer, Vec<String>) {
    let hosts = ["api.your-platform.com", "api.acme.com"];
    let server = DevServer::https(&hosts, answer).await.unwrap();
    let authority = folder.join("authority.pem");
    std::fs::write(&authority, server.authority_pem()).unwrap();
    let mut arguments = vec!["--ca".to_owned(), authority.display().to_string()];
    for host in hosts {
        arguments.extend(["--map".to_owned(), format!("{host}={}", server.address())]);
    }
    (server, arguments)
}

/// What the command says with the server in reach.
async fn said_online(run: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let (_server, network) = server(folder.path()).await;
    let network = network.iter().map(String::as_str);
    let arguments: Vec<&str> = run.iter().copied().chain(network).collect();
    said(&tokio::task::block_in_place(|| miniapp(&arguments)))
}

#[tokio::test(flavor = "multi_thread")]
async fn run_shows_what_a_mini_app_does() {
    let (code, out, errors) = said_online(&[
        "run",
        "examples/summer-campaign",
        "--event",
        r#"onTap:{}:{"index":0}"#,
    ])
    .await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    stable(|| {
        assert_snapshot!(out, @r#"
    miniapp_summer_campaign 1.0.0 by your-platform (N bytes, blake3:…)
      granted  network api.your-platform.com
         turn  Launch: N fuel, N ms
         data  page 1  title = "Summer campaign"
         turn  Open: N fuel, N ms
         data  page 1  offers = [{"title":"Ice \u001b[31mcream"}]
         turn  Completion: N fuel, N ms
        event  onTap
         data  page 1  offers[0].claimed = true
         turn  Event: N fuel, N ms
         turn  Close: N fuel, N ms

    The page's data:
    {
      "title": "Summer campaign",
      "offers": [
        {
          "title": "Ice \u001b[31mcream",
          "claimed": true
        }
      ]
    }

    Ended: closed
    3 data changes, 0 log lines, 0 denied calls, 0 uncaught errors; N fuel in N turns, N ms busy
    "#)
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn run_shows_what_is_denied() {
    let (code, out, errors) = said_online(&[
        "run",
        "examples/acme-rewards",
        "--profile",
        "nickname=Mia",
        "--consent",
        "allow",
        "--event",
        "onElsewhere",
        "--execution",
        "interpreter",
    ])
    .await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    // How many turns a question takes depends on who is faster.
    let lines = out.lines().filter(|line| !line.contains("   turn  "));
    let out = lines.collect::<Vec<_>>().join("\n");
    stable(|| {
        assert_snapshot!(out, @r#"
    miniapp_acme_rewards 1.0.0 by acme-lifestyle (N bytes, blake3:…)
      granted  user:readProfile
      granted  network api.acme.com
         data  page 1  greeting = "Hello Mia"
         data  page 1  rewards = []
        event  onElsewhere
       denied  the host `elsewhere.example` is not allowed for this mini-app; to grant it, write in partner.yaml:6: network: { default: "deny", allow: ["api.acme.com", "elsewhere.example"] }
         data  page 1  denied = {"message":"the host `elsewhere.example` is not allowed for this mini-app","line":"partner.yaml:6: network: { default: \"deny\", allow: [\"api.acme.com\", \"els… (N bytes)

    The page's data:
    {
      "greeting": "Hello Mia",
      "rewards": [],
      "denied": {
        "message": "the host `elsewhere.example` is not allowed for this mini-app",
        "line": "partner.yaml:6: network: { default: \"deny\", allow: [\"api.acme.com\", \"elsewhere.example\"] }"
      }
    }

    Ended: closed
    3 data changes, 0 log lines, 1 denied call, 0 uncaught errors; N fuel in N turns, N ms busy
    "#)
    });
}

#[test]
fn where_nobody_can_be_asked_nobody_agrees() {
    let run = |more: &[&str]| {
        let run = ["run", "examples/acme-rewards", "--profile", "nickname=Mia"];
        let output = miniapp(&[&run, more].concat());
        let told = String::from_utf8(output.stderr.clone()).unwrap();
        (said(&output).1, told)
    };
    let told = |told: &str| {
        let line = told.lines().find(|line| line.starts_with("consent to "));
        line.unwrap_or_default().to_owned()
    };
    for (more, denied, answered) in [
        (
            &[][..],
            "the user has closed the question about `user:readProfile`",
            "nobody can be asked; --consent allow agrees",
        ),
        (
            &["--consent", "refuse"],
            "the user has refused `user:readProfile`",
            "refused; --consent allow agrees (--consent)",
        ),
    ] {
        let (out, errors) = run(more);
        assert!(out.contains(&format!("   denied  {denied}")), "{out}");
        assert!(!out.contains("Mia"), "{out}");
        let answered = format!("consent to user:readProfile: {answered}");
        assert_eq!(told(&errors), answered);
    }
    let (out, errors) = run(&["--consent", "allow"]);
    assert!(out.contains("greeting = \"Hello Mia\""), "{out}");
    assert_eq!(
        told(&errors),
        "consent to user:readProfile: allowed (--consent)"
    );
}

#[test]
fn a_server_that_is_not_there_is_an_uncaught_error() {
    // Port 9 of the loopback interface: nobody listens.
    let run = [
        "run",
        "examples/summer-campaign",
        "--map",
        "api.your-platform.com=127.0.0.1:9",
    ];
    let (code, out, _) = said(&miniapp(&run));
    assert_eq!(code, Some(1));
    assert!(
        out.contains("uncaught  on-load of page 1: network: no connection: "),
        "{out}"
    );
    assert!(out.contains("\nEnded: closed\n"), "{out}");
}

#[test]
fn a_crash_is_shown_with_its_backtrace() {
    let run = ["run", "tests/guests/rogue", "--event", "panic"];
    let (code, out, _) = said(&miniapp(&[&run[..], &["--expect", "n=1"]].concat()));
    assert_eq!(code, Some(1));
    assert!(out.contains("unmet  n = 1: there is no page\n"), "{out}");
    assert!(out.contains("log  error  panicked at "), "{out}");
    assert!(out.contains("\nEnded: the mini-app crashed: it aborted (`unreachable`), as a panic does; its log tells more\n    at "), "{out}");
    assert!(out.contains("panic"), "{out}");
}

#[test]
fn what_is_drawn_and_asked_is_shown() {
    let run = |answers: &[&str]| {
        let mut run = vec!["run", "examples/showcase", "--page", "pages/surface"];
        run.extend(["--event", "onGreet", "--event", "onForget"]);
        run.extend(answers.iter().flat_map(|answer| ["--answer", answer]));
        let (code, out, _) = said(&miniapp(&run));
        let about = |line: &&str| {
            let label = line.get(..9).unwrap_or_default().trim();
            ["title", "toast", "dialog", "answer", "loading"].contains(&label)
        };
        let lines: Vec<&str> = out.lines().filter(about).collect();
        (code, lines.join("\n"))
    };
    let (code, lines) = run(&["Mia", "yes"]);
    assert_eq!(code, Some(0));
    assert_snapshot!(lines, @"
        title  page 1  Over the page
       dialog  What are you called?
       answer  Mia
        toast  ✓ Copied (2000 ms)
       dialog  Forget: Shall the greeting be forgotten?
       answer  yes
      loading  Forgetting
      loading  done
    ");
    let (code, lines) = run(&["no", "no"]);
    assert_eq!(code, Some(0));
    assert!(
        lines.contains("toast  Some other time (1500 ms)"),
        "{lines}"
    );
    assert!(!lines.contains("loading"), "{lines}");
    // The tests have no terminal.
    let (code, _) = run(&[]);
    assert_eq!(code, Some(1));
}

#[test]
fn inspect_tells_what_may_be_the_native_apps_own() {
    let (code, out, _) = said(&miniapp(&["inspect", "tests/guests/native"]));
    assert_eq!(code, Some(0), "{out}");
    let about = |import: &str| {
        let line = out.lines().find(|line| line.contains(import)).unwrap();
        line.split_once(import).unwrap().1.trim_start().to_owned()
    };
    let own = "an interface of a native app's own: refused by those that do not have it";
    assert_eq!(about("acme:loyalty/points@1.0.0"), own);
    let device = "needs `device:location`: use the device's `location` through the native app";
    assert_eq!(about("miniapp:device/location@1.0.0"), device);
}

#[test]
fn inspect_lists_imports_and_what_they_need() {
    let (code, out, _) = said(&miniapp(&["inspect", "tests/fixtures/contract-1.0.0.wasm"]));
    assert_eq!(code, Some(0));
    stable(|| {
        assert_snapshot!(out, @r"
    size     N bytes
    digest   blake3:…
    imports  miniapp:host/clock@1.0.0          needs no permission
             miniapp:host/types@1.0.0          needs no permission
             miniapp:host/extension@1.0.0      needs `ext:<name>` or `device:<name>`: call extensions of the app
             miniapp:host/locale@1.0.0         needs no permission
             miniapp:host/log@1.0.0            needs no permission
             miniapp:host/profile@1.0.0        needs `user:readProfile`, `user:phone` or `user:email`: read fields of the user's profile, once the user has agreed
             miniapp:host/random@1.0.0         needs no permission
             miniapp:host/http@1.0.0           needs no permission
             miniapp:host/request@1.0.0        needs `network.allow`: talk to the hosts it names
             miniapp:host/storage-types@1.0.0  needs no permission
             miniapp:host/storage@1.0.0        needs `storage:local`: keep up to 10 MiB of its own data on the device
             miniapp:host/timer@1.0.0          needs no permission
             miniapp:host/view@1.0.0           needs no permission
             miniapp:host/launch@1.0.0         needs no permission
             miniapp:host/event@1.0.0          needs no permission
    exports  miniapp:host/lifecycle@1.0.0
             miniapp:host/page@1.0.0
    world    mini-app
    ")
    });
    let (code, out, _) = said(&miniapp(&[
        "inspect",
        "--json",
        "tests/fixtures/contract-1.0.0.wasm",
    ]));
    assert_eq!(code, Some(0));
    let read: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(read["world"], "mini-app");
    assert!(
        read["imports"].as_array().unwrap().contains(
            &json!({ "import": "miniapp:host/profile@1.0.0", "needs": "user:readProfile, user:phone or user:email", "inert": false })
        )
    );
}

#[test]
fn inspect_tells_what_is_inert_of_wasi() {
    let (code, out, _) = said(&miniapp(&["inspect", "tests/guests/wasi"]));
    assert_eq!(code, Some(0), "{out}");
    let about = |import: &str| {
        let line = out.lines().find(|line| line.contains(import)).unwrap();
        line.split_once(import).unwrap().1.trim_start().to_owned()
    };
    let inert = "inert: there is nothing behind it";
    assert_eq!(
        about("wasi:filesystem/preopens@0.2.12"),
        "inert without `storage:files`: keep files on the device, in a folder of its own"
    );
    assert_eq!(about("wasi:sockets/tcp-create-socket@0.2.12"), inert);
    assert_eq!(about("wasi:cli/environment@0.2.12"), inert);
    assert_eq!(about("wasi:cli/stdout@0.2.12"), "needs no permission");
    let network = "needs `network.allow`: talk to the hosts it names";
    assert_eq!(about("wasi:http/outgoing-handler@0.2.12"), network);
    let (_, out, _) = said(&miniapp(&["inspect", "--json", "tests/guests/wasi"]));
    let read: serde_json::Value = serde_json::from_str(&out).unwrap();
    let imports = read["imports"].as_array().unwrap();
    let stdin = json!({ "import": "wasi:cli/stdin@0.2.12", "needs": "nothing", "inert": true });
    assert!(imports.contains(&stdin), "{out}");
    let files = json!({
        "import": "wasi:filesystem/types@0.2.12",
        "needs": "nothing",
        "inert": true,
        "inert_without": "storage:files",
    });
    assert!(imports.contains(&files), "{out}");
    let poll = json!({ "import": "wasi:io/poll@0.2.12", "needs": "nothing", "inert": false });
    assert!(imports.contains(&poll), "{out}");
}

#[test]
fn check_reads_all_three_manifests() {
    let files = [
        "check",
        "examples/acme-rewards/miniapp.yaml",
        "examples/acme-rewards/partner.yaml",
        "examples/governance.yaml",
    ];
    let (code, out, errors) = said(&miniapp(&files));
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert_snapshot!(out, @r"
    examples/acme-rewards/miniapp.yaml: mini-app `miniapp_acme_rewards` 1.0.0: 1 page, asks for 1 permission and 1 host
    examples/acme-rewards/partner.yaml: partner `acme-lifestyle`
      miniapp_acme_rewards: 1 permission, 1 host
    examples/governance.yaml: partners may publish; a gray release begins at 5% and widens by itself
    ");
}

#[test]
fn check_points_at_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("partner.yaml");
    let seed = std::fs::read_to_string(root().join("examples/acme-rewards/partner.yaml")).unwrap();
    std::fs::write(
        &file,
        seed.replace("sandbox: true", "sandbox: false")
            .replace("permissions:", "permisions:"),
    )
    .unwrap();
    let (code, out, errors) = said(&miniapp(&["check", &file.display().to_string()]));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert_snapshot!(errors, @r#"
    error: unknown key `permisions`
     --> partner.yaml:5:7
      |
    5 |       permisions: ["user:readProfile"]
      |       ^^^^^^^^^^
      = help: did you mean `permissions`?
    "#);
}

#[test]
fn run_keeps_files_where_it_is_told_to_for_each_user() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (file, asked) in [
        (
            "miniapp.yaml",
            "permissions: [{ name: storage:files, reason: r }]",
        ),
        ("partner.yaml", "permissions: [\"storage:files\"]"),
    ] {
        let text = std::fs::read_to_string(root().join("tests/guests/wasi").join(file)).unwrap();
        std::fs::write(path(file), text.replace("permissions: []", asked)).unwrap();
    }
    let built = miniapp(&["build", "tests/guests/wasi", "--output", &path("app.wasm")]);
    assert!(built.status.success(), "{}", said(&built).2);
    let event = r#"files:{"steps":[["list","."],["write","kept","x",0]]}"#;
    let run = |arguments: &[&str]| {
        let app = path("");
        let run = ["run", app.as_str(), "--event", event];
        let (code, out, errors) = said(&miniapp(&[&run, arguments].concat()));
        assert_eq!((code, errors.as_str()), (Some(0), ""));
        out.lines()
            .find(|line| line.contains("files ="))
            .unwrap()
            .to_owned()
    };
    let files = path("files");
    let (empty, kept) = ("files = [[],1]", "files = [[\"kept\"],1]");
    for (arguments, expected) in [
        (&["--files", &files][..], empty),
        (&["--files", &files], kept),
        (&["--files", &files, "--user", "mia"], empty),
        (&[], empty),
        (&[], empty),
    ] {
        let said = run(arguments);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    let (code, _, errors) = said(&miniapp(&["run", &path(""), "--user", ""]));
    assert_eq!(code, Some(2));
    assert!(errors.contains("a user id has 1 to 256 bytes"), "{errors}");
}

#[test]
fn what_cannot_be_run_says_why() {
    let run = |arguments: &[&str]| {
        let (code, _, errors) = said(&miniapp(arguments));
        assert_eq!(code, Some(2));
        errors
    };
    assert_snapshot!(run(&["run", "nowhere"]), @"error: nowhere does not exist; name a mini-app's folder or a component");
    assert_snapshot!(run(&["run", "examples/embed"]), @r"
    error: there is no file `examples/embed/miniapp.yaml`
     --> miniapp.yaml
      = help: check the path, or create the file
    ");
    assert_snapshot!(run(&["run", "tests/fixtures/contract-1.0.0.wasm"]), @r"
    error: there is no file `tests/fixtures/miniapp.yaml`
     --> miniapp.yaml
      = help: check the path, or create the file
    ");
    assert_snapshot!(run(&["run", "examples/summer-campaign", "--partner", "examples/acme-rewards/partner.yaml"]), @r#"error: the partner manifest of `acme-lifestyle` does not name the mini-app `miniapp_summer_campaign`; to publish it, write in partner.yaml:4: - { appId: "miniapp_summer_campaign" } (new line)"#);
    assert_snapshot!(run(&["run", "examples/summer-campaign", "--page", "pages/none"]), @"error: the mini-app has no page `pages/none`; its pages are pages/index");
    assert_snapshot!(run(&["inspect", "examples/governance.yaml"]), @"error: expected a WebAssembly component, came text, such as source code: give the path of the `.wasm` file that `miniapp build` writes");
    assert_snapshot!(run(&["build", "examples"]), @"error: there is nothing to build in examples: neither a Cargo.toml nor a miniapp.yaml");
    #[cfg(unix)]
    assert_snapshot!(run(&["inspect", "/dev/zero"]), @"error: /dev/zero has more than 33554432 bytes, which no component may have");
}

/// A project in JavaScript with these pages.
fn script_project(pages: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let manifest = "appId: miniapp_script\nname: Script\nversion: 1.0.0\npages: [pages/index]\n";
    write("miniapp.yaml", manifest);
    write(
        "partner.yaml",
        "partner:\n  id: tests\n  mini_apps:\n    - appId: miniapp_script\n      permissions: []\n      network: { default: deny, allow: [] }\n      sandbox: true\n",
    );
    for (file, text) in pages {
        write(file, text);
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn the_campaign_in_javascript_runs_from_its_folder() {
    let (code, told, _) = said_online(&["run", "examples/campaign"]).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("offers = [{\"title\":\"Ice \\u001b[31mcream\"}]"),
        "{told}"
    );
}

#[test]
fn a_script_that_fails_is_told_by_file_and_line() {
    let page = "Page({\n  data: { n: 1 },\n  onLoad() {\n    console.log('loaded', { a: 1 });\n  },\n  async onTap() {\n    await null;\n    this.missing();\n  },\n});\n";
    let folder = script_project(&[("pages/index.js", page)]);
    let path = folder.path().display().to_string();
    let (code, told, _) = said(&miniapp(&["run", &path, "--event", "onTap"]));
    assert_eq!(code, Some(1), "{told}");
    let lines: Vec<&str> = told
        .lines()
        .filter(|line| !line.contains(" turn ") && !line.contains("blake3"))
        .take(6)
        .collect();
    assert_snapshot!(lines.join("\n"), @r"
        data  page 1  n = 1
         log  info  loaded { a: 1 }
       event  onTap
    uncaught  app: unhandled rejection: TypeError: not a function
                  at onTap (pages/index.js:8:10)
    ");
}

#[test]
fn what_is_expected_of_the_data_is_met_or_not() {
    let page =
        "Page({\n  data: { n: 0 },\n  onTap() { this.setData({ n: this.data.n + 1 }); },\n});\n";
    let folder = script_project(&[("pages/index.js", page)]);
    let path = folder.path().display().to_string();
    let run = |arguments: &[&str]| {
        let (code, told, _) = said(&miniapp(&[&["run", &path], arguments].concat()));
        let about = |line: &&str| line.starts_with("      met") || line.starts_with("    unmet");
        let lines: Vec<&str> = told.lines().filter(about).collect();
        (code, lines.join("\n"))
    };
    let (code, lines) = run(&["--event", "onTap", "--event", "onTap", "--expect", "n=2"]);
    assert_eq!(code, Some(0));
    assert_snapshot!(lines, @"      met  n = 2");
    let (code, lines) = run(&[
        "--event", "onTap", "--expect", "n=1", "--expect", "n=2", "--expect", "m=Hello",
    ]);
    assert_eq!(code, Some(1));
    assert_snapshot!(lines, @r#"
          met  n = 1
        unmet  n = 2: it is 1
        unmet  m = "Hello": there is nothing at this path
    "#);
}

#[test]
fn a_script_that_does_not_compile_is_told_with_its_place() {
    let folder = script_project(&[("pages/index.ts", "Page({\n  data: { n: 1 \n});\n")]);
    let path = folder.path().display().to_string();
    let (code, _, errors) = said(&miniapp(&["build", &path]));
    assert_eq!(code, Some(2));
    assert_snapshot!(errors, @r"
    error: Expected `,` or `}` but found `)`
     --> pages/index.ts:3:2
      |
    3 | });
      |  ^
    ");
    let nothing = script_project(&[]);
    let path = nothing.path().display().to_string();
    let (_, _, errors) = said(&miniapp(&["build", &path]));
    assert!(
        errors.contains("neither a Cargo.toml nor a script, such as pages/index.js for the page `pages/index` of miniapp.yaml"),
        "{errors}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_campaign_is_built_as_a_script_and_runs_from_its_package() {
    let package = tempfile::tempdir().unwrap();
    let at = |file: &str| package.path().join(file).display().to_string();
    for file in ["miniapp.yaml", "partner.yaml"] {
        std::fs::copy(root().join("examples/campaign").join(file), at(file)).unwrap();
    }
    let script = ["build", "--script", "examples/campaign", "--output"];
    let arguments: Vec<&str> = script
        .into_iter()
        .chain([at("app.script").leak() as &str])
        .collect();
    let (code, told, errors) = said(&miniapp(&arguments));
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let told = told.replace(&*package.path().to_string_lossy(), "DIR");
    stable(|| {
        assert_snapshot!(told, @"
    DIR/app.script (N bytes, blake3:…)
    for the engine blake3:…
    ")
    });

    let folder = package.path().display().to_string();
    let (code, ran, _) = said_online(&["run", &folder]).await;
    assert_eq!(code, Some(0), "{ran}");
    assert!(ran.contains("offers = [{\"title\":"), "{ran}");

    let (code, _, errors) = said(&miniapp(&["inspect", &folder]));
    assert_eq!(code, Some(2));
    assert_snapshot!(errors.replace(&folder, "DIR"), @"error: DIR is delivered as a script, which imports nothing by itself; name the component of it that `miniapp build` makes of its sources");

    let (code, wrote, _) = said(&miniapp(&["engine", "--output", &at("engine.wasm")]));
    assert_eq!(code, Some(0), "{wrote}");
    // It is the engine that the script is for.
    let digest = |text: &str| {
        let start = text.rfind("blake3:").unwrap();
        text[start..start + 71].to_owned()
    };
    assert_eq!(digest(&wrote), digest(&told));
}

#[test]
fn what_is_not_delivered_as_a_script_is_told() {
    let build = |folder: &str| said(&miniapp(&["build", "--script", folder])).2;
    assert_snapshot!(build("examples/acme-rewards"), @"error: --script is for mini-apps in JavaScript; one in Rust is delivered as its component");
    assert_snapshot!(build("examples"), @"error: there is nothing to build in examples: neither a Cargo.toml nor a miniapp.yaml");
}
