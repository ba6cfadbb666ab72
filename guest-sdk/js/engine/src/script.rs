//! What is loaded into the engine: the text of a mini-app and where its lines come from.

use serde::Deserialize;

/// One bundled mini-app.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Script {
    /// One ES module without imports.
    pub text: String,
    /// Files that its lines come from.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Which line comes from which, as source maps of version 3 have it; may be empty.
    #[serde(default)]
    pub mappings: String,
}
