//! Opening and closing at once, as an app does whose user taps faster than mini-apps open, and
//! for users of their own.

use miniapp_host::{EndReason, LaunchError, LaunchOptions, UserId};
use miniapp_tests::{Guest, Stage, on_both};

use crate::open::install;

fn waits_when_hidden() -> LaunchOptions {
    LaunchOptions {
        query: vec![("hide".to_owned(), "wait".to_owned())],
        ..LaunchOptions::default()
    }
}

on_both! {
    async fn one_that_is_being_closed_has_ended_before_it_is_opened_anew(execution: Execution) {
        let stage = Stage::set(execution).await;
        stage.install(Guest::Pages).await;
        let first = stage.host.open_with("miniapp_pages", waits_when_hidden()).await.unwrap();
        first.ready().await.unwrap();
        let opened = async {
            let anew = stage.host.open("miniapp_pages").await.unwrap();
            assert!(!first.is_live());
            anew
        };
        let tenant = first.tenant().clone();
        let (closed, anew) = tokio::join!(biased; stage.host.close(&tenant), opened);
        assert!(closed && anew.is_live());
        let apps = stage.host.open_apps();
        assert_eq!(apps.len(), 1);
        assert!(apps[0].is_live());
    }
}

on_both! {
    async fn of_two_that_need_the_last_room_one_gets_it(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.keep_open(1)).set().await;
        let names = install(&stage, 3).await;
        let first = stage.host.open(&names[0]).await.unwrap();
        first.hide().await;
        let (one, other) = tokio::join!(stage.host.open(&names[1]), stage.host.open(&names[2]));
        assert_eq!(*first.ended().await, EndReason::Evicted);
        let refused = match (one, other) {
            (Ok(opened), Err(refused)) | (Err(refused), Ok(opened)) => {
                assert!(opened.is_live());
                refused
            }
            outcomes => panic!("{outcomes:?}"),
        };
        assert!(matches!(refused, LaunchError::AllInForeground { limit: 1 }), "{refused}");
        assert_eq!(stage.host.open_apps().len(), 1);
    }
}

on_both! {
    async fn no_more_are_ended_than_need_room(execution: Execution) {
        let stage = Stage::builder(execution).host(|host| host.keep_open(3)).set().await;
        let names = install(&stage, 5).await;
        let mut apps = Vec::new();
        for name in &names[..3] {
            let app = stage.host.open(name).await.unwrap();
            app.hide().await;
            apps.push(app);
        }
        let (one, other) = tokio::join!(stage.host.open(&names[3]), stage.host.open(&names[4]));
        one.unwrap();
        other.unwrap();
        let live: Vec<bool> = apps.iter().map(|app| app.is_live()).collect();
        assert_eq!(live, [false, false, true]);
        assert_eq!(stage.host.open_apps().len(), 3);
    }
}

on_both! {
    async fn an_address_opens_for_the_user_who_is_logged_in(execution: Execution) {
        let stage = Stage::set(execution).await;
        stage.install(Guest::Pages).await;
        let mia = UserId::new("mia").unwrap();
        let options = LaunchOptions { user: Some(mia.clone()), ..LaunchOptions::default() };
        let app = stage.host.open_with("miniapp_pages", options.clone()).await.unwrap();
        let address = "platform://miniapp/miniapp_pages/pages/b?k=v#bar";
        let linked = stage.host.open_with(address, options).await.unwrap();
        assert_eq!(linked.tenant().user, Some(mia.clone()));
        assert_eq!(app.pages().await[0].path, "pages/b");
        assert_eq!(stage.host.open_apps().len(), 1, "one life of one user");
        stage.host.log_out(Some(&mia)).await.unwrap();
        assert!(!linked.is_live());
    }
}
