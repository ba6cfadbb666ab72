//! Puts the typings of `guest-sdk/js/typings` into one file, which `miniapp new` writes into projects.

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// A line that names another file of the typings.
const REFERENCE: (&str, &str) = ("/// <reference path=\"", "\" />");

fn main() -> Result<()> {
    let typings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-sdk/js/typings");
    let mut all = String::new();
    append(&typings.join("index.d.ts"), &mut all)?;
    let folder = std::env::var_os("OUT_DIR").ok_or_else(|| Error::other("Cargo runs this"))?;
    fs::write(PathBuf::from(folder).join("miniapp.d.ts"), all)
}

/// Appends a file, and those that it refers to in the place where it does.
fn append(file: &Path, all: &mut String) -> Result<()> {
    println!("cargo::rerun-if-changed={}", file.display());
    let text = fs::read_to_string(file)
        .map_err(|error| Error::other(format!("{}: {error}", file.display())))?;
    for line in text.lines() {
        let reference = line.strip_prefix(REFERENCE.0);
        match reference.and_then(|rest| rest.strip_suffix(REFERENCE.1)) {
            Some(path) => append(&file.with_file_name(path), all)?,
            None => {
                all.push_str(line);
                all.push('\n');
            }
        }
    }
    Ok(())
}
