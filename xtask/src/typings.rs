//! Checks the typings of `guest-sdk/js/typings` with the TypeScript compiler, from npm, as a project sees
//! them that has installed them, and as those do that `miniapp new` makes. Where there is no npm this says
//! so and goes on.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::javascript::{answers, copy};
use crate::{programs, root, run, say};

/// Compiles what has to compile, and sees that what must not does not.
pub(crate) fn check() -> Result<(), String> {
    let (from, to) = (
        root().join("guest-sdk/js/typings"),
        root().join("target/typings"),
    );
    if !answers("npm") || !answers("node") {
        say("no npm and Node.js; the typings of mini-apps in JavaScript stay unchecked");
        return Ok(());
    }
    say("checking the typings of mini-apps in JavaScript");
    for file in ["package.json", "package-lock.json"] {
        copy(&from.join(file), &to.join(file))?;
    }
    let install = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
    run(Command::new("npm").args(install).current_dir(&to))?;
    // After npm, which takes away what it has not installed itself.
    let package = to.join("node_modules/@miniapp/types");
    copy_all(&from, &package, ".d.ts")?;
    copy_all(&from.join("web"), &package.join("web"), ".d.ts")?;
    copy(&from.join("package.json"), &package.join("package.json"))?;
    let tests = to.join("tests");
    copy_all(&from.join("tests"), &tests, ".ts")?;
    copy(
        &from.join("tests/tsconfig.json"),
        &tests.join("tsconfig.json"),
    )?;
    compile(&to, "tests")?;
    say("checking the types of new projects");
    let miniapp = programs()?.join("miniapp");
    for (template, configuration) in [("js", "new/js/jsconfig.json"), ("ts", "new/ts")] {
        let project = to.join("new").join(template);
        remove(&project)?;
        run(Command::new(&miniapp)
            .arg("new")
            .arg(&project)
            .args(["--template", template]))?;
        compile(&to, configuration)?;
    }
    Ok(())
}

/// Checks the types of a project.
fn compile(folder: &Path, project: &str) -> Result<(), String> {
    run(Command::new("node")
        .args(["node_modules/typescript/bin/tsc", "--project", project])
        .current_dir(folder))
}

/// Removes what an earlier run has made.
fn remove(folder: &Path) -> Result<(), String> {
    if !folder.is_dir() {
        return Ok(());
    }
    fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Copies the files of a folder whose names end so, in place of what an earlier run has copied.
fn copy_all(from: &Path, to: &Path, ending: &str) -> Result<(), String> {
    remove(to)?;
    let files = fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))?;
    for file in files.flatten() {
        let name = file.file_name();
        if name.to_string_lossy().ends_with(ending) {
            copy(&file.path(), &to.join(&name))?;
        }
    }
    Ok(())
}
