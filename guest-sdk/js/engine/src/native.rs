//! The functions that the prelude reaches the host by. One that waits takes a function
//! `done(failure, value)` last, and returns at once; one that does not answers its failure, or
//! the pair `[failure, value]`.

/// Defines functions of the engine and the context: `define!(native, engine; "name" = |ctx, e, a: String| …;)`.
/// They do not keep the engine, which keeps them.
macro_rules! define {
    ($native:expr, $engine:expr; $($name:literal = |$ctx:ident, $e:ident $(, $argument:ident: $type:ty)*| $body:expr;)*) => {
        $(
            let engine = Rc::downgrade($engine);
            $native.set($name, Func::from(move |$ctx: Ctx<'js> $(, $argument: $type)*| {
                let engine = engine.upgrade().ok_or(rquickjs::Error::Unknown)?;
                let $e = &engine;
                let _ = &$ctx;
                Ok::<_, rquickjs::Error>($body)
            }))?;
        )*
    };
}

mod address;
mod answers;
mod locale;
mod utf8;

use std::rc::Rc;

use futures_util::future::abortable;
use rquickjs::function::Func;
use rquickjs::{Ctx, Function, IntoJs, Object};

use crate::environment::{Engine, Waiting};
use crate::outside::{Level, Question, Request, Work};

use answers::{Bytes, Failed, Pairs, Read, Told};

/// Makes the functions.
pub(crate) fn functions<'js>(ctx: &Ctx<'js>, engine: &Rc<Engine>) -> rquickjs::Result<Object<'js>> {
    let native = Object::new(ctx.clone())?;
    basics(&native, engine)?;
    text(&native, engine)?;
    locale::define(&native, engine)?;
    pages(&native, engine)?;
    request(&native, engine)?;
    storage(&native, engine)?;
    storage_at_once(&native, engine)?;
    user(&native, engine)?;
    shown(&native, engine)?;
    Ok(native)
}

/// Lets the host work, and hands what it answers to `done`.
fn later<'js, T>(ctx: &Ctx<'js>, engine: &Rc<Engine>, done: Function<'js>, work: Work<T>)
where
    T: for<'a> IntoJs<'a> + 'static,
{
    let waiting = Waiting::new(ctx, engine, done);
    engine.outside.spawn(Box::pin(async move {
        let answered = work.await;
        waiting.answer(answered);
    }));
}

/// Maps what the host answers to what a script takes.
fn shaped<T: 'static, U: 'static>(work: Work<T>, shape: fn(T) -> U) -> Work<U> {
    Box::pin(async move { work.await.map(shape) })
}

fn basics<'js>(native: &Object<'js>, engine: &Rc<Engine>) -> rquickjs::Result<()> {
    define!(native, engine;
        "log" = |_ctx, e, level: String, message: String| {
            let level = match level.as_str() {
                "trace" => Level::Trace,
                "debug" => Level::Debug,
                "warn" => Level::Warn,
                "error" => Level::Error,
                _ => Level::Info,
            };
            e.outside.log(level, &message);
        };
        "monotonic" = |_ctx, e| {
            // Milliseconds, as web platforms count.
            #[allow(clippy::cast_precision_loss)]
            let milliseconds = e.outside.monotonic() as f64 / 1_000.0;
            milliseconds
        };
        "startTimer" = |_ctx, e, id: u32, milliseconds: u32| {
            Failed(e.timers.start(id, e.outside.monotonic(), milliseconds))
        };
        "stopTimer" = |_ctx, e, id: u32| e.timers.stop(id);
        "randomNumber" = |_ctx, e| e.dice.roll(|| e.outside.random(8));
        "random" = |_ctx, e, length: u32| Told(e.outside.random(length).map(Bytes));
        "trace" = |_ctx, e, stack: String| e.map.borrow().translate(&stack);
    );
    Ok(())
}

fn text<'js>(native: &Object<'js>, engine: &Rc<Engine>) -> rquickjs::Result<()> {
    define!(native, engine;
        "encode" = |_ctx, _e, text: String| Bytes(text.into_bytes());
        "decodeText" = |_ctx, _e, bytes: Bytes, fatal: bool, stream: bool| {
            Read(utf8::decode(&bytes.0, fatal, stream))
        };
        "parseUrl" = |_ctx, _e, url: String, base: Option<String>| {
            address::parse(&url, base.as_deref())
        };
        "changeUrl" = |_ctx, _e, url: String, part: String, value: String| {
            address::change(&url, &part, &value)
        };
        "readForm" = |_ctx, _e, query: String| Pairs(address::read_form(&query));
        "writeForm" = |_ctx, _e, pairs: Pairs| address::write_form(&pairs.0);
        "decode" = |_ctx, _e, bytes: Bytes| {
            let bytes = bytes.0.as_slice();
            String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).into_owned()
        };
    );
    Ok(())
}

fn pages<'js>(native: &Object<'js>, engine: &Rc<Engine>) -> rquickjs::Result<()> {
    define!(native, engine;
        "setData" = |_ctx, e, page: u32, changes: Pairs| Failed(e.outside.set_data(page, changes.0));
        "open" = |ctx, e, address: String, done: Function<'js>| later(&ctx, e, done, e.outside.open(address));
        "redirect" = |ctx, e, address: String, done: Function<'js>| {
            later(&ctx, e, done, e.outside.redirect(address));
        };
        "back" = |ctx, e, pages: u32, done: Function<'js>| later(&ctx, e, done, e.outside.back(pages));
        "switchTab" = |ctx, e, address: String, done: Function<'js>| {
            later(&ctx, e, done, e.outside.switch_tab(address));
        };
        "reload" = |ctx, e, address: String, done: Function<'js>| {
            later(&ctx, e, done, e.outside.reload(address));
        };
    );
    Ok(())
}

fn request<'js>(native: &Object<'js>, engine: &Rc<Engine>) -> rquickjs::Result<()> {
    define!(native, engine;
        "fetch" = |ctx, e, method: String, url: String, headers: Pairs, body: Option<Bytes>, timeout: Option<u32>, done: Function<'js>| {
            let body = body.map(|body| body.0);
            let request = Request { method, url, headers: headers.0, body, timeout };
            let (work, handle) = abortable(e.outside.fetch(request));
            let (id, waiting) = (e.tasks.begin(handle), Waiting::new(&ctx, e, done));
            e.outside.spawn(Box::pin(async move {
                let answered = work.await;
                waiting.tasks().end(id);
                // Of one that was aborted, who has aborted it has told.
                if let Ok(answered) = answered {
                    waiting.answer(answered);
                }
            }));
            id
        };
        "abort" = |_ctx, e, id: u32| e.tasks.abort(id);
        "invoke" = |ctx, e, name: String, payload: String, done: Function<'js>| {
            later(&ctx, e, done, e.outside.invoke(name, payload));
        };
    );
    Ok(())
}

fn storage<'js>(native: &Object<'js>, engine: &Rc<Engine>) -> rquickjs::Result<()> {
    define!(native, engine;
        "storageGet" = |ctx, e, key: String, done: Function<'js>| {
            later(&ctx, e, done, shaped(e.outside.storage_get(key), |value| value.map(Bytes)));
        };
        "storageSet" = |ctx, e, key: String, value: Bytes, done: Function<'js>| {
            later(&ctx, e, done, e.outside.storage_set(key, value.0));
        };
        "storageRemove" = |ctx, e, key: String, done: Function<'js>| {
            later(&ctx, e, done, e.outside.storage_remove(key));
        };
        "storageKeys" = |ctx, e, done: Function<'js>| later(&ctx, e, done, e.outside.storage_keys());
        "storageClear" = |ctx, e, done: Function<'js>| later(&ctx, e, done, e.outside.storage_clear());
        "storageUsage" = |ctx, e, done: Function<'js>| later(&ctx, e, done, e.outside.storage_usage());
    );
    Ok(())
}

fn storage_at_once<'js>(native: &Object<'js>, engine: &Rc<Engine>) -> rquickjs::Result<()> {
    define!(native, engine;
        "storageGetSync" = |_ctx, e, key: String| {
            Told(e.outside.storage_get_now(&key).map(|value| value.map(Bytes)))
        };
        "storageSetSync" = |_ctx, e, key: String, value: Bytes| {
            Told(e.outside.storage_set_now(&key, &value.0))
        };
        "storageRemoveSync" = |_ctx, e, key: String| Told(e.outside.storage_remove_now(&key));
        "storageKeysSync" = |_ctx, e| Told(e.outside.storage_keys_now());
        "storageClearSync" = |_ctx, e| Told(e.outside.storage_clear_now());
        "storageUsageSync" = |_ctx, e| Told(e.outside.storage_usage_now());
    );
    Ok(())
}

fn user<'js>(native: &Object<'js>, engine: &Rc<Engine>) -> rquickjs::Result<()> {
    define!(native, engine;
        "loginCode" = |ctx, e, done: Function<'js>| later(&ctx, e, done, e.outside.login_code());
        "readProfile" = |ctx, e, fields: Vec<String>, done: Function<'js>| {
            later(&ctx, e, done, shaped(e.outside.read_profile(fields), Pairs));
        };
        "askConsent" = |ctx, e, permission: String, done: Function<'js>| {
            later(&ctx, e, done, e.outside.ask_consent(permission));
        };
        "consentStatus" = |_ctx, e, permission: String| Told(e.outside.consent_status(&permission));
    );
    Ok(())
}

fn shown<'js>(native: &Object<'js>, engine: &Rc<Engine>) -> rquickjs::Result<()> {
    define!(native, engine;
        "showToast" = |_ctx, e, text: String, icon: String, milliseconds: u32| {
            Failed(e.outside.show_toast(&text, &icon, milliseconds))
        };
        "hideToast" = |_ctx, e| e.outside.hide_toast();
        "showLoading" = |_ctx, e, text: String| Failed(e.outside.show_loading(&text));
        "hideLoading" = |_ctx, e| e.outside.hide_loading();
        "setTitle" = |_ctx, e, page: u32, title: String| Failed(e.outside.set_title(page, &title));
        "ask" = |ctx, e, question: Question, done: Function<'js>| {
            later(&ctx, e, done, e.outside.ask(question));
        };
        "readClipboard" = |ctx, e, done: Function<'js>| later(&ctx, e, done, e.outside.read_clipboard());
        "writeClipboard" = |ctx, e, text: String, done: Function<'js>| {
            later(&ctx, e, done, e.outside.write_clipboard(text));
        };
    );
    Ok(())
}
