//! Builds the guests that the benchmarks run.

fn main() {
    miniapp_guest_build::build_script::guests(&[
        "benches/guests/caller",
        "benches/guests/kernels",
        "tests/guests/keeper",
    ]);
}
