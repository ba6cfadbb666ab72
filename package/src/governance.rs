//! Owns the governance file: how an operator publishes, versions and opens up mini-apps. Must not
//! know how any of it is enforced.

use std::path::Path;

use crate::manifest_error::ManifestError;
use crate::manifest_file;
use crate::percent::Percent;
use crate::source::Source;
use crate::value::Value;
use crate::yaml::Document;

/// The rules of a platform, file `governance.yaml`. Every key is required, so that no rule holds
/// unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Governance {
    /// How a version becomes public.
    pub publishing: Publishing,
    /// How a version reaches users, and how it is taken back.
    pub versioning: Versioning,
    /// What partners may do.
    pub ecosystem: Ecosystem,
}

/// How a version becomes public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publishing {
    /// Whether a person reviews each version first.
    pub review_gate: bool,
    /// How permissions are given.
    pub permission_model: PermissionModel,
}

/// How permissions are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionModel {
    /// `whitelist`: what is not granted is denied.
    Whitelist,
}

/// How a version reaches users, and how it is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioning {
    /// Whether versions reach users without a release of the native app.
    pub hot_update: bool,
    /// How a version spreads.
    pub gray_release: GrayRelease,
    /// How a version is taken back.
    pub rollback: Rollback,
}

/// How a version spreads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrayRelease {
    /// The share of users that get a version first.
    pub default_rollout: Percent,
    /// Whether the share grows by itself while the version does well.
    pub auto_widen: bool,
}

/// How a version is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rollback {
    /// `one-click`: by one act of the operator.
    OneClick,
}

/// What partners may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ecosystem {
    /// Whether partners publish mini-apps of their own.
    pub third_party_publishing: bool,
    /// Where `third_party_publishing` stands, so that a refusal can point there.
    pub third_party_publishing_source: Source,
    /// How partners' programs are kept apart.
    pub partner_isolation: PartnerIsolation,
    /// For what permissions are granted.
    pub partner_permissions: PartnerPermissions,
}

/// How partners' programs are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerIsolation {
    /// `sandbox`: each runs in a sandbox of its own.
    Sandbox,
}

/// For what permissions are granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerPermissions {
    /// `per-app`: for each mini-app by itself.
    PerApp,
}

impl Governance {
    /// The file's usual name.
    pub const FILE_NAME: &str = "governance.yaml";

    /// Reads `text`, which is called `file` in errors.
    ///
    /// # Errors
    ///
    /// [`ManifestError`] with line and column if the text is not a governance file, or has more than
    /// [`MAX_MANIFEST_BYTES`](crate::MAX_MANIFEST_BYTES).
    pub fn parse(file: &str, text: &str) -> Result<Self, ManifestError> {
        let (document, root) = Document::parse(file, text)?;
        let root =
            Value::new(&document, &root).fields(&["publishing", "versioning", "ecosystem"])?;
        Ok(Self {
            publishing: publishing(root.required("publishing", "publishing:")?)?,
            versioning: versioning(root.required("versioning", "versioning:")?)?,
            ecosystem: ecosystem(root.required("ecosystem", "ecosystem:")?)?,
        })
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// [`ManifestError`] as for [`Governance::parse`], or if the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        manifest_file::read(path, Self::parse)
    }
}

fn publishing(value: Value<'_>) -> Result<Publishing, ManifestError> {
    let fields = value.fields(&["review_gate", "permission_model"])?;
    let model = fields.required("permission_model", "permission_model: \"whitelist\"")?;
    Ok(Publishing {
        review_gate: fields
            .required("review_gate", "review_gate: true")?
            .boolean()?,
        permission_model: model.choice(&[("whitelist", PermissionModel::Whitelist)])?,
    })
}

fn versioning(value: Value<'_>) -> Result<Versioning, ManifestError> {
    let fields = value.fields(&["hot_update", "gray_release", "rollback"])?;
    let rollback = fields.required("rollback", "rollback: \"one-click\"")?;
    Ok(Versioning {
        hot_update: fields
            .required("hot_update", "hot_update: true")?
            .boolean()?,
        gray_release: gray_release(fields.required("gray_release", "gray_release:")?)?,
        rollback: rollback.choice(&[("one-click", Rollback::OneClick)])?,
    })
}

fn gray_release(value: Value<'_>) -> Result<GrayRelease, ManifestError> {
    let fields = value.fields(&["default_rollout", "auto_widen"])?;
    let rollout = fields.required("default_rollout", "default_rollout: 5%")?;
    let written = rollout.scalar("a percentage, such as `5%`")?;
    Ok(GrayRelease {
        default_rollout: Percent::parse(written).map_err(|error| rollout.error(error))?,
        auto_widen: fields
            .required("auto_widen", "auto_widen: true")?
            .boolean()?,
    })
}

fn ecosystem(value: Value<'_>) -> Result<Ecosystem, ManifestError> {
    let fields = value.fields(&[
        "third_party_publishing",
        "partner_isolation",
        "partner_permissions",
    ])?;
    let third_party = fields.required("third_party_publishing", "third_party_publishing: true")?;
    let isolation = fields.required("partner_isolation", "partner_isolation: \"sandbox\"")?;
    let permissions = fields.required("partner_permissions", "partner_permissions: \"per-app\"")?;
    Ok(Ecosystem {
        third_party_publishing: third_party.boolean()?,
        third_party_publishing_source: third_party.source(),
        partner_isolation: isolation.choice(&[("sandbox", PartnerIsolation::Sandbox)])?,
        partner_permissions: permissions.choice(&[("per-app", PartnerPermissions::PerApp)])?,
    })
}
