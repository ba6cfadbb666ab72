//! What becomes of decisions that are changed while somebody waits: for the user, for the
//! store, or for the next question.

use std::future::Future;
use std::pin::pin;

use futures_util::poll;
use miniapp_host::{ConsentStore, ConsentStoreError, ExtensionOptions, MemoryConsents};

use super::*;

/// How a decision is taken back.
#[derive(Clone, Copy)]
enum Back {
    Revoked,
    Forgotten,
    LoggedOut,
}

/// Waits until no prompt is open any more.
pub(super) async fn is_closed(user: &User) {
    while user.open.load(Ordering::SeqCst) > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// A mini-app that reads on a task of its own, until it is answered.
pub(super) fn reading(app: &MiniApp) -> impl Future<Output = Option<String>> + use<> {
    let app = app.clone();
    let event = Event::new("read").detail(json!({ "fields": ["nickname"] }));
    let read = tokio::spawn(async move { app.event(PageId::FIRST, event).await });
    async move {
        match read.await.unwrap() {
            Ok(()) => None,
            Err(EventError::App(error)) => Some(error.code),
            Err(other) => Some(other.to_string()),
        }
    }
}

on_both! {
    async fn an_answer_counts_for_nobody_once_decisions_were_taken_back(execution: Execution) {
        for back in [Back::Revoked, Back::Forgotten, Back::LoggedOut] {
            let user = User::who_waits();
            let stage = stage_for(execution, &user).await;
            let app = start(&stage).await;
            let consents = stage.host.consents();
            let read = reading(&app);
            user.is_asked(1).await;
            match back {
                Back::Revoked => consents.revoke(None, app.app_id(), &Permission::ReadProfile).await.unwrap(),
                Back::Forgotten => consents.forget(None).await.unwrap(),
                Back::LoggedOut => stage.host.log_out(None).await.unwrap(),
            }
            user.reply(ALLOW);
            let told = read.await;
            is_closed(&user).await;
            stage.moment().await;
            assert_eq!(consents.of_user(None).await.unwrap(), []);
            if matches!(back, Back::LoggedOut) {
                assert_eq!(told.as_deref(), Some("the mini-app has ended: closed"));
                continue;
            }
            assert_eq!(told.as_deref(), Some("unavailable"));
            // The next use asks anew.
            assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
            assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
            assert_eq!(user.asked().len(), 2);
        }
    }
}

on_both! {
    async fn what_is_decided_in_the_settings_answers_an_open_question(execution: Execution) {
        for (decision, told) in [(Decision::Allowed, None), (Decision::Refused, Some("denied"))] {
            let user = User::who_waits();
            let stage = stage_for(execution, &user).await;
            let app = start(&stage).await;
            let consents = stage.host.consents();
            let read = reading(&app);
            user.is_asked(1).await;
            consents.set(None, app.app_id(), &Permission::ReadProfile, decision).await.unwrap();
            // The user is not asked any longer.
            is_closed(&user).await;
            assert_eq!(read.await.as_deref(), told);
            let kept = consents.of_user(None).await.unwrap();
            assert_eq!(kept.iter().map(|kept| kept.decision).collect::<Vec<_>>(), [decision]);
        }
    }
}

on_both! {
    async fn what_is_taken_back_while_the_next_question_is_open_is_not_read(execution: Execution) {
        let gossip = Gossip::default();
        let user = User::who_waits();
        let (provider, prompt) = (gossip.clone(), user.clone());
        let stage = Stage::builder(execution)
            .host(|host| host.profile(provider).consent(prompt))
            .set()
            .await;
        let app = start(&stage).await;
        let consents = stage.host.consents();
        for (round, fields) in [&["nickname", "email"][..], &[]].into_iter().enumerate() {
            for permission in [Permission::ReadProfile, Permission::Phone] {
                consents.set(None, app.app_id(), &permission, Decision::Allowed).await.unwrap();
            }
            user.wait();
            let answer = async {
                user.is_asked(round + 1).await;
                consents.revoke(None, app.app_id(), &Permission::ReadProfile).await.unwrap();
                user.reply(ALLOW);
            };
            let (read, ()) = tokio::join!(read(&stage, &app, fields), answer);
            assert_eq!(user.asked(), vec![Permission::Email; round + 1]);
            if fields.is_empty() {
                let others = json!({ "phone-number": "the phone-number", "email": "the email" });
                assert_eq!(read.unwrap(), others);
            } else {
                assert_eq!(read.unwrap_err().0, "unavailable");
                assert!(gossip.asked.lock().unwrap().is_empty());
            }
            consents.forget(None).await.unwrap();
        }
    }
}

on_both! {
    async fn what_is_decided_in_the_settings_answers_a_question_that_waits_for_its_turn(execution: Execution) {
        for (decision, told) in [(Decision::Allowed, Ok(())), (Decision::Refused, denied("denied"))] {
            let user = User::who_waits();
            let stage = stage_for(execution, &user).await;
            let app = start(&stage).await;
            let consents = stage.host.consents();
            let mut shown = pin!(code_of(&stage, &app, "phone-number"));
            assert!(poll!(shown.as_mut()).is_pending());
            user.is_asked(1).await;
            let mut waits = pin!(code_of(&stage, &app, "nickname"));
            assert!(poll!(waits.as_mut()).is_pending());
            // It has asked once it answers another event.
            assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
            consents.set(None, app.app_id(), &Permission::ReadProfile, decision).await.unwrap();
            assert_eq!(waits.await, told);
            assert_eq!(user.asked(), [Permission::Phone]);
            user.reply(ALLOW);
            assert_eq!(shown.await, Ok(()));
            assert_eq!(user.asked(), [Permission::Phone]);
        }
    }
}

on_both! {
    async fn a_question_that_is_taken_back_is_over_at_once_and_asked_anew(execution: Execution) {
        for forgets in [false, true] {
            let user = User::who_waits();
            let stage = stage_for(execution, &user).await;
            let app = start(&stage).await;
            let consents = stage.host.consents();
            let mut shown = pin!(code_of(&stage, &app, "phone-number"));
            assert!(poll!(shown.as_mut()).is_pending());
            user.is_asked(1).await;
            let mut waits = pin!(code_of(&stage, &app, "nickname"));
            assert!(poll!(waits.as_mut()).is_pending());
            assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
            if forgets {
                consents.forget(None).await.unwrap();
                assert_eq!(shown.await, denied("unavailable"));
            } else {
                consents.revoke(None, app.app_id(), &Permission::ReadProfile).await.unwrap();
            }
            let mut anew = pin!(code_of(&stage, &app, "nickname"));
            assert!(poll!(anew.as_mut()).is_pending());
            assert_eq!(waits.await, denied("unavailable"));
            assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
            user.reply(ALLOW);
            assert_eq!(anew.await, Ok(()));
            assert_eq!(user.asked(), [Permission::Phone, Permission::ReadProfile]);
        }
    }
}

on_both! {
    async fn what_is_taken_back_while_the_mini_app_is_suspended_is_not_used(execution: Execution) {
        let user = User::who_waits();
        let used = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&used);
        let extension = move |_: Tenant, payload: Value| {
            count.fetch_add(1, Ordering::SeqCst);
            std::future::ready(Ok(payload))
        };
        let mut limits = Limits::default();
        limits.suspend = Duration::from_millis(20);
        let prompt = user.clone();
        let stage = Stage::builder(execution)
            .host(|host| {
                let options = ExtensionOptions::default().asks_user();
                let host = crate::extensions::interfaces(host);
                host.extension_with("points", extension, options).consent(prompt).limits(limits)
            })
            .set()
            .await;
        let app = stage.start(Guest::Native).await;
        let detail = json!({ "name": "points", "text": "1" });
        let mut invoked = pin!(stage.event(&app, "invoke", detail));
        tokio::select! {
            invoked = &mut invoked => panic!("{invoked:?}"),
            () = user.is_asked(1) => {}
        }
        app.hide().await;
        while stage.record.lines().last() != Some(&Line::Suspended(true)) {
            stage.moment().await;
        }
        user.reply(ALLOW);
        let consents = stage.host.consents();
        while consents.of_user(None).await.unwrap().is_empty() {
            stage.moment().await;
        }
        let points = Permission::parse("ext:points").unwrap();
        consents.revoke(None, app.app_id(), &points).await.unwrap();
        app.show().await;
        let Err(EventError::App(error)) = invoked.await else { panic!("it was used") };
        assert_eq!(error.code, "unavailable");
        assert_eq!(used.load(Ordering::SeqCst), 0);
    }
}

on_both! {
    async fn a_question_that_was_closed_is_asked_again_once_decisions_were_taken_back(execution: Execution) {
        let user = User::who_replies(DISMISS);
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        let consents = stage.host.consents();
        for round in 1..=2 {
            user.reply(DISMISS);
            assert_eq!(code_of(&stage, &app, "nickname").await, denied("denied"));
            assert_eq!(user.asked().len(), 2 * round - 1);
            match round {
                1 => consents.revoke(None, app.app_id(), &Permission::ReadProfile).await.unwrap(),
                _ => consents.forget(None).await.unwrap(),
            }
            assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
            user.reply(ALLOW);
            assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
            assert_eq!(user.asked().len(), 2 * round);
            consents.forget(None).await.unwrap();
        }
    }
}

/// A store whose next change waits until it may go on.
#[derive(Clone, Default)]
struct SlowStore {
    kept: Arc<MemoryConsents>,
    slow: Arc<Mutex<Option<std::sync::mpsc::Receiver<()>>>>,
    begun: Arc<AtomicUsize>,
    done: Arc<AtomicUsize>,
}

impl SlowStore {
    /// Holds the next change until what is returned is dropped.
    fn hold(&self) -> std::sync::mpsc::Sender<()> {
        let (sender, held) = std::sync::mpsc::channel();
        *self.slow.lock().unwrap() = Some(held);
        sender
    }

    fn change<R>(&self, change: impl FnOnce(&MemoryConsents) -> R) -> R {
        let held = self.slow.lock().unwrap().take();
        self.begun.fetch_add(1, Ordering::SeqCst);
        if let Some(held) = held {
            assert!(held.recv().is_err());
        }
        let changed = change(&self.kept);
        self.done.fetch_add(1, Ordering::SeqCst);
        changed
    }

    async fn has(&self, count: &AtomicUsize, times: usize) {
        while count.load(Ordering::SeqCst) < times {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Polls work until the store has begun so many changes, and calls it off.
    async fn cancel_once_begun(&self, times: usize, work: impl Future) {
        tokio::select! {
            biased;
            _ = work => panic!("it waits for the store"),
            () = self.has(&self.begun, times) => {}
        }
    }
}

impl ConsentStore for SlowStore {
    fn of_user(&self, user: Option<&UserId>) -> Result<Vec<Consent>, ConsentStoreError> {
        self.kept.of_user(user)
    }

    fn set(
        &self,
        user: Option<&UserId>,
        app: &AppId,
        permission: &Permission,
        decision: Option<Decision>,
    ) -> Result<(), ConsentStoreError> {
        self.change(|kept| kept.set(user, app, permission, decision))
    }

    fn forget(&self, user: Option<&UserId>) -> Result<(), ConsentStoreError> {
        self.change(|kept| kept.forget(user))
    }
}

async fn stage_with(execution: Execution, user: &User, store: &SlowStore) -> Stage {
    let (prompt, store) = (user.clone(), store.clone());
    Stage::builder(execution)
        .host(|host| host.consent(prompt).consent_store(store))
        .set()
        .await
}

on_both! {
    async fn what_is_taken_back_holds_before_the_store_has_kept_it(execution: Execution) {
        let (user, store) = (User::who_replies(ALLOW), SlowStore::default());
        let stage = stage_with(execution, &user, &store).await;
        let app = start(&stage).await;
        let consents = stage.host.consents();
        for forgets in [false, true] {
            let before = store.begun.load(Ordering::SeqCst);
            assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
            assert_eq!(status(&stage, &app, "user:readProfile").await, "Allowed");
            let held = store.hold();
            // And whether or not anybody waits for it.
            store.cancel_once_begun(before + 2, async {
                if forgets {
                    consents.forget(None).await
                } else {
                    consents.revoke(None, app.app_id(), &Permission::ReadProfile).await
                }
            }).await;
            assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
            drop(held);
            store.has(&store.done, before + 2).await;
            assert_eq!(consents.of_user(None).await.unwrap(), []);
        }
    }
}

on_both! {
    async fn the_store_keeps_changes_in_their_order_though_nobody_waits(execution: Execution) {
        let (user, store) = (User::who_waits(), SlowStore::default());
        let stage = stage_with(execution, &user, &store).await;
        let app = start(&stage).await;
        let consents = stage.host.consents();
        let set = |decision| consents.set(None, app.app_id(), &Permission::ReadProfile, decision);
        let held = store.hold();
        store.cancel_once_begun(1, set(Decision::Refused)).await;
        let mut allowed = pin!(set(Decision::Allowed));
        let _ = poll!(allowed.as_mut());
        stage.moment().await;
        assert_eq!(store.begun.load(Ordering::SeqCst), 1, "one change of a tenant's at a time");
        drop(held);
        allowed.await.unwrap();
        let kept = consents.of_user(None).await.unwrap();
        assert_eq!(kept.iter().map(|kept| kept.decision).collect::<Vec<_>>(), [Decision::Allowed]);
        assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        assert_eq!(user.asked(), []);
    }
}
