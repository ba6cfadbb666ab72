//! Owns the `network` section, which both manifests have. Must not know who asks and who grants.

use crate::allow_list::{AllowEntry, AllowList, MAX_ALLOW_ENTRIES};
use crate::manifest_error::{Complaint, ManifestError};
use crate::quote::quoted;
use crate::value::Value;

/// The network access of a mini-app: denied, but for the hosts in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// The hosts to which requests may go.
    pub allow: AllowList,
}

impl Network {
    /// Reads `{ default: "deny", allow: […] }`; both keys are optional.
    pub(crate) fn from_value(value: Value<'_>) -> Result<Self, ManifestError> {
        let fields = value.fields(&["default", "allow"])?;
        if let Some(default) = fields.optional("default") {
            check_default(default)?;
        }
        let allow = fields.optional("allow").map(allow_list).transpose()?;
        Ok(Self {
            allow: allow.unwrap_or_default(),
        })
    }
}

fn check_default(default: Value<'_>) -> Result<(), ManifestError> {
    match default.text()? {
        "deny" => Ok(()),
        "allow" => Err(default.error(
            Complaint::new("`default: \"allow\"` would open every host to the mini-app")
                .help("write `default: \"deny\"` and list the hosts under `allow`"),
        )),
        other => Err(default.error(
            Complaint::new(format!("expected `deny`, came {}", quoted(other)))
                .help("it is the only valid value: hosts are opened one by one under `allow`"),
        )),
    }
}

fn allow_list(list: Value<'_>) -> Result<AllowList, ManifestError> {
    let mut entries: Vec<AllowEntry> = Vec::new();
    for item in list.list(MAX_ALLOW_ENTRIES)? {
        let mut entry = AllowEntry::parse(item.text()?).map_err(|error| item.error(error))?;
        entry.source = Some(item.source());
        if entries.contains(&entry) {
            let complaint = Complaint::new(format!("`{entry}` is listed twice"));
            return Err(item.error(complaint.help("remove one of them")));
        }
        entries.push(entry);
    }
    Ok(AllowList { entries })
}
