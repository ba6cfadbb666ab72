//! Timers: in which order they run, and for how many of them the host sleeps.

use std::time::Duration;

use crate::outside::{Stage, logged, logged_by, run};

const HOUR: u32 = 3_600_000;

/// Sets timers of an hour and of a moment, and clears the one of an hour.
async fn stage() -> Stage {
    Stage::page(
        r"{
          onHour() { this.hour = setTimeout(() => console.log('never'), 3600000) },
          onClear() { clearTimeout(this.hour) },
          onMoment() { setTimeout(() => console.log('moment'), 1) },
          onForgotten() { clearTimeout(setTimeout(() => console.log('never'), 3600000)) },
          onAgain() { this.onClear(); this.onHour() },
        }",
    )
    .await
}

async fn event(stage: &Stage, handler: &str) {
    stage.event(handler, "null").unwrap();
    stage.rest().await;
}

#[test]
fn nobody_sleeps_for_a_timer_that_was_cleared() {
    run(async {
        let stage = stage().await;
        event(&stage, "onForgotten").await;
        assert_eq!((stage.host.sleeps.take(), stage.under_way()), (vec![], 0));
        event(&stage, "onHour").await;
        assert_eq!(stage.under_way(), 1);
        event(&stage, "onClear").await;
        assert_eq!(
            (stage.host.sleeps.take(), stage.under_way()),
            (vec![HOUR], 0)
        );
        // One that is put off again and again is slept for once.
        event(&stage, "onHour").await;
        event(&stage, "onAgain").await;
        event(&stage, "onAgain").await;
        assert_eq!(
            (stage.host.sleeps.take(), stage.under_way()),
            (vec![HOUR], 1)
        );
    });
}

#[test]
fn a_timer_that_is_due_sooner_is_not_slept_over() {
    run(async {
        let stage = stage().await;
        event(&stage, "onHour").await;
        event(&stage, "onMoment").await;
        assert_eq!(stage.under_way(), 1);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(stage.log(), ["Info: moment"]);
        assert_eq!(stage.host.sleeps.take(), [HOUR, 1, HOUR - 1]);
        assert_eq!(stage.under_way(), 1);
    });
}

#[test]
fn timers_run_when_they_are_due_in_the_order_that_they_were_set() {
    run(async {
        let stage = Stage::page(
            r"{ onTap() {
              const log = (what) => () => console.log(what);
              setTimeout(log('b'), 2);
              setTimeout(log('a'), 1);
              setTimeout(() => { log('c')(); clearTimeout(gone); setTimeout(log('f')) }, 2);
              const gone = setTimeout(log('gone'), 2);
              setTimeout(() => { throw new Error('d') }, 2);
              setTimeout(log('e'), 2);
              const signal = AbortSignal.timeout(3);
              signal.onabort = () => console.log(signal.reason.name);
            } }",
        )
        .await;
        assert_eq!(logged_by(&stage), [""; 0]);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let ran = ["a", "b", "c", "e", "f", "TimeoutError"];
        assert_eq!(stage.log(), ran.map(|ran| format!("Info: {ran}")));
        let uncaught = stage.uncaught();
        assert!(uncaught[0].starts_with("Error: d"), "{uncaught:?}");
        assert_eq!((uncaught.len(), stage.under_way()), (1, 0));
    });
}

#[test]
fn a_timer_that_sets_another_one_lets_the_host_work_between_them() {
    run(async {
        let stage = Stage::page(
            "{ onTap() { let n = 0; const again = () => { n += 1; if (n < 3) setTimeout(again, 0); else console.log(n) }; again() } }",
        )
        .await;
        assert_eq!(logged_by(&stage), [""; 0]);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(stage.log(), ["Info: 3"]);
        assert_eq!(stage.host.sleeps.take(), [0, 0]);
    });
}

#[test]
fn many_timers_are_one_sleep() {
    run(async {
        let stage = Stage::page(
            "{ onTap() { let n = 0; for (let i = 0; i < 1000; i += 1) setTimeout(() => { n += 1; if (n === 1000) console.log('all') }, 5) } }",
        )
        .await;
        assert_eq!(logged_by(&stage), [""; 0]);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(stage.log(), ["Info: all"]);
        assert_eq!(stage.host.sleeps.take(), [5]);
    });
}

#[test]
fn timers_wait_for_the_supply() {
    run(async {
        let stage = Stage::page(
            "{ onTap() { for (const what of [1, 2]) setTimeout(() => console.log(what), 1) } }",
        )
        .await;
        assert_eq!(logged_by(&stage), [""; 0]);
        stage.host.looks.set(1);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(stage.log(), ["Info: 1", "Info: 2"]);
        assert_eq!(stage.host.sleeps.take(), [1, 0, 0]);
    });
}

#[test]
fn timers_at_the_limit_and_one_past() {
    run(async {
        let body = r"
            const timers = [];
            for (let n = 0; n < 10000; n += 1) timers.push(setTimeout(() => console.log('never'), 1000));
            for (const past of [() => setTimeout(() => {}, 1), () => setInterval(() => {}, 1), () => AbortSignal.timeout(1)]) {
              try { past(); console.log('no error') } catch (error) { console.log(error.code, error.message) }
            }
            clearTimeout(timers[0]); timers.push(setTimeout(() => console.log('never'), 1000));
            timers.forEach(clearTimeout); console.log(timers.length);";
        let told = "10000 timers wait already; clear some before starting more";
        assert_eq!(
            logged(body).await,
            [
                &format!("busy setTimeout: {told}"),
                &format!("busy setInterval: {told}"),
                &format!("busy AbortSignal.timeout: {told}"),
                "10001"
            ]
        );
    });
}
