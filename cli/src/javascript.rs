//! A JavaScript or TypeScript project made into a component, or into a script's file for the
//! engine that hosts have once.

use std::path::Path;

use miniapp_js::Script;
use miniapp_package::AppManifest;

use crate::Failure;
use crate::text::{escape, grouped};

/// Bundles a project and makes its component.
pub(crate) fn built(folder: &Path, manifest: &AppManifest) -> Result<Vec<u8>, Failure> {
    Ok(miniapp_js::component(
        manifest,
        &bundled(folder, manifest)?,
    )?)
}

/// Bundles a project and makes its script's file.
pub(crate) fn script(folder: &Path, manifest: &AppManifest) -> Result<String, Failure> {
    Ok(miniapp_js::script_file(
        manifest,
        &bundled(folder, manifest)?,
    )?)
}

fn bundled(folder: &Path, manifest: &AppManifest) -> Result<Script, Failure> {
    let bundle = miniapp_js_bundle::bundle(folder, &manifest.pages)?;
    for warning in &bundle.warnings {
        eprintln!("warning: {}", escape(&warning.to_string()));
    }
    let modules = bundle.modules().len();
    let bytes = u64::try_from(bundle.script.len()).unwrap_or(u64::MAX);
    eprintln!(
        "bundled {} ({modules} {}, {} bytes)",
        folder.display(),
        if modules == 1 { "file" } else { "files" },
        grouped(bytes)
    );
    Ok(Script {
        text: bundle.script,
        sources: bundle.map.sources,
        mappings: bundle.map.mappings,
    })
}
