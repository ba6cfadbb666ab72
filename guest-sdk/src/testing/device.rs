//! The device's functions as the host in memory answers them; must not know what they are called for.

use super::imports::host;
use crate::device::{file_transfer, location, payment, scan, share};
use crate::error::{Context as _, Error, Result, code};

pub(crate) async fn pay(order: payment::Order) -> Result<payment::Receipt> {
    let pay = host(|state| {
        state.check("device:payment")?;
        let message = "the test's host takes no payments: add `.pay(|order| …)` to it";
        let pay = state.device.payment.clone();
        pay.ok_or_else(|| Error::new(code::UNAVAILABLE, message))
    })?;
    pay(order)
}

pub(crate) async fn scan(_options: scan::Options) -> Result<Option<scan::Scanned>> {
    host(|state| {
        state.check("device:scan")?;
        Ok(state.device.scanned.pop_front())
    })
}

pub(crate) async fn share(content: share::Content) -> Result<String> {
    host(|state| {
        state.check("device:share")?;
        state.device.shared.push(content);
        Ok(share::SHARED.to_owned())
    })
}

pub(crate) async fn locate(_options: location::Options) -> Result<location::Position> {
    host(|state| {
        state.check("device:location")?;
        let message = "the test's host knows no position: add `.location(46.9, 7.4)` to it";
        let position = state.device.position;
        position.ok_or_else(|| Error::new(code::UNAVAILABLE, message))
    })
}

fn is_wanted(wanted: &[String], media_type: &str) -> bool {
    let fits = |wanted: &String| match wanted.strip_suffix('*') {
        Some(kind) => media_type.starts_with(kind),
        None => wanted == media_type,
    };
    wanted.is_empty() || wanted.iter().any(fits)
}

pub(crate) async fn choose_files(
    media_types: Vec<String>,
    at_most: u32,
) -> Result<Vec<file_transfer::File>> {
    host(|state| {
        state.check("device:file-transfer")?;
        let files = state.device.files.iter().map(|(file, _)| file);
        let fitting = files.filter(|file| is_wanted(&media_types, &file.media_type));
        let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
        Ok(fitting.take(at_most).cloned().collect())
    })
}

pub(crate) async fn read_file(handle: u64, offset: u64, length: u32) -> Result<Vec<u8>> {
    host(|state| {
        state.check("device:file-transfer")?;
        let mut files = state.device.files.iter();
        let (_, content) = files
            .find(|(file, _)| file.handle == handle)
            .context("the file")?;
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = content.get(place(offset)..).unwrap_or_default();
        let length = place(length.into()).min(rest.len());
        Ok(rest.iter().take(length).copied().collect())
    })
}

pub(crate) async fn release_file(_handle: u64) -> Result<()> {
    host(|state| state.check("device:file-transfer"))
}

pub(crate) async fn save_file(name: String, media_type: String, content: Vec<u8>) -> Result<bool> {
    host(|state| {
        state.check("device:file-transfer")?;
        state.device.add_file(name, media_type, content);
        Ok(true)
    })
}
