//! The origin's stories: a campaign fetches its offers, a partner's mini-app may
//! do exactly what its manifest grants.

use hyper::Request;
use hyper::body::Bytes;
use miniapp_host::{EndReason, Event, Governance, PageId};
use miniapp_tests::{Answer, Guest, Stage, json, on_both};
use serde_json::json;

fn answer(request: Request<Bytes>) -> Answer {
    let answer = match request.uri().path() {
        "/campaigns/summer" => json(200, &json!([{ "title": "Ice cream" }, { "title": "Lido" }])),
        "/rewards" => json(200, &json!([{ "title": "Mug", "points": 300 }])),
        _ => json(404, &json!(null)),
    };
    Box::pin(std::future::ready(answer))
}

on_both! {
    async fn the_campaign_shows_its_offers(execution: Execution) {
        let stage = Stage::builder(execution).serve(answer).set().await;
        let app = stage.start(Guest::SummerCampaign).await;
        assert_eq!(
            stage.data(&app).await,
            json!({ "title": "Summer campaign", "offers": [{ "title": "Ice cream" }, { "title": "Lido" }] })
        );
        let tap = Event::new("onTap").dataset(json!({ "index": 1 }));
        app.event(PageId::FIRST, tap).await.unwrap();
        assert_eq!(stage.data(&app).await["offers"][1]["claimed"], true);
        assert_eq!(*app.close().await, EndReason::Closed);

        let seen = stage.server.seen();
        assert_eq!(seen.len(), 1);
        assert_eq!((seen[0].method.as_str(), seen[0].target.as_str()), ("GET", "/campaigns/summer"));
        assert_eq!(seen[0].header("host"), Some("api.your-platform.com"));
        assert_eq!(stage.record.uncaught(), []);
    }
}

on_both! {
    async fn the_partner_may_do_what_the_origins_manifest_grants(execution: Execution) {
        let seed = include_str!("../../../examples/acme-rewards/partner.yaml");
        assert!(seed.contains(r#"network: { default: "deny", allow: ["api.acme.com"] }"#));
        let stage = Stage::builder(execution).serve(answer).set().await;
        let app = stage.start(Guest::AcmeRewards).await;
        assert_eq!(stage.data(&app).await["greeting"], "Hello Mia");
        assert_eq!(stage.data(&app).await["rewards"][0]["title"], "Mug");

        stage.event(&app, "onElsewhere", json!({})).await.unwrap();
        let denied = stage.data(&app).await["denied"].clone();
        assert_eq!(denied["message"], "the host `elsewhere.example` is not allowed for this mini-app");
        let line = r#"partner.yaml:6: network: { default: "deny", allow: ["api.acme.com", "elsewhere.example"] }"#;
        assert_eq!(denied["line"], line);
        let reported = stage.record.denied();
        assert_eq!(reported.len(), 1);
        assert_eq!(reported[0].line.as_ref().unwrap().to_string(), line);
        assert!(stage.server.seen().iter().all(|seen| seen.header("host") == Some("api.acme.com")));
    }
}

on_both! {
    async fn governance_opens_and_closes_the_platform_for_partners(execution: Execution) {
        let governance = include_str!("../../../examples/governance.yaml");
        let open = Governance::parse("governance.yaml", governance).unwrap();
        let stage = Stage::builder(execution).host(|host| host.governance(open)).set().await;
        stage.install(Guest::AcmeRewards).await;

        let closed = governance.replace("third_party_publishing: true", "third_party_publishing: false");
        let closed = Governance::parse("governance.yaml", &closed).unwrap();
        let stage = Stage::builder(execution).host(|host| host.governance(closed)).set().await;
        let manifests = Guest::AcmeRewards.manifests();
        let error = stage.install_with(Guest::AcmeRewards, &manifests).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "partners may not publish mini-apps here: `third_party_publishing: false` stands in governance.yaml:11:27; \
             set it to true to open the platform"
        );
    }
}

on_both! {
    async fn a_server_that_fails_is_an_error_and_not_a_crash(execution: Execution) {
        let stage = Stage::builder(execution).serve(|_| Box::pin(async { json(503, &json!({})) })).set().await;
        let app = stage.start(Guest::SummerCampaign).await;
        let uncaught = stage.record.uncaught();
        assert_eq!(uncaught.len(), 1);
        assert_eq!(uncaught[0].0, "on-load");
        assert!(uncaught[0].1.contains("503"), "{}", uncaught[0].1);
        assert_eq!(stage.data(&app).await, json!({ "title": "Summer campaign" }));
    }
}
