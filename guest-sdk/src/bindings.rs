//! What wit-bindgen makes of the contract; owns no line of its own but which of its packages there are.
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::restriction)]

wit_bindgen::generate!({
    path: "wit",
    inline: "
        package miniapp:sdk;

        world sdk {
            include miniapp:host/mini-app-with-state@1.2.0;

            import miniapp:device/file-transfer@1.0.0;
            import miniapp:device/location@1.0.0;
            import miniapp:device/payment@1.0.0;
            import miniapp:device/scan@1.0.0;
            import miniapp:device/share@1.0.0;
        }
    ",
    world: "miniapp:sdk/sdk",
    generate_all,
    default_bindings_module: "miniapp_guest::bindings",
    export_macro_name: "export_mini_app",
    pub_export_macro: true,
});
