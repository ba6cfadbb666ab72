//! One engine that serves one mini-app: booted, loaded with its script, and called by the
//! host's callbacks. Knows the host as an [`Outside`] alone.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;

use futures_util::future::abortable;
use rquickjs::context::intrinsic;
use rquickjs::function::IntoArgs;
#[cfg(target_family = "wasm")]
use rquickjs::qjs;
use rquickjs::{Context, Ctx, Exception, Function, IntoJs, Object, Persistent, Runtime, Value};

use crate::compiler::{self, Compiler};
use crate::dice::Dice;
use crate::tasks::Tasks;
use crate::timers::{self, Timers};
use crate::trace::{self, Map};
use crate::{Failure, Outside, Script, native, prelude};

/// Bytes of the engine's stack that a script may fill by recursion, before it is a
/// `RangeError`.
const MAX_STACK: usize = 128 << 10;

/// Bytes in use by which the engine looks for cycles that nothing reaches, the first time; later
/// on it looks whenever they have grown by half. Each time it writes to all that there is, so
/// one that is small never looks, and shares what it only reads with all others.
const FIRST_COLLECTION: usize = 4 << 20;

/// Bytes of what QuickJS takes in blocks of one size (`arena_block_sizes`, without the eight of
/// their headers): were one of them missing, more pages would be written to, and that is all.
#[cfg(target_family = "wasm")]
const BLOCKS: [qjs::size_t; 31] = [
    8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 136, 152, 168, 184, 200, 216,
    232, 248, 280, 312, 344, 376, 408, 440, 472, 504,
];

/// Jobs, such as reactions of promises, that run between two looks at the supply.
const JOBS_BETWEEN_LOOKS: u32 = 256;

/// Bytes of what is told of an error.
const MAX_TOLD: usize = 8 << 10;

/// What mini-apps find in their context: everything of the language but `eval`.
type Intrinsics = (
    intrinsic::Date,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
    intrinsic::WeakRef,
    intrinsic::DOMException,
);

/// Why a script was not loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// There is one already.
    Twice,
    /// It does not compile, or what it does at its top fails.
    Script(Failure),
}

/// A promise that was rejected, and with what, while nobody handles it.
type Rejection = (Persistent<Value<'static>>, Persistent<Value<'static>>);

type Rejections = Rc<RefCell<Vec<Rejection>>>;

/// A booted engine.
#[derive(Clone)]
pub struct Environment(Rc<Engine>);

pub(crate) struct Engine {
    runtime: Runtime,
    context: Context,
    compiler: Compiler,
    pub(crate) outside: Rc<dyn Outside>,
    pub(crate) tasks: Tasks,
    pub(crate) timers: Timers,
    pub(crate) map: RefCell<Map>,
    pub(crate) dice: Dice,
    rejections: Rejections,
    entry: RefCell<Option<Persistent<Object<'static>>>>,
    is_loaded: Cell<bool>,
    /// Whether the engine tells of an error, and is not to be interrupted.
    tells: Rc<Cell<bool>>,
}

impl Environment {
    /// Boots an engine: the language, and the prelude. Nothing of the host is called.
    ///
    /// # Errors
    ///
    /// Where there is no memory for it.
    pub fn boot(outside: Rc<dyn Outside>) -> Result<Self, Failure> {
        let broken = |error: rquickjs::Error| Failure::new("unavailable", error.to_string());
        let runtime = Runtime::new().map_err(broken)?;
        runtime.set_max_stack_size(MAX_STACK);
        let context = Context::custom::<Intrinsics>(&runtime).map_err(broken)?;
        // It keeps what it has compiled, so the prelude has one of its own.
        let prelude = Compiler::new(&runtime)
            .map_err(broken)?
            .compile(prelude::NAME, &prelude::text());
        let prelude = prelude.map_err(|said| Failure::new("unavailable", said))?;
        let compiler = Compiler::new(&runtime).map_err(broken)?;
        let engine = Rc::new(Engine {
            runtime,
            context,
            compiler,
            outside,
            tasks: Tasks::default(),
            timers: Timers::default(),
            map: RefCell::default(),
            dice: Dice::default(),
            rejections: Rejections::default(),
            entry: RefCell::default(),
            is_loaded: Cell::new(false),
            tells: Rc::default(),
        });
        engine.watch();
        engine.context.with(|ctx| {
            let booted = engine.start(&ctx, prelude);
            booted.map_err(|error| plainly(&ctx, &error))
        })?;
        engine.runtime.run_gc();
        engine.runtime.set_gc_threshold(FIRST_COLLECTION);
        Ok(Self(engine))
    }

    /// Takes whatever is free of the blocks that the engine has divided its memory into, and one
    /// more of each size: what it takes from now on lies where `is_new` tells so, and together.
    #[cfg(target_family = "wasm")]
    pub(crate) fn fill(&self, is_new: impl Fn(*const u8) -> bool) {
        self.0.context.with(|ctx| {
            let context = ctx.as_raw().as_ptr();
            for size in BLOCKS {
                // SAFETY: the context lives. What is taken is never given back.
                let mut take = || unsafe { qjs::js_malloc(context, size) };
                let mut block = take();
                while !block.is_null() && !is_new(block.cast()) {
                    block = take();
                }
            }
        });
    }

    /// Compiles and runs a script, which registers its app and its pages.
    ///
    /// # Errors
    ///
    /// [`LoadError::Twice`] for a second one.
    pub fn load(&self, script: &Script) -> Result<(), LoadError> {
        let engine = &self.0;
        if engine.is_loaded.replace(true) {
            return Err(LoadError::Twice);
        }
        *engine.map.borrow_mut() = Map::of(script);
        let bytecode = engine.compiler.compile(trace::APP, &script.text);
        let bytecode = bytecode.map_err(|said| {
            let (message, stack) = said.split_once('\n').unwrap_or((&said, ""));
            let place = engine.map.borrow().translate(stack);
            LoadError::Script(Failure::new("app", format!("{message}\n{place}")))
        })?;
        engine
            .enter(|ctx, _| compiler::run(ctx, bytecode))
            .map_err(LoadError::Script)
    }

    /// Whether there is a script.
    pub fn is_loaded(&self) -> bool {
        self.0.is_loaded.get()
    }

    /// `lifecycle.on-launch`, with its options as JSON. Over once that is which the script's
    /// `onLaunch` promises. What it fails with goes to [`Outside::uncaught`], as that of any
    /// other hook: whether the mini-app lives without it is its own to decide.
    pub async fn launch(&self, options: &str) {
        let (launching, launched) = abortable(pending::<()>());
        let failed = launched.clone();
        let begun = self.0.enter(|ctx, entry| {
            let launch: Function<'_> = entry.get("launch")?;
            let done = Function::new(ctx.clone(), move || launched.abort())?;
            launch.call::<_, ()>((options, done))
        });
        if let Err(failure) = begun {
            self.0.outside.uncaught(failure);
            failed.abort();
        }
        // What is called off here is the wait.
        launching.await.ok();
    }

    /// `lifecycle.on-show`.
    pub fn show(&self, options: &str) -> Result<(), Failure> {
        self.0.call("show", (options,))
    }

    /// `lifecycle.on-hide`.
    pub fn hide(&self) -> Result<(), Failure> {
        self.0.call("hide", ())
    }

    /// `page.on-load`, with the query as JSON.
    pub fn page_load(&self, page: u32, path: &str, query: &str) -> Result<(), Failure> {
        self.0.call("load", (page, path, query))
    }

    /// `page.on-ready`.
    pub fn page_ready(&self, page: u32) -> Result<(), Failure> {
        self.0.call("ready", (page,))
    }

    /// `page.on-show`.
    pub fn page_show(&self, page: u32) -> Result<(), Failure> {
        self.0.call("pageShow", (page,))
    }

    /// `page.on-hide`.
    pub fn page_hide(&self, page: u32) -> Result<(), Failure> {
        self.0.call("pageHide", (page,))
    }

    /// `page.on-unload`.
    pub fn page_unload(&self, page: u32) -> Result<(), Failure> {
        self.0.call("unload", (page,))
    }

    /// `page.on-event`, with detail and dataset as JSON.
    pub fn event(
        &self,
        page: u32,
        handler: &str,
        detail: &str,
        dataset: &str,
    ) -> Result<(), Failure> {
        self.0.call("event", (page, handler, detail, dataset))
    }

    /// `state.save`.
    pub fn save(&self) -> Result<Option<String>, Failure> {
        self.0.enter(|_, entry| {
            let save: Function<'_> = entry.get("save")?;
            save.call(())
        })
    }

    /// `state.restore`.
    pub fn restore(&self, state: &str) -> Result<(), Failure> {
        self.0.call("restore", (state,))
    }
}

impl Engine {
    /// Sets what the language tells the engine of: rejections, and where to stop.
    fn watch(&self) {
        let rejections = Rc::clone(&self.rejections);
        self.runtime
            .set_host_promise_rejection_tracker(Some(Box::new(
                move |ctx, promise, reason, is_handled| {
                    let mut rejections = rejections.borrow_mut();
                    if is_handled {
                        rejections.retain(|(rejected, _)| {
                            let rejected = rejected.clone().restore(&ctx);
                            rejected.map_or(true, |rejected| rejected != promise)
                        });
                    } else {
                        let promise = Persistent::save(&ctx, promise);
                        rejections.push((promise, Persistent::save(&ctx, reason)));
                    }
                },
            )));
        let (outside, tells) = (Rc::clone(&self.outside), Rc::clone(&self.tells));
        self.runtime
            .set_interrupt_handler(Some(Box::new(move || !tells.get() && outside.must_stop())));
    }

    /// Runs the prelude, and keeps what it answers.
    fn start(self: &Rc<Self>, ctx: &Ctx<'_>, bytecode: Vec<u8>) -> rquickjs::Result<()> {
        compiler::run(ctx, bytecode)?;
        let globals = ctx.globals();
        let boot: Function<'_> = globals.get(prelude::BOOT)?;
        globals.remove(prelude::BOOT)?;
        let entry: Object<'_> = boot.call((native::functions(ctx, self)?,))?;
        *self.entry.borrow_mut() = Some(Persistent::save(ctx, entry));
        Ok(())
    }

    fn call<A>(self: &Rc<Self>, function: &str, arguments: A) -> Result<(), Failure>
    where
        A: for<'js> IntoArgs<'js>,
    {
        self.enter(|_, entry| {
            let function: Function<'_> = entry.get(function)?;
            function.call(arguments)
        })
    }

    /// Runs something in the context, then everything that it has set off.
    ///
    /// # Errors
    ///
    /// What it throws. What is thrown later is told to [`Outside::uncaught`].
    pub(crate) fn enter<T>(
        self: &Rc<Self>,
        work: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> rquickjs::Result<T>,
    ) -> Result<T, Failure> {
        let done = self.context.with(|ctx| {
            let entry = self.entry(&ctx)?;
            work(&ctx, &entry).map_err(|error| self.caught(&ctx, &entry, &error))
        });
        self.run_jobs();
        timers::settle(self);
        done
    }

    /// [`Engine::enter`] where there is nobody to hand an error to.
    pub(crate) fn enter_alone(
        self: &Rc<Self>,
        work: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> rquickjs::Result<()>,
    ) {
        if let Err(failure) = self.enter(work) {
            self.outside.uncaught(failure);
        }
    }

    fn entry<'js>(&self, ctx: &Ctx<'js>) -> Result<Object<'js>, Failure> {
        let entry = self.entry.borrow().clone();
        let entry = entry.and_then(|entry| entry.restore(ctx).ok());
        entry.ok_or_else(|| Failure::new("unavailable", "the engine was not booted"))
    }

    /// Runs jobs until there are none, or the supply is nearly used up.
    fn run_jobs(&self) {
        let mut jobs = 0_u32;
        loop {
            match self.runtime.execute_pending_job() {
                Ok(false) => break,
                Ok(true) => {}
                Err(_) => self.context.with(|ctx| {
                    if let Ok(entry) = self.entry(&ctx) {
                        let failure = self.caught(&ctx, &entry, &rquickjs::Error::Exception);
                        self.outside.uncaught(failure);
                    }
                }),
            }
            jobs = jobs.wrapping_add(1);
            if jobs.is_multiple_of(JOBS_BETWEEN_LOOKS) && self.outside.must_stop() {
                let message = format!(
                    "{jobs} reactions of promises followed one another without a pause; the rest runs later"
                );
                self.outside.uncaught(Failure::new("app", message));
                break;
            }
        }
        self.report_rejections();
    }

    fn report_rejections(&self) {
        let rejections = std::mem::take(&mut *self.rejections.borrow_mut());
        if rejections.is_empty() {
            return;
        }
        self.context.with(|ctx| {
            let Ok(entry) = self.entry(&ctx) else { return };
            for (promise, reason) in rejections {
                let (Ok(promise), Ok(reason)) = (promise.restore(&ctx), reason.restore(&ctx))
                else {
                    continue;
                };
                self.tell(&entry, &reason, Some(&promise));
                let failure = self.describe(&entry, reason);
                self.outside.uncaught(Failure {
                    message: cut(format!("unhandled rejection: {}", failure.message)),
                    ..failure
                });
            }
        });
    }

    /// What was thrown, once the mini-app was told.
    fn caught<'js>(&self, ctx: &Ctx<'js>, entry: &Object<'js>, error: &rquickjs::Error) -> Failure {
        if !error.is_exception() {
            return Failure::new("app", error.to_string());
        }
        let thrown = ctx.catch();
        self.tell(entry, &thrown, None);
        self.describe(entry, thrown)
    }

    /// Tells the mini-app of an error that it has not handled.
    fn tell<'js>(&self, entry: &Object<'js>, error: &Value<'js>, promise: Option<&Value<'js>>) {
        let told = entry.get("uncaught").and_then(|uncaught: Function<'js>| {
            uncaught.call::<_, ()>((error.clone(), promise.is_some(), promise.cloned()))
        });
        if told.is_err() {
            // The prelude catches what a mini-app throws; what is left is an interruption.
            entry.ctx().catch();
        }
    }

    /// What is told of a thrown value.
    fn describe<'js>(&self, entry: &Object<'js>, thrown: Value<'js>) -> Failure {
        self.tells.set(true);
        let described = entry.get("describe").and_then(|describe: Function<'js>| {
            let described: Object<'js> = describe.call((thrown.clone(),))?;
            Ok(Failure {
                code: described.get("code")?,
                message: cut(described.get("message")?),
                permission: described.get("permission")?,
                line: described.get("line")?,
            })
        });
        self.tells.set(false);
        described.unwrap_or_else(|_| {
            entry.ctx().catch();
            let message = thrown.as_exception().and_then(Exception::message);
            Failure::new(
                "app",
                cut(message.unwrap_or_else(|| "an error that cannot be told".to_owned())),
            )
        })
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Values go before the runtime that they are of.
        self.entry.take();
        self.rejections.take();
        self.runtime.set_host_promise_rejection_tracker(None);
    }
}

/// What the prelude itself throws, before there is anything to tell it well.
fn plainly(ctx: &Ctx<'_>, error: &rquickjs::Error) -> Failure {
    let thrown = ctx.catch();
    let said = thrown.as_exception().map(|exception| {
        let message = exception.message().unwrap_or_default();
        format!("{message}\n{}", exception.stack().unwrap_or_default())
    });
    Failure::new("unavailable", said.unwrap_or_else(|| error.to_string()))
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_TOLD {
        let end = text.floor_char_boundary(MAX_TOLD);
        text.truncate(end);
        text.push('…');
    }
    text
}

/// The function of a script that waits for an answer of the host's.
pub(crate) struct Waiting {
    // Goes before the engine that it is of.
    done: Persistent<Function<'static>>,
    engine: Rc<Engine>,
}

impl Waiting {
    pub(crate) fn new<'js>(ctx: &Ctx<'js>, engine: &Rc<Engine>, done: Function<'js>) -> Self {
        Self {
            done: Persistent::save(ctx, done),
            engine: Rc::clone(engine),
        }
    }

    /// The tasks of the engine.
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.engine.tasks
    }

    /// Hands the answer over.
    pub(crate) fn answer<T>(self, answer: Result<T, Failure>)
    where
        T: for<'js> IntoJs<'js>,
    {
        let Self { done, engine } = self;
        engine.enter_alone(|ctx, _| {
            let done = done.restore(ctx)?;
            match answer {
                Ok(value) => done.call((Value::new_null(ctx.clone()), value)),
                Err(failure) => done.call((failure.to_object(ctx)?,)),
            }
        });
    }
}
