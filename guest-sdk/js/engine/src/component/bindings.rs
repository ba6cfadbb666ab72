//! What wit-bindgen makes of the contract for the engine, and no line of its own.
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::restriction)]

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package miniapp:javascript;

        world engine {
            include miniapp:host/mini-app-with-state@1.2.0;
            import miniapp:host/storage-sync@1.2.0;
            import miniapp:script/source@1.0.0;
        }
    ",
    world: "miniapp:javascript/engine",
    generate_all,
});

export!(Component);
pub struct Component;
