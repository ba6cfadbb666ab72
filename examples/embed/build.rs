//! Builds the mini-apps that are embedded.

fn main() {
    miniapp_guest_build::build_script::guests(&["examples/acme-rewards", "examples/showcase"]);
}
