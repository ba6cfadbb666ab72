//! `miniapp build`: a project in Rust or JavaScript made into a component, or into a script for
//! the engine that `miniapp engine` writes.

use std::path::{Path, PathBuf};

use miniapp_package::{AppManifest, ComponentInfo, Digest, Script};

use crate::arguments::{BuildArguments, EngineArguments};
use crate::text::grouped;
use crate::{Failure, inventory, javascript};

/// Builds, checks that the result is a mini-app, and writes it where packages
/// have their component.
pub(crate) fn build(arguments: &BuildArguments) -> Result<bool, Failure> {
    let folder = &arguments.path;
    if arguments.script {
        return build_script(arguments);
    }
    let component = inventory::project(folder)?;
    let info = ComponentInfo::inspect(&component)?;
    info.require_world()?;
    let output = match &arguments.output {
        Some(output) => output.clone(),
        None => default_output(folder)?,
    };
    write(&output, &component)?;
    println!("{}", written(&output, info.size, info.digest));
    Ok(true)
}

/// Builds what costs its text to deliver.
fn build_script(arguments: &BuildArguments) -> Result<bool, Failure> {
    let folder = &arguments.path;
    if folder.join("Cargo.toml").is_file() {
        return Err(
            "--script is for mini-apps in JavaScript; one in Rust is delivered as its component"
                .into(),
        );
    }
    let manifest = inventory::scripts(folder)?;
    let text = javascript::script(folder, &manifest)?;
    let script = Script::new(text.as_str())?;
    let output = arguments.output.clone();
    let output = output.unwrap_or_else(|| folder.join(Script::FILE_NAME));
    write(&output, text.as_bytes())?;
    println!("{}", written(&output, script.size(), script.digest()));
    println!("for the engine {}", script.engine());
    Ok(true)
}

/// Writes the engine that scripts are for.
pub(crate) fn engine(arguments: &EngineArguments) -> Result<bool, Failure> {
    let engine = miniapp_js::engine()?;
    write(&arguments.output, engine)?;
    println!(
        "{}",
        written(&arguments.output, engine.len(), Digest::of(engine))
    );
    Ok(true)
}

fn write(output: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(output, bytes)
        .map_err(|error| format!("cannot write {}: {error}", output.display()).into())
}

fn written(output: &Path, size: usize, digest: Digest) -> String {
    let size = grouped(u64::try_from(size).unwrap_or(u64::MAX));
    format!("{} ({size} bytes, {digest})", output.display())
}

/// Where the project's app manifest says that the component is.
fn default_output(folder: &Path) -> Result<PathBuf, Failure> {
    let manifest = folder.join(AppManifest::FILE_NAME);
    if !manifest.is_file() {
        return Ok(folder.join(AppManifest::DEFAULT_COMPONENT));
    }
    Ok(folder.join(AppManifest::read(&manifest)?.component_path()))
}
