//! Any bytes, read as XML: rules of Azure Blob Storage, or S3's own.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    s3_cors_formats_fuzz::assert_read_soundly("cors.xml", bytes);
});
