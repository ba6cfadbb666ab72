//! What wit-bindgen makes of the contract; owns no line of its own.
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::restriction)]

wit_bindgen::generate!({
    path: "wit",
    world: "mini-app-with-state",
    default_bindings_module: "miniapp_guest::bindings",
    export_macro_name: "export_mini_app",
    pub_export_macro: true,
});
