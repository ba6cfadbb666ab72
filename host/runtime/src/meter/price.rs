//! The price list: what host work costs, in fuel. One unit is about a tenth of a
//! nanosecond of machine code, so that a guest gains nothing by making the host
//! work for it. No import is free.
//!
//! | work | fuel |
//! |---|---|
//! | a call to the host, whatever it does | 500 |
//! | a byte copied into or out of the guest | 1 |
//! | an element of a list that is copied, beyond its bytes | 100 |
//! | a set-data, which is reported | 10,000 |
//! | a change of a set-data | 2,000 |
//! | a byte of JSON read into the data of a page | 30 |
//! | a byte of arrays and objects that a path asks for | 4 |
//! | a byte of JSON written for the guest | 10 |
//! | a call that the native app answers | 50,000 |
//! | a call that the native app draws something for | 10,000 |
//! | a random byte | 30 |
//! | a change of the stack of pages, which is reported | 100,000 |
//! | a number or an amount that is written as people write it | 20,000 |
//! | a moment that is written so | 60,000 |
//! | a time zone that is looked up by its name | 5,000 |
//! | a request that is asked for, whatever becomes of it | 50,000 |
//! | a request that is sent, and each redirect that is followed | 500,000 |
//! | a byte sent, or received as it comes | 2 |
//! | a 64 KiB page that memory grows by | 10,000 |
//! | a call that asks the system about a file or changes it | 300,000 |
//! | a byte written to a file | 5 |
//! | a listing of a folder, for each file and folder that the mini-app has | 10,000 |
//! | a file made safe on the disk | 5,000,000 |
//! | a question to the user | 500,000 |
//! | a login code | 500,000 |
//! | a call of the storage, which is done on another thread | 300,000 |
//! | a byte of a value that is stored | 5 |
//! | a byte of a value that is read from the storage | 2 |
//! | a commit of the storage, for the first of the calls that share it | 5,000,000 |
//!
//! Knows no capability and no store.

/// One call to the host, whatever it does.
pub const CALL: u64 = 500;
/// One byte copied into or out of the guest.
pub const COPIED_BYTE: u64 = 1;
/// One element of a list that is copied, beyond its bytes.
pub const ELEMENT: u64 = 100;
/// One set-data: the embedder is told of it.
pub const SET_DATA: u64 = 10_000;
/// One change of a set-data: its path is read and walked.
pub const CHANGE: u64 = 2_000;
/// One byte of the arrays and objects that a path asks for: made, and unmade
/// where the call is refused.
pub const BUILT_BYTE: u64 = 4;
/// One byte of JSON read into the data of a page.
pub const JSON_BYTE: u64 = 30;
/// One byte of JSON written for the guest, such as the answer of an extension.
pub const JSON_WRITTEN: u64 = 10;
/// One call that code of the native app answers: extensions, its own interfaces,
/// dialogs, the clipboard.
pub const ANSWERED: u64 = 50_000;
/// One call that the native app draws something for.
pub const DRAWN: u64 = 10_000;
/// One random byte: the system's generator makes about a gigabyte in three seconds.
pub const RANDOM_BYTE: u64 = 30;
/// One change of the stack of pages: the address is read, and the embedder told of
/// all open pages.
pub const NAVIGATION: u64 = 100_000;
/// One number or amount that is written as people write it: the data of a language is
/// looked up, and every digit is written in it.
pub const NUMBER_TEXT: u64 = 20_000;
/// One moment that is written so: names and patterns of a language and its calendar.
pub const MOMENT_TEXT: u64 = 60_000;
/// One time zone that is looked up by its name; that it is read the first time counts
/// for nothing, since there are six hundred.
pub const ZONE: u64 = 5_000;
/// One request that is asked for: the policy reads it.
pub const ASKED: u64 = 50_000;
/// One request that is sent: framing, encryption and the system's own work.
pub const SENT: u64 = 500_000;
/// One byte sent or received: encrypted, and copied a few times.
pub const WIRE_BYTE: u64 = 2;
/// One page of memory that the guest grows by, which the system makes ready.
pub const MEMORY_PAGE: u64 = 10_000;
/// One call that asks the system about a file or changes it, on another thread.
pub const FILE: u64 = 300_000;
/// One byte written to a file: at most 200 MB in a second.
pub const FILE_BYTE: u64 = 5;
/// One entry of a folder that is listed: the system is asked about each.
pub const FILE_ENTRY: u64 = 10_000;
/// One file that is made safe on the disk, which keeps the disk busy for others.
pub const FILE_SYNC: u64 = 5_000_000;
/// One call of the storage, on another thread.
pub const STORED: u64 = 300_000;
/// One byte of a value that is stored: sealed, and written with its checksum.
pub const STORED_BYTE: u64 = 5;
/// One byte of a value that is read from the storage, and opened.
pub const RESTORED_BYTE: u64 = 2;
/// One commit of the storage, which keeps the disk busy for others.
pub const STORED_COMMIT: u64 = 5_000_000;

/// One question to the user: a task for it, what the embedder shows, and what is kept.
pub const QUESTION: u64 = 500_000;

/// One login code: the native app asks its server for it.
pub const LOGIN_CODE: u64 = 500_000;

/// A request that is sent, with a body of so many bytes.
pub(crate) fn request(body: usize) -> u64 {
    SENT.saturating_add(received(body))
}

/// So many bytes of an answer that were received.
pub(crate) fn received(bytes: usize) -> u64 {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    bytes.saturating_mul(WIRE_BYTE)
}

/// A call that asks about a file by a path of so many bytes.
pub(crate) fn file(path: usize) -> u64 {
    FILE.saturating_add(call(path, 0))
}

/// A call that writes so many bytes to a file.
pub(crate) fn file_written(bytes: usize) -> u64 {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    FILE.saturating_add(bytes.saturating_mul(FILE_BYTE))
}

/// So many bytes copied into or out of the guest.
pub(crate) fn copied(bytes: usize) -> u64 {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    bytes.saturating_mul(COPIED_BYTE)
}

/// A call of the storage that hands over so many bytes of a key, and of a value.
pub(crate) fn stored(key: usize, value: usize) -> u64 {
    let bytes = u64::try_from(value).unwrap_or(u64::MAX);
    STORED
        .saturating_add(bytes.saturating_mul(STORED_BYTE))
        .saturating_add(call(key.saturating_add(value), 0))
}

/// A value of so many bytes that is read from the storage.
pub(crate) fn restored(bytes: usize) -> u64 {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    bytes.saturating_mul(RESTORED_BYTE)
}

/// A call that copies so many bytes in so many elements of lists.
pub(crate) fn call(bytes: usize, elements: usize) -> u64 {
    let elements = u64::try_from(elements).unwrap_or(u64::MAX);
    CALL.saturating_add(copied(bytes))
        .saturating_add(elements.saturating_mul(ELEMENT))
}
