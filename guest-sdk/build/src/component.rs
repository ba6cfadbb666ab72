//! From a core module to a component file; must not know how the module was compiled.

use crate::BuildError;
use std::fs;
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use wit_component::ComponentEncoder;

/// Encodes the core module of a mini-app as a component, and validates it.
pub(crate) fn encode(package: &str, module: &Path) -> Result<Vec<u8>, BuildError> {
    let core = fs::read(module).map_err(|source| BuildError::File {
        file: module.into(),
        source,
    })?;
    let encode = || {
        ComponentEncoder::default()
            .validate(true)
            .module(&core)?
            .encode()
    };
    encode().map_err(|error| BuildError::Encode {
        package: package.into(),
        message: format!("{error:#}"),
    })
}

/// Writes a file so that nobody ever reads a part of it, and only where that changes it: what was built
/// from it before stays fresh. Returns whether it was written.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> Result<bool, BuildError> {
    static WRITES: AtomicU32 = AtomicU32::new(0);
    if fs::read(file).is_ok_and(|present| present == bytes) {
        return Ok(false);
    }
    let failed = |source| BuildError::File {
        file: file.into(),
        source,
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let number = WRITES.fetch_add(1, Ordering::Relaxed);
    let unfinished = file.with_extension(format!("{}-{number}.tmp", process::id()));
    fs::write(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, file))
        .map_err(|source| {
            // The write has failed already; a left-over file is the lesser trouble.
            let _ = fs::remove_file(&unfinished);
            failed(source)
        })?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("components/rogue.wasm");
        assert!(write(&file, b"one").unwrap());
        assert!(!write(&file, b"one").unwrap());
        assert!(write(&file, b"two").unwrap());
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_module_that_is_none_names_the_package() {
        let folder = tempfile::tempdir().unwrap();
        let module = folder.path().join("rogue.wasm");
        fs::write(&module, "not a module").unwrap();
        let error = encode("rogue", &module).unwrap_err().to_string();
        assert!(
            error.starts_with("rogue does not make a component: "),
            "{error}"
        );
    }
}
