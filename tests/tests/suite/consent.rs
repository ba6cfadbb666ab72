//! What the user is asked, when, and what becomes of the answer: through the profile, which
//! is read under it, and `consent`, which asks for it.

mod background;
mod changes;
mod each_time;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use miniapp_host::{
    Answering, AppId, Consent, ConsentAnswer, ConsentPrompt, ConsentQuestion, ConsentRule,
    Decision, Event, EventError, Execution, FolderConsents, LaunchOptions, Limits, MiniApp, PageId,
    Permission, ProfileAnswer, ProfileProvider, Tenant, UserId,
};
use miniapp_tests::{Guest, Line, Manifests, Stage, on_both};
use serde_json::{Value, json};
use tokio::sync::watch;

/// Calls that wait for an answer of a user's at once.
const MAX_WAITING: usize = 64;

#[derive(Clone, Copy)]
enum Reply {
    Answer(ConsentAnswer),
    Panic,
}

const ALLOW: Reply = Reply::Answer(ConsentAnswer::Allow);
const REFUSE: Reply = Reply::Answer(ConsentAnswer::Refuse);
const DISMISS: Reply = Reply::Answer(ConsentAnswer::Dismiss);

/// A user who answers when the test says so.
#[derive(Clone)]
struct User {
    asked: Arc<Mutex<Vec<(Tenant, ConsentQuestion)>>>,
    open: Arc<AtomicUsize>,
    most_open: Arc<AtomicUsize>,
    reply: watch::Sender<Option<Reply>>,
}

impl User {
    /// One who replies to all questions at once.
    fn who_replies(reply: Reply) -> Self {
        let user = Self::who_waits();
        user.reply(reply);
        user
    }

    fn who_waits() -> Self {
        Self {
            asked: Arc::default(),
            open: Arc::default(),
            most_open: Arc::default(),
            reply: watch::Sender::new(None),
        }
    }

    fn reply(&self, reply: Reply) {
        self.reply.send_replace(Some(reply));
    }

    fn wait(&self) {
        self.reply.send_replace(None);
    }

    fn asked(&self) -> Vec<Permission> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|(_, question)| question.permission.clone())
            .collect()
    }

    /// Waits until so many questions have been asked.
    async fn is_asked(&self, times: usize) {
        while self.asked.lock().unwrap().len() < times {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

struct Open<'a>(&'a AtomicUsize);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl ConsentPrompt for User {
    fn ask<'a>(&'a self, tenant: &'a Tenant, question: &'a ConsentQuestion) -> Answering<'a> {
        self.asked
            .lock()
            .unwrap()
            .push((tenant.clone(), question.clone()));
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
        Box::pin(async move {
            let _open = Open(&self.open);
            let mut reply = self.reply.subscribe();
            let reply = *reply.wait_for(Option::is_some).await.unwrap();
            match reply.unwrap() {
                Reply::Answer(answer) => answer,
                Reply::Panic => panic!("the dialog's view is gone"),
            }
        })
    }
}

/// A mini-app that asks for its user's name, telephone number and address.
fn curious() -> Manifests {
    let more = "    optional: true\n  - { name: user:phone, reason: To call you., optional: true }\n  - { name: user:email, reason: To write to you. }\n";
    Guest::Rogue
        .manifests()
        .app_with("    optional: true\n", more)
        .partner_with(
            r#"["user:readProfile"]"#,
            r#"["user:readProfile", "user:phone", "user:email"]"#,
        )
}

async fn stage_for(execution: Execution, user: &User) -> Stage {
    let user = user.clone();
    Stage::builder(execution)
        .host(|host| host.consent(user))
        .set()
        .await
}

async fn start(stage: &Stage) -> MiniApp {
    let app = stage.install_with(Guest::Rogue, &curious()).await.unwrap();
    stage.launch(&app).await
}

async fn launch(stage: &Stage, app: &AppId, user: &str) -> MiniApp {
    let options = LaunchOptions {
        user: Some(UserId::new(user).unwrap()),
        ..LaunchOptions::default()
    };
    let app = stage.host.launch_with(app.as_str(), options).await.unwrap();
    app.ready().await.unwrap();
    app
}

/// Reads fields of the profile; what came, or code and message.
async fn read(stage: &Stage, app: &MiniApp, fields: &[&str]) -> Result<Value, (String, String)> {
    match stage.event(app, "read", json!({ "fields": fields })).await {
        Ok(()) => Ok(stage.data(app).await["profile"].clone()),
        Err(EventError::App(error)) => Err((error.code, error.message)),
        Err(other) => panic!("{other}"),
    }
}

async fn code_of(stage: &Stage, app: &MiniApp, field: &str) -> Result<(), String> {
    let read = read(stage, app, &[field]).await;
    read.map(drop).map_err(|(code, _)| code)
}

async fn status(stage: &Stage, app: &MiniApp, permission: &str) -> Value {
    let detail = json!({ "permission": permission });
    stage.event(app, "status", detail).await.unwrap();
    stage.data(app).await["status"].clone()
}

/// Asks so many times at once; how many were allowed, and the codes of the others.
async fn ask(stage: &Stage, app: &MiniApp, permission: &str, n: usize) -> (Value, Value) {
    let detail = json!({ "permission": permission, "n": n });
    stage.event(app, "ask-many", detail).await.unwrap();
    let data = stage.data(app).await;
    (data["ok"].clone(), data["codes"].clone())
}

fn denied<T>(code: &str) -> Result<T, String> {
    Err(code.to_owned())
}

on_both! {
    async fn the_first_use_asks_and_the_answer_is_remembered(execution: Execution) {
        let user = User::who_replies(ALLOW);
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
        for _ in 0..2 {
            let fields = read(&stage, &app, &["nickname", "country"]).await.unwrap();
            assert_eq!(fields, json!({ "nickname": "Mia", "country": "CH" }));
        }
        assert_eq!(status(&stage, &app, "user:readProfile").await, "Allowed");
        let again = stage.launch(app.app_id()).await;
        read(&stage, &again, &["nickname"]).await.unwrap();
        let asked = user.asked.lock().unwrap().clone();
        let [(tenant, question)] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!(tenant, app.tenant());
        assert_eq!(question.app, *app.app_id());
        assert_eq!(question.app_name, "Rogue");
        assert_eq!(question.permission, Permission::ReadProfile);
        assert_eq!(question.meaning, "read the user's profile, once the user has agreed");
        assert_eq!(question.reason, "To test what reads it.");
        assert!(!question.required);
        assert_eq!(stage.record.denied(), []);
    }
}

on_both! {
    async fn a_refusal_is_answered_at_once_from_then_on(execution: Execution) {
        let user = User::who_replies(REFUSE);
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        let message = "the user has refused `user:email`; they can change that in the settings of the app";
        for _ in 0..2 {
            let refused = read(&stage, &app, &["email"]).await.unwrap_err();
            assert_eq!(refused, ("denied".to_owned(), message.to_owned()));
        }
        let again = stage.launch(app.app_id()).await;
        assert_eq!(status(&stage, &again, "user:email").await, "Refused");
        assert_eq!(code_of(&stage, &again, "email").await, denied("denied"));
        assert_eq!(user.asked(), [Permission::Email]);
        assert!(user.asked.lock().unwrap()[0].1.required);
        let told = stage.record.denied();
        assert_eq!(told.len(), 3);
        assert_eq!(told[0].to_string(), message);
        assert_eq!(told[0].interface, "miniapp:host/profile");
        assert_eq!(told[0].permission, Some(Permission::Email));
    }
}

on_both! {
    async fn a_question_that_was_closed_is_not_asked_again_in_this_life(execution: Execution) {
        let user = User::who_replies(DISMISS);
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        for _ in 0..3 {
            assert_eq!(code_of(&stage, &app, "nickname").await, denied("denied"));
        }
        assert_eq!(status(&stage, &app, "user:readProfile").await, "Refused");
        assert_eq!(user.asked().len(), 1);
        assert_eq!(stage.host.consents().of_user(None).await.unwrap(), []);
        user.reply(ALLOW);
        let again = stage.launch(app.app_id()).await;
        assert_eq!(code_of(&stage, &again, "nickname").await, Ok(()));
        assert_eq!(user.asked().len(), 2);
        // What was allowed elsewhere meanwhile holds here too.
        assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
    }
}

on_both! {
    async fn a_thousand_calls_are_one_question(execution: Execution) {
        let user = User::who_waits();
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        let storm = ask(&stage, &app, "user:phone", 1_000);
        let answer = async {
            user.is_asked(1).await;
            // All thousand have been made once the mini-app does nothing more.
            let mut spent = 0;
            while spent != app.fuel_spent() {
                spent = app.fuel_spent();
                for _ in 0..10 {
                    stage.moment().await;
                }
            }
            user.reply(ALLOW);
        };
        let (counts, ()) = tokio::join!(storm, answer);
        assert_eq!(counts, (json!(MAX_WAITING), json!({ "busy": 1_000 - MAX_WAITING })));
        assert_eq!(ask(&stage, &app, "user:phone", 1_000).await, (json!(1_000), json!({})));
        assert_eq!(user.asked(), [Permission::Phone]);
        app.close().await;
        stage.assert_pool_is_empty().await;
    }
}

on_both! {
    async fn calls_that_wait_at_the_limit_and_one_past(execution: Execution) {
        let user = User::who_replies(REFUSE);
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        user.wait();
        let at_limit = ask(&stage, &app, "user:phone", MAX_WAITING);
        let answer = async {
            user.is_asked(1).await;
            stage.moment().await;
            user.reply(DISMISS);
        };
        let (counts, ()) = tokio::join!(at_limit, answer);
        assert_eq!(counts, (json!(0), json!({ "denied": MAX_WAITING })));
        user.wait();
        let past = ask(&stage, &app, "user:email", MAX_WAITING + 1);
        let answer = async {
            user.is_asked(2).await;
            stage.moment().await;
            user.reply(DISMISS);
        };
        let (counts, ()) = tokio::join!(past, answer);
        assert_eq!(counts, (json!(0), json!({ "busy": 1, "denied": MAX_WAITING })));
    }
}

on_both! {
    async fn one_question_of_a_mini_app_is_open_at_a_time(execution: Execution) {
        let user = User::who_waits();
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        let other = stage.launch(app.app_id()).await;
        let reads = [
            (&app, "nickname"), (&app, "phone-number"), (&app, "email"), (&other, "phone-number"),
        ];
        let reads = join_all(reads.map(|(app, field)| code_of(&stage, app, field)));
        let answer = async {
            user.is_asked(1).await;
            stage.moment().await;
            assert_eq!(user.asked().len(), 1);
            user.reply(ALLOW);
        };
        let (reads, ()) = tokio::join!(reads, answer);
        assert_eq!(reads, vec![Ok(()); 4]);
        assert_eq!(user.most_open.load(Ordering::SeqCst), 1);
        let mut asked = user.asked();
        asked.sort();
        assert_eq!(asked, [Permission::ReadProfile, Permission::Phone, Permission::Email]);
    }
}

on_both! {
    async fn nobody_answers(execution: Execution) {
        let user = User::who_waits();
        let mut limits = Limits::default();
        limits.consent = Duration::from_millis(50);
        let prompt = user.clone();
        let stage = Stage::builder(execution)
            .host(|host| host.consent(prompt).limits(limits))
            .set()
            .await;
        let app = start(&stage).await;
        assert_eq!(code_of(&stage, &app, "nickname").await, denied("timeout"));
        assert_eq!(user.open.load(Ordering::SeqCst), 0, "the question is taken away");
        assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
        user.reply(ALLOW);
        // Nor are they asked again while they look elsewhere.
        let message = "the user has not answered the question about `user:readProfile` within 0 seconds, and is asked again once the mini-app was shown anew; go on without until then";
        for _ in 0..2 {
            let again = read(&stage, &app, &["nickname"]).await.unwrap_err();
            assert_eq!(again, ("timeout".to_owned(), message.to_owned()));
        }
        assert_eq!(user.asked().len(), 1);
        app.hide().await;
        app.show().await;
        assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        assert_eq!(user.asked().len(), 2);
    }
}

on_both! {
    async fn a_time_out_holds_until_decisions_change(execution: Execution) {
        let user = User::who_waits();
        let mut limits = Limits::default();
        limits.consent = Duration::from_millis(50);
        let prompt = user.clone();
        let stage = Stage::builder(execution)
            .host(|host| host.consent(prompt).limits(limits))
            .set()
            .await;
        let app = start(&stage).await;
        assert_eq!(code_of(&stage, &app, "nickname").await, denied("timeout"));
        user.reply(ALLOW);
        let consents = stage.host.consents();
        consents.revoke(None, app.app_id(), &Permission::ReadProfile).await.unwrap();
        assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        assert_eq!(user.asked().len(), 2);
    }
}

on_both! {
    async fn a_prompt_that_panics(execution: Execution) {
        let user = User::who_replies(Reply::Panic);
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        let other = stage.launch(app.app_id()).await;
        assert_eq!(code_of(&stage, &app, "nickname").await, denied("unavailable"));
        user.reply(ALLOW);
        assert_eq!(code_of(&stage, &other, "nickname").await, Ok(()));
        assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        assert_eq!(user.asked().len(), 2);
    }
}

on_both! {
    async fn an_answer_to_a_mini_app_that_is_gone_is_remembered(execution: Execution) {
        let user = User::who_waits();
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        let id = app.app_id().clone();
        let reading = {
            let app = app.clone();
            let event = Event::new("read").detail(json!({ "fields": ["nickname"] }));
            tokio::spawn(async move { app.event(PageId::FIRST, event).await })
        };
        user.is_asked(1).await;
        app.close().await;
        drop(app);
        assert!(matches!(reading.await.unwrap(), Err(EventError::Ended(_))));
        stage.assert_pool_is_empty().await;
        user.reply(ALLOW);
        while user.open.load(Ordering::SeqCst) > 0
            || stage.host.consents().of_user(None).await.unwrap().is_empty()
        {
            stage.moment().await;
        }
        user.reply(REFUSE);
        let again = stage.launch(&id).await;
        assert_eq!(code_of(&stage, &again, "nickname").await, Ok(()));
        assert_eq!(user.asked().len(), 1);
    }
}

on_both! {
    async fn what_is_changed_in_the_settings_holds_at_once(execution: Execution) {
        let user = User::who_replies(ALLOW);
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        let consents = stage.host.consents();
        assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        let decided = |decision| Consent {
            app: app.app_id().clone(),
            permission: Permission::ReadProfile,
            decision,
        };
        assert_eq!(consents.of_user(None).await.unwrap(), [decided(Decision::Allowed)]);
        let set = |decision| consents.set(None, app.app_id(), &Permission::ReadProfile, decision);
        set(Decision::Refused).await.unwrap();
        assert_eq!(code_of(&stage, &app, "nickname").await, denied("denied"));
        assert_eq!(consents.of_user(None).await.unwrap(), [decided(Decision::Refused)]);
        set(Decision::Allowed).await.unwrap();
        assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        assert_eq!(user.asked().len(), 1);
        consents.revoke(None, app.app_id(), &Permission::ReadProfile).await.unwrap();
        assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        assert_eq!(user.asked().len(), 2);
        consents.forget(None).await.unwrap();
        assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
        assert_eq!(consents.of_user(None).await.unwrap(), []);
        // Decided before anything of it lives.
        app.close().await;
        set(Decision::Refused).await.unwrap();
        let again = stage.launch(app.app_id()).await;
        assert_eq!(code_of(&stage, &again, "nickname").await, denied("denied"));
        assert_eq!(user.asked().len(), 2);
    }
}

on_both! {
    async fn users_and_apps_decide_apart(execution: Execution) {
        let user = User::who_replies(ALLOW);
        let stage = stage_for(execution, &user).await;
        let one = stage.install_with(Guest::Rogue, &curious()).await.unwrap();
        let other = curious().app_with("miniapp_rogue", "miniapp_other").partner_with("miniapp_rogue", "miniapp_other");
        let other = stage.install_with(Guest::Rogue, &other).await.unwrap();
        let mia = launch(&stage, &one, "mia").await;
        assert_eq!(code_of(&stage, &mia, "nickname").await, Ok(()));
        user.reply(REFUSE);
        let ben = launch(&stage, &one, "ben").await;
        assert_eq!(code_of(&stage, &ben, "nickname").await, denied("denied"));
        let elsewhere = launch(&stage, &other, "mia").await;
        assert_eq!(code_of(&stage, &elsewhere, "nickname").await, denied("denied"));
        let nobody = stage.launch(&one).await;
        assert_eq!(code_of(&stage, &nobody, "nickname").await, denied("denied"));
        assert_eq!(code_of(&stage, &mia, "nickname").await, Ok(()));
        assert_eq!(user.asked().len(), 4);
        let id = UserId::new("mia").unwrap();
        stage.host.consents().forget(Some(&id)).await.unwrap();
        assert_eq!(code_of(&stage, &mia, "nickname").await, denied("denied"));
        assert_eq!(user.asked().len(), 5);
        assert_eq!(code_of(&stage, &ben, "nickname").await, denied("denied"));
        assert_eq!(user.asked().len(), 5, "another one's are left");
    }
}

on_both! {
    async fn a_folder_remembers_over_hosts(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let user = User::who_replies(ALLOW);
        for _ in 0..2 {
            let (prompt, path) = (user.clone(), folder.path().join("consents"));
            let stage = Stage::builder(execution)
                .host(|host| host.consent(prompt).consent_store(FolderConsents::new(path)))
                .set()
                .await;
            let app = start(&stage).await;
            assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        }
        assert_eq!(user.asked().len(), 1);
        let file = folder.path().join("consents/device.json");
        std::fs::write(&file, "{\"version\":1,\"decisions\":{\"mini").unwrap();
        let (prompt, path) = (user.clone(), folder.path().join("consents"));
        let stage = Stage::builder(execution)
            .host(|host| host.consent(prompt).consent_store(FolderConsents::new(path)))
            .set()
            .await;
        let app = start(&stage).await;
        assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        assert_eq!(user.asked().len(), 2, "a damaged file means that nobody was asked");
        let told = stage.record.lines().into_iter().find_map(|line| match line {
            Line::Consents(told) => Some(told),
            _ => None,
        });
        let told = told.unwrap();
        assert!(told.contains("device.json: these are no decisions of a user"), "{told}");
    }
}

on_both! {
    async fn a_folder_that_cannot_be_written_is_told_of_and_the_answer_holds(execution: Execution) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let (user, path) = (User::who_replies(ALLOW), file.join("consents"));
        let prompt = user.clone();
        let stage = Stage::builder(execution)
            .host(|host| host.consent(prompt).consent_store(FolderConsents::new(path)))
            .set()
            .await;
        let app = start(&stage).await;
        for _ in 0..2 {
            assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        }
        assert_eq!(user.asked().len(), 1);
        assert!(stage.record.lines().iter().any(|line| matches!(line, Line::Consents(_))));
    }
}

on_both! {
    async fn a_policy_says_when(execution: Execution) {
        let user = User::who_replies(ALLOW);
        let prompt = user.clone();
        let policy = |_: &Tenant, permission: &Permission| match permission {
            Permission::Phone => ConsentRule::EachTime,
            Permission::Email => ConsentRule::Given,
            other => ConsentRule::usual(other),
        };
        let stage = Stage::builder(execution)
            .host(|host| host.consent(prompt).consent_policy(policy))
            .set()
            .await;
        let app = start(&stage).await;
        for _ in 0..3 {
            assert_eq!(code_of(&stage, &app, "phone-number").await, Ok(()));
            assert_eq!(code_of(&stage, &app, "email").await, Ok(()));
            assert_eq!(code_of(&stage, &app, "nickname").await, Ok(()));
        }
        let phone = Permission::Phone;
        assert_eq!(user.asked(), [phone.clone(), Permission::ReadProfile, phone.clone(), phone]);
        assert_eq!(status(&stage, &app, "user:phone").await, "EachTime");
        assert_eq!(status(&stage, &app, "user:email").await, "Allowed");
        // Who refuses is not nagged.
        user.reply(REFUSE);
        for _ in 0..3 {
            assert_eq!(code_of(&stage, &app, "phone-number").await, denied("denied"));
        }
        assert_eq!(user.asked().len(), 5);
        let kept = stage.host.consents().of_user(None).await.unwrap();
        assert_eq!(kept.len(), 1, "only what is asked once is remembered: {kept:?}");
    }
}

on_both! {
    async fn without_a_prompt_nobody_has_agreed(execution: Execution) {
        let stage = Stage::builder(execution)
            .host(|host| host.configure(|options| options.consent = None))
            .set()
            .await;
        let app = start(&stage).await;
        let (code, message) = read(&stage, &app, &["nickname"]).await.unwrap_err();
        assert_eq!(code, "denied");
        assert_eq!(message, "`user:readProfile` needs the user's consent, and this app does not ask for it; the app would have to set `HostBuilder::consent`");
        assert_eq!(status(&stage, &app, "user:readProfile").await, "Denied");
        assert_eq!(stage.record.denied().len(), 1);
        // A native app may have asked in its own way.
        let consents = stage.host.consents();
        consents.set(None, app.app_id(), &Permission::ReadProfile, Decision::Allowed).await.unwrap();
        read(&stage, &app, &["nickname"]).await.unwrap();
    }
}

on_both! {
    async fn permissions_that_the_manifests_do_not_give(execution: Execution) {
        let user = User::who_replies(ALLOW);
        let stage = stage_for(execution, &user).await;
        let manifests = curious().partner_with(r#""user:phone", "#, "");
        let id = stage.install_with(Guest::Rogue, &manifests).await.unwrap();
        let app = stage.launch(&id).await;
        assert_eq!(status(&stage, &app, "user:phone").await, "Denied");
        assert_eq!(ask(&stage, &app, "user:phone", 1).await, (json!(0), json!({ "denied": 1 })));
        for unknown in ["user:login", "", "user:phone ", "ext:a"] {
            let counts = ask(&stage, &app, unknown, 1).await;
            assert_eq!(counts, (json!(0), json!({ "invalid-argument": 1 })), "{unknown}");
        }
        assert_eq!(user.asked(), []);
        assert_eq!(
            stage.record.denied()[0].to_string(),
            "`user:phone` is not granted to this mini-app; to grant it, write in \
             partner.yaml:5: permissions: [\"user:readProfile\", \"user:email\", \"user:phone\"]"
        );
    }
}

/// Notes what it is asked for, and answers with more.
#[derive(Clone, Default)]
struct Gossip {
    asked: Arc<Mutex<Vec<Vec<String>>>>,
}

impl ProfileProvider for Gossip {
    fn read<'a>(&'a self, _: &'a Tenant, fields: &'a [String]) -> ProfileAnswer<'a> {
        self.asked.lock().unwrap().push(fields.to_vec());
        let known = [
            "nickname",
            "country",
            "phone-number",
            "email",
            "creditworthiness",
        ];
        let answer = known.map(|name| (name.to_owned(), format!("the {name}")));
        Box::pin(std::future::ready(Ok(answer.into())))
    }
}

on_both! {
    async fn fields_are_read_under_their_own_permissions(execution: Execution) {
        let gossip = Gossip::default();
        let user = User::who_replies(ALLOW);
        let (provider, prompt) = (gossip.clone(), user.clone());
        let stage = Stage::builder(execution)
            .host(|host| host.profile(provider).consent(prompt))
            .set()
            .await;
        let manifests = curious().partner_with(r#""user:phone", "#, "");
        let id = stage.install_with(Guest::Rogue, &manifests).await.unwrap();
        let app = stage.launch(&id).await;
        let both = read(&stage, &app, &["nickname", "phone-number"]).await;
        assert_eq!(both.unwrap_err().0, "denied");
        let denied = stage.record.denied();
        assert_eq!(denied.last().unwrap().permission, Some(Permission::Phone));
        assert!(denied.last().unwrap().line.is_some());
        assert!(gossip.asked.lock().unwrap().is_empty(), "nobody is asked for what is denied");
        let one = read(&stage, &app, &["nickname"]).await.unwrap();
        assert_eq!(one, json!({ "nickname": "the nickname" }));
        // What the provider does not say that there is, it is not asked for.
        let unknown = read(&stage, &app, &["EMAIL", "creditworthiness"]).await.unwrap();
        assert_eq!(unknown, json!({}));
        let all = read(&stage, &app, &[]).await.unwrap();
        assert_eq!(all, json!({
            "nickname": "the nickname", "country": "the country", "email": "the email",
        }));
        let asked = gossip.asked.lock().unwrap().clone();
        assert_eq!(asked[0], ["nickname"]);
        assert_eq!(asked[1], ["nickname", "avatar-url", "gender", "country", "language", "email"]);
        assert_eq!(user.asked(), [Permission::ReadProfile, Permission::Email]);
    }
}

on_both! {
    async fn all_fields_are_those_that_the_user_does_not_refuse(execution: Execution) {
        let user = User::who_replies(REFUSE);
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        assert_eq!(read(&stage, &app, &[]).await.unwrap_err().0, "denied");
        assert_eq!(user.asked(), [Permission::ReadProfile, Permission::Phone, Permission::Email]);
        let consents = stage.host.consents();
        consents.set(None, app.app_id(), &Permission::ReadProfile, Decision::Allowed).await.unwrap();
        let all = read(&stage, &app, &[]).await.unwrap();
        assert_eq!(all, json!({ "nickname": "Mia", "country": "CH" }));
        assert_eq!(user.asked().len(), 3);
    }
}

on_both! {
    async fn a_permission_for_one_field_is_enough_for_the_interface(execution: Execution) {
        let stage = Stage::set(execution).await;
        let manifests = Guest::Rogue.manifests()
            .app_with("user:readProfile", "user:phone")
            .partner_with("user:readProfile", "user:phone");
        let id = stage.install_with(Guest::Rogue, &manifests).await.unwrap();
        let app = stage.launch(&id).await;
        assert_eq!(code_of(&stage, &app, "phone-number").await, Ok(()));
        assert_eq!(code_of(&stage, &app, "nickname").await, denied("denied"));
        let denied = stage.record.denied();
        assert_eq!(denied[0].permission, Some(Permission::ReadProfile));
        assert!(denied[0].line.is_some());
    }
}

on_both! {
    async fn a_mini_app_of_one_call_at_a_time_asks_too(execution: Execution) {
        let user = User::who_waits();
        let stage = stage_for(execution, &user).await;
        let manifests = Guest::OneCallAtATime.manifests()
            .app_with("permissions:\n", "permissions:\n  - { name: user:email, reason: r, optional: true }\n")
            .partner_with("permissions: []", "permissions: [\"user:email\"]");
        let id = stage.install_with(Guest::OneCallAtATime, &manifests).await.unwrap();
        let app = stage.launch(&id).await;
        let ask = stage.event(&app, "ask", json!({ "permission": "user:email" }));
        let answer = async {
            user.is_asked(1).await;
            user.reply(ALLOW);
        };
        let (asked, ()) = tokio::join!(ask, answer);
        asked.unwrap();
        assert_eq!(stage.data(&app).await["status"], "allowed");
        let refused = stage.event(&app, "ask", json!({ "permission": "user:phone" })).await;
        let Err(EventError::App(error)) = refused else { panic!("{refused:?}") };
        assert_eq!(error.code, "invalid-argument");
    }
}

on_both! {
    async fn the_showcase_goes_on_without_what_the_user_keeps_to_themselves(execution: Execution) {
        let user = User::who_replies(ALLOW);
        let stage = stage_for(execution, &user).await;
        let id = stage.install(Guest::Showcase).await;
        let options = LaunchOptions { page: Some("pages/profile".to_owned()), ..LaunchOptions::default() };
        let app = stage.host.launch_with(id.as_str(), options).await.unwrap();
        app.ready().await.unwrap();
        stage.event(&app, "onGreet", json!({})).await.unwrap();
        user.reply(REFUSE);
        stage.event(&app, "onCallMe", json!({})).await.unwrap();
        let data = stage.data(&app).await;
        assert_eq!(data["greeting"], "Hello Mia");
        assert_eq!(data["calls"], "Refused");
        assert_eq!(user.asked(), [Permission::ReadProfile, Permission::Phone]);
        assert_eq!(stage.record.uncaught(), []);
    }
}
