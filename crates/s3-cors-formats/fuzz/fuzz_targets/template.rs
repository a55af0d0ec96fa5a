//! Any bytes, read as `template.yaml`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    s3_cors_formats_fuzz::assert_read_soundly("template.yaml", bytes);
});
