//! What is to be built and what came of it; the order of the steps, and none of their details.

use crate::cargo::{self, Compilation};
use crate::crates::Guest;
use crate::{Toolchain, ToolchainError, component};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

type Progress = Arc<dyn Fn(&str) + Send + Sync>;

/// One guest to build.
#[derive(Clone)]
pub struct GuestBuild {
    pub(crate) manifest_dir: PathBuf,
    pub(crate) package: Option<String>,
    target_dir: Option<PathBuf>,
    profile: Option<String>,
    locked: bool,
    progress: Option<Progress>,
}

impl GuestBuild {
    /// The guest whose `Cargo.toml` lies in a folder.
    pub fn new(manifest_dir: impl Into<PathBuf>) -> Self {
        Self {
            manifest_dir: manifest_dir.into(),
            package: None,
            target_dir: None,
            profile: None,
            locked: false,
            progress: None,
        }
    }

    /// Names the package, where the folder holds a workspace. By default it is the folder's own.
    #[must_use]
    pub fn package(mut self, name: impl Into<String>) -> Self {
        self.package = Some(name.into());
        self
    }

    /// Where to build. Guests that share a folder share the standard library and their dependencies. By
    /// default it is the folder `guests` in the workspace's own target folder.
    #[must_use]
    pub fn target_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.target_dir = Some(folder.into());
        self
    }

    /// The Cargo profile. By default it is `guest` where the workspace's manifest has a table
    /// `[profile.guest]`, else `release`.
    #[must_use]
    pub fn profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Whether a `Cargo.lock` that does not fit the manifests is an error and not brought up to date.
    /// By default it is not.
    #[must_use]
    pub fn locked(mut self, locked: bool) -> Self {
        self.locked = locked;
        self
    }

    /// Is told what Cargo and the compiler say meanwhile, warnings too, line by line. By default nobody is.
    #[must_use]
    pub fn progress(mut self, listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(listener));
        self
    }
}

impl fmt::Debug for GuestBuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestBuild")
            .field("manifest_dir", &self.manifest_dir)
            .field("package", &self.package)
            .field("target_dir", &self.target_dir)
            .field("profile", &self.profile)
            .field("locked", &self.locked)
            .finish_non_exhaustive()
    }
}

/// A guest that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltGuest {
    /// The package's name.
    pub package: String,
    /// The library's name, with underscores.
    pub crate_name: String,
    /// The component: `<target folder>/components/<crate name>.wasm`.
    pub component: PathBuf,
    /// The component's size in bytes.
    pub size: u64,
    /// Whether the component differs from what was there before.
    pub changed: bool,
}

/// Why a guest was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Nothing on this machine compiles to WebAssembly.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// The crate cannot be built as it is described.
    #[error("{}: {message}", manifest.display())]
    Manifest {
        /// The manifest.
        manifest: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The compiler refused the code, or Cargo its dependencies.
    #[error("{messages}")]
    Compile {
        /// The messages as the compiler renders them, and nothing else.
        messages: String,
    },
    /// The code compiles, but does not fit the contract.
    #[error("{package} does not make a component: {message}")]
    Encode {
        /// The package's name.
        package: String,
        /// What does not fit.
        message: String,
    },
    /// A program did not start.
    #[error("cannot run {}: {source}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Builds one guest.
///
/// The first build in a target folder may take a minute or two, see the [crate]'s documentation.
///
/// # Errors
/// Fails without a tool chain, for a crate that is no mini-app, and for code that does not compile.
pub fn build(build: &GuestBuild) -> Result<BuiltGuest, BuildError> {
    let manifest = || build.manifest_dir.join("Cargo.toml");
    let none = || BuildError::Manifest {
        manifest: manifest(),
        message: "it made no library for WebAssembly".into(),
    };
    build_all(std::slice::from_ref(build))?
        .pop()
        .ok_or_else(none)
}

/// Builds several guests, those of one workspace in one run of Cargo. Returns them in the same order.
///
/// # Errors
/// Fails like [`build`] for the first guest that cannot be built.
pub fn build_all(builds: &[GuestBuild]) -> Result<Vec<BuiltGuest>, BuildError> {
    let Some(first) = builds.first() else {
        return Ok(Vec::new());
    };
    let toolchain = Toolchain::find(existing(&first.manifest_dir)?)?;
    let plans = builds
        .iter()
        .map(|build| Plan::new(build, &toolchain))
        .collect::<Result<Vec<_>, _>>()?;
    let mut built: Vec<Option<BuiltGuest>> = vec![None; plans.len()];
    while let Some(next) = built
        .iter()
        .zip(&plans)
        .find_map(|(built, plan)| built.is_none().then_some(plan))
    {
        let together: Vec<&Plan<'_>> = plans
            .iter()
            .filter(|plan| plan.settings() == next.settings())
            .collect();
        let guests: Vec<&Guest> = together.iter().map(|plan| &plan.guest).collect();
        let compilation = Compilation {
            guests: &guests,
            workspace: &next.guest.workspace,
            target_dir: &next.target_dir,
            profile: &next.profile,
            locked: next.build.locked,
        };
        let listener = next.build.progress.as_deref();
        let modules = cargo::compile(&toolchain, &compilation, &|line| {
            if let Some(listener) = listener {
                listener(line);
            }
        })?;
        for (plan, built) in plans.iter().zip(&mut built) {
            if plan.settings() == next.settings() {
                *built = Some(plan.finish(modules.get(&plan.guest.id).map(PathBuf::as_path))?);
            }
        }
    }
    Ok(built.into_iter().flatten().collect())
}

fn existing(folder: &Path) -> Result<&Path, BuildError> {
    match fs::metadata(folder.join("Cargo.toml")) {
        Ok(_) => Ok(folder),
        Err(source) => Err(BuildError::File {
            file: folder.join("Cargo.toml"),
            source,
        }),
    }
}

/// A guest with everything decided that its build leaves open.
struct Plan<'a> {
    build: &'a GuestBuild,
    guest: Guest,
    target_dir: PathBuf,
    profile: String,
}

impl<'a> Plan<'a> {
    fn new(build: &'a GuestBuild, toolchain: &Toolchain) -> Result<Self, BuildError> {
        existing(&build.manifest_dir)?;
        let guest = Guest::read(build, toolchain)?;
        let target_dir = build
            .target_dir
            .clone()
            .unwrap_or_else(|| guest.target_dir.join("guests"));
        let target_dir = std::path::absolute(&target_dir).map_err(|source| BuildError::File {
            file: target_dir,
            source,
        })?;
        let profile = build
            .profile
            .clone()
            .unwrap_or_else(|| guest.default_profile().into());
        Ok(Self {
            build,
            guest,
            target_dir,
            profile,
        })
    }

    /// What two guests must have in common to be compiled by one Cargo.
    fn settings(&self) -> (&Path, &Path, &str, bool) {
        (
            &self.guest.workspace,
            &self.target_dir,
            &self.profile,
            self.build.locked,
        )
    }

    fn finish(&self, module: Option<&Path>) -> Result<BuiltGuest, BuildError> {
        let module = module.ok_or_else(|| BuildError::Manifest {
            manifest: self.build.manifest_dir.join("Cargo.toml"),
            message: "its library made no WebAssembly module".into(),
        })?;
        let bytes = component::encode(&self.guest.package, module)?;
        let file = self
            .target_dir
            .join("components")
            .join(format!("{}.wasm", self.guest.crate_name));
        let changed = component::write(&file, &bytes)?;
        Ok(BuiltGuest {
            package: self.guest.package.clone(),
            crate_name: self.guest.crate_name.clone(),
            component: file,
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            changed,
        })
    }
}
