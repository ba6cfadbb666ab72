//! Owns a package as a whole: a manifest with its component or script, from a folder or from memory.
//! Must not know what is granted to it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::app_manifest::AppManifest;
use crate::component::{ComponentInfo, MAX_COMPONENT_BYTES};
use crate::digest::Digest;
use crate::inspect_error::InspectError;
use crate::manifest_error::ManifestError;
use crate::quote::shown_path;
use crate::script::{Script, ScriptError};
use crate::world::World;

/// A mini-app, ready to be granted and launched.
#[derive(Debug, Clone)]
pub struct Package {
    /// What it says of itself.
    pub manifest: AppManifest,
    /// What runs.
    pub program: Program,
}

/// What of a mini-app runs.
#[derive(Debug, Clone)]
pub enum Program {
    /// A component of its own.
    Component(Component),
    /// A script, for an engine that is there once for all mini-apps.
    Script(Script),
}

/// A component of one of the contract's worlds.
#[derive(Debug, Clone)]
pub struct Component {
    /// Its bytes, which are valid.
    pub bytes: Vec<u8>,
    /// What it says.
    pub info: ComponentInfo,
    /// The world that it is of.
    pub world: World,
}

impl Component {
    /// Checks that `bytes` are a mini-app's component.
    ///
    /// # Errors
    ///
    /// Where they are not.
    pub fn new(bytes: Vec<u8>) -> Result<Self, InspectError> {
        let info = ComponentInfo::inspect(&bytes)?;
        let world = info.require_world()?;
        Ok(Self { bytes, info, world })
    }
}

impl Program {
    /// The size in bytes of what is delivered.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Component(component) => component.info.size,
            Self::Script(script) => script.size(),
        }
    }

    /// The digest of what is delivered.
    #[must_use]
    pub fn digest(&self) -> Digest {
        match self {
            Self::Component(component) => component.info.digest,
            Self::Script(script) => script.digest(),
        }
    }
}

impl Package {
    /// Joins a manifest and a component.
    ///
    /// # Errors
    ///
    /// [`PackageError::Component`] if the bytes are not a mini-app's component.
    pub fn new(manifest: AppManifest, component: Vec<u8>) -> Result<Self, PackageError> {
        let component = Component::new(component).map_err(|error| PackageError::Component {
            file: manifest.component_path().to_owned(),
            error,
        })?;
        Ok(Self {
            manifest,
            program: Program::Component(component),
        })
    }

    /// Joins a manifest and a script.
    #[must_use]
    pub const fn of_script(manifest: AppManifest, script: Script) -> Self {
        Self {
            manifest,
            program: Program::Script(script),
        }
    }

    /// Reads the folder `dir`: its [`AppManifest::FILE_NAME`], and the component that it names. Where
    /// it names none and there is none, the script in [`Script::FILE_NAME`], which stays on the disk
    /// and is read at each launch.
    ///
    /// Both files lie inside the folder, even after symbolic links are followed. Their sizes are
    /// checked before they are read.
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
        let has_script = || dir.join(Script::FILE_NAME).exists() && !dir.join(name).exists();
        if manifest.component.is_none() && has_script() {
            let path = inside(&dir, Script::FILE_NAME)?;
            return Ok(Self::of_script(manifest, Script::open(&path)?));
        }
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
    /// The script is not one.
    #[error(transparent)]
    Script(#[from] ScriptError),
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
