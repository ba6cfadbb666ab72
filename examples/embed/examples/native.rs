//! A native app that adds what is its own: an extension by name, the device's location, a
//! user interface and a clipboard. Run it with `cargo run --package embed --example native`.

use std::error::Error;
use std::sync::Arc;

use miniapp_host::{
    AppManifest, Asking, Caller, Event, ExtensionError, FixedConsent, Host, LaunchOptions,
    MemoryClipboard, Package, PageId, PartnerManifest, Question, Reply, Report, Tenant, Toast,
    UserInterface, device,
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let host = Host::builder()
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

    for (page, event) in [
        (
            "pages/extension",
            Event::new("onMember").detail(json!("mia")),
        ),
        ("pages/location", Event::new("onLocate")),
        ("pages/surface", Event::new("onGreet")),
    ] {
        println!("{page}");
        let options = LaunchOptions {
            page: Some(page.to_owned()),
            ..LaunchOptions::default()
        };
        let app = host.launch_with(app.as_str(), options).await?;
        app.ready().await?;
        app.event(PageId::FIRST, event).await?;
        app.close().await;
    }
    Ok(())
}
