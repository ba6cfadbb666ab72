//! Where the script of a mini-app comes from, and what its manifest does not ask for: it lies in
//! the memory of a component that is the mini-app's own, where who built it has put it (see
//! `miniapp-js`), or the host hands it over. The bytes are the same.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::bindings::miniapp::script::source;
use crate::{Failure, Script};

/// Address and length of the script, as JSON. Exported, so that it is found.
#[unsafe(no_mangle)]
pub static mut MINIAPP_SCRIPT: [u32; 2] = [0, 0];

/// What is in the slot.
#[derive(Deserialize)]
struct Content {
    #[serde(flatten)]
    script: Script,
    /// By interface, what is told of one that the manifest does not ask for.
    #[serde(default)]
    denied: BTreeMap<String, Failure>,
}

/// What the manifest asks for.
#[derive(Debug, Default)]
pub(crate) struct Asked(BTreeMap<String, Failure>);

thread_local! {
    static ASKED: OnceCell<Asked> = const { OnceCell::new() };
}

/// Whether an interface of the contract is asked for.
///
/// # Errors
///
/// What to write in the manifest, where it is not.
pub(crate) fn asked(interface: &str) -> Result<(), Failure> {
    ASKED.with(
        |asked| match asked.get().and_then(|asked| asked.0.get(interface)) {
            Some(denied) => Err(denied.clone()),
            None => Ok(()),
        },
    )
}

/// The script.
pub(crate) fn script() -> Result<Script, Failure> {
    // SAFETY: the slot is written before the component runs, and by nobody in it.
    let [address, length] = unsafe { std::ptr::addr_of!(MINIAPP_SCRIPT).read_volatile() };
    let content = if length == 0 {
        serde_json::from_str(&source::read())
    } else {
        // SAFETY: who has written the slot has put so many bytes there, and nothing changes them.
        let own = unsafe { std::slice::from_raw_parts(address as *const u8, length as usize) };
        serde_json::from_slice(own)
    };
    let content: Content = content.map_err(|error| {
        Failure::new("unavailable", format!("the script cannot be read: {error}"))
    })?;
    ASKED.with(|asked| {
        // There is one script in a life.
        let _ = asked.set(Asked(content.denied));
    });
    Ok(content.script)
}
