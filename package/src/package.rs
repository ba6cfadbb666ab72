//! Owns a package as a whole: a manifest with its component, from a folder or from memory. Must not
//! know what is granted to it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::app_manifest::AppManifest;
use crate::component::{ComponentInfo, MAX_COMPONENT_BYTES};
use crate::inspect_error::InspectError;
use crate::manifest_error::ManifestError;
use crate::quote::shown_path;
use crate::world::World;

/// A mini-app, ready to be granted and launched.
#[derive(Debug, Clone)]
pub struct Package {
    /// What it says of itself.
    pub manifest: AppManifest,
    /// The component's bytes, which are valid.
    pub component: Vec<u8>,
    /// What the component says.
    pub info: ComponentInfo,
    /// The world that the component is of.
    pub world: World,
}

impl Package {
    /// Joins a manifest and a component.
    ///
    /// # Errors
    ///
    /// [`PackageError::Component`] if the bytes are not a mini-app's component.
    pub fn new(manifest: AppManifest, component: Vec<u8>) -> Result<Self, PackageError> {
        let checked = ComponentInfo::inspect(&component)
            .and_then(|info| info.require_world().map(|world| (info, world)));
        let (info, world) = checked.map_err(|error| PackageError::Component {
            file: manifest.component_path().to_owned(),
            error,
        })?;
        Ok(Self {
            manifest,
            component,
            info,
            world,
        })
    }

    /// Reads the folder `dir`: its [`AppManifest::FILE_NAME`], and the component that it names.
    ///
    /// Both files lie inside the folder, even after symbolic links are followed. The component's size
    /// is checked before it is read.
    ///
    /// # Errors
    ///
    /// [`PackageError`], which says which file is at fault.
    pub fn open(dir: &Path) -> Result<Self, PackageError> {
        let dir = dir
            .canonicalize()
            .map_err(|error| PackageError::io(dir, error))?;
        let manifest = AppManifest::read(&inside(&dir, AppManifest::FILE_NAME)?)?;
        let name = manifest.component_path();
        let component = read_component(&inside(&dir, name)?, name)?;
        Self::new(manifest, component)
    }
}

/// The path of the file `name` in `dir`, which is canonical, after symbolic links.
fn inside(dir: &Path, name: &str) -> Result<PathBuf, PackageError> {
    let path = dir.join(name);
    let target = path
        .canonicalize()
        .map_err(|error| PackageError::io(&path, error))?;
    if target.starts_with(dir) {
        Ok(target)
    } else {
        Err(PackageError::Outside {
            file: name.to_owned(),
        })
    }
}

fn read_component(path: &Path, name: &str) -> Result<Vec<u8>, PackageError> {
    let metadata = fs::metadata(path).map_err(|error| PackageError::io(path, error))?;
    if !metadata.is_file() {
        return Err(PackageError::NotAFile {
            path: shown_path(path),
        });
    }
    if metadata.len() > MAX_COMPONENT_BYTES as u64 {
        let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        return Err(PackageError::Component {
            file: name.to_owned(),
            error: InspectError::TooLarge { size },
        });
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| {
            file.take(MAX_COMPONENT_BYTES as u64 + 1)
                .read_to_end(&mut bytes)
        })
        .map_err(|error| PackageError::io(path, error))?;
    Ok(bytes)
}

/// Why a package was refused.
#[derive(Debug, Error)]
pub enum PackageError {
    /// The manifest is faulty.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The component is not a mini-app's.
    #[error("{file}: {error}")]
    Component {
        /// The component's path.
        file: String,
        /// What is wrong with it.
        error: InspectError,
    },
    /// A file is missing or cannot be read.
    #[error(
        "cannot read `{path}`: {error}; a package is a folder with `miniapp.yaml` and its component"
    )]
    Io {
        /// The path.
        path: String,
        /// The system's answer.
        error: io::Error,
    },
    /// The component's path is a folder or a device.
    #[error(
        "`{path}` is not a file: name the component's file under `component` in `miniapp.yaml`"
    )]
    NotAFile {
        /// The path.
        path: String,
    },
    /// A symbolic link leads out of the package.
    #[error("`{file}` is a link that leads out of the package: copy the file into it")]
    Outside {
        /// The path inside the package.
        file: String,
    },
}

impl PackageError {
    fn io(path: &Path, error: io::Error) -> Self {
        Self::Io {
            path: shown_path(path),
            error,
        }
    }
}
