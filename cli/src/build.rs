//! `miniapp build`: a project in Rust or JavaScript made into a component.

use std::path::{Path, PathBuf};

use miniapp_package::{AppManifest, ComponentInfo};

use crate::arguments::BuildArguments;
use crate::text::grouped;
use crate::{Failure, inventory};

/// Builds, checks that the result is a mini-app, and writes it where packages
/// have their component.
pub(crate) fn build(arguments: &BuildArguments) -> Result<bool, Failure> {
    let folder = &arguments.path;
    let component = inventory::project(folder)?;
    let info = ComponentInfo::inspect(&component)?;
    info.require_world()?;
    let output = match &arguments.output {
        Some(output) => output.clone(),
        None => default_output(folder)?,
    };
    std::fs::write(&output, &component)
        .map_err(|error| format!("cannot write {}: {error}", output.display()))?;
    let size = u64::try_from(info.size).unwrap_or(u64::MAX);
    println!(
        "{} ({} bytes, {})",
        output.display(),
        grouped(size),
        info.digest
    );
    Ok(true)
}

/// Where the project's app manifest says that the component is.
fn default_output(folder: &Path) -> Result<PathBuf, Failure> {
    let manifest = folder.join(AppManifest::FILE_NAME);
    if !manifest.is_file() {
        return Ok(folder.join(AppManifest::DEFAULT_COMPONENT));
    }
    Ok(folder.join(AppManifest::read(&manifest)?.component_path()))
}
