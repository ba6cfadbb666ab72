//! libFuzzer drives `miniapp_fuzz::governance`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| miniapp_fuzz::governance::check(input));
