//! `fc.*`: callbacks and promises, and what they answer.

use miniapp_js_engine::Failure;

use crate::outside::{Stage, answer, run};

async fn logged(body: &str) -> Vec<String> {
    let stage = Stage::page(&format!("{{ async onTap() {{ {body} }} }}")).await;
    stage.event("onTap", "null").unwrap();
    stage.rest().await;
    let mut log = stage.log();
    log.extend(stage.uncaught());
    log
}

#[test]
fn wx_is_fc() {
    run(async {
        assert_eq!(
            logged("console.log(wx === fc, fc.canIUse('request'), fc.canIUse('createMap'))").await,
            ["Info: true true false"]
        );
    });
}

#[test]
fn a_request_answers_callbacks_and_promises() {
    run(async {
        let stage = Stage::page(
            r"{ async onTap() {
              fc.request({ url: 'https://a/', success: (r) => console.log('success', r), complete: (r) => console.log('complete', r.errMsg) });
              await new Promise((r) => setTimeout(r, 5));
              const r = await fc.request({ url: 'https://b/', dataType: 'text' });
              console.log('promise', r.data);
              fc.request({ url: 'https://c/', fail: (e) => console.log('fail', e.errMsg, e.code) });
              await new Promise((r) => setTimeout(r, 5));
              try { await fc.request({ url: 'https://d/' }) } catch (e) { console.log('caught', e.message) }
              fc.request({ url: 'https://e/' });
            } }",
        )
        .await;
        let failed = || Err(Failure::new("network", "no way"));
        *stage.host.answers.borrow_mut() = vec![
            failed(),
            failed(),
            failed(),
            Ok(answer(200, "[2]")),
            Ok(answer(200, "{\"n\":1}")),
        ];
        stage.event("onTap", "null").unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert_eq!(
            stage.log(),
            [
                r#"Info: success { data: { n: 1 }, statusCode: 200, header: { "content-type": "application/json" }, cookies: [], errMsg: "request:ok" }"#,
                "Info: complete request:ok",
                "Info: promise [2]",
                "Info: fail request:fail no way network",
                "Info: caught request: no way",
                "Warn: HostError: request: no way",
            ]
        );
        assert_eq!(stage.uncaught(), [""; 0]);
    });
}

#[test]
fn what_is_sent_is_what_the_options_say() {
    run(async {
        let stage = Stage::page(
            r"{ onTap() {
              fc.request({ url: 'https://a/x?y=1#z', data: { q: 'a b', n: 2 } });
              fc.request({ url: 'https://a/', method: 'post', data: { n: 1 } });
              fc.request({ url: 'https://a/', method: 'POST', header: { 'Content-Type': 'application/x-www-form-urlencoded' }, data: { 'a&': 'ü' } });
              fc.request({ url: 'https://a/', method: 'PUT', data: 'text', timeout: 1e9 });
              fc.request({ url: 'https://a/', method: 'PUT', data: new Uint8Array([1, 2]).buffer, header: { X: 1 } });
            } }",
        )
        .await;
        stage.event("onTap", "null").unwrap();
        let requests = stage.host.requests.take();
        let shown: Vec<String> = requests
            .iter()
            .map(|r| {
                format!(
                    "{} {} {:?} {:?} {:?}",
                    r.method,
                    r.url,
                    r.headers,
                    r.body.as_deref().map(String::from_utf8_lossy),
                    r.timeout
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "GET https://a/x?y=1&q=a%20b&n=2#z [] None None",
                r#"POST https://a/ [("content-type", "application/json")] Some("{\"n\":1}") None"#,
                r#"POST https://a/ [("Content-Type", "application/x-www-form-urlencoded")] Some("a%26=%C3%BC") None"#,
                r#"PUT https://a/ [] Some("text") Some(60000)"#,
                r#"PUT https://a/ [("X", "1"), ("content-type", "application/json")] Some("\u{1}\u{2}") None"#,
            ]
        );
    });
}

#[test]
fn a_request_is_called_off() {
    run(async {
        let stage = Stage::page("{ onTap() { const task = fc.request({ url: 'https://a/', success() { console.log('no') }, fail(e) { console.log(e.errMsg) } }); task.abort(); task.abort(); } }").await;
        stage.host.answers.borrow_mut().push(Ok(answer(200, "1")));
        stage.event("onTap", "null").unwrap();
        stage.rest().await;
        assert_eq!(stage.log(), ["Info: request:fail abort"]);
        assert_eq!(
            logged("await fc.request({}).catch((e) => console.log(e.errMsg))").await,
            ["Info: request:fail expected `url` as a text, came undefined"]
        );
        assert_eq!(
            logged("await fc.request().catch((e) => console.log(e.errMsg))").await,
            ["Info: request:fail expected an object with `url`"]
        );
    });
}

#[test]
fn a_request_that_is_called_off_is_over_at_once() {
    run(async {
        let stage = Stage::page(
            r"{
              onAsk() {
                const log = (what) => (e) => console.log(what, e.errMsg ?? e.name);
                const url = 'https://a/';
                this.task = fc.request({ url, success: log('success'), fail: log('fail'), complete: log('complete') });
                this.promised = fc.request({ url });
                this.promised.catch(log('caught'));
                this.controller = new AbortController();
                fetch(url, { signal: this.controller.signal }).catch(log('fetch'));
              },
              onAbort() { this.task.abort(); this.promised.abort(); this.controller.abort() },
            }",
        )
        .await;
        stage.host.is_mute.set(true);
        stage.event("onAsk", "null").unwrap();
        stage.rest().await;
        assert_eq!(stage.under_way(), 3);
        stage.event("onAbort", "null").unwrap();
        stage.rest().await;
        assert_eq!(stage.under_way(), 0);
        stage.event("onAbort", "null").unwrap();
        stage.rest().await;
        assert_eq!(
            stage.log(),
            [
                "Info: fail request:fail abort",
                "Info: complete request:fail abort",
                "Info: caught request:fail abort",
                "Info: fetch AbortError",
            ]
        );
        assert_eq!(stage.uncaught(), [""; 0]);
    });
}

#[test]
fn the_storage_keeps_json() {
    run(async {
        let body = r"
          await fc.setStorage({ key: 'k', data: { a: [1, null] } });
          console.log((await fc.getStorage({ key: 'k' })).data, fc.getStorageSync('k').a[0]);
          fc.setStorageSync('s', 'text');
          console.log(fc.getStorageSync('s'), JSON.stringify(fc.getStorageSync('none')), fc.getStorageInfoSync());
          console.log(await fc.getStorageInfo());
          fc.getStorage({ key: 'none', fail: (e) => console.log(e.errMsg, e.code) });
          await fc.removeStorage({ key: 'k' });
          fc.removeStorageSync('s');
          console.log((await fc.getStorageInfo()).keys);
          try { fc.setStorageSync('f', () => {}) } catch (e) { console.log(e.message) }
          try { fc.setStorageSync('', 1) } catch (e) { console.log(e.message) }
          try { fc.setStorageSync('b', 'x'.repeat(2000)) } catch (e) { console.log(e.name, e.code, e.errMsg) }
          await fc.clearStorage(); fc.clearStorageSync();";
        assert_eq!(
            logged(body).await,
            [
                "Info: { a: [1, null] } 1",
                r#"Info: text "" { keys: ["k", "s"], currentSize: 2, limitSize: 10240 }"#,
                r#"Info: { keys: ["k", "s"], currentSize: 2, limitSize: 10240, errMsg: "getStorageInfo:ok" }"#,
                "Info: getStorage:fail there is no `none` in the storage not-found",
                "Info: []",
                "Info: setStorageSync: a function cannot be stored; expected what JSON can say",
                "Info: setStorageSync: expected `key` as a text, came an empty one",
                "Info: HostError too-large setStorageSync:fail more than 1000 bytes",
            ]
        );
    });
}

#[test]
fn what_is_no_json_in_the_storage_is_a_failure() {
    run(async {
        let stage = Stage::page(
            r"{ async onTap() {
              fc.getStorage({ key: 'old', fail: (e) => console.log('fail', e.code), complete: (e) => console.log(e.errMsg) });
              await fc.getStorage({ key: 'old' }).catch((e) => console.log(e.name, e.message));
              try { fc.getStorageSync('old') } catch (e) { console.log(e.name, e.message) }
              await fc.getStorage({ key: 'bytes' }).catch((e) => console.log(e.code));
              fc.setStorageSync('old', 1);
              console.log((await fc.getStorage({ key: 'old' })).data);
            } }",
        )
        .await;
        let kept = [("old", &b"{not json"[..]), ("bytes", &[0xff, 0x00])];
        let kept = kept.map(|(key, bytes)| (key.to_owned(), bytes.to_vec()));
        stage.host.kept.borrow_mut().extend(kept);
        stage.event("onTap", "null").unwrap();
        stage.rest().await;
        let told = "the value of `old` in the storage is not JSON, so that it was not stored by a script; set or remove it";
        assert_eq!(
            stage.log(),
            [
                "Info: fail app".to_owned(),
                format!("Info: getStorage:fail {told}"),
                format!("Info: HostError getStorage: {told}"),
                format!("Info: HostError getStorageSync: {told}"),
                "Info: app".to_owned(),
                "Info: 1".to_owned(),
            ]
        );
        assert_eq!(stage.uncaught(), [""; 0]);
    });
}

#[test]
fn pages_are_opened_by_absolute_and_relative_addresses() {
    run(async {
        let stage = Stage::page(
            "{ async onTap() { await fc.navigateTo({ url: '/pages/offer?id=7' }); await fc.navigateTo({ url: 'offer?id=8' }); await fc.redirectTo({ url: '../other/x' }); await fc.switchTab({ url: 'pages/index' }); await fc.reLaunch({ url: '/a' }); await fc.navigateBack(); await fc.navigateBack({ delta: 3 }); } }",
        )
        .await;
        stage.event("onTap", "null").unwrap();
        stage.rest().await;
        assert_eq!(
            stage.host.called.take(),
            [
                "open pages/offer?id=7",
                "open pages/offer?id=8",
                "redirect other/x",
                "switch-tab pages/index",
                "reload a",
                "back 1",
                "back 3"
            ]
        );
    });
}

#[test]
fn the_rest_of_what_an_app_asks_for() {
    run(async {
        let body = r"
          console.log(await fc.login());
          console.log((await fc.getUserProfile({ fields: ['nickname'] })).userInfo);
          console.log(await fc.invoke({ name: 'points', data: { member: 1 } }));
          fc.showModal({ title: 'T', content: 'C', editable: true, success: (r) => console.log(r) });
          console.log((await fc.getClipboardData()).data === '');
          console.log(await fc.getConsent({ scope: 'user:readProfile' }));
          console.log(fc.getSystemInfoSync(), fc.getLaunchOptionsSync().query);
          try { await fc.invoke({ name: 'denied' }) } catch (e) { console.log(e.code, e.permission, e.message) }";
        assert_eq!(
            logged(body).await,
            [
                r#"Info: { code: "code-1", errMsg: "login:ok" }"#,
                r#"Info: { nickname: "Mia", avatarUrl: "x", nickName: "Mia" }"#,
                r#"Info: { data: [{ member: 1 }], errMsg: "invoke:ok" }"#,
                r#"Info: { confirm: true, cancel: false, content: "typed", errMsg: "showModal:ok" }"#,
                "Info: true",
                r#"Info: { status: "not-asked", errMsg: "getConsent:ok" }"#,
                r#"Info: { language: "de-CH", timeZone: "Europe/Zurich" } { a: "1" }"#,
                "Info: denied ext:denied invoke: `ext:denied` is not granted to this mini-app; to grant it, write in partner.yaml:5: permissions: [\"ext:denied\"]",
            ]
        );
    });
}

#[test]
fn what_is_drawn_over_the_page() {
    run(async {
        let stage = Stage::page("{ onTap() { fc.showToast({ title: 'Hi', icon: 'none', duration: 800 }); fc.hideToast(); fc.showLoading({ title: '…' }); fc.hideLoading(); fc.setNavigationBarTitle({ title: 'N' }); fc.setClipboardData({ data: 'c\\ud800' }) } }").await;
        stage.event("onTap", "null").unwrap();
        stage.rest().await;
        assert_eq!(
            stage.host.called.take(),
            [
                "toast Hi none 800",
                "hide toast",
                "loading …",
                "hide loading",
                "title 1 N",
                "copy c\u{fffd}"
            ]
        );
    });
}

#[test]
fn what_is_given_wrongly_is_an_error_of_the_api() {
    run(async {
        let body = r"
          fc.setStorage({ key: '', data: 1, fail: (e) => console.log(e instanceof Error, e.name, e.errMsg, e.code) });
          await fc.setStorage({ key: 'k', data: () => 1 }).catch((e) => console.log(e.name, e.errMsg));
          await fc.invoke({}).catch((e) => console.log(e.errMsg));
          await fc.request({ url: 'https://a/', method: 'POST', data: () => 1 }).catch((e) => console.log(e.errMsg));
          await fc.request({ url: 'https://a/', method: 'POST', get data() { throw new RangeError('mine') } }).catch((e) => console.log(e.name));";
        assert_eq!(
            logged(body).await,
            [
                "Info: true HostError setStorage:fail expected `key` as a text, came an empty one invalid-argument",
                "Info: HostError setStorage:fail a function cannot be stored; expected what JSON can say",
                "Info: invoke:fail expected `name` as a text, came undefined",
                "Info: request:fail a function cannot be sent; expected what JSON can say",
                "Info: RangeError",
            ]
        );
    });
}

#[test]
fn what_a_callback_throws_is_its_own() {
    run(async {
        let stage = Stage::page("{ onTap() { fc.showToast({ title: 'x', success() { throw new Error('mine') }, fail() { console.log('fail') }, complete() { console.log('complete') } }) } }").await;
        let failed = stage.event("onTap", "null").unwrap_err();
        assert!(
            failed.message.starts_with("Error: mine"),
            "{}",
            failed.message
        );
        assert_eq!(stage.log(), [""; 0]);
    });
}
