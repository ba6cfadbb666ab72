//! The interfaces of `miniapp:device`, which a native app offers as it does its own:
//! their types, and an [`Interface`] of what the native app can do. Knows no device.
//!
//! Each is under the permission `device:` and its name, and the user is asked.

mod files;

use std::future::Future;
use std::sync::Arc;

use miniapp_package::Permission;

use super::{Caller, ExtensionError, Interface};

pub use crate::contract::device::file_transfer::File;
pub use crate::contract::device::location::{LocationOptions, Position};
pub use crate::contract::device::payment::{Order, Receipt};
pub use crate::contract::device::scan::{ScanOptions, Scanned};
pub use crate::contract::device::share::Content;
pub use files::MemoryFiles;

/// Bytes that a mini-app reads of a file at once.
pub const MAX_READ_BYTES: u32 = 512 << 10;

fn interface(name: &str) -> Interface {
    let permission = Permission::Device(name.to_owned());
    Interface::new(format!("miniapp:device/{name}@1.0.0"), permission)
}

/// `miniapp:device/location`: where the device is.
pub fn location<F, R>(current: F) -> Interface
where
    F: Fn(Caller, LocationOptions) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Position, ExtensionError>> + Send + 'static,
{
    interface("location").function("current", move |caller, (options,)| {
        current(caller, options)
    })
}

/// `miniapp:device/payment`: shows an order to the user, who pays it or does not. What
/// the order says was written by the mini-app: what is paid is what the payment service
/// says of its token.
///
/// A user may take longer than thirty seconds: see [`Interface::timeout`].
pub fn payment<F, R>(pay: F) -> Interface
where
    F: Fn(Caller, Order) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Receipt, ExtensionError>> + Send + 'static,
{
    interface("payment").function("pay", move |caller, (order,)| pay(caller, order))
}

/// `miniapp:device/scan`: shows the camera until a code is read. See
/// [`Interface::timeout`].
pub fn scan<F, R>(read: F) -> Interface
where
    F: Fn(Caller, ScanOptions) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Option<Scanned>, ExtensionError>> + Send + 'static,
{
    interface("scan").function("read", move |caller, (options,)| read(caller, options))
}

/// `miniapp:device/share`: shows where something can be shared to. See
/// [`Interface::timeout`].
pub fn share<F, R>(share: F) -> Interface
where
    F: Fn(Caller, Content) -> R + Send + Sync + 'static,
    R: Future<Output = Result<String, ExtensionError>> + Send + 'static,
{
    interface("share").function("share", move |caller, (content,)| share(caller, content))
}

/// Files that the user gives mini-apps, and takes from them. The native app implements
/// it; a handle is good for the tenant that it was given to, and for no other.
pub trait FileTransfer: Send + Sync + 'static {
    /// Lets the user choose up to so many files of these media types, or of all.
    fn choose(
        &self,
        caller: &Caller,
        media_types: Vec<String>,
        at_most: u32,
    ) -> impl Future<Output = Result<Vec<File>, ExtensionError>> + Send;

    /// So many bytes of a file from an offset on, of at most [`MAX_READ_BYTES`].
    fn read(
        &self,
        caller: &Caller,
        handle: u64,
        offset: u64,
        length: u32,
    ) -> impl Future<Output = Result<Vec<u8>, ExtensionError>> + Send;

    /// Lets a file go.
    fn release(
        &self,
        caller: &Caller,
        handle: u64,
    ) -> impl Future<Output = Result<(), ExtensionError>> + Send;

    /// Lets the user put a file where they like; whether they did.
    fn save(
        &self,
        caller: &Caller,
        name: String,
        media_type: String,
        content: Vec<u8>,
    ) -> impl Future<Output = Result<bool, ExtensionError>> + Send;
}

/// `miniapp:device/file-transfer`: files of the user's choice. See
/// [`Interface::timeout`].
pub fn file_transfer(files: impl FileTransfer) -> Interface {
    let files = Arc::new(files);
    let [choosing, reading, releasing, saving] = std::array::from_fn(|_| Arc::clone(&files));
    interface("file-transfer")
        .function("choose", move |caller, (media_types, at_most)| {
            let files = Arc::clone(&choosing);
            async move { files.choose(&caller, media_types, at_most).await }
        })
        .function(
            "read",
            move |caller, (handle, offset, length): (_, _, u32)| {
                let files = Arc::clone(&reading);
                let length = length.min(MAX_READ_BYTES);
                async move { files.read(&caller, handle, offset, length).await }
            },
        )
        .function("release", move |caller, (handle,)| {
            let files = Arc::clone(&releasing);
            async move { files.release(&caller, handle).await }
        })
        .function("save", move |caller, (name, media_type, content)| {
            let files = Arc::clone(&saving);
            async move { files.save(&caller, name, media_type, content).await }
        })
}
