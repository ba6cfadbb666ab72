//! What the native app adds of its own, by name and for the device.

use miniapp_host::{Caller, ExtensionError, Tenant, device};
use serde_json::{Value, json};

/// Points of the members of a club.
pub(crate) async fn points(_tenant: Tenant, payload: Value) -> Result<Value, ExtensionError> {
    match payload.get("member").and_then(Value::as_str) {
        Some("mia") => Ok(json!({ "points": 120 })),
        _ => Err(ExtensionError::new(
            "not-found",
            "the club has no such member",
        )),
    }
}

/// Where the device is: in Berne, and to the kilometre for those who do not need more.
pub(crate) async fn locate(
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

/// What is before the camera.
pub(crate) async fn scan(
    _caller: Caller,
    _asked: device::ScanOptions,
) -> Result<Option<device::Scanned>, ExtensionError> {
    let text = "7610200".to_owned();
    Ok(Some(device::Scanned {
        content: text.clone().into_bytes(),
        text,
        format: "ean-13".to_owned(),
    }))
}

/// Pays what the service says of the order's token. What else the order says is the
/// mini-app's word.
pub(crate) async fn pay(
    _caller: Caller,
    order: device::Order,
) -> Result<device::Receipt, ExtensionError> {
    if order.token != "order-7" {
        return Err(ExtensionError::new("not-found", "there is no such order"));
    }
    println!(
        "  {}: {} {}",
        order.description, order.currency, order.amount
    );
    Ok(device::Receipt {
        status: "paid".to_owned(),
        reference: None,
    })
}

/// Hands something to a friend.
pub(crate) async fn share(
    _caller: Caller,
    content: device::Content,
) -> Result<String, ExtensionError> {
    println!("  → {}", content.title);
    Ok("shared".to_owned())
}
