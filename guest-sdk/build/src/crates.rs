//! What Cargo knows about a guest's crate: its workspace, its name, its library; must not know how it
//! is compiled.

use crate::{BuildError, GuestBuild, Toolchain, cargo};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// A guest's crate, as its manifests describe it.
pub(crate) struct Guest {
    /// The package's name, as in `-p`.
    pub package: String,
    /// Cargo's name for exactly this package.
    pub id: String,
    /// The library's name, as in `use`.
    pub crate_name: String,
    /// The folder of the workspace's manifest.
    pub workspace: PathBuf,
    /// Where Cargo builds by default.
    pub target_dir: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    id: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    crate_types: Vec<String>,
}

impl Guest {
    /// Reads the manifests of a guest.
    pub fn read(build: &GuestBuild, toolchain: &Toolchain) -> Result<Self, BuildError> {
        let manifest = build.manifest_dir.join("Cargo.toml");
        let text = cargo::metadata(toolchain, &manifest)?;
        let metadata: Metadata =
            serde_json::from_str(&text).map_err(|error| BuildError::Manifest {
                manifest: manifest.clone(),
                message: error.to_string(),
            })?;
        let own = fs::canonicalize(&manifest).ok();
        let wanted = |package: &Package| match &build.package {
            Some(name) => package.name == *name,
            None => fs::canonicalize(&package.manifest_path).ok() == own,
        };
        let package =
            metadata
                .packages
                .into_iter()
                .find(wanted)
                .ok_or_else(|| BuildError::Manifest {
                    manifest: manifest.clone(),
                    message: match &build.package {
                        Some(name) => format!("there is no package `{name}`"),
                        None => {
                            "it describes a workspace without a package: name the package".into()
                        }
                    },
                })?;
        let library = package
            .targets
            .iter()
            .find(|target| target.crate_types.iter().any(|kind| kind == "cdylib"));
        let library = library.ok_or_else(|| BuildError::Manifest {
            manifest: package.manifest_path.clone(),
            message:
                "a mini-app is a library: add `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]`"
                    .into(),
        })?;
        Ok(Self {
            crate_name: library.name.replace('-', "_"),
            package: package.name,
            id: package.id,
            workspace: metadata.workspace_root,
            target_dir: metadata.target_directory,
        })
    }

    /// The profile that guests of this workspace are built with: its own `guest`, or `release`.
    pub fn default_profile(&self) -> &'static str {
        if declares(&self.workspace, "[profile.guest]") {
            "guest"
        } else {
            "release"
        }
    }
}

/// Whether the manifest of a folder has a table of this heading.
pub(crate) fn declares(folder: &Path, heading: &str) -> bool {
    fs::read_to_string(folder.join("Cargo.toml"))
        .is_ok_and(|manifest| manifest.lines().any(|line| line.trim() == heading))
}
