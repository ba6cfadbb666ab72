//! libFuzzer drives `miniapp_fuzz::app_manifest`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| miniapp_fuzz::app_manifest::check(input));
