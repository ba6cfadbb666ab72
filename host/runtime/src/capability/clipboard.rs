//! `clipboard`: the device's clipboard, through the native app.
//!
//! The threat: a mini-app that reads, from the background, what the user has copied
//! elsewhere, or puts something else in its place. Failure mode: the call is refused.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use miniapp_package::Permission;
use wasmtime::component::{Accessor, HasSelf};
use wasmtime::{AsContextMut, StoreContextMut};

use super::Capability;
use super::in_flight::Share;
use super::native::{asked, consented, consented_in_store};
use super::provider::ProviderError;
use super::ui::check;
use crate::contract::imports::clipboard;
use crate::contract::{CLIPBOARD_SYNC, GuestError, code};
use crate::instance::{Sight, Slept, State};
use crate::meter::{Lent, Meter, price, waited, waited_in_store};
use crate::runtime::Services;
use crate::tenant::Tenant;

pub(super) const CAPABILITY: Capability = Capability {
    interface: INTERFACE,
    lacks,
    link: |linker| clipboard::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
};

pub(super) const CAPABILITY_SYNC: Capability = Capability {
    interface: "miniapp:host/clipboard-sync",
    lacks,
    link: |linker| {
        let mut instance = linker.instance(CLIPBOARD_SYNC)?;
        instance.func_wrap_async("read", |store, (): ()| Box::new(read_sync(store)))?;
        instance.func_wrap_async("write", |store, (text,)| Box::new(write_sync(store, text)))
    },
};

fn lacks(services: &Services) -> Option<&'static str> {
    let none = services.clipboard.is_none();
    none.then_some("no clipboard is set; see `HostBuilder::clipboard`")
}

const INTERFACE: &str = "miniapp:host/clipboard";

/// What reading it needs of the user.
pub(crate) fn permission() -> Permission {
    Permission::Device("clipboard".to_owned())
}

/// Bytes of a text.
const MAX_BYTES: usize = 1 << 20;

/// Calls of one mini-app that are under way at once.
const MAX_CALLS: usize = 4;

/// How long the native app may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a call of a clipboard returns.
pub type ClipboardAnswer<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send + 'a>>;

/// The device's clipboard. The native app implements it; each call may take ten
/// seconds, and is dropped when the mini-app ends.
pub trait Clipboard: Send + Sync {
    /// The text in the clipboard, if there is one. One of more than 1 MiB is not given
    /// to the mini-app.
    fn read<'a>(&'a self, tenant: &'a Tenant) -> ClipboardAnswer<'a, Option<String>>;
    /// Puts a text of at most 1 MiB into the clipboard.
    fn write<'a>(&'a self, tenant: &'a Tenant, text: String) -> ClipboardAnswer<'a, ()>;
}

/// A clipboard of the native app's own, which other apps do not see. All mini-apps
/// share it, as they would share the device's.
#[derive(Debug, Default)]
pub struct MemoryClipboard {
    text: Mutex<Option<String>>,
}

impl MemoryClipboard {
    /// Puts a text into it, in place of the user.
    pub fn set(&self, text: impl Into<String>) {
        *self.text.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.into());
    }

    /// The text in it.
    pub fn text(&self) -> Option<String> {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        text.clone()
    }
}

impl Clipboard for MemoryClipboard {
    fn read<'a>(&'a self, _: &'a Tenant) -> ClipboardAnswer<'a, Option<String>> {
        Box::pin(ready(Ok(self.text())))
    }

    fn write<'a>(&'a self, _: &'a Tenant, text: String) -> ClipboardAnswer<'a, ()> {
        self.set(text);
        Box::pin(ready(Ok(())))
    }
}

type Read = Result<Option<String>, GuestError>;
type Written = Result<(), GuestError>;

/// What one call needs of the store, taken and charged before it waits.
struct Call {
    tenant: Arc<Tenant>,
    slept: Slept,
    sight: Sight,
    clipboard: Arc<dyn Clipboard>,
    _place: Share,
    _text: Lent,
}

impl Call {
    fn begin(
        mut store: impl AsContextMut<Data = State>,
        bytes: usize,
    ) -> wasmtime::Result<Result<Self, GuestError>> {
        let fuel = price::call(bytes, 0).saturating_add(price::ANSWERED);
        Meter::charge(&mut store, fuel)?;
        let store = store.as_context_mut();
        Ok(Self::admit(store.data(), bytes))
    }

    /// A call that keeps a text of so many bytes until it is over.
    fn admit(state: &State, bytes: usize) -> Result<Self, GuestError> {
        if bytes > state.meter.memory.left() {
            let message = "the text does not fit into the mini-app's memory while it is kept";
            return Err(GuestError::new(code::TOO_LARGE, message));
        }
        let Some(place) = state.using_clipboard.take(1, MAX_CALLS) else {
            let message = format!(
                "{MAX_CALLS} calls of the clipboard are under way already; await some before starting more"
            );
            return Err(GuestError::new(code::BUSY, message));
        };
        let clipboard = state.services.clipboard.clone();
        let clipboard = clipboard
            .ok_or_else(|| GuestError::new(code::UNAVAILABLE, "this app has no clipboard"))?;
        looked_at(&state.sight)?;
        Ok(Self {
            tenant: Arc::clone(&state.tenant),
            slept: state.slept.clone(),
            sight: state.sight.clone(),
            clipboard,
            _place: place,
            _text: state.meter.memory.lend(bytes),
        })
    }

    async fn read(self) -> Read {
        // It may have gone to the background since the user was asked.
        looked_at(&self.sight)?;
        let Self {
            tenant, clipboard, ..
        } = &self;
        let read = || clipboard.read(tenant);
        let text = asked("the clipboard", TIMEOUT, &self.slept, read).await?;
        let text = text.map_err(GuestError::from)?;
        check(
            "the text in the clipboard",
            text.as_deref().unwrap_or_default(),
            MAX_BYTES,
        )?;
        Ok(text)
    }

    async fn write(self, text: String) -> Written {
        check("the text", &text, MAX_BYTES)?;
        let Self {
            tenant, clipboard, ..
        } = &self;
        let write = || clipboard.write(tenant, text);
        let written = asked("the clipboard", TIMEOUT, &self.slept, write).await?;
        written.map_err(GuestError::from)
    }
}

/// Refuses what is not done for a mini-app in the background.
fn looked_at(sight: &Sight) -> Result<(), GuestError> {
    if sight.is_shown() {
        return Ok(());
    }
    let message = "the clipboard is for the mini-app that the user looks at, and this one is in the background; try again once it is shown, such as in `on-show`";
    Err(GuestError::new(code::UNAVAILABLE, message))
}

/// Charges what is copied into the guest.
fn charge_read(store: impl AsContextMut<Data = State>, read: &Read) -> wasmtime::Result<()> {
    let text = read.as_ref().ok().and_then(Option::as_ref);
    Meter::charge(store, price::call(text.map_or(0, String::len), 0))
}

impl clipboard::Host for State {}

impl clipboard::HostWithStore<State> for HasSelf<State> {
    async fn read(accessor: &Accessor<State, Self>) -> wasmtime::Result<Read> {
        let read = match accessor.with(|store| Call::begin(store, 0))? {
            Ok(call) => match consented(accessor, INTERFACE, &permission()).await? {
                Ok(()) => waited(accessor, call.read()).await?,
                Err(refused) => Err(refused),
            },
            Err(refused) => Err(refused),
        };
        accessor.with(|store| charge_read(store, &read))?;
        Ok(read)
    }

    async fn write(accessor: &Accessor<State, Self>, text: String) -> wasmtime::Result<Written> {
        match accessor.with(|store| Call::begin(store, text.len()))? {
            Ok(call) => waited(accessor, call.write(text)).await,
            Err(refused) => Ok(Err(refused)),
        }
    }
}

async fn read_sync(mut store: StoreContextMut<'_, State>) -> wasmtime::Result<(Read,)> {
    let read = match Call::begin(&mut store, 0)? {
        Ok(call) => match consented_in_store(&mut store, INTERFACE, &permission()).await? {
            Ok(()) => waited_in_store(&mut store, call.read()).await?,
            Err(refused) => Err(refused),
        },
        Err(refused) => Err(refused),
    };
    charge_read(&mut store, &read)?;
    Ok((read,))
}

async fn write_sync(
    mut store: StoreContextMut<'_, State>,
    text: String,
) -> wasmtime::Result<(Written,)> {
    let written = match Call::begin(&mut store, text.len())? {
        Ok(call) => waited_in_store(&mut store, call.write(text)).await?,
        Err(refused) => Err(refused),
    };
    Ok((written,))
}
