//! Owns the partner manifest, in which an operator says what each mini-app of a partner may do. Must
//! not know what a mini-app asks for.

use std::path::Path;

use crate::app_id::{AppId, MAX_PARTNER_ID_BYTES, is_partner_id};
use crate::app_manifest::{MAX_PERMISSIONS, app_id, listed_twice, permission};
use crate::grant_line::{GrantLine, Slot};
use crate::manifest_error::{Complaint, ManifestError};
use crate::manifest_file;
use crate::network::Network;
use crate::permission::Permission;
use crate::quote::quoted;
use crate::source::Source;
use crate::value::{Fields, Value};
use crate::yaml::Document;

/// Most mini-apps of one partner.
pub const MAX_MINI_APPS: usize = 1000;

/// What a partner's mini-apps may do, file `partner.yaml`.
///
/// ```yaml
/// partner:
///   id: "acme-lifestyle"
///   mini_apps:
///     - appId: "miniapp_acme_rewards"
///       permissions: ["user:readProfile"]
///       network: { default: "deny", allow: ["api.acme.com"] }
///       sandbox: true
/// ```
///
/// What is not granted is denied: without `permissions` and `network`, a mini-app has neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerManifest {
    /// The partner's id: 1 to [`MAX_PARTNER_ID_BYTES`] of `a-z 0-9 -`.
    pub id: String,
    /// The mini-apps, at most [`MAX_MINI_APPS`], each once.
    pub mini_apps: Vec<PartnerApp>,
    new_app: Slot,
}

/// What one mini-app of a partner may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerApp {
    /// The mini-app's id.
    pub app_id: AppId,
    /// The permissions it is granted, at most [`MAX_PERMISSIONS`], each once, and where.
    pub permissions: Vec<(Permission, Source)>,
    /// The hosts it may reach.
    pub network: Network,
    /// Whether it runs in the sandbox. Always true: `sandbox: false` is refused.
    pub sandbox: bool,
    /// Where the mini-app's entry begins.
    pub source: Source,
    new_permission: Slot,
    new_host: Slot,
}

impl PartnerManifest {
    /// The file's usual name.
    pub const FILE_NAME: &str = "partner.yaml";

    /// Reads `text`, which is called `file` in errors and grant lines.
    ///
    /// # Errors
    ///
    /// [`ManifestError`] with line and column if the text is not a partner manifest, or has more than
    /// [`MAX_MANIFEST_BYTES`](crate::MAX_MANIFEST_BYTES).
    pub fn parse(file: &str, text: &str) -> Result<Self, ManifestError> {
        let (document, root) = Document::parse(file, text)?;
        let root = Value::new(&document, &root).fields(&["partner"])?;
        let partner = root.required("partner", "partner:")?;
        let fields = partner.fields(&["id", "mini_apps"])?;
        let id = partner_id(fields.required("id", "id: \"acme-lifestyle\"")?)?;
        let list = fields.required("mini_apps", "mini_apps: []")?;
        let mut mini_apps: Vec<PartnerApp> = Vec::new();
        for item in list.list(MAX_MINI_APPS)? {
            let app = PartnerApp::from_value(item)?;
            if let Some(first) = mini_apps.iter().find(|other| other.app_id == app.app_id) {
                let id = &app.app_id;
                let complaint = Complaint::new(format!("the mini-app `{id}` is listed twice"))
                    .help(format!("join it with the entry at {}", first.source));
                return Err(item.error(complaint));
            }
            mini_apps.push(app);
        }
        Ok(Self {
            id,
            mini_apps,
            new_app: Slot::in_list(list),
        })
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// [`ManifestError`] as for [`PartnerManifest::parse`], or if the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        manifest_file::read(path, Self::parse)
    }

    /// What `app` may do, if the manifest names it.
    #[must_use]
    pub fn app(&self, app: &AppId) -> Option<&PartnerApp> {
        self.mini_apps.iter().find(|entry| entry.app_id == *app)
    }

    /// The edit that would add `app`, which the manifest does not name yet, without any permission.
    #[must_use]
    pub fn line_to_add_app(&self, app: &AppId) -> GrantLine {
        self.new_app.line_for(&format!("{{ appId: \"{app}\" }}"))
    }
}

impl PartnerApp {
    /// Whether the mini-app is granted `permission`.
    #[must_use]
    pub fn grants(&self, permission: &Permission) -> bool {
        self.permissions
            .iter()
            .any(|(granted, _)| granted == permission)
    }

    /// The edit that would grant `permission`, which is not granted yet.
    #[must_use]
    pub fn line_to_grant(&self, permission: &Permission) -> GrantLine {
        self.new_permission.line_for(&format!("\"{permission}\""))
    }

    /// The edit that would add `entry`, as [`entry_for`](crate::entry_for) makes it, to the hosts.
    #[must_use]
    pub fn line_to_allow(&self, entry: &str) -> GrantLine {
        let entry = crate::quote::shortened(entry, crate::AllowEntry::MAX_BYTES);
        self.new_host.line_for(&format!("\"{entry}\""))
    }

    fn from_value(item: Value<'_>) -> Result<Self, ManifestError> {
        let fields = item.fields(&["appId", "permissions", "network", "sandbox"])?;
        let id = fields.required("appId", "appId: \"miniapp_acme_rewards\"")?;
        let app_id = app_id(id)?;
        let network = fields.optional("network").map(Network::from_value);
        if let Some(sandbox) = fields.optional("sandbox") {
            check_sandbox(sandbox)?;
        }
        Ok(Self {
            permissions: permissions(&fields)?,
            network: network.transpose()?.unwrap_or_default(),
            sandbox: true,
            source: item.source(),
            new_permission: match fields.optional("permissions") {
                Some(list) => Slot::in_list(list),
                None => Slot::in_map(item, Some(id), "permissions: [", "]"),
            },
            new_host: new_host(item, id, &fields)?,
            app_id,
        })
    }
}

fn partner_id(value: Value<'_>) -> Result<String, ManifestError> {
    let id = value.text()?;
    if is_partner_id(id) {
        return Ok(id.to_owned());
    }
    let complaint = Complaint::new(format!("{} is not a partner id", quoted(id)));
    Err(value.error(complaint.help(format!(
        "a partner id has 1 to {MAX_PARTNER_ID_BYTES} of the characters `a-z 0-9 -` and neither begins \
         nor ends with a hyphen, such as `acme-lifestyle`"
    ))))
}

fn check_sandbox(value: Value<'_>) -> Result<(), ManifestError> {
    if value.boolean()? {
        return Ok(());
    }
    let complaint = Complaint::new("a partner's mini-app cannot run outside the sandbox");
    Err(value.error(complaint.help("write `sandbox: true`, or remove the key")))
}

fn permissions(fields: &Fields<'_>) -> Result<Vec<(Permission, Source)>, ManifestError> {
    let Some(list) = fields.optional("permissions") else {
        return Ok(Vec::new());
    };
    let mut granted: Vec<(Permission, Source)> = Vec::new();
    for item in list.list(MAX_PERMISSIONS)? {
        let permission = permission(item)?;
        if granted.iter().any(|(other, _)| *other == permission) {
            return Err(listed_twice(item, &permission));
        }
        granted.push((permission, item.source()));
    }
    Ok(granted)
}

/// Where the mini-app `item` can be allowed one more host.
fn new_host(item: Value<'_>, id: Value<'_>, fields: &Fields<'_>) -> Result<Slot, ManifestError> {
    let Some(network) = fields.optional("network") else {
        let before = "network: { default: \"deny\", allow: [";
        return Ok(Slot::in_map(item, Some(id), before, "] }"));
    };
    let keys = network.fields(&["default", "allow"])?;
    Ok(match keys.optional("allow") {
        Some(list) => Slot::in_list(list),
        None => Slot::in_map(network, keys.optional("default"), "allow: [", "]"),
    })
}
