//! A native app with every capability that a mini-app may be granted, and a tour of the
//! showcase, which has a page for each: the user's profile and consent, login, storage, pages
//! in a stack, an extension by name, the device's location, dialogs and toasts, the clipboard,
//! the user's language. Run it with `cargo run --package embed --example tour`.

use std::error::Error;
use std::sync::Arc;

use dev_server::DevServer;
use miniapp_host::{
    AppManifest, Asking, Caller, Event, ExtensionError, FixedConsent, FixedProfile, Host, Locale,
    LoginCode, LoginProvider, MemoryClipboard, MiniApp, Network, Package, PageId, PartnerManifest,
    Question, Reply, Report, StorageKey, Tenant, Toast, UserInterface, device,
};
use serde_json::{Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../showcase");

/// Points of the members of a club.
async fn points(_tenant: Tenant, payload: Value) -> Result<Value, ExtensionError> {
    match payload.get("member").and_then(Value::as_str) {
        Some("mia") => Ok(json!({ "points": 120 })),
        _ => Err(ExtensionError::new(
            "not-found",
            "the club has no such member",
        )),
    }
}

/// Where the device is: in Berne, and to the kilometre for those who do not need more.
async fn locate(
    _caller: Caller,
    asked: device::LocationOptions,
) -> Result<device::Position, ExtensionError> {
    let round = |degrees: f64| (degrees * 100.0).round() / 100.0;
    let (latitude, longitude) = (46.948_02, 7.447_43);
    let (latitude, longitude, accuracy) = match asked.precise {
        true => (latitude, longitude, 10.0),
        false => (round(latitude), round(longitude), 1_000.0),
    };
    Ok(device::Position {
        latitude,
        longitude,
        accuracy,
        altitude: None,
        heading: None,
        speed: None,
        at: 0,
    })
}

/// Draws in a terminal, for a user who is called Mia.
struct Terminal;

impl UserInterface for Terminal {
    fn show_toast(&self, _tenant: &Tenant, toast: &Toast<'_>) {
        println!("  ({})", toast.text);
    }

    fn set_title(&self, _tenant: &Tenant, _page: PageId, title: &str) {
        println!("  # {title}");
    }

    fn ask<'a>(&'a self, _tenant: &'a Tenant, question: &'a Question) -> Option<Asking<'a>> {
        println!("  {}", question.text);
        let reply = Reply {
            confirmed: true,
            input: question.placeholder.as_ref().map(|_| "Mia".to_owned()),
        };
        Some(Box::pin(std::future::ready(Ok(reply))))
    }
}

/// Gets codes of the platform's server; this one stands in for it, and the partner's server
/// takes any. `miniapp-login` is what a platform's server makes them with.
struct SignedIn;

impl LoginProvider for SignedIn {
    fn code<'a>(&'a self, _tenant: &'a Tenant) -> LoginCode<'a> {
        Box::pin(std::future::ready(Ok("a-code-for-one-exchange".to_owned())))
    }
}

/// The partner's server.
async fn partner_server() -> Result<DevServer, Box<dyn Error + Send + Sync>> {
    DevServer::https(&["api.acme.com"], |request| {
        let answer = match request.uri().path() {
            "/sessions" => json!({ "session": "s-1" }),
            _ => json!({ "points": 300 }),
        };
        Box::pin(std::future::ready(dev_server::json(200, &answer)))
    })
    .await
}

/// Where the user goes, and what they do there.
const TOUR: [(&str, &[(&str, &str)]); 8] = [
    ("profile", &[("onGreet", "{}"), ("onCallMe", "{}")]),
    ("login", &[("onLogIn", "{}"), ("onPoints", "{}")]),
    ("storage", &[("onAdd", r#"{"text":"Buy ice"}"#)]),
    ("extension", &[("onMember", r#""mia""#)]),
    ("location", &[("onLocate", "{}")]),
    ("surface", &[("onGreet", "{}"), ("onPaste", "{}")]),
    ("locale", &[]),
    (
        "steps",
        &[
            ("onInput", r#"{"value":"Mia"}"#),
            ("onNext", "{}"),
            ("onInput", r#"{"value":"Zurich"}"#),
        ],
    ),
];

/// Delivers an event to the page that the user sees.
async fn tap(
    app: &MiniApp,
    handler: &str,
    detail: &str,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let top = app.pages().await.pop().ok_or("no page is open")?;
    app.event(top.id, Event::new(handler).detail(detail))
        .await?;
    app.settled().await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = partner_server().await?;
    let network = Network::default()
        .map("api.acme.com", 443, server.address())
        .root(server.authority_der());
    let folder = std::env::temp_dir().join(format!("miniapp-tour-{}", std::process::id()));
    let profile = [("nickname", "Mia"), ("phone-number", "+41 44 668 18 00")];
    let host = Host::builder()
        .network(network)
        .profile(profile.into_iter().collect::<FixedProfile>())
        .login(SignedIn)
        // A native app takes the key from the device's key store.
        .storage(&folder, StorageKey([7; 32]))
        .locale(Locale {
            language: "de-CH".to_owned(),
            time_zone: "Europe/Zurich".to_owned(),
        })
        .extension("loyalty.points", points)
        .interface(device::location(locate))
        .user_interface(Arc::new(Terminal))
        .clipboard(Arc::new(MemoryClipboard::default()))
        .consent(FixedConsent::allow())
        .observe(|_, report| {
            if let Report::Data { changes, .. } = report {
                for change in changes {
                    println!("  {} = {}", change.path, change.value);
                }
            }
        })
        .build()?;
    let partner = PartnerManifest::read(format!("{FOLDER}/partner.yaml").as_ref())?;
    let manifest = AppManifest::read(format!("{FOLDER}/miniapp.yaml").as_ref())?;
    let component = std::fs::read(env!("GUEST_SHOWCASE"))?;
    let app = host
        .install(Package::new(manifest, component)?, &partner)
        .await?;

    for (page, taps) in TOUR {
        println!("{page}");
        let address = format!("platform://miniapp/{app}/pages/{page}");
        let app = host.open(&address).await?;
        app.settled().await;
        for (handler, detail) in taps {
            tap(&app, handler, detail).await?;
        }
    }
    println!("the user comes back, after others needed the room");
    let opened = host.open(app.as_str()).await?;
    opened.evict().await;
    host.open(app.as_str()).await?.settled().await;

    println!("the user logs out");
    host.log_out(None).await?;
    assert!(host.open_apps().is_empty());
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
