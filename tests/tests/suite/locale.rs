//! Numbers, money and moments in the user's language, and local time.

use miniapp_host::{Event, LaunchOptions, Locale, MiniApp, PageId, price};
use miniapp_tests::{Guest, Stage, on_both};
use serde_json::{Value, json};

/// The showcase's page, for a user of a language and a time zone.
async fn page(execution: miniapp_host::Execution, language: &str, zone: &str) -> (Stage, MiniApp) {
    let locale = Locale {
        language: language.to_owned(),
        time_zone: zone.to_owned(),
    };
    let stage = Stage::builder(execution)
        .host(|host| host.locale(locale))
        .set()
        .await;
    let id = stage.install(Guest::Showcase).await;
    let options = LaunchOptions {
        page: Some("pages/locale".to_owned()),
        ..LaunchOptions::default()
    };
    let app = stage.host.launch_with(id.as_str(), options).await.unwrap();
    app.ready().await.unwrap();
    (stage, app)
}

async fn offer_in(stage: &Stage, app: &MiniApp, language: &str) -> Value {
    let tap = Event::new("onLanguage").dataset(json!({ "language": language }));
    app.event(PageId::FIRST, tap).await.unwrap();
    stage.data(app).await["offer"].clone()
}

on_both! {
    async fn a_page_is_written_in_the_users_language(execution: Execution) {
        let (stage, app) = page(execution, "de_ch", "europe/zurich").await;
        assert_eq!(stage.data(&app).await, json!({
            "language": "de-CH",
            "zone": "Europe/Zurich",
            "offset": 60,
            "offer": {
                "points": "12'345.5", "saved": "12.5%", "price": "CHF\u{a0}1'234.50",
                "day": "Donnerstag, 24. Dezember 2026", "time": "18:05",
            },
        }));
        assert_eq!(stage.record.uncaught(), []);
    }
}

on_both! {
    async fn each_launch_may_have_its_users_own(execution: Execution) {
        let locale = |language: &str, zone: &str| Locale {
            language: language.to_owned(),
            time_zone: zone.to_owned(),
        };
        let first = locale("de-CH", "Europe/Zurich");
        let stage = Stage::builder(execution).host(|host| host.locale(first)).set().await;
        let id = stage.install(Guest::Showcase).await;
        let seen = async |locale: Option<Locale>| {
            let options = LaunchOptions {
                page: Some("pages/locale".to_owned()),
                locale,
                ..LaunchOptions::default()
            };
            let app = stage.host.launch_with(id.as_str(), options).await.unwrap();
            app.ready().await.unwrap();
            let data = stage.data(&app).await;
            (app, json!([data["language"], data["zone"]]))
        };
        let (german, told) = seen(None).await;
        assert_eq!(told, json!(["de-CH", "Europe/Zurich"]));
        assert_eq!(seen(Some(locale("ja", "Asia/Tokyo"))).await.1, json!(["ja", "Asia/Tokyo"]));
        stage.host.set_locale(&locale("fr", "no zone"));
        assert_eq!(seen(None).await.1, json!(["fr", "UTC"]));
        assert_eq!(seen(Some(locale("ja", "Asia/Tokyo"))).await.1, json!(["ja", "Asia/Tokyo"]));
        // One that lives keeps its own.
        assert_eq!(offer_in(&stage, &german, "de").await["time"], "18:05");
    }
}

on_both! {
    async fn or_in_any_other_one(execution: Execution) {
        let (stage, app) = page(execution, "en-US", "America/New_York").await;
        assert_eq!(stage.data(&app).await["offset"], -300);
        assert_eq!(offer_in(&stage, &app, "en").await, json!({
            "points": "12,345.5", "saved": "12.5%", "price": "CHF\u{a0}1,234.50",
            "day": "Thursday, December 24, 2026", "time": "12:05\u{202f}PM",
        }));
        assert_eq!(offer_in(&stage, &app, "hi").await["points"], "12,345.5");
        assert_eq!(offer_in(&stage, &app, "fr").await["day"], "jeudi 24 décembre 2026");
        assert_eq!(offer_in(&stage, &app, "ja").await["day"], "2026年12月24日木曜日");
        assert_eq!(offer_in(&stage, &app, "ar-EG").await["points"], "١٢٬٣٤٥٫٥");
        // One that nobody knows is written as the root of all languages.
        assert_eq!(offer_in(&stage, &app, "xx").await["points"], "12,345.5");
    }
}

on_both! {
    async fn what_cannot_be_written_is_an_error_that_says_why(execution: Execution) {
        let (stage, app) = page(execution, "en", "UTC").await;
        app.event(PageId::FIRST, Event::new("onNonsense")).await.unwrap();
        assert_eq!(
            stage.data(&app).await["error"],
            r#""a lot" is not a number; expected a decimal one with a point, as in `-1234.50` or `1e3`"#
        );
        let tap = Event::new("onLanguage").dataset(json!({ "language": "not a tag" }));
        let failed = app.event(PageId::FIRST, tap).await.unwrap_err().to_string();
        assert!(failed.contains("is not a language"), "{failed}");
    }
}

on_both! {
    async fn a_locale_that_makes_no_sense_falls_back(execution: Execution) {
        let (stage, app) = page(execution, "C", "Mars/Olympus_Mons").await;
        let data = stage.data(&app).await;
        assert_eq!((&data["language"], &data["zone"]), (&json!("en"), &json!("UTC")));
        assert_eq!(data["offer"]["time"], "5:05\u{202f}PM");
    }
}

on_both! {
    async fn what_is_written_is_paid_for(execution: Execution) {
        let (stage, app) = page(execution, "en", "UTC").await;
        let before = app.fuel_spent();
        offer_in(&stage, &app, "de").await;
        let spent = app.fuel_spent() - before;
        let priced = 3 * price::NUMBER_TEXT + 2 * price::MOMENT_TEXT;
        assert!(spent >= priced, "{spent}, where the texts cost {priced}");
    }
}
