//! Owns where an import leads: which file, and what its package says of it. Must not know what is in the
//! file, nor how a refusal is reported.

use std::path::{Path, PathBuf};

use nodejs_built_in_modules::is_nodejs_builtin_module;
use oxc_resolver::{ResolveError, ResolveOptions, Resolver as OxcResolver};
use rolldown_common::{ImportKind, ModuleType, PackageJson};

use crate::folder::{Folder, Misplaced, is_in_package};
use crate::refusal::{Refusal, package_name};

/// Extensions that a name may leave out, in the order in which they are tried.
const EXTENSIONS: [&str; 5] = [".js", ".ts", ".mjs", ".cjs", ".json"];

/// A file that belongs to the mini-app.
#[derive(Debug, Clone)]
pub(crate) struct Located {
    /// What it is called, after [`Folder::name_of`].
    pub(crate) name: String,
    /// Without symbolic links.
    pub(crate) path: PathBuf,
    pub(crate) module_type: ModuleType,
    /// The nearest `package.json`, if it belongs to the mini-app too.
    pub(crate) package_json: Option<PathBuf>,
    /// Whether its package says that it can be left out where nothing of it is used.
    pub(crate) can_be_left_out: bool,
}

#[derive(Debug)]
pub(crate) struct Resolver {
    folder: Folder,
    import: OxcResolver,
    require: OxcResolver,
}

impl Resolver {
    pub(crate) fn new(folder: Folder) -> Self {
        let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let alias = |from: &str, to: &[&str]| (from.to_owned(), strings(to));
        let options = |condition: &str, main_fields: &[&str]| ResolveOptions {
            cwd: Some(folder.root().to_owned()),
            condition_names: strings(&[condition, "default"]),
            extensions: strings(&EXTENSIONS),
            // TypeScript's way: the name of what the compiler would write.
            extension_alias: vec![
                alias(".js", &[".js", ".ts"]),
                alias(".mjs", &[".mjs", ".mts"]),
                alias(".cjs", &[".cjs", ".cts"]),
            ],
            main_fields: strings(main_fields),
            ..ResolveOptions::default()
        };
        let import = OxcResolver::new(options("import", &["module", "main"]));
        let require = import.clone_with_options(options("require", &["main", "module"]));
        Self {
            folder,
            import,
            require,
        }
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The file of the mini-app at `path`, from its folder.
    pub(crate) fn own(&self, path: &str) -> Result<Located, Refusal> {
        self.resolve(
            self.folder.root(),
            &format!("./{path}"),
            ImportKind::Require,
        )
    }

    /// Where `specifier` leads in a file that lies in the folder `from`.
    pub(crate) fn resolve(
        &self,
        from: &Path,
        specifier: &str,
        kind: ImportKind,
    ) -> Result<Located, Refusal> {
        if specifier.starts_with("node:") {
            return Err(Refusal::NodeBuiltin);
        }
        if ["http:", "https:", "data:", "//"]
            .iter()
            .any(|start| specifier.starts_with(start))
        {
            return Err(Refusal::Url);
        }
        if specifier.starts_with('/') || Path::new(specifier).is_absolute() {
            return Err(Refusal::Absolute);
        }
        let resolver = match kind {
            ImportKind::Require => &self.require,
            _ => &self.import,
        };
        let resolution = (resolver.resolve(from, specifier))
            .map_err(|error| refusal(&error, from, specifier))?;
        if resolution.query().is_some() || resolution.fragment().is_some() {
            return Err(Refusal::Query);
        }
        let path = resolution.path().canonicalize();
        let path = path.map_err(|_| Refusal::NoFile)?;
        let name = self.folder.name_of(&path).map_err(|why| match why {
            Misplaced::Outside => Refusal::Outside,
            Misplaced::NotUnicode => Refusal::NotUnicode,
        })?;
        let module_type = module_type(&path)?;
        let package_json = resolution
            .package_json()
            .filter(|package| self.folder.name_of(package.realpath()).is_ok());
        let can_be_left_out = is_in_package(&name)
            && package_json.is_some_and(|package| {
                let within = path.strip_prefix(package.directory());
                let package = PackageJson::from_oxc_pkg_json(package);
                within.is_ok_and(|within| {
                    let within = within.to_string_lossy().replace('\\', "/");
                    package.check_side_effects_for(&within) == Some(false)
                })
            });
        Ok(Located {
            name,
            path,
            module_type,
            package_json: package_json.map(|package| package.realpath().to_owned()),
            can_be_left_out,
        })
    }
}

fn module_type(path: &Path) -> Result<ModuleType, Refusal> {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    match &*extension {
        "js" | "mjs" | "cjs" => Ok(ModuleType::Js),
        "ts" | "mts" | "cts" => Ok(ModuleType::Ts),
        "json" => Ok(ModuleType::Json),
        _ => Err(Refusal::FileType(extension.into_owned())),
    }
}

fn refusal(error: &ResolveError, from: &Path, specifier: &str) -> Refusal {
    match error {
        ResolveError::Json(_)
        | ResolveError::IOError(_)
        | ResolveError::InvalidPackageTarget(..)
        | ResolveError::InvalidPackageConfig(_)
        | ResolveError::InvalidPackageConfigDefault(_)
        | ResolveError::InvalidPackageConfigDirectory(_) => Refusal::BrokenPackage,
        _ if specifier.starts_with('.') => Refusal::NoFile,
        _ if specifier.starts_with('#') => Refusal::NoAlias,
        _ if Folder::has_package(from, package_name(specifier)) => Refusal::NotInPackage,
        _ if is_nodejs_builtin_module(specifier) => Refusal::NodeBuiltin,
        _ => Refusal::NoPackage,
    }
}
