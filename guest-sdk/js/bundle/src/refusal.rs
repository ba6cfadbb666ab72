//! Owns what is said of an import that is refused, and how to mend it. Must not know how it was found
//! out.

use miniapp_package::quoted;

use crate::diagnostic::Problem;

/// Why an import is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such file.
    NoFile,
    /// There is no such package.
    NoPackage,
    /// The package is there, but has no such file, or does not offer it.
    NotInPackage,
    /// The importer's package does not define the name, which begins with `#`.
    NoAlias,
    /// A `package.json` that has a say cannot be used.
    BrokenPackage,
    /// It is a module of Node.js.
    NodeBuiltin,
    /// The file is there, but lies outside the mini-app's folder.
    Outside,
    /// The file's path is not UTF-8.
    NotUnicode,
    /// It is a path from the root of a file system.
    Absolute,
    /// It is an address, of the network or with the data in it.
    Url,
    /// It has a query or a fragment.
    Query,
    /// It is a file with this extension, which no script has a use for.
    FileType(String),
}

impl Refusal {
    pub(crate) fn problem(&self) -> Problem {
        match self {
            Self::NoFile
            | Self::NoPackage
            | Self::NotInPackage
            | Self::NoAlias
            | Self::BrokenPackage
            | Self::Query => Problem::Unresolved,
            Self::NodeBuiltin => Problem::NodeBuiltin,
            Self::Outside | Self::Absolute | Self::Url => Problem::Outside,
            Self::NotUnicode => Problem::Unreadable,
            Self::FileType(_) => Problem::FileType,
        }
    }

    pub(crate) fn message(&self, specifier: &str) -> String {
        let name = quoted(specifier);
        match self {
            Self::NoFile | Self::NoAlias => format!("cannot find {name}"),
            Self::NoPackage => format!(
                "cannot find the package {}",
                quoted(package_name(specifier))
            ),
            Self::NotInPackage => format!(
                "the package {} has no {name}",
                quoted(package_name(specifier))
            ),
            Self::BrokenPackage => {
                format!("a package.json on the way to {name} cannot be used")
            }
            Self::NodeBuiltin => format!("{name} is a module of Node.js"),
            Self::Outside => format!("{name} leads out of the mini-app's folder"),
            Self::NotUnicode => format!("the path of {name} is not UTF-8"),
            Self::Absolute => format!("{name} is an absolute path"),
            Self::Url => format!("{name} is an address, and not a file"),
            Self::Query => format!("{name} has a query or a fragment"),
            Self::FileType(extension) if extension.is_empty() => {
                format!("{name} is a file without an extension")
            }
            Self::FileType(extension) => format!(
                "{name} is a file of the type {}",
                quoted(&format!(".{extension}"))
            ),
        }
    }

    pub(crate) fn help(&self, specifier: &str) -> String {
        match self {
            Self::NoFile => "there is no such file, with or without `.js`, `.ts`, `.mjs`, `.cjs` or `.json`, and no such folder with an `index`".to_owned(),
            Self::NoPackage => format!(
                "if it comes from npm, run {} in the mini-app's folder; if it is a file of the mini-app, begin its name with `./`",
                quoted(&format!("npm install {}", package_name(specifier)))
            ),
            Self::NotInPackage => "look up in its documentation what the package offers, or install another version of it".to_owned(),
            Self::NoAlias => "define it in the field `imports` of package.json, or name the file".to_owned(),
            Self::BrokenPackage => "it is not JSON, or a field of it is not right; a package of npm is mended by installing it anew".to_owned(),
            Self::NodeBuiltin => "mini-apps have no Node.js: use what `fc` offers, or a package that does without Node.js".to_owned(),
            Self::Outside => "copy the file into the folder, or install it as a package of npm; a symbolic link is not enough".to_owned(),
            Self::NotUnicode => "rename the file".to_owned(),
            Self::Absolute => "write where the file is from here, as in `../utils/date`".to_owned(),
            Self::Url => "mini-apps load no code from elsewhere: put the file into the folder".to_owned(),
            Self::Query => "name the file alone".to_owned(),
            Self::FileType(extension) => file_type_help(extension).to_owned(),
        }
    }
}

fn file_type_help(extension: &str) -> &'static str {
    match extension {
        "css" | "ftss" | "less" | "sass" | "scss" | "wxss" => {
            "a script has no styles: remove the import"
        }
        "fxml" | "html" | "vue" | "wxml" => "a script has no markup: remove the import",
        "jsx" | "tsx" => "JSX is not supported: write it in a `.js` or `.ts` file without JSX",
        "avif" | "gif" | "ico" | "jpeg" | "jpg" | "mp3" | "mp4" | "png" | "svg" | "ttf"
        | "webp" | "woff" | "woff2" => {
            "a script holds no media: give the file's address as a string, and let the view load it"
        }
        "node" | "wasm" => {
            "a script cannot load machine code or WebAssembly: use a package in JavaScript"
        }
        _ => {
            "import JavaScript, TypeScript or JSON; put other data into a `.json` file, or a string of a `.js` file"
        }
    }
}

/// The package that `specifier` names: its first part, or its first two if it begins with `@`.
pub(crate) fn package_name(specifier: &str) -> &str {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier.match_indices('/').nth(parts - 1);
    end.and_then(|(at, _)| specifier.get(..at))
        .unwrap_or(specifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_by_one_part_or_two() {
        assert_eq!(package_name("dayjs"), "dayjs");
        assert_eq!(package_name("dayjs/plugin/utc"), "dayjs");
        assert_eq!(package_name("@scope/a/b"), "@scope/a");
        assert_eq!(package_name("@scope"), "@scope");
    }
}
