//! What the host does meanwhile for a script, by numbers that the script can call it off by.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use futures_util::future::AbortHandle;

/// The tasks that can be called off. One that is ends the call of the host that it waits for: it is
/// woken, and drops the call.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    last: Cell<u32>,
    under_way: RefCell<HashMap<u32, AbortHandle>>,
}

impl Tasks {
    /// A new task's number, never 0.
    pub(crate) fn begin(&self, handle: AbortHandle) -> u32 {
        let id = self.last.get().wrapping_add(1).max(1);
        self.last.set(id);
        self.under_way.borrow_mut().insert(id, handle);
        id
    }

    /// Calls a task off, if it is under way.
    pub(crate) fn abort(&self, id: u32) {
        if let Some(handle) = self.under_way.borrow().get(&id) {
            handle.abort();
        }
    }

    pub(crate) fn end(&self, id: u32) {
        self.under_way.borrow_mut().remove(&id);
    }
}
