//! The stops of the tour: what the user does, what the native app does, and what must have
//! come of it.
#![allow(
    clippy::indexing_slicing,
    reason = "JSON is null where there is nothing"
)]

use miniapp_host::{Decision, Navigation, Permission};
use serde_json::{Value, json};

use crate::Failure;
use crate::app::{SIGNED_IN, Tour, expect, seen, tap};
use crate::servers::PARTNER;

const NOTHING: Value = Value::Null;

/// The profile: the user is asked for each thing once, and may change their mind later.
pub(crate) async fn consent(tour: &Tour) -> Result<(), Failure> {
    let (phone, user) = (Permission::Phone, &tour.user);
    user.refuse(std::slice::from_ref(&phone));
    let app = tour.open("profile").await?;
    let page = tap(&app, "onGreet", NOTHING).await?;
    expect("the greeting", &page["greeting"], "Hello Mia")?;
    let page = tap(&app, "onCallMe", NOTHING).await?;
    expect("what was refused", &page["calls"], "Refused")?;

    println!("  asking again does not help: that is answered at once");
    let page = tap(&app, "onCallMe", NOTHING).await?;
    expect("what stays refused", &page["calls"], "Refused")?;
    expect("questions for the number", &json!(user.asked(&phone)), 1)?;

    println!("  the user allows it in the settings");
    let consents = tour.host.consents();
    consents
        .set(None, &tour.app, &phone, Decision::Allowed)
        .await?;
    let page = tap(&app, "onCallMe", NOTHING).await?;
    expect("the number", &page["number"], "+41 44 668 18 00")?;
    expect("questions for the number", &json!(user.asked(&phone)), 1)?;

    println!("  the user takes that back, and is asked the next time");
    consents.revoke(None, &tour.app, &phone).await?;
    let page = tap(&app, "onCallMe", NOTHING).await?;
    expect("what was refused again", &page["calls"], "Refused")?;
    expect("questions for the number", &json!(user.asked(&phone)), 2)
}

/// Logging in: the partner learns who the user is, by an id of its own, and nothing else.
pub(crate) async fn login(tour: &Tour) -> Result<(), Failure> {
    let app = tour.open("login").await?;
    tap(&app, "onLogIn", NOTHING).await?;
    let page = tap(&app, "onPoints", NOTHING).await?;
    let id = tour.platform.logins.user_id(PARTNER, SIGNED_IN);
    println!("  the partner knows {SIGNED_IN} as {id}");
    expect(
        "the points",
        &page["points"],
        json!({ "points": 300, "of": id }),
    )
}

/// The storage, and a copy of it that the native app makes and puts back.
pub(crate) async fn storage(tour: &Tour) -> Result<(), Failure> {
    let app = tour.open("storage").await?;
    tap(&app, "onAdd", json!({ "text": "Buy ice" })).await?;
    let (storage, tenant) = (
        tour.host.storage().ok_or("there is no storage")?,
        tour.tenant(),
    );
    println!("  the native app makes a copy");
    let copy = storage.snapshot(&tenant).await?;
    let page = tap(&app, "onAdd", json!({ "text": "Burn the notes" })).await?;
    let both = json!(["Buy ice", "Burn the notes"]);
    expect("the notes", &page["notes"], both)?;

    println!("  and puts it back");
    storage.restore(&tenant, copy).await?;
    let reload = Navigation::Reload("pages/storage".to_owned());
    app.navigate(reload).await?;
    app.settled().await;
    let page = seen(&app).await?;
    expect("the notes of before", &page["notes"], json!(["Buy ice"]))
}

/// What the native app adds: an extension by name, and the device. For its place the user is
/// asked each time.
pub(crate) async fn native(tour: &Tour) -> Result<(), Failure> {
    let app = tour.open("extension").await?;
    let page = tap(&app, "onMember", json!("mia")).await?;
    expect("the points of the club", &page["points"], 120)?;

    let app = tour.open("location").await?;
    for _ in 0..2 {
        let page = tap(&app, "onLocate", NOTHING).await?;
        expect("the place", &page["place"], "46.950° N, 7.450° E")?;
    }
    let app = tour.open("counter").await?;
    let page = tap(&app, "onScan", NOTHING).await?;
    expect("the article", &page["article"], "7610200")?;
    let page = tap(&app, "onPay", NOTHING).await?;
    expect("whether it is paid", &page["paid"], true)?;
    tap(&app, "onReceipt", NOTHING).await?;
    let receipt = tour.files.content("receipt.txt").unwrap_or_default();
    let receipt = String::from_utf8_lossy(&receipt);
    expect("the receipt", &json!(receipt), "One article, CHF 12.90")?;
    let page = tap(&app, "onPicture", NOTHING).await?;
    expect("the picture", &page["picture"], "cat.png")?;
    let page = tap(&app, "onShare", NOTHING).await?;
    expect("whether it is shared", &page["shared"], true)?;

    let location = Permission::Device("location".to_owned());
    expect(
        "questions for the place",
        &json!(tour.user.asked(&location)),
        2,
    )
}

/// Dialogs, toasts, titles and the clipboard.
pub(crate) async fn surface(tour: &Tour) -> Result<(), Failure> {
    let app = tour.open("surface").await?;
    tap(&app, "onGreet", NOTHING).await?;
    expect("the clipboard", &json!(tour.clipboard.text()), "Hello Mia")?;
    let page = tap(&app, "onPaste", NOTHING).await?;
    expect("what was pasted", &page["pasted"], "Hello Mia")
}

/// What needs no permission: the user's language, time, chance and the developer's log.
pub(crate) async fn plain(tour: &Tour) -> Result<(), Failure> {
    let app = tour.open("locale").await?;
    let page = seen(&app).await?;
    expect("the time zone", &page["zone"], "Europe/Zurich")?;
    let day = "Donnerstag, 24. Dezember 2026";
    expect("the day", &page["offer"]["day"], day)?;

    let app = tour.open("draw").await?;
    let page = tap(&app, "onDraw", NOTHING).await?;
    let drawn = page["number"]
        .as_u64()
        .is_some_and(|number| (1..=6).contains(&number));
    expect(
        "whether a number from 1 to 6 was drawn",
        &json!(drawn),
        true,
    )?;
    let logged = tour.log().pop().unwrap_or_default();
    expect(
        "the log",
        &json!(logged),
        format!("drew {}", page["number"]),
    )
}

/// Pages in a stack, and a mini-app that makes room for others and goes on where it was.
pub(crate) async fn steps(tour: &Tour) -> Result<(), Failure> {
    let app = tour.open("steps").await?;
    tap(&app, "onInput", json!({ "value": "Mia" })).await?;
    let page = tap(&app, "onNext", NOTHING).await?;
    expect("the second step", &page["step"], 2)?;
    tap(&app, "onInput", json!({ "value": "Zurich" })).await?;

    println!("  others need the room, and the user comes back later");
    app.evict().await;
    let page = seen(&tour.open("steps?step=2").await?).await?;
    expect("what was typed before", &page["answer"], "Zurich")
}

/// What is there after a start of the native app: notes and answers.
pub(crate) async fn remembered(tour: &Tour) -> Result<(), Failure> {
    let page = seen(&tour.open("storage").await?).await?;
    expect(
        "the notes that were kept",
        &page["notes"],
        json!(["Buy ice"]),
    )?;

    let app = tour.open("profile").await?;
    let page = tap(&app, "onCallMe", NOTHING).await?;
    expect("what is still refused", &page["calls"], "Refused")?;
    expect(
        "questions for the number",
        &json!(tour.user.asked(&Permission::Phone)),
        2,
    )
}

/// Who logs out leaves nothing behind: no mini-app, no note, no answer, no login code.
pub(crate) async fn log_out(tour: &Tour) -> Result<(), Failure> {
    println!("\nthe user logs out");
    let logins = &tour.platform.logins;
    let open = logins.issue(SIGNED_IN, tour.app.as_str()).await?;
    logins.revoke(SIGNED_IN).await?;
    tour.host.log_out(None).await?;
    match tour.platform.exchange(&open).await {
        Ok(user) => return Err(format!("a code of before still stands for {user}").into()),
        Err(refused) => println!("  a code of before: {refused}"),
    }
    expect(
        "mini-apps that are open",
        &json!(tour.host.open_apps().len()),
        0,
    )?;
    let answers = tour.host.consents().of_user(None).await?;
    expect("answers that are kept", &json!(answers.len()), 0)?;
    let page = seen(&tour.open("storage").await?).await?;
    expect("notes that are kept", &page["notes"], json!([]))
}
