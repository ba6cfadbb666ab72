//! What a new project is called in its manifests, made from its folder's name. Must not know where
//! the folder is.

use miniapp_package::AppId;

use crate::Failure;

/// What app ids that are made from a folder's name begin with.
const PREFIX: &str = "miniapp_";

/// The names of a new project.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) app_id: AppId,
    /// What people see.
    pub(super) name: String,
    /// What Cargo and npm call it.
    pub(super) package: String,
}

impl Names {
    /// From the name of a folder, but for what is said.
    pub(super) fn of(
        folder: &str,
        app_id: Option<&str>,
        name: Option<&str>,
    ) -> Result<Self, Failure> {
        let app_id = match app_id {
            Some(said) => AppId::parse(said)?,
            None => AppId::parse(&app_id_of(folder)).map_err(|error| {
                format!("{error}\nIt is made from the folder's name; say another one with --app-id, such as --app-id miniapp_shop")
            })?,
        };
        let name = match name {
            Some(said) => said.to_owned(),
            None => title_of(folder),
        };
        Ok(Self {
            package: package_of(&app_id),
            app_id,
            name,
        })
    }
}

/// `Summer-campaign` is `miniapp_summer_campaign`. What an app id may not have is left for
/// whoever reads it to tell.
fn app_id_of(folder: &str) -> String {
    let id: String = folder
        .chars()
        .map(|c| match c {
            '-' | '.' | ' ' => '_',
            other => other.to_ascii_lowercase(),
        })
        .collect();
    let id = id.trim_matches('_');
    if id.is_empty() || id.starts_with(PREFIX) {
        return id.to_owned();
    }
    format!("{PREFIX}{id}")
}

/// `summer-campaign` is `Summer campaign`.
fn title_of(folder: &str) -> String {
    let words: Vec<&str> = folder
        .split(['-', '_', ' '])
        .filter(|word| !word.is_empty())
        .collect();
    let words = words.join(" ");
    let mut rest = words.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

/// `miniapp_summer_campaign` is `mini-app-summer-campaign`: what Cargo and npm allow, no word that
/// Rust keeps for itself, and never a crate of the SDK.
fn package_of(app_id: &AppId) -> String {
    let id = app_id.as_str();
    let own = id.strip_prefix(PREFIX).unwrap_or(id);
    format!("mini-app-{own}")
        .to_ascii_lowercase()
        .replace(['_', '.'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_from_the_folders() {
        for (folder, app_id, name, package) in [
            ("shop", "miniapp_shop", "Shop", "mini-app-shop"),
            (
                "Summer-Campaign",
                "miniapp_summer_campaign",
                "Summer Campaign",
                "mini-app-summer-campaign",
            ),
            (
                "my shop 2.0",
                "miniapp_my_shop_2_0",
                "My shop 2.0",
                "mini-app-my-shop-2-0",
            ),
            (
                "miniapp-guest",
                "miniapp_guest",
                "Miniapp guest",
                "mini-app-guest",
            ),
            ("2048", "miniapp_2048", "2048", "mini-app-2048"),
            ("_fn_", "miniapp_fn", "Fn", "mini-app-fn"),
        ] {
            let names = Names::of(folder, None, None).unwrap();
            assert_eq!(
                (names.app_id.as_str(), &*names.name, &*names.package),
                (app_id, name, package)
            );
        }
    }

    #[test]
    fn what_is_said_goes_before_the_folders_name() {
        let names = Names::of("läden", Some("com.acme.Shop"), Some("Läden \"7\"")).unwrap();
        assert_eq!(names.app_id.as_str(), "com.acme.Shop");
        assert_eq!(names.name, "Läden \"7\"");
        assert_eq!(names.package, "mini-app-com-acme-shop");
        for wrong in ["läden", "---", "", "a/b"] {
            assert!(Names::of(wrong, None, None).is_err(), "{wrong}");
            assert!(Names::of("shop", Some(wrong), None).is_err(), "{wrong}");
        }
    }
}
