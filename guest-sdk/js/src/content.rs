//! What the engine is given of a mini-app: the script, where its lines come from, and what to
//! answer where its manifest does not ask for something. The same bytes are the script's file and
//! lie in the component.

use std::collections::BTreeMap;

use miniapp_package::{AppManifest, Digest, MAX_SCRIPT_BYTES};
use serde::Serialize;

use crate::Script;
use crate::asked::{self, Denied};
use crate::component::{ComponentError, engine, fault, imported};

#[derive(Serialize)]
struct Content<'s> {
    engine: String,
    text: &'s str,
    sources: &'s [String],
    mappings: &'s str,
    denied: BTreeMap<String, Denied>,
}

/// The file of a script, for the engine of this crate: [`miniapp_package::Script`].
///
/// # Errors
///
/// [`ComponentError::TooLarge`] for a script beyond [`MAX_SCRIPT_BYTES`].
pub fn script_file(manifest: &AppManifest, script: &Script) -> Result<String, ComponentError> {
    let imported = imported()?;
    let denied = imported
        .iter()
        .filter_map(|import| asked::denial(manifest, import));
    let content = Content {
        engine: Digest::of(engine()?).to_string(),
        text: &script.text,
        sources: &script.sources,
        mappings: &script.mappings,
        denied: denied.collect(),
    };
    let content = serde_json::to_string(&content).map_err(fault)?;
    if content.len() > MAX_SCRIPT_BYTES {
        return Err(ComponentError::TooLarge {
            bytes: content.len(),
        });
    }
    Ok(content)
}
