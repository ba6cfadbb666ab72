//! Where the SDK for Rust is. Must not know what it is needed for.

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::text::escape;

/// Where this command was built from.
const CHECKOUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The SDK's folder: the named one, or that of the checkout this command was built from.
pub(super) fn folder(named: Option<&Path>) -> Result<String, Failure> {
    find(named, Path::new(CHECKOUT))
}

fn find(named: Option<&Path>, checkout: &Path) -> Result<String, Failure> {
    let place = named.unwrap_or(checkout);
    let mut candidates = [place.to_owned(), place.join("guest-sdk")].into_iter();
    let Some(sdk) = candidates.find(|folder| is_sdk(folder)) else {
        let place = escape(&place.display().to_string());
        let help = "--sdk <FOLDER> names the folder `guest-sdk` of a checkout of miniapp";
        return Err(match named {
            Some(_) => format!("{place} is not the SDK for Rust; {help}"),
            None => format!(
                "the SDK for Rust is not on crates.io, and the checkout that this command was built from is not at {place} any more; {help}"
            ),
        }
        .into());
    };
    let sdk = real(&sdk).map_err(|error| format!("cannot read {}: {error}", sdk.display()))?;
    match sdk.into_os_string().into_string() {
        Ok(sdk) => Ok(sdk),
        Err(sdk) => Err(format!(
            "the SDK's folder {} is not Unicode, which Cargo.toml has to be",
            sdk.display()
        )
        .into()),
    }
}

/// The path from the root. Cargo does not take those that Windows gives for canonical ones.
fn real(folder: &Path) -> std::io::Result<PathBuf> {
    if cfg!(windows) {
        return std::path::absolute(folder);
    }
    folder.canonicalize()
}

fn is_sdk(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|manifest| {
        manifest
            .lines()
            .any(|line| line.trim() == "name = \"miniapp-guest\"")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_is_where_it_is_said_or_in_the_checkout() {
        let checkout = Path::new(CHECKOUT);
        let found = find(None, checkout).unwrap();
        assert!(Path::new(&found).is_absolute(), "{found}");
        assert!(found.ends_with("guest-sdk"), "{found}");
        for named in [checkout.join("guest-sdk"), checkout.to_owned()] {
            assert_eq!(find(Some(&named), Path::new("gone")).unwrap(), found);
        }
    }

    #[test]
    fn without_a_checkout_the_sdk_is_to_be_named() {
        let error = find(None, Path::new("gone")).unwrap_err();
        insta::assert_snapshot!(error, @"the SDK for Rust is not on crates.io, and the checkout that this command was built from is not at gone any more; --sdk <FOLDER> names the folder `guest-sdk` of a checkout of miniapp");
        let error = find(Some(Path::new("elsewhere")), Path::new(CHECKOUT)).unwrap_err();
        insta::assert_snapshot!(error, @"elsewhere is not the SDK for Rust; --sdk <FOLDER> names the folder `guest-sdk` of a checkout of miniapp");
    }
}
