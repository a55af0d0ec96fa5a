//! Any bytes, read as JSON: rules for S3, Google Cloud Storage, R2 or Azure, a template, Terraform
//! in JSON, or what `terraform show` prints. The content decides which of them it is.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for name in ["cors.json", "main.tf.json"] {
        s3_cors_formats_fuzz::assert_read_soundly(name, bytes);
    }
});
