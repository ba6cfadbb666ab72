//! Builds the guests that the benchmarks run.

fn main() {
    miniapp_guest_build::build_script::guests(&["benches/guests/kernels", "benches/guests/reader"]);
}
