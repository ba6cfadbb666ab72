//! Mini-apps in JavaScript, bundled and built as `miniapp build` does, in both forms that there
//! are of them.

use std::fs;
use std::path::Path;

use miniapp_host::Package;

use crate::Manifests;

/// How a mini-app in JavaScript comes to its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a component of its own, which is engine and script.
    Component,
    /// As a script, for an engine that the host has.
    Script,
}

/// A mini-app in JavaScript that was bundled.
#[derive(Debug, Clone)]
pub struct Bundled {
    /// Its manifests.
    pub manifests: Manifests,
    script: miniapp_js::Script,
}

impl Bundled {
    /// Its component.
    ///
    /// # Panics
    ///
    /// Where there is too much of it.
    pub fn component(&self) -> Vec<u8> {
        let component = miniapp_js::component(&self.manifests.manifest(), &self.script);
        component.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Its script's file.
    ///
    /// # Panics
    ///
    /// Where there is too much of it.
    pub fn file(&self) -> String {
        let file = miniapp_js::script_file(&self.manifests.manifest(), &self.script);
        file.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Its package.
    ///
    /// # Panics
    ///
    /// Where it cannot be built.
    pub fn package(&self, form: Form) -> Package {
        match form {
            Form::Component => self.manifests.package(self.component()),
            Form::Script => {
                let script = miniapp_host::Script::new(self.file());
                let script = script.unwrap_or_else(|error| panic!("{error}"));
                Package::of_script(self.manifests.manifest(), script)
            }
        }
    }
}

/// A folder with `miniapp.yaml`, `partner.yaml` and scripts.
///
/// # Panics
///
/// Where the folder cannot be built.
pub fn folder(folder: &Path) -> Bundled {
    let read = |file: &str| {
        let path = folder.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let manifests = Manifests {
        app: read("miniapp.yaml"),
        partner: read("partner.yaml"),
    };
    build(folder, &manifests)
}

/// These files, under these manifests.
///
/// # Panics
///
/// Where they cannot be built.
pub fn files(manifests: &Manifests, files: &[(&str, &str)]) -> Bundled {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    for (name, text) in files {
        let path = folder.path().join(name);
        let written = fs::create_dir_all(path.parent().unwrap_or(folder.path()))
            .and_then(|()| fs::write(&path, text));
        written.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    build(folder.path(), manifests)
}

fn build(folder: &Path, manifests: &Manifests) -> Bundled {
    let bundle = miniapp_js_bundle::bundle(folder, &manifests.manifest().pages);
    let bundle = bundle.unwrap_or_else(|error| panic!("{error}"));
    Bundled {
        manifests: manifests.clone(),
        script: miniapp_js::Script {
            text: bundle.script,
            sources: bundle.map.sources,
            mappings: bundle.map.mappings,
        },
    }
}
