//! What the host does meanwhile for a script, by numbers that the script can call it off by.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Whether a task was called off.
pub(crate) type CalledOff = Rc<Cell<bool>>;

/// The tasks that can be called off.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    last: Cell<u32>,
    under_way: RefCell<HashMap<u32, CalledOff>>,
}

impl Tasks {
    /// A new task and its number, never 0.
    pub(crate) fn begin(&self) -> (u32, CalledOff) {
        let id = self.last.get().wrapping_add(1).max(1);
        self.last.set(id);
        let called_off = CalledOff::default();
        self.under_way
            .borrow_mut()
            .insert(id, Rc::clone(&called_off));
        (id, called_off)
    }

    /// Calls a task off, if it is under way.
    pub(crate) fn abort(&self, id: u32) {
        if let Some(called_off) = self.under_way.borrow().get(&id) {
            called_off.set(true);
        }
    }

    pub(crate) fn end(&self, id: u32) {
        self.under_way.borrow_mut().remove(&id);
    }
}
