//! `view`: set-data on the mini-app's own pages.

use miniapp_data::{MAX_CHANGES, MAX_SET_DATA_BYTES};
use wasmtime::component::{Access, HasSelf};

use super::{Capability, lacks_nothing};
use crate::contract::imports::view::{self, Change, Host, HostWithStore};
use crate::contract::{GuestError, code};
use crate::instance::State;
use crate::meter::{Meter, price};
use crate::page::PageId;
use crate::report::Report;

pub(super) const CAPABILITY: Capability = Capability {
    interface: "miniapp:host/view",
    lacks: lacks_nothing,
    link: |linker| view::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    fn set_data(
        mut host: Access<State, Self>,
        page: u32,
        changes: Vec<Change>,
    ) -> wasmtime::Result<Result<(), GuestError>> {
        let bytes: usize = changes
            .iter()
            .map(|change| change.path.len() + change.value.len())
            .sum();
        // What is too large is refused unread.
        let read = u64::try_from(bytes.min(MAX_SET_DATA_BYTES)).unwrap_or(u64::MAX);
        let listed = u64::try_from(changes.len().min(MAX_CHANGES)).unwrap_or(u64::MAX);
        let fuel = price::call(bytes, changes.len())
            .saturating_add(price::SET_DATA)
            .saturating_add(listed * price::CHANGE)
            .saturating_add(read * price::JSON_BYTE);
        Meter::charge(&mut host, fuel)?;

        let page = PageId(page);
        let state = host.data_mut();
        let left = state.meter.memory.left();
        let Some(data) = state.pages.data_mut(page) else {
            return Ok(Err(GuestError::new(
                code::NOT_FOUND,
                format!("{page} is not open; stop setting its data when `on-unload` is called"),
            )));
        };
        let before = data.weight();
        let borrowed = changes.iter().map(|change| miniapp_data::Change {
            path: &change.path,
            value: &change.value,
        });
        let applied = data.apply(borrowed, left);
        let (built, after) = (data.take_built(), data.weight());
        let built = u64::try_from(built).unwrap_or(u64::MAX);
        state.meter.note(built.saturating_mul(price::BUILT_BYTE));
        if let Err(error) = applied {
            let code = if error.is_size() {
                code::TOO_LARGE
            } else {
                code::INVALID_ARGUMENT
            };
            return Ok(Err(GuestError::new(code, error.to_string())));
        }
        state.meter.memory.replace_host(before, after);
        state.report(Report::Data {
            page,
            changes: &changes,
        });
        Ok(Ok(()))
    }
}
