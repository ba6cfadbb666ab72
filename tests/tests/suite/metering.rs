//! Fuel and time as they are reported, and the supply of fuel in a second.

use std::time::{Duration, Instant};

use miniapp_host::{Event, Limits, PageId, Trigger};
use miniapp_tests::{Guest, Stage, on_both};
use serde_json::json;

on_both! {
    async fn turns_add_up_to_what_was_burnt(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        // What comes before the mini-app is at rest is part of the same turn.
        stage.moment().await;
        stage.event(&app, "burn", json!({ "rounds": 1000 })).await.unwrap();
        stage.event(&app, "sleep", json!({ "ms": 5 })).await.unwrap();
        stage.moment().await;
        app.close().await;
        let turns = stage.record.turns();
        let sum: u64 = turns.iter().map(|turn| turn.fuel).sum();
        assert_eq!(sum, app.fuel_spent());
        for trigger in [Trigger::Open, Trigger::Event, Trigger::Close] {
            assert!(turns.iter().any(|turn| turn.trigger == trigger), "{trigger:?} in {turns:?}");
        }
        assert!(turns.iter().all(|turn| !turn.busy.is_zero()));
    }
}

on_both! {
    async fn the_same_event_burns_the_same_fuel(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        let mut burnt = Vec::new();
        for _ in 0..3 {
            stage.moment().await;
            let before = app.fuel_spent();
            app.event(PageId::FIRST, Event::new("noop")).await.unwrap();
            stage.moment().await;
            burnt.push(app.fuel_spent() - before);
        }
        assert!(burnt[0] > 0);
        assert_eq!(burnt[1], burnt[2], "{burnt:?}");
    }
}

on_both! {
    async fn many_events_stay_within_the_fuel_of_a_second(execution: Execution) {
        let mut limits = Limits::default();
        limits.fuel_per_event = 4_000_000;
        limits.fuel_per_second = 8_000_000;
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        let began = Instant::now();
        let app = stage.start(Guest::Rogue).await;
        let mut events = 0;
        while app.fuel_spent() < 24_000_000 {
            stage.event(&app, "burn", json!({ "rounds": 20_000 })).await.unwrap();
            events += 1;
        }
        // A full bucket and a full supply to begin with, then what time supplies.
        let supplied = 12.0 + 8.0 * began.elapsed().as_secs_f64();
        let burnt = app.fuel_spent() as f64 / 1e6;
        assert!(burnt <= supplied, "{burnt} million burnt, {supplied} million supplied, {events} events");
    }
}

on_both! {
    async fn host_work_is_charged(execution: Execution) {
        let stage = Stage::set(execution).await;
        let app = stage.start(Guest::Rogue).await;
        let mut burnt = Vec::new();
        for bytes in [1_000, 1_000_000] {
            stage.moment().await;
            let before = app.fuel_spent();
            stage.event(&app, "set-raw", json!({ "path": "x", "text": format!("[{}1]", "1,".repeat(bytes / 64)) })).await.unwrap();
            stage.moment().await;
            burnt.push(app.fuel_spent() - before);
        }
        assert!(burnt[1] > burnt[0] + 30 * 30_000, "{burnt:?}");
    }
}

on_both! {
    async fn a_mini_app_that_is_always_busy_has_half_a_core(execution: Execution) {
        let mut limits = Limits::default();
        limits.fuel_per_event = u64::MAX / 4;
        limits.fuel_per_second = u64::MAX / 4;
        let stage = Stage::builder(execution).host(|host| host.limits(limits)).set().await;
        let app = stage.start(Guest::Rogue).await;
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(6) {
            // Several times as long as what it waits for, on a fast machine too.
            stage.event(&app, "burn", json!({ "rounds": 30_000_000 })).await.unwrap();
            // What it waits for is held back as well, and so no way around it.
            stage.event(&app, "sleep", json!({ "ms": 1 })).await.unwrap();
        }
        let elapsed = began.elapsed();
        let turns = stage.record.turns();
        let busy: Duration = turns.iter().map(|turn| turn.busy).sum();
        let longest = turns.iter().map(|turn| turn.busy).max().unwrap();
        let share = Duration::from_secs(1) + elapsed / 2 + longest;
        assert!(busy <= share, "busy for {busy:?} of {elapsed:?}, {share:?} is its share");
        assert!(busy > elapsed / 4, "it was held back for more than it was busy: {busy:?} of {elapsed:?}");
    }
}
