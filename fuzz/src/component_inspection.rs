//! Components: what is accepted is described within the limits and as the validator sees it, what is
//! refused says so shortly.

use std::collections::BTreeSet;

use miniapp_package::{
    ComponentInfo, Digest, InterfaceName, MAX_COMPONENT_ITEMS, MAX_ITEM_NAME_BYTES, needed,
    requirement,
};

use crate::refusal;

/// A custom section without a name or content, which says nothing.
const NOTHING: [u8; 3] = [0, 1, 0];

/// See the module.
pub fn check(input: &[u8]) {
    let inspected = ComponentInfo::inspect(input);
    assert_eq!(inspected, ComponentInfo::inspect(input));
    match inspected {
        Ok(info) => check_accepted(&info, input),
        Err(error) => refusal::check(&error.to_string()),
    }
}

fn check_accepted(info: &ComponentInfo, bytes: &[u8]) {
    assert_eq!((info.size, info.digest), (bytes.len(), Digest::of(bytes)));
    let imports = info
        .imports
        .iter()
        .map(|import| (&import.name, &import.interface, &import.functions));
    let exports = info
        .exports
        .iter()
        .map(|export| (&export.name, &export.interface, &export.functions));
    let mut items = 0;
    for (name, interface, functions) in imports.chain(exports) {
        items += 1 + functions.len();
        assert!(name.len() <= MAX_ITEM_NAME_BYTES);
        assert!(
            functions
                .iter()
                .all(|function| function.len() <= MAX_ITEM_NAME_BYTES)
        );
        // What is linked is chosen by the parts of a name, so they are the name, no more and no less.
        if let Some(interface) = interface {
            assert_eq!(&interface.to_string(), name);
            assert_eq!(InterfaceName::parse(name).as_ref(), Ok(interface));
        }
    }
    assert!(items <= MAX_COMPONENT_ITEMS);
    let names: BTreeSet<_> = info.imports.iter().map(|import| &import.name).collect();
    assert_eq!(names.len(), info.imports.len(), "an import stands twice");
    check_needs(info);

    if let Err(error) = info.require_world() {
        refusal::check(&error.to_string());
    }
    let longer = ComponentInfo::inspect(&[bytes, &NOTHING].concat()).unwrap();
    assert_eq!(
        (&longer.imports, &longer.exports),
        (&info.imports, &info.exports)
    );
    assert_ne!(longer.digest, info.digest);
}

/// Every import is accounted for: by what it needs, or as one that is not of the contract.
fn check_needs(info: &ComponentInfo) {
    let needs = needed(info);
    assert_eq!(needs.len(), info.imports.len());
    for (need, import) in needs.iter().zip(&info.imports) {
        assert_eq!(
            need.requirement,
            import.interface.as_ref().and_then(requirement)
        );
    }
}
