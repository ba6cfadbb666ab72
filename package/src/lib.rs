//! What a mini-app package says: its manifest, what it asks for, what a partner's and an operator's
//! files allow, and what its component imports.
//!
//! - [`AppManifest`] (`miniapp.yaml`): a mini-app says what it is and asks for permissions and hosts.
//! - [`PartnerManifest`] (`partner.yaml`): an operator grants permissions and hosts to each mini-app.
//! - [`Governance`] (`governance.yaml`): how an operator publishes, versions and opens up mini-apps.
//! - [`ComponentInfo`]: imports, exports and digest of a component; [`needed`] and [`requirement`] tell
//!   what the imports need.
//! - [`AllowList`]: the network allow-list, specified in its module.
//! - [`Package`]: a manifest with its component, or with its [`Script`].
//! - [`Address`] and [`PageAddress`]: what names a mini-app and a page of it.
//! - [`Snippet`] and [`quoted`]: how foreign text is shown under an error, for what reports errors alike.
//!
//! This crate decides nothing and runs nothing: no WebAssembly engine, no network, no clock. It reads
//! what strangers wrote, within limits, and says exactly where something is wrong.

mod address;
mod address_error;
mod allow_entry;
pub mod allow_list;
mod app_id;
mod app_manifest;
mod builtins;
pub mod catalogue;
mod component;
mod destination;
mod digest;
mod governance;
mod grant_line;
mod inspect_error;
mod interface_name;
mod manifest_error;
mod manifest_file;
mod nearest;
mod needs;
mod network;
mod package;
mod page_address;
mod partner_manifest;
mod percent;
mod permission;
mod query;
mod quote;
mod relative_path;
mod script;
mod snippet;
mod source;
mod value;
mod wasi;
mod wasm_header;
mod world;
mod yaml;

pub use address::{Address, AddressPrefix, MAX_ADDRESS_BYTES, MAX_PREFIX_BYTES};
pub use address_error::InvalidAddress;
pub use allow_entry::{InvalidAllowEntry, MAX_HOST_BYTES, MAX_LABEL_BYTES};
pub use allow_list::{AllowEntry, AllowList, HostPattern, MAX_ALLOW_ENTRIES, Scheme, entry_for};
pub use app_id::{AppId, InvalidAppId, MAX_PARTNER_ID_BYTES};
pub use app_manifest::{
    AppManifest, MAX_NAME_CHARS, MAX_PAGES, MAX_PERMISSIONS, MAX_REASON_CHARS, MAX_TABS,
    MAX_VERSION_BYTES, MIN_TABS, PermissionRequest,
};
pub use catalogue::{
    CONTRACT_VERSION, DEVICE_VERSION, Requirement, consent, describe, is_contract, is_device,
    is_script_source, requirement, serves,
};
pub use component::{
    ComponentInfo, Export, Import, MAX_COMPONENT_BYTES, MAX_COMPONENT_ITEMS, MAX_ITEM_NAME_BYTES,
};
pub use destination::{Destination, Refusal};
pub use digest::{Digest, InvalidDigest};
pub use governance::{
    Ecosystem, Governance, GrayRelease, PartnerIsolation, PartnerPermissions, PermissionModel,
    Publishing, Rollback, Versioning,
};
pub use grant_line::{Edit, GrantLine, MAX_GRANT_CONTEXT_CHARS};
pub use inspect_error::InspectError;
pub use interface_name::{InterfaceName, InvalidInterfaceName};
pub use manifest_error::ManifestError;
pub use needs::{Need, needed};
pub use network::Network;
pub use package::{Component, Package, PackageError, Program};
pub use page_address::PageAddress;
pub use partner_manifest::{MAX_MINI_APPS, PartnerApp, PartnerManifest};
pub use percent::{InvalidPercent, Percent};
pub use permission::{InvalidPermission, Permission};
pub use query::MAX_QUERY_PAIRS;
pub use quote::{quoted, shown_path};
pub use relative_path::MAX_PATH_BYTES;
pub use script::{MAX_SCRIPT_BYTES, Script, ScriptError};
pub use snippet::Snippet;
pub use source::Source;
pub use wasi::{WASI_VERSION, is_wasi};
pub use world::World;
pub use yaml::{MAX_MANIFEST_BYTES, MAX_MANIFEST_DEPTH};

/// The version of a mini-app, after Semantic Versioning.
pub use semver::Version;
