//! Mini-apps in JavaScript, bundled and built as `miniapp build` does.

use std::fs;
use std::path::Path;

use miniapp_host::AppManifest;
use miniapp_js::Script;

use crate::Manifests;

/// The component of a folder with `miniapp.yaml`, `partner.yaml` and scripts, and its manifests.
///
/// # Panics
///
/// Where the folder cannot be built.
pub fn folder(folder: &Path) -> (Manifests, Vec<u8>) {
    let read = |file: &str| {
        let path = folder.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let manifests = Manifests {
        app: read("miniapp.yaml"),
        partner: read("partner.yaml"),
    };
    let component = build(folder, &manifests);
    (manifests, component)
}

/// The component of these files, under these manifests.
///
/// # Panics
///
/// Where they cannot be built.
pub fn files(manifests: &Manifests, files: &[(&str, &str)]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    for (name, text) in files {
        let path = folder.path().join(name);
        let written = fs::create_dir_all(path.parent().unwrap_or(folder.path()))
            .and_then(|()| fs::write(&path, text));
        written.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    build(folder.path(), manifests)
}

fn build(folder: &Path, manifests: &Manifests) -> Vec<u8> {
    let manifest = AppManifest::parse("miniapp.yaml", &manifests.app);
    let manifest = manifest.unwrap_or_else(|error| panic!("{error}"));
    let bundle = miniapp_js_bundle::bundle(folder, &manifest.pages);
    let bundle = bundle.unwrap_or_else(|error| panic!("{error}"));
    let script = Script {
        text: bundle.script,
        sources: bundle.map.sources,
        mappings: bundle.map.mappings,
    };
    miniapp_js::component(&manifest, &script).unwrap_or_else(|error| panic!("{error}"))
}
