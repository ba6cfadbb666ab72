//! What stands in for a native app: logins, extensions, the user's language and their answers.

use super::*;

use std::fs;
use std::future::ready;

const POINTS: [&str; 6] = [
    "run",
    "examples/showcase",
    "--page",
    "pages/extension",
    "--event",
    r#"onMember:"mia""#,
];

#[test]
fn an_extension_answers_what_it_is_told_to() {
    let points = r#"loyalty.points={"points":120}"#;
    let run = [
        &POINTS[..],
        &["--extension", points, "--expect", "points=120"],
    ]
    .concat();
    let (code, out, errors) = said(&miniapp(&run));
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{out}");
    assert!(
        out.contains("extension  loyalty.points  {\"member\":\"mia\"}\n"),
        "{out}"
    );
    // Without it the showcase runs, and this page does not.
    let (code, out, _) = said(&miniapp(&POINTS));
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("`ext:loyalty.points` is not offered by this app"),
        "{out}"
    );
}

#[test]
fn an_extension_that_answers_no_json_is_told_where() {
    let refused = |argument: &str| {
        let (code, _, errors) = said(&miniapp(&["run", ".", "--extension", argument]));
        assert_eq!(code, Some(2));
        errors.lines().next().unwrap().to_owned()
    };
    assert_snapshot!(refused(r#"points={"a":}"#), @r#"error: invalid value 'points={"a":}' for '--extension <NAME=JSON>': the answer of `points` is not JSON: expected value at line 1 column 6"#);
    assert_snapshot!(refused("points"), @"error: invalid value 'points' for '--extension <NAME=JSON>': `points` is not of the form NAME=JSON");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_logins_are_given_or_made() {
    let server = DevServer::https(&["api.acme.com"], |_| {
        Box::pin(ready(json(200, &json!({ "session": "s-1" }))))
    });
    let server = server.await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.pem").display().to_string();
    fs::write(&authority, server.authority_pem()).unwrap();
    let map = format!("api.acme.com={}", server.address());
    let run = |login: &[&str]| {
        let run = ["run", "examples/showcase", "--page", "pages/login"];
        let twice = ["--event", "onLogIn", "--event", "onLogIn"];
        let network = ["--ca", authority.as_str(), "--map", map.as_str()];
        let run = [&run[..], login, &twice, &network].concat();
        let (code, out, errors) = said(&tokio::task::block_in_place(|| miniapp(&run)));
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{out}");
        out
    };
    let out = run(&["--login", "a-code"]);
    assert!(out.contains("    login  a-code\n"), "{out}");
    run(&["--login"]);
    let seen = server.seen();
    let codes: Vec<serde_json::Value> = seen
        .iter()
        .map(|seen| serde_json::from_slice(&seen.body).unwrap())
        .collect();
    let codes: Vec<&str> = codes
        .iter()
        .map(|sent| sent["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes[..2], ["a-code", "a-code"]);
    // Nobody knows these beforehand.
    assert!(codes[2].len() > 32 && codes[2].ends_with("-1"), "{codes:?}");
    assert!(codes[3].len() > 32 && codes[3].ends_with("-2"), "{codes:?}");
}

#[test]
fn the_language_and_the_time_zone_are_the_users() {
    let page = ["run", "examples/showcase", "--page", "pages/locale"];
    let user = ["--language", "de-CH", "--time-zone", "Europe/Zurich"];
    let expect = |line| ["--expect", line];
    let run = [
        &page[..],
        &user,
        &expect("language=de-CH"),
        &expect("zone=Europe/Zurich"),
        &expect("offset=60"),
        &expect("offer.time=18:05"),
    ];
    let (code, out, _) = said(&miniapp(&run.concat()));
    assert_eq!(code, Some(0), "{out}");
    let refused = |argument: [&str; 2]| {
        let (code, _, errors) = said(&miniapp(&["run", ".", argument[0], argument[1]]));
        assert_eq!(code, Some(2));
        errors.lines().next().unwrap().to_owned()
    };
    assert_snapshot!(refused(["--language", "de CH"]), @r#"error: invalid value 'de CH' for '--language <TAG>': "de CH" is not a language; expected a BCP 47 tag, such as `de-CH`"#);
    assert_snapshot!(refused(["--time-zone", "Berne"]), @r#"error: invalid value 'Berne' for '--time-zone <IANA>': "Berne" is not a known time zone; expected an IANA name, such as `Europe/Berlin`"#);
}

#[test]
fn answers_are_remembered_beside_the_storage() {
    let folder = tempfile::tempdir().unwrap();
    let storage = folder.path().display().to_string();
    let greeted = |more: &[&str]| {
        let run = ["run", "examples/showcase", "--page", "pages/profile"];
        let user = ["--profile", "nickname=Mia", "--event", "onGreet"];
        let output = miniapp(&[&run[..], &user, more].concat());
        let told = String::from_utf8(output.stderr.clone()).unwrap();
        let (code, out, _) = said(&output);
        assert_eq!(code, Some(0), "{out}");
        (out.contains("Hello Mia"), told)
    };
    let (refuse, allow) = (["--consent", "refuse"], ["--consent", "allow"]);
    let kept = ["--storage", storage.as_str()];
    // Where nobody can be asked, nobody has answered.
    let (hello, told) = greeted(&kept);
    assert!(!hello && told.contains("nobody can be asked"), "{told}");
    let (hello, told) = greeted(&[kept, refuse].concat());
    assert!(
        !hello && told.contains("consent to user:readProfile: refused"),
        "{told}"
    );
    let (hello, told) = greeted(&[kept, allow].concat());
    assert!(!hello && !told.contains("consent to"), "{told}");
    let consents = folder.path().join("consents");
    let says = format!(
        "what was answered before holds; delete {} to be asked again",
        consents.display()
    );
    assert!(told.contains(&says), "{told}");
    // Another user has not answered yet, and without the folder nobody has.
    assert!(greeted(&[&kept[..], &allow, &["--user", "ben"]].concat()).0);
    assert!(greeted(&allow).0);
    fs::remove_dir_all(consents).unwrap();
    assert!(greeted(&[kept, allow].concat()).0);
}

#[test]
fn what_a_mini_app_needs_names_the_option_that_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let example = root().join("examples/showcase");
    fs::copy(example.join("partner.yaml"), path("partner.yaml")).unwrap();
    let built = miniapp(&["build", "examples/showcase", "--output", &path("app.wasm")]);
    assert!(built.status.success(), "{}", said(&built).2);
    let refused = |permission: &str| {
        let manifest = fs::read_to_string(example.join("miniapp.yaml")).unwrap();
        let (before, rest) = manifest.split_once(permission).unwrap();
        let required = rest.replacen("    optional: true\n", "", 1);
        fs::write(
            path("miniapp.yaml"),
            format!("{before}{permission}{required}"),
        )
        .unwrap();
        let (code, _, errors) = said(&miniapp(&["run", &path("")]));
        assert_eq!(code, Some(2));
        errors
    };
    assert_snapshot!(refused("user:login"), @"error: the component imports `miniapp:host/login`, which this app does not offer: give --login, with a code that the partner's server takes or with none");
    assert_snapshot!(refused("ext:loyalty.points"), @"error: the component imports `miniapp:host/extension`, which this app does not offer: give --extension NAME=JSON for each that it calls");
    assert_snapshot!(refused("device:location"), @"error: the component imports `miniapp:device/location`, which this app does not offer: it is there in a native app alone; with `optional: true` in miniapp.yaml, the mini-app runs without");
    let (code, _, errors) = said(&miniapp(&["run", "tests/guests/native"]));
    assert_eq!(code, Some(2));
    assert_snapshot!(errors, @"error: the component imports `acme:loyalty/ledger@1.0.0`, which is no interface of this host: an interface of a native app's own is there in that app alone, which is where such a mini-app runs");
}
