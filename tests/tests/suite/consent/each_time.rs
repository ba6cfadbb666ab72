//! Questions at each use: for whom an answer is, what ends them, and refusals that hold.

use std::pin::pin;

use futures_util::poll;
use tokio::sync::{Mutex as AsyncMutex, mpsc};

use super::changes::{is_closed, reading};
use super::*;

async fn stage_with(execution: Execution, prompt: impl ConsentPrompt + 'static) -> Stage {
    let mut limits = Limits::default();
    // No question goes away by itself.
    limits.consent = Duration::from_secs(24 * 60 * 60);
    let policy = |_: &Tenant, _: &Permission| ConsentRule::EachTime;
    Stage::builder(execution)
        .host(|host| host.consent(prompt).consent_policy(policy).limits(limits))
        .set()
        .await
}

/// A user who gives one answer after the other.
struct OneByOne {
    asked: watch::Sender<usize>,
    answers: AsyncMutex<mpsc::UnboundedReceiver<ConsentAnswer>>,
}

#[derive(Clone)]
struct Shared(Arc<OneByOne>);

impl Shared {
    fn new() -> (Self, mpsc::UnboundedSender<ConsentAnswer>) {
        let (sender, answers) = mpsc::unbounded_channel();
        let user = OneByOne {
            asked: watch::Sender::new(0),
            answers: AsyncMutex::new(answers),
        };
        (Self(Arc::new(user)), sender)
    }

    fn asked(&self) -> usize {
        *self.0.asked.borrow()
    }

    async fn is_asked(&self, times: usize) {
        let mut asked = self.0.asked.subscribe();
        asked.wait_for(|asked| *asked >= times).await.unwrap();
    }
}

impl ConsentPrompt for Shared {
    fn ask<'a>(&'a self, _: &'a Tenant, _: &'a ConsentQuestion) -> Answering<'a> {
        self.0.asked.send_modify(|asked| *asked += 1);
        Box::pin(async move {
            let mut answers = self.0.answers.lock().await;
            answers.recv().await.unwrap()
        })
    }
}

on_both! {
    async fn one_answer_is_for_those_who_asked_before_it_was_shown(execution: Execution) {
        for (answer, told) in [
            (ConsentAnswer::Allow, Ok(())),
            (ConsentAnswer::Refuse, denied("denied")),
            (ConsentAnswer::Dismiss, denied("denied")),
        ] {
            let (user, answers) = Shared::new();
            let stage = stage_with(execution, user.clone()).await;
            let app = start(&stage).await;
            let mut first = pin!(code_of(&stage, &app, "phone-number"));
            assert!(poll!(first.as_mut()).is_pending());
            user.is_asked(1).await;
            let mut later = pin!(ask(&stage, &app, "user:phone", 10));
            assert!(poll!(later.as_mut()).is_pending());
            // All ten were made once it answers another event.
            status(&stage, &app, "user:phone").await;
            answers.send(answer).unwrap();
            assert_eq!(first.await, told);
            if told.is_err() {
                // Who does not agree is not asked the same again.
                assert_eq!(later.await, (json!(0), json!({ "denied": 10 })));
                assert_eq!(code_of(&stage, &app, "phone-number").await, denied("denied"));
                assert_eq!(user.asked(), 1);
                continue;
            }
            user.is_asked(2).await;
            assert!(poll!(later.as_mut()).is_pending(), "one \"yes\" is not for all");
            answers.send(ConsentAnswer::Allow).unwrap();
            assert_eq!(later.await, (json!(10), json!({})));
            assert_eq!(user.asked(), 2);
        }
    }
}

on_both! {
    async fn a_question_that_nobody_waits_for_is_taken_away(execution: Execution) {
        for logs_out in [false, true] {
            let user = User::who_waits();
            let stage = stage_with(execution, user.clone()).await;
            let app = start(&stage).await;
            let read = reading(&app);
            user.is_asked(1).await;
            if logs_out {
                stage.host.log_out(None).await.unwrap();
            } else {
                app.close().await;
            }
            is_closed(&user).await;
            assert_eq!(read.await.as_deref(), Some("the mini-app has ended: closed"));
            // Nor does it keep others from being asked.
            let next = stage.launch(app.app_id()).await;
            let read = reading(&next);
            user.is_asked(2).await;
            user.reply(ALLOW);
            assert_eq!(read.await, None);
        }
    }
}

on_both! {
    async fn what_is_changed_in_the_settings_ends_a_question(execution: Execution) {
        for (decision, told) in [(None, "unavailable"), (Some(Decision::Refused), "denied")] {
            let user = User::who_waits();
            let stage = stage_with(execution, user.clone()).await;
            let app = start(&stage).await;
            let consents = stage.host.consents();
            let read = reading(&app);
            user.is_asked(1).await;
            // An agreement is no answer to it.
            consents.set(None, app.app_id(), &Permission::ReadProfile, Decision::Allowed).await.unwrap();
            assert_eq!(user.open.load(Ordering::SeqCst), 1);
            match decision {
                Some(decision) => consents.set(None, app.app_id(), &Permission::ReadProfile, decision).await.unwrap(),
                None => consents.revoke(None, app.app_id(), &Permission::ReadProfile).await.unwrap(),
            }
            is_closed(&user).await;
            assert_eq!(read.await.as_deref(), Some(told));
        }
    }
}

on_both! {
    async fn a_refusal_in_the_settings_holds(execution: Execution) {
        let user = User::who_replies(ALLOW);
        let stage = stage_with(execution, user.clone()).await;
        let id = stage.install_with(Guest::Rogue, &curious()).await.unwrap();
        let consents = stage.host.consents();
        let set = |decision| consents.set(None, &id, &Permission::Phone, decision);
        // Before anything of it lives, and while it does.
        set(Decision::Refused).await.unwrap();
        let app = stage.launch(&id).await;
        for _ in 0..2 {
            assert_eq!(status(&stage, &app, "user:phone").await, "Refused");
            assert_eq!(code_of(&stage, &app, "phone-number").await, denied("denied"));
            assert_eq!(user.asked(), []);
            set(Decision::Refused).await.unwrap();
        }
        set(Decision::Allowed).await.unwrap();
        assert_eq!(status(&stage, &app, "user:phone").await, "EachTime");
        for times in 1..=2 {
            assert_eq!(code_of(&stage, &app, "phone-number").await, Ok(()));
            assert_eq!(user.asked().len(), times, "an agreement is no answer");
        }
    }
}
