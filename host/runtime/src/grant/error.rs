//! Why a mini-app is refused, each with what to write or to do.

use miniapp_package::{AppId, GrantLine, Permission, Source};

/// Why a mini-app is refused before it runs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GrantError {
    /// The partner manifest does not name the app.
    #[error(
        "the partner manifest of `{partner}` does not name the mini-app `{app}`; to publish it, write in {line}"
    )]
    UnknownApp {
        /// The app.
        app: AppId,
        /// The partner.
        partner: String,
        /// What to write.
        line: GrantLine,
    },
    /// Governance does not let partners publish.
    #[error(
        "partners may not publish mini-apps here: `third_party_publishing: false` stands in {place}; set it to true to open the platform"
    )]
    ThirdPartiesExcluded {
        /// Where governance says so.
        place: Source,
    },
    /// A required permission that the partner manifest does not grant.
    #[error(
        "the mini-app asks for `{permission}` ({asked}), which its partner manifest does not grant; write in {line}"
    )]
    NotGranted {
        /// The permission.
        permission: Permission,
        /// Where the app manifest asks.
        asked: Source,
        /// What to write.
        line: GrantLine,
    },
    /// A host that the partner manifest does not allow.
    #[error(
        "the mini-app asks for the host `{host}` ({asked}), which its partner manifest does not allow; write in {line}"
    )]
    HostNotAllowed {
        /// The entry of the app manifest.
        host: String,
        /// Where the app manifest asks.
        asked: String,
        /// What to write.
        line: GrantLine,
    },
    /// The component imports what its manifest does not ask for.
    #[error(
        "the component imports `{interface}`, which needs {needs}, and its app manifest does not ask for it; add to miniapp.yaml: {line}"
    )]
    NotAsked {
        /// The interface.
        interface: String,
        /// What it needs.
        needs: String,
        /// What to write in the app manifest.
        line: String,
    },
    /// An import that is not of the contract, or that this host does not know.
    #[error("the component imports `{import}`, which is no interface of this host: {hint}")]
    UnknownImport {
        /// The import.
        import: String,
        /// What to do.
        hint: String,
    },
    /// An interface that this native app does not offer.
    #[error("the component imports `{interface}`, which this app does not offer: {reason}")]
    NotOffered {
        /// The interface.
        interface: String,
        /// What the embedder would have to do.
        reason: String,
    },
}
