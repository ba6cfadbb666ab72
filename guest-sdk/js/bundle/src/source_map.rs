//! Owns the map from places in the script to places in the sources. Must not know what stands there.

use oxc_sourcemap::{SourceMap as OxcSourceMap, SourceMapBuilder};

/// Where what stands in a script comes from: what a source map of version 3 says, without names and
/// contents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// The sources, as paths from the mini-app's folder with `/` between their parts; those of packages
    /// begin with `node_modules/`.
    pub sources: Vec<String>,
    /// The mappings in base64 VLQ, as source maps of version 3 have them; columns count UTF-16 code units.
    pub mappings: String,
}

impl SourceMap {
    /// What `map` says of places. Its names are left out of the mappings, which would refer to them.
    pub(crate) fn of_places(map: &OxcSourceMap<'_>) -> Self {
        let sources: Vec<String> = map.get_sources().map(str::to_owned).collect();
        let mut builder = SourceMapBuilder::default();
        for source in &sources {
            builder.set_source_and_content(source, "");
        }
        for token in map.get_tokens() {
            builder.add_token(
                token.get_dst_line(),
                token.get_dst_col(),
                token.get_src_line(),
                token.get_src_col(),
                token.get_source_id(),
                None,
            );
        }
        let mappings = builder.into_sourcemap().to_json().mappings;
        Self { sources, mappings }
    }
}
