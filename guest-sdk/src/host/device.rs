//! The imports of `miniapp:device` in this crate's own types; must not know what they are called for.

use super::imports::error;
use crate::bindings::miniapp::device;
use crate::device::{file_transfer, location, payment, scan, share};
use crate::error::Result;

pub(crate) async fn pay(order: payment::Order) -> Result<payment::Receipt> {
    let payment::Order {
        token,
        amount,
        currency,
        description,
    } = order;
    let order = device::payment::Order {
        token,
        amount,
        currency,
        description,
    };
    let device::payment::Receipt { status, reference } =
        device::payment::pay(order).await.map_err(error)?;
    Ok(payment::Receipt { status, reference })
}

pub(crate) async fn scan(options: scan::Options) -> Result<Option<scan::Scanned>> {
    let scan::Options { formats, pictures } = options;
    let options = device::scan::ScanOptions { formats, pictures };
    let found = device::scan::read(options).await.map_err(error)?;
    Ok(found.map(|found| {
        let device::scan::Scanned {
            text,
            content,
            format,
        } = found;
        scan::Scanned {
            text,
            content,
            format,
        }
    }))
}

pub(crate) async fn share(content: share::Content) -> Result<String> {
    let share::Content {
        title,
        text,
        page,
        picture,
    } = content;
    let content = device::share::Content {
        title,
        text,
        page,
        picture,
    };
    device::share::share(content).await.map_err(error)
}

pub(crate) async fn locate(options: location::Options) -> Result<location::Position> {
    let location::Options {
        precise,
        maximum_age,
    } = options;
    let options = device::location::LocationOptions {
        precise,
        maximum_age,
    };
    let device::location::Position {
        latitude,
        longitude,
        accuracy,
        altitude,
        heading,
        speed,
        at,
    } = device::location::current(options).await.map_err(error)?;
    Ok(location::Position {
        latitude,
        longitude,
        accuracy,
        altitude,
        heading,
        speed,
        at,
    })
}

pub(crate) async fn choose_files(
    media_types: Vec<String>,
    at_most: u32,
) -> Result<Vec<file_transfer::File>> {
    let chosen = device::file_transfer::choose(media_types, at_most);
    let own = |file: device::file_transfer::File| file_transfer::File {
        handle: file.handle,
        name: file.name,
        media_type: file.media_type,
        size: file.size,
    };
    Ok(chosen.await.map_err(error)?.into_iter().map(own).collect())
}

pub(crate) async fn read_file(handle: u64, offset: u64, length: u32) -> Result<Vec<u8>> {
    let read = device::file_transfer::read(handle, offset, length);
    read.await.map_err(error)
}

pub(crate) async fn release_file(handle: u64) -> Result<()> {
    device::file_transfer::release(handle).await.map_err(error)
}

pub(crate) async fn save_file(name: String, media_type: String, content: Vec<u8>) -> Result<bool> {
    let saved = device::file_transfer::save(name, media_type, content);
    saved.await.map_err(error)
}
