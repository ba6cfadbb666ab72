//! Builds the mini-app that is embedded.

fn main() {
    miniapp_guest_build::build_script::guests(&["examples/acme-rewards"]);
}
