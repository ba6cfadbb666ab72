//! Builds the guests that the suites run.

fn main() {
    miniapp_guest_build::build_script::guests(&[
        "examples/acme-rewards",
        "examples/showcase",
        "examples/summer-campaign",
        "tests/guests/contract",
        "tests/guests/keeper",
        "tests/guests/native",
        "tests/guests/one-call-at-a-time",
        "tests/guests/pages",
        "tests/guests/rogue",
        "tests/guests/wasi",
    ]);
}
