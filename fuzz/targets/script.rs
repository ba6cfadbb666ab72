//! libFuzzer drives `miniapp_fuzz::script`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| miniapp_fuzz::script::check(input));
