//! The lives of the table, played by guests of every kind.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use miniapp_host::{AppId, EndReason, Execution, Host, HostBuilder, Limits, MiniApp, Navigation};
use miniapp_tests::{Guest, Stage, on_both};

use super::table::{Action, LIVES, Row, State};

/// The pages of the table.
pub const PAGES: &str = "pages: [pages/a, pages/b, pages/c]\ntabs: [pages/a, pages/c]\n";

/// How long those may be in the background that are to be left there.
const BACKGROUND: Duration = Duration::from_millis(50);

/// Plays all lives of the table with what `install` has installed.
pub async fn play_all(execution: Execution, install: impl AsyncFn(&Stage) -> AppId) {
    for is_left in [false, true] {
        let mut limits = Limits::default();
        if is_left {
            limits.background = BACKGROUND;
        }
        let set = |host: HostBuilder| host.limits(limits);
        let stage = Stage::builder(execution).host(set).set().await;
        let id = install(&stage).await;
        for life in LIVES {
            if life.iter().any(|row| row.action == Action::Left) == is_left {
                play(&stage, &id, life).await;
            }
        }
    }
}

/// A callback as the table has it: `pages/b load k=v` is `b load`, and so is `2 load pages/b`.
fn callback(line: &str, pages: &mut HashMap<String, String>) -> String {
    let mut words = line.split(' ');
    let (subject, call) = (words.next().unwrap(), words.next().unwrap());
    if subject.parse::<u32>().is_ok() && call == "load" {
        let path = words.next().unwrap().to_owned();
        pages.insert(subject.to_owned(), path);
    }
    let subject = pages.get(subject).map_or(subject, String::as_str);
    format!("{} {call}", subject.trim_start_matches("pages/"))
}

async fn navigate(app: &MiniApp, to: fn(String) -> Navigation, page: &str) {
    app.navigate(to(format!("pages/{page}"))).await.unwrap();
}

/// Does what a line says; whether the mini-app is to end of it.
async fn act(host: &Host, app: &MiniApp, action: Action) -> Option<EndReason> {
    match action {
        Action::Launch => {}
        Action::Open(page) => navigate(app, Navigation::Open, page).await,
        Action::Redirect(page) => navigate(app, Navigation::Redirect, page).await,
        Action::SwitchTab(page) => navigate(app, Navigation::SwitchTab, page).await,
        Action::Reload(page) => navigate(app, Navigation::Reload, page).await,
        Action::Back(pages) => app.navigate(Navigation::Back(pages)).await.unwrap(),
        Action::Reopen(page) => {
            let address = format!("platform://miniapp/{}/pages/{page}", app.app_id());
            host.open(&address).await.unwrap();
        }
        Action::Background => app.hide().await,
        Action::Foreground => app.show().await,
        Action::Left => {
            app.hide().await;
            return Some(EndReason::LeftInBackground { after: BACKGROUND });
        }
        Action::Evict => {
            app.evict().await;
            return Some(EndReason::Evicted);
        }
        Action::Close => {
            assert!(host.close(app.tenant()).await);
            return Some(EndReason::Closed);
        }
        Action::LogOut => {
            host.log_out(None).await.unwrap();
            return Some(EndReason::Closed);
        }
    }
    app.settled().await;
    None
}

/// Plays a life, and compares each line.
async fn play(stage: &Stage, id: &AppId, life: &[Row]) {
    let (mut seen, mut errors) = (stage.record.log().len(), stage.record.uncaught().len());
    let app = stage.host.open(id.as_str()).await.unwrap();
    let mut pages = HashMap::new();
    for row in life {
        let end = act(&stage.host, &app, row.action).await;
        if let Some(end) = &end {
            assert_eq!(*app.ended().await, *end);
        }
        let log = stage.record.log();
        let new = log[seen..].iter().map(|line| callback(line, &mut pages));
        let calls: Vec<&str> = row.calls.iter().map(|(call, _)| *call).collect();
        assert_eq!(new.collect::<Vec<_>>(), calls, "{:?}", row.action);
        seen = log.len();
        errors += usize::from(row.silent.contains(&State::AppError));
        assert_eq!(stage.record.uncaught().len(), errors, "{:?}", row.action);
        assert_eq!(end.is_some(), row.silent.contains(&State::AppUnloaded));
    }
    // What it has saved is not for the next life.
    stage.host.log_out(None).await.unwrap();
    stage.assert_pool_is_empty().await;
}

on_both! {
    async fn of_a_guest_that_takes_many_calls_at_once(execution: Execution) {
        play_all(execution, async |stage| stage.install(Guest::Pages).await).await;
    }
}

on_both! {
    async fn of_a_guest_that_takes_one_call_at_a_time(execution: Execution) {
        let manifests = Guest::OneCallAtATime.manifests();
        let manifests = manifests.app_with("pages:\n  - pages/index\n  - pages/other\n", PAGES);
        let install = async |stage: &Stage| {
            stage.install_with(Guest::OneCallAtATime, &manifests).await.unwrap()
        };
        play_all(execution, install).await;
    }
}

#[test]
fn every_state_of_the_document_is_reached() {
    let rows = || LIVES.iter().flat_map(|life| life.iter());
    let called = rows().flat_map(|row| row.calls.iter().filter_map(|(_, state)| *state));
    let called: HashSet<State> = called.collect();
    let silent: HashSet<State> = rows().flat_map(|row| row.silent.iter().copied()).collect();
    assert_eq!(silent, HashSet::from([State::AppError, State::AppUnloaded]));
    assert!(called.is_disjoint(&silent));
    assert_eq!(called.len() + silent.len(), 10);
}
