//! libFuzzer drives `miniapp_fuzz::allow_list`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| miniapp_fuzz::allow_list::check(input));
