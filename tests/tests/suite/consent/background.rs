//! What a mini-app in the background wants to know is asked once the user looks at it.

use std::pin::pin;

use futures_util::poll;
use miniapp_host::MemoryClipboard;

use super::*;

on_both! {
    async fn a_question_from_the_background_waits_until_the_mini_app_is_shown(execution: Execution) {
        let user = User::who_replies(ALLOW);
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        let other = stage.launch(app.app_id()).await;
        app.hide().await;
        let mut hidden = pin!(code_of(&stage, &app, "nickname"));
        assert!(poll!(hidden.as_mut()).is_pending());
        // It has asked once it answers another event.
        assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
        stage.moment().await;
        assert_eq!(user.asked(), []);
        // It keeps nobody from being asked, be it a life of the same user's.
        assert_eq!(code_of(&stage, &other, "phone-number").await, Ok(()));
        assert_eq!(user.asked(), [Permission::Phone]);
        // What is decided is answered in the background too.
        assert_eq!(code_of(&stage, &app, "phone-number").await, Ok(()));
        assert!(poll!(hidden.as_mut()).is_pending());
        app.show().await;
        assert_eq!(hidden.await, Ok(()));
        assert_eq!(user.asked(), [Permission::Phone, Permission::ReadProfile]);
    }
}

on_both! {
    async fn a_question_whose_turn_comes_in_the_background_waits(execution: Execution) {
        let user = User::who_waits();
        let stage = stage_for(execution, &user).await;
        let app = start(&stage).await;
        let other = stage.launch(app.app_id()).await;
        let mut shown = pin!(code_of(&stage, &app, "phone-number"));
        assert!(poll!(shown.as_mut()).is_pending());
        user.is_asked(1).await;
        let mut waits = pin!(code_of(&stage, &app, "nickname"));
        assert!(poll!(waits.as_mut()).is_pending());
        assert_eq!(status(&stage, &app, "user:readProfile").await, "NotAsked");
        app.hide().await;
        // The one that is shown already stays.
        user.reply(ALLOW);
        assert_eq!(shown.await, Ok(()));
        stage.moment().await;
        assert_eq!(user.asked(), [Permission::Phone]);
        assert_eq!(code_of(&stage, &other, "email").await, Ok(()));
        assert!(poll!(waits.as_mut()).is_pending());
        // Another life that is looked at may have the same question asked.
        assert_eq!(code_of(&stage, &other, "nickname").await, Ok(()));
        assert_eq!(waits.await, Ok(()));
        assert_eq!(user.asked(), [Permission::Phone, Permission::Email, Permission::ReadProfile]);
    }
}

on_both! {
    async fn a_clipboard_is_not_read_by_who_was_hidden_while_the_user_was_asked(execution: Execution) {
        let user = User::who_waits();
        let clipboard = Arc::new(MemoryClipboard::default());
        clipboard.set("4711");
        let prompt = user.clone();
        let stage = Stage::builder(execution)
            .host(|host| crate::extensions::interfaces(host).clipboard(clipboard).consent(prompt))
            .set()
            .await;
        let app = stage.start(Guest::Native).await;
        let mut paste = pin!(stage.event(&app, "paste", json!({})));
        tokio::select! {
            pasted = &mut paste => panic!("{pasted:?}"),
            () = user.is_asked(1) => {}
        }
        app.hide().await;
        user.reply(ALLOW);
        let Err(EventError::App(error)) = paste.await else { panic!("it was read") };
        assert_eq!(error.code, "unavailable");
        app.show().await;
        stage.event(&app, "paste", json!({})).await.unwrap();
        assert_eq!(stage.data(&app).await["pasted"], "4711");
        assert_eq!(user.asked().len(), 1);
    }
}
