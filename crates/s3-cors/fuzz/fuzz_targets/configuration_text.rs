//! Any bytes, read as a configuration.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s3_cors_fuzz::assert_read_soundly(bytes));
