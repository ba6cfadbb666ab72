//! What is to be built and what came of it; the order of the steps, and none of their details.

use crate::cargo::{self, Compilation};
use crate::crates::Guest;
use crate::{CCompiler, NoCCompiler, Toolchain, ToolchainError, component};
use std::fmt;
use std::fs;
use std::io;
use std::path::{self, PathBuf};
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
    compiles_c: bool,
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
            compiles_c: false,
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

    /// Whether something that the guest is made of is written in C, so that a compiler for it is needed.
    /// By default nothing is.
    #[must_use]
    pub fn compiles_c(mut self, compiles_c: bool) -> Self {
        self.compiles_c = compiles_c;
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
            .field("compiles_c", &self.compiles_c)
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
    /// Nothing on this machine compiles C to WebAssembly, and the guest needs it.
    #[error(transparent)]
    CCompiler(#[from] NoCCompiler),
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
    build_with(&find_toolchain(build)?, build)
}

/// Builds several guests, and returns them in the same order.
///
/// Each one is compiled on its own: compiled together, they would share the features of the crates that
/// they depend on, and a component would depend on what else was built.
///
/// # Errors
/// Fails like [`build`] for the first guest that cannot be built.
pub fn build_all(builds: &[GuestBuild]) -> Result<Vec<BuiltGuest>, BuildError> {
    let Some(first) = builds.first() else {
        return Ok(Vec::new());
    };
    let toolchain = find_toolchain(first)?;
    let built = builds.iter().map(|build| build_with(&toolchain, build));
    built.collect()
}

fn find_toolchain(build: &GuestBuild) -> Result<Toolchain, BuildError> {
    check_manifest(build)?;
    Ok(Toolchain::find(&build.manifest_dir)?)
}

fn check_manifest(build: &GuestBuild) -> Result<(), BuildError> {
    let manifest = build.manifest_dir.join("Cargo.toml");
    match fs::metadata(&manifest) {
        Ok(_) => Ok(()),
        Err(source) => Err(BuildError::File {
            file: manifest,
            source,
        }),
    }
}

/// Builds the core module of one guest and no component of it, for what is still to be done to it, and
/// returns its file.
///
/// # Errors
/// Fails like [`build`].
pub fn build_module(build: &GuestBuild) -> Result<PathBuf, BuildError> {
    compile_with(&find_toolchain(build)?, build).map(|compiled| compiled.module)
}

/// A guest that was compiled.
struct Compiled {
    guest: Guest,
    target_dir: PathBuf,
    module: PathBuf,
}

fn compile_with(toolchain: &Toolchain, build: &GuestBuild) -> Result<Compiled, BuildError> {
    check_manifest(build)?;
    let c_compiler = build.compiles_c.then(CCompiler::find).transpose()?;
    let guest = Guest::read(build, toolchain)?;
    let target_dir = build
        .target_dir
        .clone()
        .unwrap_or_else(|| guest.target_dir.join("guests"));
    let target_dir = path::absolute(&target_dir).map_err(|source| BuildError::File {
        file: target_dir,
        source,
    })?;
    let compilation = Compilation {
        guest: &guest,
        target_dir: &target_dir,
        profile: build
            .profile
            .as_deref()
            .unwrap_or_else(|| guest.default_profile()),
        locked: build.locked,
        c_compiler: c_compiler.as_ref(),
    };
    let module = cargo::compile(toolchain, &compilation, &|line| {
        if let Some(listener) = &build.progress {
            listener(line);
        }
    })?;
    let module = module.ok_or_else(|| BuildError::Manifest {
        manifest: build.manifest_dir.join("Cargo.toml"),
        message: "its library made no WebAssembly module".into(),
    })?;
    Ok(Compiled {
        guest,
        target_dir,
        module,
    })
}

fn build_with(toolchain: &Toolchain, build: &GuestBuild) -> Result<BuiltGuest, BuildError> {
    let Compiled {
        guest,
        target_dir,
        module,
    } = compile_with(toolchain, build)?;
    let bytes = component::encode(&guest.package, &module)?;
    let file = target_dir
        .join("components")
        .join(format!("{}.wasm", guest.crate_name));
    let changed = component::write(&file, &bytes)?;
    Ok(BuiltGuest {
        package: guest.package,
        crate_name: guest.crate_name,
        component: file,
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        changed,
    })
}
