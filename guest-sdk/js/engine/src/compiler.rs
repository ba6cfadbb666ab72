//! From the text of a module to one that can be run in a context without `eval`.

use rquickjs::context::intrinsic;
use rquickjs::promise::PromiseState;
use rquickjs::{Context, Ctx, Module, Promise, Runtime, WriteOptions, WriteOptionsEndianness};

/// A context that compiles and runs nothing. No script ever sees it.
pub(crate) struct Compiler(Context);

impl Compiler {
    pub(crate) fn new(runtime: &Runtime) -> rquickjs::Result<Self> {
        Context::custom::<(intrinsic::Eval, intrinsic::RegExpCompiler)>(runtime).map(Self)
    }

    /// The bytecode of a module.
    ///
    /// # Errors
    ///
    /// What the compiler says of the text, as message and place.
    pub(crate) fn compile(&self, name: &str, text: &str) -> Result<Vec<u8>, String> {
        self.0.with(|ctx| {
            let bytecode = Module::declare(ctx.clone(), name, text).and_then(|module| {
                module.write(WriteOptions {
                    endianness: WriteOptionsEndianness::Native,
                    // Its own text is what a function would answer to `toString`; nothing needs it.
                    strip_source: true,
                    ..WriteOptions::default()
                })
            });
            bytecode.map_err(|error| match error {
                rquickjs::Error::Exception => said(&ctx),
                other => other.to_string(),
            })
        })
    }
}

/// What an exception says, with the place that it stands at.
fn said(ctx: &Ctx<'_>) -> String {
    let value = ctx.catch();
    let Some(exception) = value.as_exception() else {
        return "the text does not compile".to_owned();
    };
    let message = exception.message().unwrap_or_default();
    let stack = exception.stack().unwrap_or_default();
    format!("SyntaxError: {message}\n{}", stack.trim_end())
}

/// Runs a module to its end. Its bytecode is kept for good: the engine reads from it as long
/// as any of its functions lives, and there are two modules in a life.
///
/// # Errors
///
/// What it throws is left in the context.
pub(crate) fn run<'js>(ctx: &Ctx<'js>, bytecode: Vec<u8>) -> rquickjs::Result<()> {
    // SAFETY: the bytes come from `Compiler::compile` of the same engine, and are never freed.
    let module = unsafe { Module::load(ctx.clone(), Vec::leak(bytecode))? };
    let (_, outcome): (_, Promise<'js>) = module.eval()?;
    while outcome.state() == PromiseState::Pending && ctx.execute_pending_job() {}
    match outcome.result::<rquickjs::Value<'js>>() {
        Some(outcome) => outcome.map(drop),
        None => Err(rquickjs::Exception::throw_message(
            ctx,
            "`await` at the top of a file is not supported; wait in a callback such as onLaunch",
        )),
    }
}
