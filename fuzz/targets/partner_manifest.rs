//! libFuzzer drives `miniapp_fuzz::partner_manifest`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| miniapp_fuzz::partner_manifest::check(input));
