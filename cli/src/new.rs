//! `miniapp new`: a project that runs, is tested and passes its own checks.

mod destination;
mod names;
mod sdk;
mod template;

use std::path::Path;

use miniapp_package::{AppManifest, PartnerManifest};

use crate::Failure;
use crate::arguments::{NewArguments, TemplateArgument};
use crate::text::{counted, escape};

use destination::Destination;
use names::Names;
use template::Values;

/// Makes the project and says what to type next.
pub(crate) fn new(arguments: &NewArguments) -> Result<bool, Failure> {
    let destination = Destination::find(&arguments.folder)?;
    let names = Names::of(
        &destination.name,
        arguments.app_id.as_deref(),
        arguments.name.as_deref(),
    )?;
    let sdk = match (arguments.template, &arguments.sdk) {
        (TemplateArgument::Rust, named) => sdk::folder(named.as_deref())?,
        (_, None) => String::new(),
        (_, Some(_)) => return Err("--sdk is for --template rust; scripts need no SDK".into()),
    };
    let files = template::files(
        arguments.template,
        &Values {
            app_id: names.app_id.as_str(),
            name: &names.name,
            package: &names.package,
            sdk: &sdk,
        },
    );
    check(&files)?;
    destination.write(&files)?;
    println!(
        "made {}: the mini-app `{}` in {} ({})\n",
        escape(&destination.folder.display().to_string()),
        names.app_id,
        arguments.template.language(),
        counted(files.len(), "file"),
    );
    if arguments.template == TemplateArgument::Rust {
        println!(
            "The SDK is not on crates.io: Cargo.toml names its folder on this machine, {}.\n",
            escape(&sdk)
        );
    }
    println!("Next:");
    if arguments.folder != Path::new(".") {
        println!("  cd {}", shell_word(&destination.folder));
    }
    for (command, meaning) in arguments.template.next() {
        println!("  {command:<28}  # {meaning}");
    }
    Ok(true)
}

/// Reads the manifests before they are written: a name may be one that no manifest can have.
fn check(files: &[(&str, String)]) -> Result<(), Failure> {
    for (path, text) in files {
        let read = match *path {
            AppManifest::FILE_NAME => AppManifest::parse(path, text).map(drop),
            PartnerManifest::FILE_NAME => PartnerManifest::parse(path, text).map(drop),
            _ => Ok(()),
        };
        read.map_err(|error| {
            format!("{error}\nThis would have been written; say another name with --name")
        })?;
    }
    Ok(())
}

impl TemplateArgument {
    fn language(self) -> &'static str {
        match self {
            Self::Js => "JavaScript",
            Self::Ts => "TypeScript",
            Self::Rust => "Rust",
        }
    }

    /// What to type in the project's folder, and what it does.
    fn next(self) -> &'static [(&'static str, &'static str)] {
        const RUN: (&str, &str) = ("miniapp run . --event onTap", "run it, and tap once");
        const TEST: (&str, &str) = ("npm test", "run it, and compare its data");
        match self {
            Self::Js => &[RUN, TEST],
            Self::Ts => &[
                RUN,
                TEST,
                (
                    "npm install && npm run check",
                    "check its types and manifests",
                ),
            ],
            Self::Rust => &[RUN, ("cargo test", "test it without a host")],
        }
    }
}

/// A folder as it is typed into a shell.
fn shell_word(folder: &Path) -> String {
    let text = folder.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-:+@~\\".contains(c);
    let text = match text.starts_with('-') {
        true => format!("./{text}"),
        false => text,
    };
    if text.chars().all(plain) && !text.starts_with('~') {
        return text;
    }
    if cfg!(windows) {
        return format!("\"{text}\"");
    }
    format!("'{}'", escape(&text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_folder_is_typed_as_one_word() {
        for (folder, word) in [
            ("shop", "shop"),
            ("../läden/shop-2", "../läden/shop-2"),
            ("my shop", "'my shop'"),
            ("it's $HOME", r"'it'\''s $HOME'"),
            ("~", "'~'"),
            ("-x", "./-x"),
        ] {
            assert_eq!(shell_word(Path::new(folder)), word);
        }
    }
}
