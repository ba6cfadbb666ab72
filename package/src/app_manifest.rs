//! Owns the app manifest, in which a mini-app says what it is and what it asks for. Must not know
//! what is granted.

use std::path::Path;

use semver::Version;

use crate::allow_list::AllowList;
use crate::app_id::AppId;
use crate::manifest_error::{Complaint, ManifestError};
use crate::manifest_file;
use crate::nearest::nearest;
use crate::network::Network;
use crate::permission::Permission;
use crate::quote::quoted;
use crate::relative_path::relative_path;
use crate::source::Source;
use crate::value::Value;
use crate::yaml::Document;

/// Longest name of a mini-app, in characters: what fits into a title bar, with room.
pub const MAX_NAME_CHARS: usize = 128;

/// Longest reason for a permission, in characters: what people read before they agree.
pub const MAX_REASON_CHARS: usize = 512;

/// Most pages of a mini-app.
pub const MAX_PAGES: usize = 100;

/// Fewest and most tabs of a mini-app: as many as the tab bar of WeChat has.
pub const MIN_TABS: usize = 2;

/// See [`MIN_TABS`].
pub const MAX_TABS: usize = 5;

/// Most permissions that a mini-app asks for or is granted.
pub const MAX_PERMISSIONS: usize = 64;

/// Longest version, in bytes, with pre-release and build.
pub const MAX_VERSION_BYTES: usize = 64;

/// What a mini-app says of itself, file `miniapp.yaml`.
///
/// ```yaml
/// appId: miniapp_summer_campaign
/// name: Summer campaign
/// version: 1.0.0
/// component: app.wasm          # optional
/// pages: [pages/index, pages/me, pages/offer]
/// tabs: [pages/index, pages/me]                 # optional
/// permissions:                 # optional
///   - name: user:readProfile
///     reason: Greets you by name
///     optional: true           # default false
/// network: { allow: [api.your-platform.com] }   # optional
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppManifest {
    /// The mini-app's id.
    pub app_id: AppId,
    /// The name that people see: 1 to [`MAX_NAME_CHARS`] characters, on one line.
    pub name: String,
    /// The version of this package.
    pub version: Version,
    /// The component's path inside the package, if it is given.
    pub component: Option<String>,
    /// The pages, 1 to [`MAX_PAGES`]; the first one opens where none is asked for.
    pub pages: Vec<String>,
    /// The pages that the tab bar leads to, in its order: none, or [`MIN_TABS`] to [`MAX_TABS`], each
    /// one of the pages, each once.
    pub tabs: Vec<String>,
    /// The permissions it asks for, at most [`MAX_PERMISSIONS`], each once.
    pub permissions: Vec<PermissionRequest>,
    /// The hosts it asks for.
    pub network: AllowList,
}

/// A permission that a mini-app asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionRequest {
    /// What is asked for.
    pub permission: Permission,
    /// Why, for people: 1 to [`MAX_REASON_CHARS`] characters, on one line.
    pub reason: String,
    /// Whether the mini-app also runs without it. Default: false.
    pub optional: bool,
    /// Where the permission is named.
    pub source: Source,
}

impl AppManifest {
    /// The file's name in a package.
    pub const FILE_NAME: &str = "miniapp.yaml";

    /// The component's path where the manifest gives none.
    pub const DEFAULT_COMPONENT: &str = "app.wasm";

    /// Reads `text`, which is called `file` in errors.
    ///
    /// # Errors
    ///
    /// [`ManifestError`] with line and column if the text is not an app manifest, or has more than
    /// [`MAX_MANIFEST_BYTES`](crate::MAX_MANIFEST_BYTES).
    pub fn parse(file: &str, text: &str) -> Result<Self, ManifestError> {
        let (document, root) = Document::parse(file, text)?;
        let fields = Value::new(&document, &root).fields(&[
            "appId",
            "name",
            "version",
            "component",
            "pages",
            "tabs",
            "permissions",
            "network",
        ])?;
        let component = fields.optional("component");
        let permissions = fields.optional("permissions").map(permission_requests);
        let network = fields.optional("network").map(Network::from_value);
        let name = fields.required("name", "name: My mini-app")?;
        let app_id = app_id(fields.required("appId", "appId: my_miniapp")?)?;
        let name = name.prose(MAX_NAME_CHARS)?.to_owned();
        let version = version(fields.required("version", "version: 1.0.0")?)?;
        let component = component.map(|path| relative_path(path, Self::DEFAULT_COMPONENT));
        let component = component.transpose()?;
        let pages = pages(fields.required("pages", "pages: [pages/index]")?)?;
        let tabs = fields.optional("tabs").map(|value| tabs(value, &pages));
        Ok(Self {
            app_id,
            name,
            version,
            component,
            tabs: tabs.transpose()?.unwrap_or_default(),
            pages,
            permissions: permissions.transpose()?.unwrap_or_default(),
            network: network.transpose()?.unwrap_or_default().allow,
        })
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// [`ManifestError`] as for [`AppManifest::parse`], or if the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        manifest_file::read(path, Self::parse)
    }

    /// The component's path inside the package.
    #[must_use]
    pub fn component_path(&self) -> &str {
        self.component.as_deref().unwrap_or(Self::DEFAULT_COMPONENT)
    }

    /// The request for `permission`, if the mini-app asks for it.
    #[must_use]
    pub fn request_for(&self, permission: &Permission) -> Option<&PermissionRequest> {
        self.permissions
            .iter()
            .find(|request| request.permission == *permission)
    }
}

/// The value as an app id.
pub(crate) fn app_id(value: Value<'_>) -> Result<AppId, ManifestError> {
    AppId::parse(value.text()?).map_err(|error| value.error(Complaint::new(error.to_string())))
}

/// The value as a permission.
pub(crate) fn permission(value: Value<'_>) -> Result<Permission, ManifestError> {
    Permission::parse(value.text()?).map_err(|error| value.error(error))
}

/// The error for a permission that stands in a list for the second time.
pub(crate) fn listed_twice(value: Value<'_>, permission: &Permission) -> ManifestError {
    let complaint = Complaint::new(format!("`{permission}` is listed twice"));
    value.error(complaint.help("remove one of them"))
}

fn version(value: Value<'_>) -> Result<Version, ManifestError> {
    let text = value.scalar("a version, such as `1.0.0`")?;
    let complaint = match Version::parse(text) {
        Ok(version) if text.len() <= MAX_VERSION_BYTES => return Ok(version),
        Ok(_) => Complaint::new(format!(
            "the version has {} bytes, more than {MAX_VERSION_BYTES}",
            text.len()
        )),
        Err(error) => Complaint::new(format!("{} is not a version: {error}", quoted(text))),
    };
    Err(value.error(complaint.help("write three numbers, such as `1.0.0`")))
}

fn pages(value: Value<'_>) -> Result<Vec<String>, ManifestError> {
    let pages = distinct_pages(value, MAX_PAGES)?;
    if pages.is_empty() {
        let complaint = Complaint::new("expected at least one page, came an empty list");
        return Err(value.error(complaint.help("write `pages: [pages/index]`")));
    }
    Ok(pages)
}

fn tabs(value: Value<'_>, pages: &[String]) -> Result<Vec<String>, ManifestError> {
    let tabs = distinct_pages(value, MAX_TABS)?;
    for (item, tab) in value.list(MAX_TABS)?.zip(&tabs) {
        if !pages.contains(tab) {
            let complaint =
                Complaint::new(format!("the tab {} is not one of `pages`", quoted(tab)));
            let help = match nearest(tab, pages.iter().map(String::as_str)) {
                Some(page) => format!("did you mean `{page}`?"),
                None => "add it to `pages`, or remove it here".to_owned(),
            };
            return Err(item.error(complaint.help(help)));
        }
    }
    if tabs.len() < MIN_TABS {
        let complaint = Complaint::new(format!(
            "a tab bar has {MIN_TABS} to {MAX_TABS} tabs, came {}",
            tabs.len()
        ));
        return Err(value.error(complaint.help("add tabs, or remove the key `tabs`")));
    }
    Ok(tabs)
}

/// The value as a list of at most `most` pages, each once.
fn distinct_pages(value: Value<'_>, most: usize) -> Result<Vec<String>, ManifestError> {
    let mut pages: Vec<String> = Vec::new();
    for item in value.list(most)? {
        let page = relative_path(item, "pages/index")?;
        if pages.contains(&page) {
            let complaint = Complaint::new(format!("the page {} is listed twice", quoted(&page)));
            return Err(item.error(complaint.help("remove one of them")));
        }
        pages.push(page);
    }
    Ok(pages)
}

fn permission_requests(value: Value<'_>) -> Result<Vec<PermissionRequest>, ManifestError> {
    let mut requests: Vec<PermissionRequest> = Vec::new();
    for item in value.list(MAX_PERMISSIONS)? {
        let fields = item.fields(&["name", "reason", "optional"])?;
        let name = fields.required("name", "name: user:readProfile")?;
        let reason = fields.required("reason", "reason: Greets you by name")?;
        let optional = fields.optional("optional").map(|value| value.boolean());
        let request = PermissionRequest {
            permission: permission(name)?,
            reason: reason.prose(MAX_REASON_CHARS)?.to_owned(),
            optional: optional.transpose()?.unwrap_or(false),
            source: name.source(),
        };
        if requests
            .iter()
            .any(|other| other.permission == request.permission)
        {
            return Err(listed_twice(name, &request.permission));
        }
        requests.push(request);
    }
    Ok(requests)
}
