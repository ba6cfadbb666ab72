//! libFuzzer drives `miniapp_fuzz::data_path`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| miniapp_fuzz::data_path::check(input));
