//! Owns a mini-app's folder for a test, and QuickJS to run what was bundled of it.

use std::fs;
use std::path::{Path, PathBuf};

use miniapp_js_bundle::{Bundle, BundleError, Diagnostic, Faults, Problem, bundle};
use rquickjs::{CatchResultExt, Context, Module, Runtime};
use tempfile::TempDir;

/// The page that most tests have.
pub(crate) const PAGE: &str = "pages/index";

/// A folder with a mini-app in it, and room above it.
pub(crate) struct Project {
    above: TempDir,
}

impl Project {
    /// A mini-app with these files, each a path and a text.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self {
            above: TempDir::new().unwrap(),
        };
        fs::create_dir(project.folder()).unwrap();
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.above.path().join("app")
    }

    /// Writes a file, whose path may lead above the mini-app's folder.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = match path.strip_prefix("../") {
            Some(above) => self.above.path().join(above),
            None => self.folder().join(path),
        };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn bundle(&self, pages: &[&str]) -> Result<Bundle, BundleError> {
        bundle(&self.folder(), pages)
    }

    /// What is bundled of the one page [`PAGE`].
    #[track_caller]
    pub(crate) fn built(&self) -> Bundle {
        self.bundle(&[PAGE])
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// What is wrong with the one page [`PAGE`] and what it imports.
    #[track_caller]
    pub(crate) fn faults(&self) -> Faults {
        match self.bundle(&[PAGE]) {
            Err(BundleError::Sources(faults)) => faults,
            other => panic!("{other:?}"),
        }
    }

    /// The one fault.
    #[track_caller]
    pub(crate) fn fault(&self) -> Diagnostic {
        let mut faults = self.faults();
        assert_eq!((faults.diagnostics.len(), faults.more), (1, 0), "{faults}");
        faults.diagnostics.remove(0)
    }

    /// The kind and the text of the one fault.
    #[track_caller]
    pub(crate) fn told(&self) -> (Problem, String) {
        let fault = self.fault();
        (fault.problem(), fault.to_string())
    }
}

/// A mini-app whose one page has this text.
pub(crate) fn page(text: &str) -> Project {
    Project::new(&[("pages/index.js", text)])
}

/// What the script logs when QuickJS runs it: each `log(…)`, and each page.
#[track_caller]
pub(crate) fn run(bundle: &Bundle) -> Vec<String> {
    let runtime = Runtime::new().unwrap();
    let context = Context::full(&runtime).unwrap();
    context.with(|ctx| {
        ctx.eval::<(), _>(
            "globalThis.logged = [];
            globalThis.log = (...values) => logged.push(values.join(' '));
            globalThis.__page = name => log('page', name);",
        )
        .unwrap();
        let module = Module::evaluate(ctx.clone(), "app.js", bundle.script.as_str());
        let done = module.and_then(|module| module.finish::<()>());
        if let Err(error) = done.catch(&ctx) {
            panic!("{error}\n{}", bundle.script);
        }
    });
    while runtime.execute_pending_job().unwrap() {}
    context.with(|ctx| ctx.eval("logged").unwrap())
}

/// What the one page of `project` logs.
#[track_caller]
pub(crate) fn logged(project: &Project) -> Vec<String> {
    let logged = run(&project.built());
    assert_eq!(logged.first().unwrap(), "page pages/index");
    logged.into_iter().skip(1).collect()
}

/// Links `link` to `target`, where links are allowed.
#[cfg(unix)]
pub(crate) fn link(target: &Path, link: &Path) {
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(target, link).unwrap();
}
