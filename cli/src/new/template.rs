//! The templates of projects, which lie in `cli/templates`, with the values of one project put in.
//! Must not know where they are written.

use crate::arguments::TemplateArgument;

/// What the SDK for Rust needs, which is what this workspace needs.
const RUST_VERSION: &str = env!("CARGO_PKG_RUST_VERSION");

/// The types of what scripts find, as one file.
const TYPINGS: (&str, &str) = (
    "types/miniapp.d.ts",
    include_str!(concat!(env!("OUT_DIR"), "/miniapp.d.ts")),
);

/// Lists the files of a template by their paths in a project.
macro_rules! files {
    ($template:literal: $($path:literal $(as $stored:literal)?),* $(,)?) => {
        &[$((
            $path,
            include_str!(concat!("../../templates/", $template, "/", files!(@stored $path $($stored)?))),
        )),*]
    };
    (@stored $path:literal) => { $path };
    (@stored $path:literal $stored:literal) => { $stored };
}

const JS: &[(&str, &str)] = files!("js":
    ".gitignore", "README.md", "jsconfig.json", "miniapp.yaml", "package.json", "pages/index.js", "partner.yaml",
);

const TS: &[(&str, &str)] = files!("ts":
    ".gitignore", "README.md", "miniapp.yaml", "package.json", "pages/index.ts", "partner.yaml", "tsconfig.json",
);

// Cargo would take its own file's name for that of a package.
const RUST: &[(&str, &str)] = files!("rust":
    ".gitignore", "Cargo.toml" as "Cargo.toml.template", "README.md", "miniapp.yaml", "partner.yaml", "src/lib.rs",
);

/// What stands in a project in the place of `{{…}}` of its template.
pub(super) struct Values<'a> {
    pub(super) app_id: &'a str,
    pub(super) name: &'a str,
    pub(super) package: &'a str,
    /// The folder of the SDK; for Rust alone.
    pub(super) sdk: &'a str,
}

impl Values<'_> {
    fn get(&self, placeholder: &str) -> Option<&str> {
        match placeholder {
            "app_id" => Some(self.app_id),
            "name" => Some(self.name),
            "package" => Some(self.package),
            "sdk" => Some(self.sdk),
            "rust_version" => Some(RUST_VERSION),
            _ => None,
        }
    }
}

/// The files of a project: their paths in its folder, and their texts.
pub(super) fn files(
    template: TemplateArgument,
    values: &Values<'_>,
) -> Vec<(&'static str, String)> {
    let (stored, typings) = match template {
        TemplateArgument::Js => (JS, Some(TYPINGS)),
        TemplateArgument::Ts => (TS, Some(TYPINGS)),
        TemplateArgument::Rust => (RUST, None),
    };
    let filled = stored
        .iter()
        .map(|&(path, text)| (path, fill(text, values, !path.ends_with(".md"))));
    let typings = typings.map(|(path, text)| (path, text.to_owned()));
    filled.chain(typings).collect()
}

/// Puts the values in. Where they are escaped they stand between double quotes, which JSON, YAML and
/// TOML read alike.
fn fill(text: &str, values: &Values<'_>, escaped: bool) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let placeholder = after.split_once("}}");
        let value = placeholder.and_then(|(name, after)| Some((values.get(name)?, after)));
        rest = match value {
            Some((value, after)) => {
                if escaped {
                    let quoted = serde_json::Value::from(value).to_string();
                    filled.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
                } else {
                    filled.push_str(value);
                }
                after
            }
            None => {
                filled.push_str("{{");
                after
            }
        };
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    const VALUES: Values<'_> = Values {
        app_id: "miniapp_shop",
        name: "The shop of \\{{app_id}} \"7\"",
        package: "mini-app-shop",
        sdk: "C:\\sdk",
    };

    #[test]
    fn values_are_put_in_once_and_escaped() {
        let text = "a: \"{{name}}\" {{sdk}} {{other}} {{";
        assert_eq!(
            fill(text, &VALUES, true),
            r#"a: "The shop of \\{{app_id}} \"7\"" C:\\sdk {{other}} {{"#
        );
        assert_eq!(
            fill("# {{name}}", &VALUES, false),
            format!("# {}", VALUES.name)
        );
    }

    #[test]
    fn every_file_of_a_template_is_written_and_filled() {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        for (template, folder) in [
            (TemplateArgument::Js, "js"),
            (TemplateArgument::Ts, "ts"),
            (TemplateArgument::Rust, "rust"),
        ] {
            let folder = templates.join(folder);
            let mut stored = BTreeSet::new();
            let mut folders = vec![folder.clone()];
            while let Some(next) = folders.pop() {
                for entry in fs::read_dir(next).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() {
                        folders.push(path);
                        continue;
                    }
                    let path = path.strip_prefix(&folder).unwrap().to_str().unwrap();
                    let path = path.replace('\\', "/");
                    stored.insert(path.trim_end_matches(".template").to_owned());
                }
            }
            let plain = Values {
                name: "Shop",
                ..VALUES
            };
            let mut files = files(template, &plain);
            files.retain(|(path, _)| *path != TYPINGS.0);
            for (path, text) in &files {
                assert!(!text.contains("{{"), "{path}: {text}");
            }
            let written = files.iter().map(|(path, _)| (*path).to_owned());
            assert_eq!(written.collect::<BTreeSet<_>>(), stored);
        }
    }

    #[test]
    fn the_typings_are_one_file() {
        let text = TYPINGS.1;
        assert!(!text.contains("<reference"));
        for declared in [
            "declare function Page<",
            "declare function App<",
            "declare function fetch(",
        ] {
            assert!(text.contains(declared), "{declared}");
        }
    }
}
