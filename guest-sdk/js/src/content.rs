//! What the engine is given of a mini-app: the script, where its lines come from, and what to
//! answer where its manifest does not ask for something. The same bytes are the script's file and
//! lie in the component.

use std::collections::BTreeMap;

use miniapp_package::{Digest, MAX_SCRIPT_BYTES};
use serde::Serialize;

use crate::Script;
use crate::asked::Denied;
use crate::component::{ComponentError, engine, fault};

#[derive(Serialize)]
struct Content<'s> {
    engine: String,
    text: &'s str,
    sources: &'s [String],
    mappings: &'s str,
    denied: BTreeMap<String, Denied>,
}

/// Writes them down, with the digest of the engine. `denials` are by import.
pub(crate) fn write(
    script: &Script,
    denials: Vec<Option<(String, Denied)>>,
) -> Result<String, ComponentError> {
    let content = Content {
        engine: Digest::of(engine()?).to_string(),
        text: &script.text,
        sources: &script.sources,
        mappings: &script.mappings,
        denied: denials.into_iter().flatten().collect(),
    };
    let content = serde_json::to_string(&content).map_err(fault)?;
    if content.len() > MAX_SCRIPT_BYTES {
        return Err(ComponentError::TooLarge {
            bytes: content.len(),
        });
    }
    Ok(content)
}
