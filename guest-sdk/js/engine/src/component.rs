//! The engine as a component of the contract: its exports call the one [`Environment`], its
//! imports are the [`Outside`]. Booted when the snapshot is taken, loaded when the mini-app
//! is launched.

mod bindings;
mod exports;
mod host;
mod memory;
mod slot;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::{Environment, Failure, LoadError};

pub(crate) use slot::Asked;

thread_local! {
    static ENGINE: RefCell<Option<Environment>> = const { RefCell::new(None) };
    /// Whether the host may be called: not while the snapshot is taken.
    static HAS_HOST: Cell<bool> = const { Cell::new(false) };
    /// The fuel that there was at the launch.
    static SUPPLY: Cell<u64> = const { Cell::new(0) };
}

/// Boots the engine, for the snapshot that every mini-app begins with.
#[unsafe(export_name = "wizer-initialize")]
extern "C" fn boot() {
    let engine = Environment::boot(Rc::new(host::Host));
    match engine {
        Ok(engine) => {
            memory::close();
            engine.fill(memory::is_behind);
            ENGINE.with(|place| *place.borrow_mut() = Some(engine));
        }
        // There is nobody to tell but who takes the snapshot.
        Err(failure) => panic!("{}", failure.message),
    }
    memory::live();
}

/// The engine with its script.
fn engine() -> Result<Environment, Failure> {
    if !HAS_HOST.with(|has| has.replace(true)) {
        SUPPLY.with(|supply| supply.set(bindings::miniapp::host::health::fuel()));
    }
    let booted = ENGINE.with(|place| place.borrow().clone());
    let engine = booted.ok_or_else(|| Failure::new("unavailable", "the engine was not booted"))?;
    if !engine.is_loaded() {
        let script = slot::script()?;
        engine.load(&script).map_err(|error| match error {
            LoadError::Script(failure) => failure,
            LoadError::Twice => Failure::new("unavailable", "the script was loaded twice"),
        })?;
    }
    Ok(engine)
}

fn supply() -> u64 {
    SUPPLY.with(Cell::get)
}

fn has_host() -> bool {
    HAS_HOST.with(Cell::get)
}

/// The clock of QuickJS, in microseconds since 1970. While the snapshot is taken there is none.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    if !has_host() {
        return 0.0;
    }
    #[allow(clippy::cast_precision_loss)]
    let now = bindings::miniapp::host::clock::now() as f64;
    now * 1_000.0
}
