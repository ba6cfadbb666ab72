//! libFuzzer drives `miniapp_fuzz::address`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| miniapp_fuzz::address::check(input));
