//! Scripts: what is accepted is kept as it is, and its engine is the one that it names.

use miniapp_package::{Digest, MAX_SCRIPT_BYTES, Script};

use crate::refusal;

/// See the module.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let script = match Script::new(text) {
        Ok(script) => script,
        Err(error) => return refusal::check(&error.to_string()),
    };
    assert!(text.len() <= MAX_SCRIPT_BYTES);
    assert_eq!(
        (script.size(), script.digest()),
        (text.len(), Digest::of(input))
    );
    assert_eq!(script.read().unwrap(), text);
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(engine) = value["engine"].as_str() {
        assert_eq!(engine, script.engine().to_string());
    }
}
