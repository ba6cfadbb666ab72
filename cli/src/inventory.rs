//! Finds what a path on the command line means: a package, a project in Rust or JavaScript
//! to be built, or a component on its own.

use std::io::Read;
use std::path::{Path, PathBuf};

use miniapp_guest_build::GuestBuild;
use miniapp_js_bundle::has_scripts;
use miniapp_package::{AppManifest, MAX_COMPONENT_BYTES, Package, Program};

use crate::{Failure, javascript};

/// The partner manifest that is used if none is named.
const PARTNER: &str = "partner.yaml";

/// Reads the package that `path` means. `manifest` is for a component on its own.
pub(crate) fn package(path: &Path, manifest: Option<&Path>) -> Result<Package, Failure> {
    require(path)?;
    if path.is_dir() {
        if manifest.is_some() {
            return Err("--manifest is for a component; a folder has its own miniapp.yaml".into());
        }
        let read = AppManifest::read(&path.join(AppManifest::FILE_NAME))?;
        // What a package says of its component comes before what could be built.
        if read.component.is_none() && path.join("Cargo.toml").is_file() {
            return Ok(Package::new(read, built(path)?)?);
        }
        if read.component.is_none() && has_scripts(path, &read.pages) {
            let component = javascript::built(path, &read)?;
            return Ok(Package::new(read, component)?);
        }
        return Ok(Package::open(path)?);
    }
    let beside = path.with_file_name(AppManifest::FILE_NAME);
    let manifest = AppManifest::read(manifest.unwrap_or(&beside))?;
    Ok(Package::new(manifest, component(path)?)?)
}

/// Reads the component that `path` means, with or without a manifest.
pub(crate) fn component(path: &Path) -> Result<Vec<u8>, Failure> {
    require(path)?;
    if !path.is_dir() {
        return read(path);
    }
    if !path.join(AppManifest::FILE_NAME).is_file() && path.join("Cargo.toml").is_file() {
        return built(path);
    }
    match package(path, None)?.program {
        Program::Component(component) => Ok(component.bytes),
        Program::Script(_) => Err(format!(
            "{} is delivered as a script, which imports nothing by itself; name the component of it that `miniapp build` makes of its sources",
            path.display()
        )
        .into()),
    }
}

/// The partner manifest for a mini-app at `path`.
pub(crate) fn partner(path: &Path, named: Option<&PathBuf>) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return Ok(named.clone());
    }
    let folder = if path.is_dir() {
        path
    } else {
        path.parent().unwrap_or(Path::new(""))
    };
    let beside = folder.join(PARTNER);
    if beside.is_file() {
        return Ok(beside);
    }
    Err(format!(
        "no partner manifest: {} does not exist; name one with --partner, it says what the mini-app may do",
        beside.display()
    )
    .into())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let limit = u64::try_from(MAX_COMPONENT_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    // A device says that it is empty and never ends: what counts is what is read.
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > MAX_COMPONENT_BYTES {
        return Err(format!(
            "{} has more than {limit} bytes, which no component may have",
            path.display()
        )
        .into());
    }
    Ok(bytes)
}

/// A path that does not exist is not a manifest that is missing.
fn require(path: &Path) -> Result<(), Failure> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!(
            "{} does not exist; name a mini-app's folder or a component",
            path.display()
        )
        .into()),
        Err(error) => Err(format!("cannot read {}: {error}", path.display()).into()),
    }
}

/// Builds the project in a folder, in whatever it is written.
pub(crate) fn project(folder: &Path) -> Result<Vec<u8>, Failure> {
    require(folder)?;
    if folder.join("Cargo.toml").is_file() {
        return built(folder);
    }
    javascript::built(folder, &scripts(folder)?)
}

/// The app manifest of a folder that has scripts.
pub(crate) fn scripts(folder: &Path) -> Result<AppManifest, Failure> {
    require(folder)?;
    let manifest = folder.join(AppManifest::FILE_NAME);
    if !manifest.is_file() {
        return Err(format!(
            "there is nothing to build in {}: neither a Cargo.toml nor a miniapp.yaml",
            folder.display()
        )
        .into());
    }
    let manifest = AppManifest::read(&manifest)?;
    if has_scripts(folder, &manifest.pages) {
        return Ok(manifest);
    }
    let page = manifest.pages.first().map_or("app", String::as_str);
    Err(format!(
        "there is nothing to build in {}: neither a Cargo.toml nor a script, such as {page}.js for the page `{page}` of miniapp.yaml",
        folder.display()
    )
    .into())
}

/// Builds a Rust project and reads what came of it.
fn built(folder: &Path) -> Result<Vec<u8>, Failure> {
    require(folder)?;
    eprintln!(
        "building {} (the first time takes a minute or two)",
        folder.display()
    );
    let built = miniapp_guest_build::build(
        &GuestBuild::new(folder).progress(|line| eprintln!("  {line}")),
    )?;
    read(&built.component)
}
