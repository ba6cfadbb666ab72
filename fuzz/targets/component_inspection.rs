//! libFuzzer drives `miniapp_fuzz::component_inspection`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| miniapp_fuzz::component_inspection::check(input));
